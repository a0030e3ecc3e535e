"""Real processes of the command, in a tenth of the time: one process imports the program, and forks for each run.

`start(["apply", "--yes"], cwd=folder, env=environment)` gives a `Running`, in the spirit of subprocess: `pid`, `kill`,
`wait`, which gives an `Ended` with the exit code (-n: killed by signal n), both streams and the peak of memory.

What is real: each run is a process of its own, with its pid, working directory, environment, standard streams (files;
standard input is empty), signal handlers, threads, sockets and files; it can be killed at any moment, several may run
at once, and none sees what another did in memory. What is not: the interpreter is not started and nothing is imported
anew (`tests/cli/test_interruption.py` does that), a run leaves by `os._exit` after its streams are flushed, and what is
random begins with the same seed.

With a `Time` the clocks are not real either. `time.time`, `time.monotonic` and google-auth's `utcnow` read the given
time and stand still between two readings; `time.sleep`, and `select.select` with nothing to report, do not wait but
move that time on. The test reads and moves the same time, so an emulator whose clock it is trains for six hours while
the client sleeps six hours, at once. It is shared memory: two sleepers at once move it by both of their sleeps.
Timeouts of sockets and locks stay real.
"""

import atexit
import contextlib
import fcntl
import functools
import gc
import importlib
import itertools
import json
import mmap
import os
import pkgutil
import random
import select
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, SupportsIndex

PATIENCE = 60.0
"""Seconds that a run may take, unless its test says otherwise; it takes a twentieth of one."""

STREAMS = ("stdout", "stderr")

_CLOCK = struct.Struct("ddd")


class Time:
    """Seconds that two sides share through a file: `now` is the service's, the client's clock may be `ahead` of it.

    Its `pace` is how many real seconds a client rests whenever it sleeps: for what has to happen meanwhile, really.
    """

    def __init__(self, path: Path, start: float | None = None) -> None:
        """Begin at `start` in Unix seconds; without it, join the time that is in the file."""
        self.path = path
        if start is not None:
            path.write_bytes(_CLOCK.pack(start, 0, 0))
        self._file = path.open("r+b")
        self._shared = mmap.mmap(self._file.fileno(), _CLOCK.size)
        self._lock = threading.Lock()

    def now(self) -> float:
        """What time it is."""
        now, _, _ = _CLOCK.unpack(self._shared[:])
        return float(now)

    def wall(self) -> float:
        """What a client's clock on the wall says."""
        now, ahead, _ = _CLOCK.unpack(self._shared[:])
        return float(now + ahead)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self._changing() as (now, ahead, pace):
            self._shared[:] = _CLOCK.pack(now + seconds, ahead, pace)

    def jump(self, seconds: float) -> None:
        """Set the client's clock on the wall forward, or back; no time passes."""
        with self._changing() as (now, ahead, pace):
            self._shared[:] = _CLOCK.pack(now, ahead + seconds, pace)

    def set_pace(self, seconds: float) -> None:
        """Let clients rest so long from now on."""
        with self._changing() as (now, ahead, _):
            self._shared[:] = _CLOCK.pack(now, ahead, seconds)

    def pace(self) -> float:
        """Real seconds to rest."""
        _, _, pace = _CLOCK.unpack(self._shared[:])
        return float(pace)

    def close(self) -> None:
        """Let go of the file."""
        self._shared.close()
        self._file.close()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[tuple[float, float, float]]:
        """Hold the time still for every process and thread."""
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                now, ahead, pace = _CLOCK.unpack(self._shared[:])
                yield now, ahead, pace
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit code, what it wrote, and the most memory it had, in MiB."""

    code: int
    stdout: str
    stderr: str
    peak: float

    @property
    def said(self) -> str:
        """Both streams, one after the other."""
        return self.stdout + self.stderr


@dataclass(slots=True)
class Running:
    """A run under way."""

    number: int
    zygote: "Zygote"
    folder: Path
    pid: int = 0
    begun: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    code: int = 0
    peak: float = 0.0

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal; nothing happens to a run that is over."""
        self.zygote.tell({"kill": self.number, "signal": int(number)})

    def wait(self, timeout: float = PATIENCE) -> Ended:
        """Wait for the end; a run that does not come to it is killed, and fails the test."""
        if not self.over.wait(timeout):
            self.kill()
            self.over.wait(PATIENCE)
            raise AssertionError(f"the run did not end within {timeout:.0f} s; it said:\n{''.join(self._streams())}")
        stdout, stderr = self._streams()
        return Ended(self.code, stdout, stderr, self.peak)

    def _streams(self) -> list[str]:
        """What was written so far."""
        return [(self.folder / name).read_bytes().decode(errors="backslashreplace") for name in STREAMS]


class Zygote:
    """The parent's end of a process that forks."""

    def __init__(self) -> None:
        """Start it; it serves until it is closed."""
        self._folder = tempfile.TemporaryDirectory(prefix="zygote-", ignore_cleanup_errors=True)
        self._numbers = itertools.count(1)
        self._runs: dict[int, Running] = {}
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def start(self, job: Mapping[str, Any]) -> Running:
        """Fork for a job; give the run once it has a pid."""
        with self._lock:
            number = next(self._numbers)
            folder = Path(self._folder.name) / str(number)
            folder.mkdir()
            for stream in STREAMS:
                (folder / stream).touch()
            run = self._runs[number] = Running(number, self, folder)
        self.tell({"run": number, "streams": str(folder), **job})
        assert run.begun.wait(PATIENCE), "the zygote does not answer"
        return run

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send one message."""
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()

    def close(self) -> None:
        """End it, and every run that is under way."""
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(PATIENCE)
            self._listener.join(PATIENCE)
        self._folder.cleanup()

    def _listen(self) -> None:
        """Take what is reported, until there is nobody to report."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            report = json.loads(line)
            run = self._runs[report["run"]]
            if "pid" in report:
                run.pid = report["pid"]
                run.begun.set()
            else:
                run.code, run.peak = report["code"], report["peak"]
                run.over.set()


@functools.cache
def _zygote() -> Zygote:
    """Make the one of this process."""
    made = Zygote()
    atexit.register(made.close)
    return made


def start(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    time: Time | None = None,
) -> Running:
    """Start `reconciler ARGV` in a folder, with this environment (default: our own) and, if given, this time."""
    environment = dict(os.environ if env is None else env)
    given = None if time is None else str(time.path)
    return _zygote().start({"argv": [*argv], "cwd": str(cwd), "env": environment, "time": given})


# What follows runs in the process that forks, and in its children.


class _Clocks:
    """The functions that tell and pass time, real until a run is given a time."""

    def __init__(self) -> None:
        self.given: Time | None = None
        self._real = time.time, time.monotonic, time.sleep, select.select

    def install(self) -> None:
        """Take the place of the real ones, before anybody has taken those."""
        time.time, time.monotonic, time.sleep = self.time, self.monotonic, self.sleep
        select.select = self.select

    def time(self) -> float:
        return self._real[0]() if self.given is None else self.given.wall()

    def monotonic(self) -> float:
        return self._real[1]() if self.given is None else self.given.now()

    def sleep(self, seconds: SupportsIndex | float) -> None:
        if self.given is None:
            self._real[2](seconds)
        else:
            self._pass(float(seconds))

    def _pass(self, seconds: float) -> None:
        """Move the given time on, and rest as it says."""
        assert self.given is not None
        self.given.advance(seconds)
        if rest := self.given.pace():
            self._real[2](rest)

    def select(self, reading: Any, writing: Any, failing: Any, timeout: float | None = None) -> Any:
        """Report what is ready; virtual time passes while nothing is."""
        if self.given is None or not timeout:
            return self._real[3](reading, writing, failing, timeout)
        ready = self._real[3](reading, writing, failing, 0)
        if any(ready):
            return ready
        self._pass(timeout)
        return self._real[3](reading, writing, failing, 0)


def _import_everything(clocks: _Clocks) -> None:
    """Load what any command loads when it runs."""
    import reconciler

    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in (
        "deepdiff",
        "google.auth.transport.requests",
        "google.oauth2.service_account",
        "requests",
        "rich.live",
    ):
        importlib.import_module(name)
    from google.auth import _helpers

    _helpers.utcnow = lambda: datetime.fromtimestamp(clocks.time(), UTC).replace(tzinfo=None)


def _run(job: Mapping[str, Any], clocks: _Clocks) -> int:
    """Be the command, in a child."""
    os.setsid()
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["env"])
    streams = Path(job["streams"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor, name in enumerate(STREAMS, 1):
        os.dup2(os.open(streams / name, os.O_WRONLY), descriptor)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  (until the process ends)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  (as above)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv = ["reconciler", *job["argv"]]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background jobs ignore it
    random.seed(0)
    if job["time"] is not None:
        clocks.given = Time(Path(job["time"]))
    from reconciler.cli.main import main

    try:
        return main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _fork(job: Mapping[str, Any], clocks: _Clocks) -> int:
    """Fork for a job; give the child's pid. The child does not come back."""
    if pid := os.fork():
        return pid
    code = 70  # EX_SOFTWARE: no run ends so by itself
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        code = _run(job, clocks)
    except BaseException:  # noqa: BLE001  (whatever it is, this child must not go on as a second zygote)
        traceback.print_exc()
    finally:
        os._exit(code)


def _report(**values: float) -> None:
    """Tell the parent."""
    os.write(1, (json.dumps(values) + "\n").encode())


def _reap(runs: dict[int, int]) -> None:
    """Report every child that has ended."""
    for pid, number in list(runs.items()):
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            del runs[pid]
            _report(run=number, code=os.waitstatus_to_exitcode(status), peak=usage.ru_maxrss / 1024)


def _serve() -> None:
    """Fork, kill and report as told, until there is nobody to tell us."""
    clocks = _Clocks()
    clocks.install()
    _import_everything(clocks)
    gc.freeze()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    runs: dict[int, int] = {}
    unread = b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
        _reap(runs)
        if 0 not in ready:
            continue
        if not (received := os.read(0, 1 << 16)):
            break
        *lines, unread = (unread + received).split(b"\n")
        for message in map(json.loads, lines):
            if "kill" in message:
                for pid in [pid for pid, number in runs.items() if number == message["kill"]]:
                    os.kill(pid, message["signal"])
            else:
                pid = _fork(message, clocks)
                runs[pid] = message["run"]
                _report(run=message["run"], pid=pid)
    for pid in runs:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    _serve()

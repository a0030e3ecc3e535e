"""Signals: the first one ends a run with its report, the second one at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reconciler.emulator.faulttext import parse
from reconciler.emulator.http import serve
from reconciler.emulator.server import Emulator
from tests.cli.conftest import Bench, Command

pytestmark = pytest.mark.process

APPLY = [sys.executable, "-m", "reconciler", "apply", "--yes"]
PATIENCE = 30
"""Seconds for a process that would last for minutes if a pause were slept through."""


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """What hangs up is heard, also where the tests were started with nohup: processes inherit what is ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@contextmanager
def applying(bench: Bench) -> Iterator[subprocess.Popen[str]]:
    """A process that applies, and waits for a training of hours."""
    bench.declare("one")
    environment = {**os.environ, "RECONCILER_EMULATOR_STEPS_PER_SECOND": "0.001"}
    with subprocess.Popen(APPLY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        while "training tunedModels/one-" not in process.stderr.readline():
            assert process.poll() is None
        yield process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_ends_the_run_with_its_report(bench: Bench, run: Command, number: int) -> None:
    with applying(bench) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    assert "Stopping:" in err
    assert "The run was interrupted." in out
    assert "1 training" in run("plan").last


def test_the_second_signal_does_not_ask(bench: Bench) -> None:
    from reconciler.cli import interruption

    script = f"""
import os, signal, sys
sys.path.insert(0, {str(bench.root)!r})
from {interruption.__name__} import interruptible
with interruptible() as clock:
    os.kill(os.getpid(), signal.SIGTERM)
    print(clock.sleep(0), clock.sleep(99), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    print("still there")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (128 + signal.SIGTERM, "True True\n")


def test_a_hangup_that_is_ignored_stays_ignored() -> None:
    script = """
import os, signal
from reconciler.cli.interruption import interruptible
signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup leaves it
with interruptible() as clock:
    os.kill(os.getpid(), signal.SIGHUP)
    print(clock.sleep(0), flush=True)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "False\n")


@pytest.mark.parametrize("kind", ["dumb", "xterm"])
def test_a_terminal_that_hangs_up_takes_no_report_with_it(bench: Bench, kind: str) -> None:
    bench.declare("one")
    environment = {**os.environ, "RECONCILER_EMULATOR_STEPS_PER_SECOND": "0.001", "TERM": kind}
    near, far = os.openpty()
    with subprocess.Popen(APPLY, stdout=subprocess.PIPE, stderr=far, text=True, env=environment) as process:
        os.close(far)
        seen = b""
        while b"training" not in seen:
            seen += os.read(near, 1024)
        os.close(near)
        process.send_signal(signal.SIGHUP)
        try:
            out, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 3
    assert "The run was interrupted." in out


@contextmanager
def turned_away(bench: Bench, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A process that applies, and is told at its first creation to come back in a hundred seconds."""
    bench.declare("one")
    emulator = Emulator(bench.root / "busy.sqlite3")
    emulator.inject(parse("create:429=100:always"))
    served = serve(emulator)
    environment = {**os.environ, "RECONCILER_ENDPOINT": served.url}
    try:
        with subprocess.Popen(
            [*APPLY, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as process:
            yield process
    finally:
        served.close()


@pytest.mark.loopback
def test_a_signal_ends_a_pause_between_two_tries(bench: Bench) -> None:
    with turned_away(bench) as process:
        assert process.stderr is not None
        while "429; again in 100.0 s" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "The run was interrupted." in out
    assert "1 failed" in out


@pytest.mark.loopback
def test_no_pause_lasts_beyond_the_timeout(bench: Bench) -> None:
    with turned_away(bench, "--timeout", "60s") as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    assert "1 failed" in out

"""A real process, ended by force at every request, or by a signal: the next run comes to the same end.

What a request did is all that outlives a killed process, so a process that is killed after each request in turn, before
it hears the answer, has been killed at every boundary there is.
"""

import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.emulator.http import serve
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response
from tests.golden.story import NUMBERS, SENTENCES, WORKSPACE
from tests.golden.wire import Watched

pytestmark = [pytest.mark.process, pytest.mark.loopback]

APPLY = [sys.executable, "-m", "reconciler", "apply", "--yes", "--parallelism", "1"]
AT_ONCE = 8
ASLEEP = 0.9
"""Seconds between two requests that tell a sleeping client: it sleeps for one at least, and thinks for less."""
LATER = 3600.0
"""Seconds after which a world that was left alone is looked at again: its trainings are over."""
PATIENCE = 60
"""Seconds for one process; it takes two."""


class Deadly(Watched):
    """An emulator that kills the client after its n-th request (0: never), before the client hears the answer.

    A second of its time passes when the client sleeps between two requests, and none otherwise: neither the speed of
    this machine nor the time between a kill and the next run changes what the requests are.
    """

    def __init__(self, state: Path, now: float = 0, fatal: int = 0, steps_per_second: float = 8) -> None:
        super().__init__(lambda: self.time, Settings(steps_per_second=steps_per_second, start_delay=0), state)
        self.time = now
        self.fatal = fatal
        self.client: subprocess.Popen[str] | None = None
        self.heard = math.inf
        self.known = threading.Event()
        self.training = threading.Event()

    def serve(self, client: subprocess.Popen[str]) -> None:
        """Let a client in."""
        self.client, self.heard = client, math.inf
        self.known.set()

    def handle(self, request: Request) -> Response:
        """Answer, and strike."""
        self.known.wait(PATIENCE)
        self.time += time.monotonic() - self.heard > ASLEEP
        response = super().handle(request)
        if len(self.exchanges) == self.fatal and self.client is not None:
            self.client.kill()
            self.client.wait()
        if self.exchanges[-1].creates:
            self.training.set()
        self.heard = time.monotonic()
        return response


@contextmanager
def running(folder: Path, emulator: Deadly) -> Iterator[subprocess.Popen[str]]:
    """Run apply in a folder against an emulator."""
    served = serve(emulator)
    environment = {**os.environ, "RECONCILER_ENDPOINT": served.url, "XDG_CACHE_HOME": str(folder / ".cache")}
    emulator.known.clear()
    client = subprocess.Popen(
        APPLY, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    emulator.serve(client)
    try:
        with client:
            yield client
    finally:
        client.kill()
        served.close()


def run(folder: Path, emulator: Deadly) -> tuple[int, str]:
    """Run apply to its end; give the exit code and what it said."""
    with running(folder, emulator) as client:
        said, _ = client.communicate(timeout=PATIENCE)
    return client.returncode, said


def declare(folder: Path, **manifests: str) -> None:
    """Write a workspace with these models and no others."""
    (folder / "manifests" / "data").mkdir(parents=True, exist_ok=True)
    for file in (folder / "manifests").glob("*.yaml"):
        file.unlink()
    (folder / "manifests" / "data" / "sentences.jsonl").write_text(NUMBERS)
    (folder / "manifests" / "workspace.yaml").write_text(WORKSPACE)
    for name, text in manifests.items():
        (folder / "manifests" / f"{name}.yaml").write_text(text.replace("name: sentences", f"name: {name}"))


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A folder of which three models are trained, and whose manifests then ask for one act of each kind."""
    declare(tmp_path, changed=SENTENCES, replaced=SENTENCES.replace("batchSize: 4", "batchSize: 5"), removed=SENTENCES)
    emulator = Deadly(tmp_path / "state.sqlite3", steps_per_second=math.inf)
    code, said = run(tmp_path, emulator)
    emulator.close()
    assert code == 0, said
    declare(
        tmp_path,
        changed=SENTENCES.replace("temperature: 0.2", "temperature: 0.7"),
        replaced=SENTENCES.replace("batchSize: 4", "batchSize: 6").replace("epochCount: 3", "epochCount: 4"),
        created=SENTENCES.replace("epochCount: 3", "epochCount: 1"),
    )
    return tmp_path


def killed(begun: Path, fatal: int) -> tuple[Deadly, str]:
    """Play the scenario from its beginning: killed after the given request, and run again."""
    folder = begun / f"killed-{fatal}"
    shutil.copytree(begun / "manifests", folder / "manifests")
    shutil.copy(begun / "state.sqlite3", folder / "state.sqlite3")
    emulator = Deadly(folder / "state.sqlite3", LATER, fatal)
    code, said = run(folder, emulator)
    if fatal:
        assert code == -signal.SIGKILL, f"request {fatal}: {said}"
        emulator.fatal = 0
        code, said = run(folder, emulator)
    assert code == 0, f"after request {fatal}: {said}"
    return emulator, said


def world(emulator: Deadly) -> list[tuple[object, ...]]:
    """What exists in the end: ids, states, marks, and values; times differ."""
    models = emulator.ask("GET", "/v1beta/tunedModels?pageSize=1000").get("tunedModels", [])
    return sorted((m["name"], m["state"], m["description"], m["temperature"]) for m in models)


def test_killed_after_any_request_the_next_run_comes_to_the_same_end(begun: Path) -> None:
    whole, _ = killed(begun, 0)
    writes = [each.request.method for each in whole.exchanges if each.writes]
    assert sorted(writes) == ["DELETE", "DELETE", "PATCH", "POST", "POST"]
    boundaries = range(1, len(whole.exchanges) + 1)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(lambda fatal: killed(begun, fatal), boundaries))
    for fatal, (emulator, _) in zip(boundaries, ends, strict=True):
        assert world(emulator) == world(whole), f"after request {fatal}"
        created = [each.model for each in emulator.exchanges if each.creates]
        assert sorted(created) == sorted({each.model for each in whole.exchanges if each.creates}), f"request {fatal}"
        for left in emulator.left:
            serving = [model for model, state in left.items() if state == "ACTIVE" and model.startswith("replaced-")]
            assert serving, f"after request {fatal}, nothing served"
    for emulator in (whole, *(emulator for emulator, _ in ends)):
        emulator.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_with_a_report(tmp_path: Path, number: signal.Signals) -> None:
    declare(tmp_path, sentences=SENTENCES)
    emulator = Deadly(tmp_path / "state.sqlite3", steps_per_second=0.01)
    with running(tmp_path, emulator) as client:
        assert emulator.training.wait(PATIENCE)
        client.send_signal(number)
        said, _ = client.communicate(timeout=PATIENCE)
    assert client.returncode == 3, said
    assert "Stopping: " in said
    assert "Still training:\n  TunedModel/sentences  tunedModels/sentences-" in said
    assert "The run was interrupted." in said
    assert said.endswith("Result: 0 done, 1 training.\n")
    assert [each.request.method for each in emulator.exchanges if each.writes] == ["POST"]
    emulator.close()

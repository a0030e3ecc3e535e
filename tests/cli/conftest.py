"""A folder with manifests, the embedded emulator behind them, and the command as a function; time passes at will."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reconciler.cli.main import main
from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request, Response
from reconciler.waiting import Clock

WORKSPACE = """\
apiVersion: reconciler.dev/v1alpha1
kind: Workspace
metadata:
  name: bench
spec:
  owner: bench-1
  endpoint: emulator
"""
MODEL = """\
apiVersion: reconciler.dev/v1alpha1
kind: TunedModel
metadata:
  name: {name}
  labels: {{team: {team}}}
spec:
  baseModel: models/gemini-1.5-flash-001-tuning
  dataset: {{path: numbers.jsonl}}
  hyperparameters: {{epochCount: {epochs}, batchSize: 4}}
"""


class Ran(NamedTuple):
    """What came of one call of the command."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line on stdout."""
        return self.out.rstrip("\n").rpartition("\n")[2]

    @property
    def json(self) -> Any:
        """All of stdout, which has to be one JSON document."""
        return json.loads(self.out)


class Typed(io.StringIO):
    """Standard input of a person at a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


class Bench:
    """A workspace in `manifests/` of the current directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "manifests"
        self.folder.mkdir()
        (self.folder / "workspace.yaml").write_text(WORKSPACE)
        pairs = ({"text_input": str(n), "output": str(n + 1)} for n in range(20))
        (self.folder / "numbers.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
        self._emulator: Emulator | None = None

    @property
    def emulator(self) -> Emulator:
        """The emulator that the commands talk to, through its state file."""
        if self._emulator is None:
            state = self.folder / ".reconciler"
            state.mkdir(exist_ok=True)
            self._emulator = Emulator(state / "emulator.sqlite3")
        return self._emulator

    def declare(self, *names: str, epochs: int = 2, team: str = "a", extra: str = "") -> None:
        """Write manifests."""
        for name in names:
            text = MODEL.format(name=name, epochs=epochs, team=team) + extra
            (self.folder / f"{name}.yaml").write_text(text)

    def remove(self, name: str) -> None:
        """Delete a manifest."""
        (self.folder / f"{name}.yaml").unlink()

    def close(self) -> None:
        """Let go of the state."""
        if self._emulator:
            self._emulator.close()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Stand in a folder with an empty workspace; waiting moves the emulator's time instead of taking any."""
    monkeypatch.chdir(tmp_path)
    bench = Bench(tmp_path)

    @contextmanager
    def passing(_timeout: float | None = None, *, announce: bool) -> Iterator[Clock]:
        assert announce  # nothing is drawn in a test
        past = [0.0]

        def sleep(seconds: float) -> bool:
            past[0] += seconds
            if seconds:
                bench.emulator.advance(seconds)
            return False

        yield Clock(lambda: past[0], sleep)

    for module in ("apply", "wait"):
        monkeypatch.setattr(f"reconciler.cli.{module}.interruptible", passing)
    monkeypatch.setattr("reconciler.providers.retry.TRIES", 1)
    yield bench
    bench.close()


class Command:
    """The command, as a person or a pipeline calls it."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, types: str | None = None, stdin: str = "") -> Ran:
        """Run it; with `types` at a terminal, on which a person types that."""
        reading = io.StringIO(stdin) if types is None else Typed(types)
        self._monkeypatch.setattr(sys, "stdin", reading)
        self._capsys.readouterr()
        code = main(list(arguments))
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        assert "bug" not in err
        return Ran(code, out, err)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Call the command in this process."""
    return Command(capsys, monkeypatch)


@pytest.fixture
def applied(bench: Bench, run: Command) -> Bench:
    """A workspace with two models that are trained and serve."""
    bench.declare("one", "two")
    ran = run("apply", "--yes", "--quiet")
    assert ran.code == 0, ran
    return bench


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the training of every model with `bad` in its id fail."""
    from functools import partial

    from reconciler.emulator import settings

    monkeypatch.setattr(settings, "Settings", partial(settings.Settings, fail_after={"bad": 3}))


@pytest.fixture
def methods(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The verbs of all requests to the emulator, from now on."""
    seen: list[str] = []
    handle = Emulator.handle

    def noting(emulator: Emulator, request: Request) -> Response:
        seen.append(request.method)
        return handle(emulator, request)

    monkeypatch.setattr(Emulator, "handle", noting)
    return seen

"""A folder of manifests, a service with people around it, and a clock: what a story is played on.

Commands are the real ones, run in this process with the emulator behind the transport. Everything that could differ
from run to run is given: the time, which only sleeping and `passes` move; the jitter and other chance; one
request at a time.
"""

import difflib
import os
import re
import shlex
import sys
from collections.abc import Callable
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest

from reconciler.cli.main import main
from reconciler.emulator.faulttext import parse
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Recorded, Request
from tests.golden.tape import ERROR_MARGIN, Keyboard, Tape
from tests.golden.wire import Exchange, Watched, lines
from tests.inside import move_in
from tests.services.dialect import dialect

START = 1_714_557_600.0
"""2024-05-01 10:00:00 UTC."""
NARRATION = "# "
READS = ("plan", "validate", "wait", "status", "outputs", "generate", "export", "schema", "init")
"""Commands that never write to the service."""


class _Killed(BaseException):
    """The process is no more."""


class Stage:
    """One story: its world, and the tape it is told on."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        self.time = START
        self.tape = Tape()
        self.spoken = dialect()
        self.deeds = self.spoken.deeds
        self.settings = {**self.spoken.settings, **settings}
        self.emulator = Watched(lambda: self.time, Settings(**self.settings))
        self.on_sleep: list[tuple[float, Any]] = []
        monkeypatch.setenv("RECONCILER_PARALLELISM", "1")
        numbers = count(1)
        monkeypatch.setattr("secrets.token_hex", lambda _: f"{next(numbers):x}")
        move_in(folder, monkeypatch, lambda: self.emulator, lambda: self.time, self.sleep)

    # What a person does.

    def tell(self, text: str) -> None:
        """Say what happens next."""
        self.tape.line()
        self.tape.line(NARRATION + text)

    def write(self, path: str, text: str, *, show: bool = True) -> None:
        """Write a file; manifests are shown, of data only how much there is."""
        file = Path(path)
        before = file.read_bytes().decode() if file.exists() else None
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        if not show:
            return
        self.tell(f"{path} is {'written' if before is None else 'changed'}:")
        if before is not None:
            delta = difflib.unified_diff(before.splitlines(), text.splitlines(), n=0, lineterm="")
            shown = [line for line in delta if not line.startswith(("---", "+++", "@@"))]
        elif file.suffix in (".yaml", ".yml"):
            shown = text.splitlines()
        else:
            shown = [f"{len(text.splitlines())} lines"]
        for line in shown:
            self.tape.line(f"{NARRATION}  {line}".rstrip())

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that stands in a file once."""
        text = Path(path).read_bytes().decode()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        self.write(path, text.replace(old, new))

    def rename(self, path: str, new: str) -> None:
        """Give a file another name."""
        Path(new).parent.mkdir(parents=True, exist_ok=True)
        Path(path).rename(new)
        self.tell(f"{path} is renamed to {new}.")

    def remove(self, path: str) -> None:
        """Remove a file."""
        Path(path).unlink()
        self.tell(f"{path} is removed.")

    def run(self, command: str, code: int = 0, *, typed: str | None = None, piped: str | None = None) -> str:
        """Run a command; record what it printed, how it ended and what it asked of the service; return its stdout.

        `typed` is what a person answers on a terminal; `piped` what stands on standard input.
        """
        before = len(self.emulator.exchanges)
        self.tape.line()
        self.tape.line(f"$ reconciler {command}" + ("  < typed on a terminal" if typed is not None else ""))
        mark = len(self.tape.text)
        ended = self._play(shlex.split(command), typed, piped)
        said = self.tape.text[mark:]
        self.tape.line(f"exit {ended}")
        sent = [each for each in self.emulator.exchanges[before:] if not each.beside]
        for line in lines(sent):
            self.tape.line(f"wire {line}")
        assert ended == code, f"`{command}` ended with {ended}:\n{self.tape.text[mark:]}"
        self._check(command, said, sent)
        return "".join(line for line in said.splitlines(keepends=True) if not line.startswith(ERROR_MARGIN))

    def run_killed(self, command: str, spec: str, when: str = "before") -> Request:
        """Run a command that is killed before, or after, the service does a request; return that request.

        `spec` is a method and a pattern for the path. Nothing runs after the kill, as with a signal that none can
        catch.
        """
        caught: list[Request] = []

        def kill(request: Request) -> None:
            caught.append(request)
            raise _Killed

        before = len(self.emulator.exchanges)
        self.at(spec, kill, when)
        self.tape.line()
        self.tape.line(f"$ reconciler {command}")
        with pytest.raises(_Killed):
            self._play(shlex.split(command), None, None)
        path, _, query = caught[0].target.partition("?")
        asked = Recorded(caught[0].method, path, dict(parse_qsl(query)), None, 0)
        self.tape.line(f"killed {when} {asked.method} {self.spoken.wire.target(asked)}")
        for line in lines(self.emulator.exchanges[before:]):
            self.tape.line(f"wire {line}")
        return caught[0]

    def quietly(self, *commands: str) -> None:
        """Run commands for the position a story starts from; they have to succeed, and nothing is recorded."""
        for command in commands:
            kept = self.tape
            self.tape = Tape()
            self.run(command)
            self.tape = kept
            self.emulator.left.clear()

    def run_beside(self, command: str) -> None:
        """Run a command in another pipeline while one of ours waits; only that it ran is told."""
        kept, self.tape, self.emulator.beside = self.tape, Tape(), True
        self._play(shlex.split(command), None, None)
        self.tape, self.emulator.beside = kept, False
        self.tell(f"Somebody else's pipeline runs: reconciler {command}")

    # What happens around.

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds
        self.tell(f"{seconds:g} seconds pass.")

    def sleep(self, seconds: float) -> None:
        """Pass the time of our program; what was arranged for meanwhile happens."""
        until = self.time + seconds
        while self.on_sleep and self.on_sleep[0][0] <= until:
            moment, deed = self.on_sleep.pop(0)
            self.time = max(self.time, moment)
            deed()
        self.time = until

    def at(self, spec: str, deed: Callable[[Request], object], when: str = "before") -> None:
        """Arrange a deed for the moment before, or after, the service does the next request of a kind."""
        method, _, path = spec.partition(" ")

        def interject(request: Request, moment: str) -> None:
            if (request.method, moment) == (method, when) and re.search(
                path, unquote(request.target.partition("?")[0])
            ):
                self.emulator.interject = lambda _request, _moment: None
                deed(request)

        self.emulator.interject = interject

    def meanwhile(self, after: float, deed: Any) -> None:
        """Arrange a deed for so many seconds from now, while a command waits."""
        self.on_sleep.append((self.time + after, deed))

    def somebody(self, what: str, deed: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Let somebody else use the service with a client of their own: `deed` is given it, and what follows."""
        self.tell(f"Somebody {what}.")
        return deed(self.emulator.ask, *given, **named)

    def fault(self, what: str, *specs: str) -> None:
        """Let the service fail, in the notation of `reconciler emulator --fault`, with kinds of request as all have."""
        specs = tuple(self._spelt(spec) for spec in specs)
        self.tell(f"From now on {what} ({', '.join(specs)}).")
        for spec in specs:
            self.emulator.inject(parse(spec))

    def mended(self) -> None:
        """Let the service work again."""
        self.emulator.clear_faults()
        self.tell("The service works again.")

    def behaves(self, what: str, **settings: Any) -> None:
        """Let the service behave otherwise from now on."""
        self.settings = {**self.settings, **settings}
        self.emulator.settings = Settings(**self.settings)
        self.tell(what)

    # What can be asked of the world.

    def ids(self, name: str) -> list[str]:
        """The ids that were computed for a name, oldest first, of models that exist."""
        stem = name[:24].rstrip("-")
        return [each for each in self.emulator.states() if each.rpartition("-")[0] == stem]

    def id(self, name: str) -> str:
        """The id of the only model of a name."""
        (found,) = self.ids(name)
        return found

    def text(self, model: str) -> str:
        """The description of a model, without the mark."""
        return self.deeds.text(self.emulator.ask, model)

    def mark(self, model: str) -> str:
        """The mark of a model as the service has it."""
        return self.deeds.mark(self.emulator.ask, model)

    def trained(self, name: str) -> int:
        """How many trainings of a name were begun."""
        return sum(each.creates and each.model.startswith(f"{name}-") for each in self.emulator.exchanges)

    def deleted(self) -> list[str]:
        """The ids of the models our program deleted."""
        return [each.model for each in self.emulator.exchanges if each.deletes]

    def always_served(self, name: str) -> bool:
        """Whether, after each delete of this story, some model of the name was ACTIVE."""
        states = (
            [state for model, state in left.items() if model.startswith(f"{name}-")] for left in self.emulator.left
        )
        return all("ACTIVE" in each for each in states)

    # How it is played.

    def _spelt(self, spec: str) -> str:
        """A fault with its kind of request as this service's emulator calls it."""
        call, _, rest = spec.partition(":")
        return f"{self.spoken.calls.get(call, call)}:{rest}"

    def _play(self, arguments: list[str], typed: str | None, piped: str | None) -> int:
        kept = sys.stdin, sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self.tape.stream(), self.tape.stream(ERROR_MARGIN)
        sys.stdin = StringIO(piped or "") if typed is None else Keyboard(typed, sys.stderr)
        try:
            return main(arguments)
        finally:
            sys.stdin, sys.stdout, sys.stderr = kept

    def _check(self, command: str, said: str, sent: list[Exchange]) -> None:
        """Hold what is true of every command of every story."""
        assert "Traceback" not in said
        assert "this is a bug" not in said
        wrote = any(each.writes for each in sent)
        assert not (wrote and command.split(maxsplit=1)[0] in READS), f"{command} wrote"
        assert not (wrote and said.rstrip().endswith("No changes.")), f"{command} wrote and said `No changes.`"
        assert str(Path.cwd()) not in said, f"{command} names a folder of this machine"
        twice = [each.model for each in self.emulator.exchanges if each.creates and each.again]
        assert not twice, "an id was trained twice"
        assert os.environ["HOME"] not in said

"""The live display: what it draws for which events, in which width."""

import io
import os
import pty
import subprocess
import sys

import pytest
from rich.console import Console as Screen

from reconciler.cli.console import Console
from reconciler.cli.live import LiveDisplay
from reconciler.plan.change import Action
from reconciler.plan.event import Began, Ended, Event, Finished, Progressed, Report, Result, Waited
from reconciler.resource.address import Address
from reconciler.resource.observed import Progress
from tests.cli.conftest import Bench

ONE, TWO = Address("one"), Address("two")
HALF = Progress(19, 38, ((1, 2.5), (19, 0.5)))


def drawn(*events: Event, width: int = 120, height: int = 25) -> str:
    """Draw once after these events."""
    screen = Screen(file=io.StringIO(), width=width, height=height, color_system=None, force_terminal=True)
    display = LiveDisplay(screen)
    for event in events:
        display.show(event)
    with screen.capture() as capture:
        screen.print(display)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue() + capture.get()


def test_a_training() -> None:
    text = drawn(Progressed(ONE, "tunedModels/one-1", HALF, 125.0))
    assert "TunedModel/one ████████░░░░░░░░  50% 19/38 loss █▁ 2.5 -> 0.5 2m05s left" in text
    assert "1 model training, 0s" in text


def test_a_narrow_terminal_has_the_bar_and_the_time() -> None:
    text = drawn(Progressed(ONE, "tunedModels/one-1", HALF, 125.0), width=60)
    assert "50% 2m05s left" in text
    assert "loss" not in text


def test_what_ended_stays_above() -> None:
    text = drawn(
        Began(ONE, Action.CREATE, "tunedModels/one-1"),
        Ended(ONE, Action.CREATE, "tunedModels/one-1", Result.TRAINING),
        Ended(TWO, Action.DELETE, "tunedModels/two-1", Result.FAILED, "no\x1b[2J"),
    )
    assert "✗ TunedModel/two: deleting tunedModels/two-1 failed: no\\x1b[2J" in text
    assert "starting" in text


def test_trouble_is_told() -> None:
    text = drawn(Progressed(ONE, "tunedModels/one-1", Progress(3)), Waited(1, 5.0, "no \u202eanswer"))
    assert r"no answer: no \u202eanswer" in text
    assert "step 3" in text


def test_a_low_terminal_counts_the_rest() -> None:
    many = [Progressed(Address(f"m{n}"), f"tunedModels/m{n}", HALF) for n in range(20)]
    text = drawn(*many, height=10)
    assert "14 not shown" in text


def test_nothing_is_left_at_the_end() -> None:
    text = drawn(Progressed(ONE, "tunedModels/one-1", HALF), Finished(Report(())))
    assert text.strip() == ""


@pytest.mark.parametrize(("variable", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_no_drawing_where_nobody_looks(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", _Terminal())
    monkeypatch.setenv("TERM", "xterm")
    assert Console(0, quiet=False, color="auto", no_color=False).live
    assert not Console(0, quiet=True, color="auto", no_color=False).live
    monkeypatch.setenv(variable, value)
    assert not Console(0, quiet=False, color="auto", no_color=False).live


@pytest.mark.process
def test_the_whole_of_it_on_a_terminal(bench: Bench) -> None:
    bench.declare("one")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "110", "LINES": "30"}
    command = [sys.executable, "-m", "reconciler", "apply"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        seen = read_until(ours, "accepted: ")
        os.write(ours, b"yes\n")
        seen += read_until(ours, "Result: ")
        assert process.wait(30) == 0
    os.close(ours)
    assert "\x1b[32m  + TunedModel/one" in seen
    assert "░" in seen
    assert "1 model training" in seen
    assert "✓" in seen


def read_until(terminal: int, mark: str) -> str:
    """Read what a program writes on a terminal, up to a mark."""
    seen = b""
    while mark.encode() not in seen:
        seen += os.read(terminal, 65536)
    return seen.decode()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

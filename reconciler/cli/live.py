"""Progress on a terminal: a line for each training, drawn over itself, and what else happens above it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console as Screen
from rich.console import Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from reconciler.cli.console import Console
from reconciler.plan.event import Began, Ended, Event, Finished, Progressed, Result, Waited
from reconciler.render.layout import counted
from reconciler.render.neutral import neutral
from reconciler.render.progress import bar, duration, line, sparkline
from reconciler.resource.observed import Progress

REFRESHES = 8
"""Drawings a second."""
ROOMY = 100
"""Columns from which on there is room for the loss curve."""
BESIDE = 2
"""Columns that the spinner takes of its line."""
BAR, CURVE = 16, 12
"""Cells of the bar and of the curve."""
ENDED = {Result.DONE: ("✓", "green"), Result.FAILED: ("✗", "red"), Result.REFUSED: ("!", "red")}


class LiveDisplay:
    """Trainings under way, newest state of each; finished acts are printed above them."""

    def __init__(self, screen: Screen) -> None:
        """Draw on this screen."""
        self._screen = screen
        self._trainings: dict[str, Progressed] = {}
        self._trouble = ""
        self._started = time.monotonic()
        self._spinner = Spinner("dots", style="cyan")

    def show(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case Progressed():
                self._trainings[event.target] = event
            case Ended(result=Result.TRAINING):
                self._trainings[event.target] = Progressed(event.address, event.target, Progress())
            case Ended():
                self._trainings.pop(event.target, None)
                self._say(event)
            case Waited():
                self._trouble = event.trouble
            case Finished():
                self._trainings.clear()
            case Began():
                pass

    def __rich__(self) -> RenderableType:
        """Draw everything anew."""
        if not self._trainings:
            return Text("")
        roomy = self._screen.width >= ROOMY
        table = Table.grid(padding=(0, 1))
        shown = max(1, self._screen.height - 4)
        for progressed in list(self._trainings.values())[:shown]:
            table.add_row(*_cells(progressed, roomy=roomy))
        elapsed = duration(time.monotonic() - self._started)
        status = f" {counted(len(self._trainings), 'model')} training, {elapsed}"
        more = f"; {len(self._trainings) - shown} not shown" if len(self._trainings) > shown else ""
        trouble = f"; no answer: {neutral(self._trouble)}" if self._trouble else ""
        told = Text(status + more + trouble, style="dim")
        told.truncate(self._screen.width - BESIDE, overflow="ellipsis")  # the spinner would wrap it
        self._spinner.update(text=told)
        return Group(table, self._spinner)

    def _say(self, event: Ended) -> None:
        """Print how an act ended, above what is still under way."""
        sign, colour = ENDED.get(event.result, ("·", "dim"))
        self._screen.print(Text.assemble((sign, colour), " ", line(event) or ""), soft_wrap=True)


@contextmanager
def live(console: Console) -> Iterator[LiveDisplay]:
    """Draw on stderr until the run is over; nothing of the drawing stays."""
    screen = Screen(
        file=sys.stderr,
        no_color=not console.coloured(sys.stderr),
        force_terminal=True,
        highlight=False,
        markup=False,
        emoji=False,
    )
    display = LiveDisplay(screen)
    with Live(display, console=screen, refresh_per_second=REFRESHES, transient=True, redirect_stdout=False):
        yield display


def _cells(event: Progressed, *, roomy: bool) -> list[Text]:
    """One training: address, bar, percent, steps, loss, time left."""
    progress = event.progress
    percent = progress.percent
    begun = progress.step > 0
    cells = [
        Text("…", style="cyan"),
        Text(str(event.address), no_wrap=True, overflow="ellipsis"),
        Text(bar(progress, BAR), style="cyan", no_wrap=True),
        Text(f"{int(percent):>3}%" if percent is not None else "", no_wrap=True),
    ]
    if roomy:
        steps = f"{progress.step}/{progress.total}" if progress.total else f"step {progress.step}"
        cells.append(Text(steps if begun else "starting", style="dim", no_wrap=True))
        curve = sparkline([loss for _, loss in progress.losses], CURVE)
        cells.append(Text(f"loss {curve}" if curve else "", no_wrap=True))
    left = "" if event.remaining is None else f"{duration(event.remaining)} left"
    cells.append(Text(left, style="dim", no_wrap=True))
    return cells

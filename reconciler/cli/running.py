"""Events of a run on their way to the person: drawn live, as lines, or as JSON; and the report at the end."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from reconciler.cli.console import Console
from reconciler.plan.event import Event, Finished, Report
from reconciler.render.json_output import event_line, version_line
from reconciler.render.progress import Heard, hear


class Display(Protocol):
    """Shows what happens."""

    def show(self, event: Event) -> None:
        """Take the next event."""
        ...


def follow(events: Iterable[Event], console: Console, output: str) -> Report:
    """Show every event of a run; give its report."""
    if output == "json":
        console.print(version_line())
    report = Report(())
    with _display(console, output) as display:
        for event in events:
            display.show(event)
            if output == "json":
                console.print(event_line(event))
                sys.stdout.flush()
            if isinstance(event, Finished):
                report = event.report
    return report


class Lines:
    """One line an event on stderr, and few of them."""

    def __init__(self, console: Console) -> None:
        """Nothing was told yet."""
        self._console = console
        self._heard = Heard()

    def show(self, event: Event) -> None:
        """Write a line if this event is worth one."""
        self._heard, line = hear(self._heard, event)
        if line is not None:
            self._console.say(line)


@contextmanager
def _display(console: Console, output: str) -> Iterator[Display]:
    """A live display on a terminal; lines everywhere else."""
    if not console.live or output == "json":
        yield Lines(console)
        return
    from reconciler.cli.live import live

    with live(console) as display:
        yield display

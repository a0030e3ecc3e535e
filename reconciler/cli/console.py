"""Where a command writes: results on stdout, everything else on stderr; in colour or not, as wide as the terminal."""

import logging
import os
import shutil
import sys
from dataclasses import dataclass
from typing import TextIO

import click

from reconciler.cli import options
from reconciler.cli.options import Command, option, packed
from reconciler.errors import Diagnostic, UsageError
from reconciler.render.neutral import neutral
from reconciler.render.style import ANSI, PLAIN, Style

PIPED_WIDTH = 120
"""Columns of text that goes into a file or a log."""


@dataclass(frozen=True, slots=True)
class Console:
    """The two streams of this run, as the person wants them."""

    verbose: int
    quiet: bool
    color: str
    no_color: bool

    def print(self, text: str) -> None:
        """Write a result, as it is."""
        sys.stdout.write(text)

    def say(self, text: str) -> None:
        """Write a line about the run; nothing when it is to be quiet."""
        if not self.quiet:
            self.insist(text)

    def insist(self, text: str) -> None:
        """Write a line that even a quiet run shows."""
        sys.stdout.flush()
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def warn(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Show findings that stop nothing."""
        for diagnostic in diagnostics:
            self.say(neutral(diagnostic.line))

    def style(self, stream: TextIO) -> Style:
        """Colours of a stream: asked for, or a terminal that nobody asked to stay plain."""
        return ANSI if self.coloured(stream) else PLAIN

    def coloured(self, stream: TextIO) -> bool:
        """Decide by flag, then NO_COLOR and FORCE_COLOR (no-color.org, force-color.org), then the kind of stream."""
        if self.no_color or self.color == "never":
            return False
        if self.color == "always":
            return True
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"

    def width(self, stream: TextIO, piped: int = PIPED_WIDTH) -> int:
        """Columns to write in: the terminal's, or `piped` where there is none."""
        return shutil.get_terminal_size().columns if stream.isatty() else piped

    @property
    def live(self) -> bool:
        """Whether progress may be drawn over itself."""
        return sys.stderr.isatty() and not in_ci() and os.environ.get("TERM") != "dumb" and not self.quiet

    def ask(self, question: str) -> str:
        """Ask on the terminal; give the answer without the blanks around it."""
        sys.stderr.write(question)
        sys.stderr.flush()
        return sys.stdin.readline().strip()

    @property
    def answers(self) -> bool:
        """Whether somebody is there to answer."""
        return sys.stdin.isatty() and not in_ci()

    def confirm(self, question: str, otherwise: str, *, yes: bool) -> bool:
        """Ask for a `yes`; raise UsageError where nobody can answer, naming what to give instead."""
        if yes:
            return True
        if not self.answers:
            raise UsageError("this changes the remote, and there is no terminal to ask on", otherwise)
        return self.ask(f"{question} Only 'yes' is accepted: ") == "yes"


def in_ci() -> bool:
    """Whether a pipeline runs this: every CI service sets CI."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def with_console(function: Command) -> Command:
    """Give a command its `console`, and logging as loud as asked for."""
    switches = (
        option("-v", "--verbose", count=True, help="Log requests to stderr; -vv more, with tracebacks of bugs."),
        option("-q", "--quiet", is_flag=True, help="Neither progress nor warnings."),
        option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Colours; auto: on a terminal, unless NO_COLOR is set.",
        ),
        option("--no-color", is_flag=True, help="The same as --color never."),
    )
    return packed("console", _console, options.names(Console), *switches)(function)


class _Stderr(logging.Handler):
    """Writes log records to stderr as it is at that moment, so that a live display can put them above itself."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        sys.stderr.write(neutral(f"{record.name}: {record.getMessage()}") + "\n")


def _console(**values: object) -> Console:
    """Set up logging on the way: warnings always, more when asked for, for this run alone."""
    console = Console(**values)  # type: ignore[arg-type]  # click has converted them as the options say
    logger = logging.getLogger("reconciler")
    logger.handlers = [_Stderr()]
    logger.setLevel((logging.WARNING, logging.INFO, logging.DEBUG)[min(console.verbose, 2)])
    return console

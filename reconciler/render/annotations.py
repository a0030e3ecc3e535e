"""Findings as GitHub shows them beside the lines of a pull request: workflow commands in the log of a job.

`::error file=F,line=L,col=C,title=T::message`. A step gets ten annotations of each level and a job fifty (limits of
GitHub Actions, as actions/toolkit's docs/problem-matchers.md has them); what comes later is dropped in silence. So the
last of them counts those that are left out. The runner ends values at `:` and `,`, and lines at CR and LF, unless they
are written as the runner's ActionCommand reads them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import TypeAlias

from reconciler.errors import Diagnostic, Origin
from reconciler.render.neutral import neutral

MOST = 10
"""Annotations of one level that GitHub shows for a step."""
LONGEST = 4000
"""Characters of a message that are told."""
_COMMAND = re.compile(r"^\W*::|##\[", re.MULTILINE)
"""What the runner may take for a command: `::` behind blanks, and the older form anywhere in a line."""

Locate: TypeAlias = Callable[[str], str]
"""From a file as we name it to its path from the root of the repository, with `/`; empty if it lies elsewhere."""


class Level(Enum):
    """How severe an annotation is, by the name of its command; the most severe first."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something to say beside a line. An empty origin: beside none."""

    level: Level
    message: str
    title: str = ""
    origin: Origin = Origin("")


def of(diagnostic: Diagnostic) -> Annotation:
    """A finding in the user's files as an annotation; its title is the rule that found it."""
    level = Level.ERROR if diagnostic.severity == "error" else Level.WARNING
    advice = f"; {diagnostic.advice}" if diagnostic.advice else ""
    return Annotation(level, f"{diagnostic.message}{advice}", diagnostic.rule, diagnostic.origin)


def commands(annotations: Iterable[Annotation], locate: Locate) -> str:
    """Write the lines for the log: by level, each level in the order given, as many as are shown."""
    given = list(annotations)
    shown = (each for level in Level for each in _most([one for one in given if one.level is level]))
    return "".join(f"{_command(each, locate)}\n" for each in shown)


def verbatim(text: str) -> str:
    """Write a text into the log so that none of its lines is a command, whatever people have written.

    Where one could be, commands are stopped until a word comes that the text cannot hold: its own SHA-256.
    """
    if not _COMMAND.search(text):
        return text
    word = sha256(text.encode(errors="backslashreplace")).hexdigest()
    return f"::stop-commands::{word}\n{text}::{word}::\n"


def _most(annotations: Sequence[Annotation]) -> Iterator[Annotation]:
    """As many of one level as are shown; the last one counts the rest."""
    if len(annotations) <= MOST:
        yield from annotations
        return
    yield from annotations[: MOST - 1]
    yield Annotation(annotations[0].level, f"and {len(annotations) - MOST + 1:,} more: see the log of this step")


def _command(annotation: Annotation, locate: Locate) -> str:
    """One annotation. One whose file is not in the repository names it in its message."""
    origin, message = annotation.origin, annotation.message
    file = locate(origin.file) if origin.file else ""
    place = {"file": file, "line": origin.line, "col": origin.column} if file else {}
    if origin.file and not file:
        message = f"{origin}: {message}"
    properties = {**place, "title": annotation.title}
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value)
    return f"::{annotation.level.value}{f' {told}' if told else ''}::{_data(neutral(message[:LONGEST]))}"


def _data(text: str) -> str:
    """Write a message so that it stays in its line."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Write a value so that it stays in its property."""
    return _data(neutral(text)).replace(":", "%3A").replace(",", "%2C")

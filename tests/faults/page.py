"""docs/faults*.md: how the table of faults is written, and read back. What stands there was measured, or counted."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from tests.faults.cell import Outcome, quoted
from tests.faults.damage import FAULTS, Fault
from tests.faults.service import Column, service

ANY = "whatever the fault"
STORY = "| *"
MEANWHILE = """\
## While it runs

Not the answers are wrong here but the world is another one than a moment ago. `then` is how often apply was run after
it until everything was as declared.

| what happens | command | ends | then | what is said |
|---|---|---|---|---|"""
COUNTS = ("runs", "hit", "trained", "twice", "lost")
"""What is counted of every cell, as `Outcome.counts` has it."""
AROUND = (
    (re.compile(r"^The run was given up: (.*?)(?:; gave up after 20 failed looks)?$"), True),
    (re.compile(r"^GRANTS_LOST: grants could not be copied from \S+ to \S+, so it stays: (.*)$"), True),
    (re.compile(r"^the training failed; why could not be asked: (.*?)(?:\.|; fix the cause and `[^`]+`)?$"), False),
    (re.compile(r"^(?:The tuning job failed: .*|the training failed; the service no longer tells why.*)()$"), False),
)
"""Sentences around those of a fault, and whether what stands inside is one of those, whole."""

INTRO = """\
{title}

This page is written by its test (`make bless`), and compared with what really happens by every `make test` in part and
by every `make soak` as a whole. Real processes of `reconciler` talk over real sockets to a server that keeps its word
to the emulator, and not to its client: it answers one kind of request with one kind of fault, once or from then on.

What holds in every cell, or the test fails:

- The run ends by itself, with a documented exit code, and says what is wrong; no traceback.
- `plan` and `wait` write nothing.
- After `apply`, the fault is mended and apply is run again where it did not end 0: at most twice, and `plan` prints
  `No changes.`
- By the service's own log: each training was begun once, and after each delete a model of that name was ACTIVE.
{secret}

## How to read a cell

`once / always`: first the fault hits one request; then that one and every later one of the same verb and resource.

| cell | the run |
|---|---|
| `0` | asked again, now or at its next look, got its answer, and did everything |
| `0w` | did everything without that answer, or found out otherwise |
| `1` | ended in an error before it began anything, or was given up |
| `3` | left trainings running |
| `4` | was refused everything that was left to do |
| `5` | did a part; what failed or was refused is named |
| `+1` | apply was run once more, and then everything was as declared |

{does}

A 404 is believed: so a service says that somebody else deleted a model. Where it was a lie, the next plan shows the
model again.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One fault at every kind of request of a command."""

    command: str
    fault: str
    cells: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def harmless(self) -> bool:
        """Whether nothing was trained twice, and no model lost."""
        figures = dict(zip(COUNTS, self.counts, strict=True))
        return figures["twice"] == figures["lost"] == 0

    def line(self) -> str:
        """The row as it stands in the table."""
        return f"| {' | '.join((self.fault, *self.cells, *map(str, self.counts)))} |"


def row(command: str, fault: Fault, outcomes: Sequence[tuple[Outcome, Outcome]]) -> Row:
    """Make a row of what happened in its cells: once, and always."""
    cells = tuple(f"{once.text} / {always.text}" for once, always in outcomes)
    every = [outcome for pair in outcomes for outcome in pair]
    return Row(command, fault.name, cells, tuple(sum(each.counts[name] for each in every) for name in COUNTS))


def write(rows: Iterable[Row], messages: Mapping[str, Sequence[str]], stories: Sequence[str]) -> str:
    """Write the page: rows in the order of the faults, the lines of stories, and for each fault what was said."""
    rows = list(rows)
    about = service()
    parts = [INTRO.format(title=about.title, secret=about.secret, does=about.does)]
    for command, columns in about.columns.items():
        parts.append("\n".join(_table(command, columns, [each for each in rows if each.command == command])) + "\n")
    parts.append("\n".join([MEANWHILE, *stories]) + "\n")
    parts.append("\n".join(_said(messages)) + "\n")
    parts.append("\n".join(_totals(rows, stories)) + "\n")
    return "\n".join(parts)


def read(text: str) -> tuple[list[Row], dict[str, list[str]], list[str]]:
    """Read rows, messages and stories back."""
    rows: list[Row] = []
    stories: list[str] = []
    messages: dict[str, list[str]] = {}
    command = fault = ""
    for line in text.splitlines():
        if heading := re.match(r"## `(\w+)`", line):
            command = heading[1]
        elif line.startswith("## "):
            command = ""
        elif heading := re.match(r"\*\*(.+)\*\*$", line):
            fault = heading[1]
            messages[fault] = []
        elif line.startswith("- `` ") and fault:
            messages[fault].append(line.removeprefix("- `` ").removesuffix(" ``"))
        elif line.startswith("| ") and command and (name := line.split(" | ")[0].removeprefix("| ")) in FAULTS:
            found = line.removesuffix(" |").split(" | ")[1:]
            counts = tuple(map(int, found[-len(COUNTS) :]))
            rows.append(Row(command, name, tuple(found[: -len(COUNTS)]), counts))
        elif line.startswith(STORY) and not fault:
            stories.append(line)
        if line.startswith("## In sum"):
            fault = ""
    return rows, messages, stories


def apart(message: str) -> tuple[str, str]:
    """Take a message apart: what is said around any fault, and what is said of this one; either may be empty."""
    for pattern, inside in AROUND:
        if found := pattern.match(message):
            start, end = found.span(1)
            return f"{message[:start]}{'…' if end > start else ''}{message[end:]}", found[1] if inside else ""
    return "", message


def _table(command: str, columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[str]:
    yield f"## `{command}`"
    yield ""
    for column in columns:
        yield f"- **{column.head}**: `{column.kind.replace(service().here, '')}`, {column.says}"
    for group, faults in groupby(FAULTS.values(), lambda fault: fault.group):
        names = [fault.name for fault in faults]
        yield ""
        yield f"| {group.lower()} | {' | '.join(column.head for column in columns)} | {' | '.join(COUNTS)} |"
        yield "|" + "---|" * (1 + len(columns) + len(COUNTS))
        yield from (each.line() for name in names for each in rows if each.fault == name)


def _said(messages: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield "## What is said"
    yield ""
    yield "Every explanation of an exit code that is not 0, by fault, without ids, ports and keys."
    for name in FAULTS:
        yield ""
        yield f"**{name}**"
        yield ""
        yield from (f"- {quoted(text)}" for text in messages.get(name, ()))
    yield ""
    yield f"**{ANY}**"
    yield ""
    yield "These stand around them, and tell what became of it:"
    yield ""
    yield from (f"- {quoted(text)}" for text in messages.get(ANY, ()))


def _totals(rows: Sequence[Row], stories: Sequence[str]) -> Iterator[str]:
    sums = dict(zip(COUNTS, map(sum, zip(*(each.counts for each in rows), strict=True)), strict=True))
    yield "## In sum"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| faults | {len({each.fault for each in rows})} |"
    yield f"| kinds of request | {sum(map(len, service().columns.values()))} |"
    yield f"| cells, each once and always | {sum(len(each.cells) for each in rows):,} |"
    yield f"| things that happen meanwhile | {len(stories)} |"
    yield f"| runs of the command in the cells | {sums['runs']:,} |"
    yield f"| requests hit by a fault | {sums['hit']:,} |"
    yield f"| trainings begun | {sums['trained']:,} |"
    yield f"| trainings begun twice | {sums['twice']} |"
    yield f"| serving models lost | {sums['lost']} |"

"""Lines and columns. Every line that a person reads passes through here, so this is where text is neutralised."""

import textwrap
from collections.abc import Iterable, Sequence

from reconciler.render.neutral import neutral

NARROWEST = 40
"""Columns. A narrower terminal gets lines made for this many."""


def flow(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Break a text into lines of `width` columns at spaces only: ids and addresses stay whole, however long.

    `first` begins the first line, `rest` every other one.
    """
    return textwrap.wrap(
        neutral(text),
        max(width, NARROWEST),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def pack(entries: Iterable[str], width: int, margin: str, gap: str = "   ") -> list[str]:
    """Put entries side by side as long as they fit; an entry is never broken."""
    lines: list[str] = []
    for entry in map(neutral, entries):
        if lines and len(longer := f"{lines[-1]}{gap}{entry}") <= max(width, NARROWEST):
            lines[-1] = longer
        else:
            lines.append(margin + entry)
    return lines


def table(rows: Sequence[Sequence[str]], gap: str = "  ") -> list[str]:
    """Pad cells to columns as wide as their widest cell; all rows have as many cells as the first. No line wraps."""
    clean = [[neutral(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*clean, strict=True)]
    return [gap.join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)).rstrip() for row in clean]


def counted(number: int, noun: str) -> str:
    """Write a number and its noun: `1 model`, `2,000 models`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

"""One row of training data: the example it holds, or why it holds none."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from reconciler.resource.dataset import Example
from reconciler.source import conflict
from reconciler.source.wording import shown

INPUT_FIELD, OUTPUT_FIELD = "text_input", "output"
"""Where a pair has its two texts, unless the manifest names other fields."""

CONTENTS, MESSAGES = "contents", "messages"
"""Where a conversation has its turns: here, and in the format of other services."""

MARK = b"\xef\xbb\xbf"
"""The byte order mark in UTF-8, which some programs put before the first row."""

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes of one line of JSONL, characters of one of a table; a whole request is half as long."""


class Flaw(NamedTuple):
    """Why a row, or all that follows it, cannot be read."""

    message: str
    advice: str = ""


UNMERGED = Flaw(conflict.MESSAGE, conflict.ADVICE)
"""A line that git wrote."""

Row: TypeAlias = tuple[int, int, Example | Flaw]
"""Line and column that a row begins at (column 0 where a row has whole lines), and the row."""


def listed(names: Sequence[str]) -> str:
    """Name what is there, the first few of it."""
    return ", ".join(map(shown, names[:10])) if names else "none"


def missing_fields(missing: Sequence[str], present: str, left: str) -> Flaw:
    """Say which fields are missing, which are `present`, and how to name others."""
    lacks = " and no ".join(map(shown, missing))
    options = " and ".join(f"{'inputField' if name == left else 'outputField'}: NAME" for name in missing)
    return Flaw(f"has no {lacks}; it has {present}", f"name the right one with {options}")


def not_utf8(offset: int) -> Flaw:
    """Say at which byte of the file the text ends that is UTF-8."""
    return Flaw(f"is not UTF-8 at byte {offset:,} of the file", "save it as UTF-8")

"""Untrusted text in Markdown: only ever inside of code, fenced by more backticks than it holds.

Inside of code nothing is a link, a picture, a mention of a person, a reference to an issue, or HTML (CommonMark 0.31,
sections 4.5 and 6.1; GitHub and GitLab look for their own references outside of code only).
"""

import html
import re
from collections.abc import Iterable

from reconciler.render.neutral import neutral

SHORTEST = 3
"""Backticks of a fence around lines that hold none."""
_WORD = r"(?!\S*(?:gh-|\b[0-9a-f]{7,40}\b))(?:[0-9]+(?:[.,][0-9]+)*|[a-z0-9]+(?:['-][a-z0-9]+)*)[.,:;]?"
_HARMLESS = re.compile(rf"(?![0-9]+\.\s){_WORD}(?: {_WORD})*", re.IGNORECASE)
"""Words and numbers in which neither Markdown nor a host finds anything: no list, link, issue or commit."""
_ADDRESS = re.compile(r"https://[A-Za-z0-9./_~?&=%:#+-]+")


def code(text: str) -> str:
    """Write a text as a code span."""
    text = neutral(text)
    ticks = "`" * (_longest(text) + 1)
    pad = " " if text.strip(" ") and (text[0] in "` " or text[-1] in "` ") else ""
    return f"{ticks}{pad}{text or ' '}{pad}{ticks}"


def tag(text: str) -> str:
    """Write a text as code between HTML tags, where Markdown is not read."""
    return f"<code>{html.escape(neutral(text))}</code>"


def prose(text: str) -> str:
    """Write a sentence as it is if nothing in it could mean something else, and as a code span if not."""
    return text if _HARMLESS.fullmatch(text) else code(text)


def place(text: str) -> str:
    """Write where something is: as a link if it is a plain address."""
    return f"<{text}>" if _ADDRESS.fullmatch(text) else code(text)


def block(lines: Iterable[str], language: str = "") -> str:
    """Write lines as a fenced block."""
    clean = [neutral(line) for line in lines]
    fence = "`" * max(SHORTEST, max(map(_longest, clean), default=0) + 1)
    return "\n".join((f"{fence}{language}", *clean, fence))


def _longest(text: str) -> int:
    """The length of the longest run of backticks."""
    return max(map(len, re.findall("`+", text)), default=0)

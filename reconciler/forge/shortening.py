"""A Markdown text cut to what a host takes: whole blocks from its head, its last block, and where the rest is.

It is cut between blocks only, where neither a fence nor a `<details>` is open: what is left renders as it did before.
"""

import re
from collections.abc import Iterator

from reconciler.render.budget import size
from reconciler.render.fence import place

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_DETAILS = re.compile(r"<(/?)details\b", re.IGNORECASE)
_GAP = "\n\n"


def shortened(text: str, limit: int, whole: str = "") -> str:
    """Give `text` in at most `limit` characters; `whole` says where all of it is, if it has to be cut."""
    if size(text) <= limit:
        return text
    at = f" All of it: {place(whole)}." if whole else ""
    note = f"**Cut to {limit:,} characters.**{at}"
    *blocks, tail = _blocks(text)
    last = [note, tail] if size(note + _GAP + tail) <= limit else [note]
    room = limit - size(_GAP.join(last))
    kept: list[str] = []
    for block in blocks:
        room -= size(block + _GAP)
        if room < 0:
            break
        kept.append(block)
    return _GAP.join([*kept, *last])


def _blocks(text: str) -> Iterator[str]:
    """Split at blank lines at which nothing is open."""
    block: list[str] = []
    fence, depth = "", 0
    for line in text.splitlines():
        if not line.strip() and not fence and not depth:
            if block:
                yield "\n".join(block)
            block = []
            continue
        block.append(line)
        fence, outside = _fenced(fence, line)
        if outside:
            depth = max(0, depth + sum(-1 if end else 1 for end in _DETAILS.findall(line)))
    if block:
        yield "\n".join(block)


def _fenced(fence: str, line: str) -> tuple[str, bool]:
    """The fence that is open after a line, empty for none, and whether the line stands outside of any.

    A fence is closed by at least as many of its own characters and nothing else (CommonMark 0.31, section 4.5).
    """
    found = _FENCE.fullmatch(line)
    if fence:
        closes = found and found[1].startswith(fence) and not found[2].strip()
        return ("" if closes else fence), False
    return (found[1], False) if found else ("", True)

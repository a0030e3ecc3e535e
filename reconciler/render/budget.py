"""As much as fits: pieces in several forms, longer ones for what matters most.

A host refuses a comment that is too long, and then nobody reads anything. So what does not fit whole is told shorter.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple


class Round(NamedTuple):
    """Give pieces (by number, None: all) a form, as long as this share of the room that is left is not used up."""

    form: int
    share: float = 1.0
    pieces: Collection[int] | None = None


def size(text: str) -> int:
    """Count as the strictest hosts do: in UTF-16 code units, as JavaScript and Java measure text."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(pieces: Sequence[Sequence[str]], room: int, rounds: Sequence[Round]) -> list[int]:
    """Choose a form of each piece, so that all of them together have at most `room` characters.

    Form 0 is what a piece has if nothing fits. Where all fit in their last form, they have that; else the rounds are
    gone through, and the pieces of each in their order.
    """
    sizes = [[size(form) for form in piece] for piece in pieces]
    if sum(forms[-1] for forms in sizes) <= room:
        return [len(forms) - 1 for forms in sizes]
    chosen = [0] * len(pieces)
    left = room - sum(forms[0] for forms in sizes)
    for each in rounds:
        spare = int(left * each.share)
        for number in range(len(pieces)) if each.pieces is None else each.pieces:
            more = sizes[number][each.form] - sizes[number][chosen[number]]
            if each.form > chosen[number] and more <= spare:
                chosen[number], left, spare = each.form, left - more, spare - more
    return chosen

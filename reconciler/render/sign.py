"""The sign in front of every row of a plan, and the legend that explains the signs in use."""

from collections.abc import Iterable
from enum import Enum
from typing import assert_never

from reconciler.plan.change import Action, Change
from reconciler.render.style import Tone
from reconciler.resource.reason import Reason

ADOPTED = frozenset({Reason.MARK_LOST, Reason.FORMER_OWNER})
"""Reasons of an update that makes a model ours (again)."""


class Sign(Enum):
    """A sign, its word in headlines, what the legend says of it, and its tone."""

    NONE = ("", "unchanged", "", Tone.PLAIN)
    IGNORED = (" ", "ignored", "", Tone.PLAIN)
    CREATE = ("+", "create", "create", Tone.CREATE)
    UPDATE = ("~", "update", "update in place", Tone.UPDATE)
    REPLACE = ("+/-", "replace", "create, then delete the old one", Tone.REPLACE)
    DELETE = ("-", "delete", "delete", Tone.DELETE)
    ADOPT = ("<=", "adopt", "adopt", Tone.UPDATE)
    FORGET = (".", "forget", "forget: the model stays, without our mark", Tone.UPDATE)
    WAIT = ("…", "training", "training", Tone.WAIT)
    REFUSED = ("!", "refused", "refused", Tone.REFUSED)

    def __init__(self, symbol: str, word: str, legend: str, tone: Tone) -> None:
        """Name the parts."""
        self.symbol = symbol
        self.word = word
        self.legend = legend
        self.tone = tone


def sign(change: Change) -> Sign:
    """Choose the sign of a row."""
    if change.refused:
        return Sign.REFUSED
    match change.action:
        case Action.NOOP:
            return Sign.IGNORED if change.ignores else Sign.NONE
        case Action.WAIT:
            return Sign.WAIT
        case Action.UPDATE if change.strips:
            return Sign.FORGET
        case Action.UPDATE:
            return Sign.ADOPT if ADOPTED & set(change.reasons) else Sign.UPDATE
        case Action.CREATE:
            return Sign.CREATE
        case Action.REPLACE:
            return Sign.REPLACE
        case Action.DELETE:
            return Sign.DELETE
        case _:
            assert_never(change.action)


def legend(signs: Iterable[Sign]) -> str:
    """Explain the signs in use, in one order always; empty if there is nothing to explain."""
    used = set(signs)
    return "   ".join(f"{each.symbol} {each.legend}" for each in Sign if each in used and each.legend)

"""The sign in front of every row of a plan, and the legend that explains the signs in use."""

from collections.abc import Iterable, Mapping
from enum import Enum

from reconciler.plan.change import Action, Change
from reconciler.render.style import Tone
from reconciler.resource.reason import Reason

ADOPTED = frozenset({Reason.MARK_LOST, Reason.FORMER_OWNER, Reason.REQUESTED})
"""Reasons of an update that makes a model ours (again); only an import is an update on request."""


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


SIGNS: Mapping[Action, Sign] = {
    Action.NOOP: Sign.NONE,
    Action.WAIT: Sign.WAIT,
    Action.UPDATE: Sign.UPDATE,
    Action.CREATE: Sign.CREATE,
    Action.REPLACE: Sign.REPLACE,
    Action.DELETE: Sign.DELETE,
}
"""The sign of each action, where nothing about the row says more."""


def sign(change: Change) -> Sign:
    """Choose the sign of a row."""
    if change.refused:
        return Sign.REFUSED
    if change.action is Action.NOOP and change.ignores:
        return Sign.IGNORED
    if change.action is Action.UPDATE and change.strips:
        return Sign.FORGET
    if change.action is Action.UPDATE and ADOPTED & set(change.reasons):
        return Sign.ADOPT
    return SIGNS[change.action]


def legend(signs: Iterable[Sign]) -> list[str]:
    """Explain the signs in use, one entry each, in one order always."""
    used = set(signs)
    return [f"{each.symbol} {each.legend}" for each in Sign if each in used and each.legend]

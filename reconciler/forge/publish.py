"""One comment, brought up to date in place, whatever happened before and whoever else posts at this moment.

Only comments that begin with our marker and were written by our own account are ever touched. Of several, which a race
or a lost answer may leave, the oldest stays, so that everybody keeps the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from reconciler.errors import NotFound, RemoteError, Unreachable
from reconciler.forge.comment import Comment, Thread, TooLong, marked, marker
from reconciler.forge.shortening import shortened

ATTEMPTS = 3
"""How often a comment is looked for anew, after an answer was lost or somebody removed it under our hands."""
SHORTER = (1, 2, 8)
"""Parts of its own limit that a forge is tried with when it refuses a text as too long."""


class Outcome(Enum):
    """What became of our comment."""

    POSTED = "posted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Published:
    """How it ended: the comment that stands now, if any, and how many of ours were removed."""

    outcome: Outcome
    comment: Comment | None = None
    removed: int = 0


def publish(thread: Thread, name: str, text: str, *, whole: str = "", begin: bool = True) -> Published:
    """Let the comment of this name say `text`; `whole` tells where all of it is, should it have to be cut.

    Without `begin` a comment that exists is brought up to date, but none is begun. Raises what the forge refuses.
    """
    mark = marker(name)
    for part in SHORTER[:-1]:
        try:
            return _published(thread, mark, _body(mark, text, thread.limit // part, whole), begin)
        except TooLong:
            continue
    return _published(thread, mark, _body(mark, text, thread.limit // SHORTER[-1], whole), begin)


def withdraw(thread: Thread, name: str) -> Published:
    """Remove the comment of this name."""
    ours = _ours(thread, marker(name), thread.me())
    for comment in ours:
        thread.delete(comment)
    return Published(Outcome.DELETED if ours else Outcome.ABSENT, None, len(ours))


def _published(thread: Thread, mark: str, body: str, begin: bool) -> Published:  # noqa: FBT001  (private, passed on)
    """Find our comment, or begin it; look again when it is not known what became of it."""
    me, begun = thread.me(), False
    trouble: RemoteError = NotFound("the comment is removed as often as it is posted", "find out by whom")
    for _ in range(ATTEMPTS):
        ours = _ours(thread, mark, me)
        if not ours and not begin:
            return Published(Outcome.ABSENT)
        if not ours:
            begun = True
            try:
                created = thread.create(body)
            except Unreachable as error:  # it may have arrived
                trouble = error
                continue
            ours = _ours(thread, mark, me) or [created]  # somebody else may have begun one at the same moment
        if settled := _settled(thread, ours, body, begun=begun):
            return settled
    raise trouble


def _settled(thread: Thread, ours: Sequence[Comment], body: str, *, begun: bool) -> Published | None:
    """Let the oldest have the text, then remove the others: at no moment there is none. None if it is gone."""
    kept, *others = ours
    same = _plain(kept.body) == _plain(body)
    if not same:
        try:
            kept = thread.update(kept, body)
        except NotFound:
            return None
    for other in others:
        thread.delete(other)
    changed = Outcome.UNCHANGED if same else Outcome.UPDATED
    return Published(Outcome.POSTED if begun and same else changed, kept, len(others))


def _ours(thread: Thread, mark: str, me: int) -> list[Comment]:
    """Comments with our marker by our own account, oldest first."""
    found = (each for each in thread.comments() if each.author == me and marked(each, mark))
    return sorted(found, key=lambda comment: comment.id)


def _body(mark: str, text: str, limit: int, whole: str) -> str:
    """The text below its marker, within a limit."""
    return f"{mark}\n{shortened(text.strip(), limit - len(mark) - 1, whole)}"


def _plain(body: str) -> str:
    """A body without what forges change about it: line ends, and blanks around it."""
    return body.replace("\r\n", "\n").strip()

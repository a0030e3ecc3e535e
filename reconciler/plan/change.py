"""One row of a plan: what happens to one address, or to one leftover, and why."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, IntEnum
from typing import NamedTuple, assert_never

from reconciler.resource.address import Address
from reconciler.resource.datachange import DataChange
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Grant, Observed, Ownership
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Value


class Action(IntEnum):
    """What is done, ordered by severity. How it is written is `render`'s business."""

    NOOP = 0
    WAIT = 1
    UPDATE = 2
    CREATE = 3
    REPLACE = 4
    DELETE = 5


TRAININGS = (Action.CREATE, Action.REPLACE)
"""Actions that begin a training."""


class Effect(Enum):
    """What one differing field leads to."""

    WRITE = "write"  # patched in place
    MARK = "mark"  # written into the mark of ownership
    RETRAIN = "retrain"  # only a new training can change it
    IGNORED = "ignored"  # left alone, as asked
    NOTE = "note"  # worth knowing, and no reason to act


class FieldChange(NamedTuple):
    """One differing field. `why` says what the field's rule is where that decides the action."""

    path: str
    old: Value | None
    new: Value | None
    effect: Effect
    reason: Reason
    why: str = ""


class Steps(NamedTuple):
    """Training steps of a create. Not exact when the service chooses the batch size: then the most it can be."""

    number: int
    exact: bool = True


class Estimate(NamedTuple):
    """What a training takes: training tokens, seconds, and money in the currency of the prices. None: nobody knows.

    `missing` is what it would take to know the cost.
    """

    tokens: int | None = None
    seconds: int | None = None
    cost: Decimal | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to `address`.

    `target` is the remote name the row is about: the one to be created, or that of `observed`. A refused row does
    nothing; its action is NOOP and `intended` is what it would have been. `supersedes` are the models that go once the
    target is READY; `successor` is the model that must be READY before a superseded one is deleted; `parent` is the
    model that a training starts from; `later` are the fields that are written when it is over. `ownership` is the mark
    that a create or update writes; an update with `strips` removes it. `estimate` is what the training takes, `wasted`
    what those trainings take that it supersedes while they run: see `estimate`. `data` is how its data changed, where
    somebody has looked.
    """

    address: Address
    action: Action
    reasons: tuple[Reason, ...]
    target: str = ""
    desired: Desired | None = None
    observed: Observed | None = None
    fields: tuple[FieldChange, ...] = ()
    supersedes: tuple[Observed, ...] = ()
    successor: str = ""
    parent: str = ""
    later: tuple[FieldChange, ...] = ()
    ownership: Ownership | None = None
    strips: bool = False
    inputs: str = ""
    steps: Steps | None = None
    estimate: Estimate | None = None
    wasted: tuple[Estimate, ...] = ()
    data: DataChange | None = None
    grants: tuple[Grant, ...] = ()
    refused: bool = False
    intended: Action = Action.NOOP
    detail: str = ""
    notes: tuple[str, ...] = ()

    @property
    def writes(self) -> tuple[FieldChange, ...]:
        """The fields that one PATCH will carry."""
        return tuple(f for f in self.fields if f.effect in (Effect.WRITE, Effect.MARK))

    @property
    def completes(self) -> tuple[FieldChange, ...]:
        """Of `writes` those that finish what a creation began: values that the model does not have yet."""
        return tuple(f for f in self.writes if f.effect is Effect.WRITE and f.old is None)

    @property
    def finishes(self) -> bool:
        """Whether the row only waits for a training, and writes what that could not be told."""
        return self.action is Action.WAIT and self.writes == self.completes and not self.supersedes and not leaves(self)

    @property
    def remarks(self) -> int:
        """How many things the row has to tell that lead to nothing: notes, and values that the service changed."""
        told = (Reason.SERVER_DEFAULT, Reason.NEXT_TRAINING)
        return len(self.notes) + sum(f.reason in told for f in self.fields)

    @property
    def ignores(self) -> bool:
        """Whether a difference is left alone on request."""
        return Reason.IGNORED in self.reasons or any(f.effect is Effect.IGNORED for f in self.fields)

    @property
    def order(self) -> tuple[Action, bool, Address, str]:
        """Sorting key of plans: the most severe last, next to the counts."""
        return (max(self.action, self.intended), self.refused, self.address, self.target)


def refused(row: Change, reason: Reason, intended: Action, detail: str) -> Change:
    """The same row, refused, with what it would have done."""
    reasons = tuple(dict.fromkeys((reason, *row.reasons)))
    return replace(row, action=Action.NOOP, reasons=reasons, refused=True, intended=intended, detail=detail)


class Act(NamedTuple):
    """One write to the remote, as digests and stale checks see it: no times, no progress, no notes.

    `successor` is the model that a deleted one makes room for, so that losing a model is never taken for replacing it.
    """

    address: str
    verb: str
    name: str
    inputs: str = ""
    fields: tuple[str, ...] = ()
    successor: str = ""


def acts(change: Change) -> tuple[Act, ...]:
    """Every write this row will lead to, now or after a training; none for a refused row."""
    if change.refused:
        return ()
    address = str(change.address)
    superseded = tuple(Act(address, "delete", old.name, successor=change.target) for old in change.supersedes)
    match change.action:
        case Action.CREATE | Action.REPLACE:
            create = Act(address, "create", change.target, change.inputs)
            return (create, *_updates(change, change.later), *superseded)
        case Action.DELETE:
            return (Act(address, "delete", change.target, successor=change.successor), *superseded)
        case Action.WAIT if leaves(change):
            return (Act(address, "delete", change.target, successor=change.successor),)
        case Action.NOOP | Action.WAIT | Action.UPDATE:
            return (*_updates(change, change.writes), *superseded)
        case _:
            assert_never(change.action)


def _updates(change: Change, written: tuple[FieldChange, ...]) -> tuple[Act, ...]:
    """The one PATCH that writes these fields; none without any."""
    fields = tuple(map(_written, written))
    return (Act(str(change.address), "update", change.target, fields=fields),) if fields else ()


def _written(field: FieldChange) -> str:
    """A field as digests see it, with the value that it overwrites: nobody has agreed to lose what was written since.

    Nothing and empty are one, since services leave out what is empty.
    """
    old = "" if field.old in (None, "", ()) else f"{field.old!r}->"
    return f"{field.path}={old}{field.new!r}"


def leaves(change: Change) -> bool:
    """Whether the row is about a model that is deleted in the end, once it has stopped training."""
    return Reason.SUPERSEDED in change.reasons or unwanted(change)


def unwanted(change: Change) -> bool:
    """Whether the row is about a model in whose place nothing comes."""
    return bool({Reason.UNDECLARED, Reason.DESTROYED} & set(change.reasons))


def deletes(change: Change) -> bool:
    """Whether the row deletes the model it is about, now or once it has stopped training."""
    return change.action is Action.DELETE or (change.action is Action.WAIT and leaves(change))

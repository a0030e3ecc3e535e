"""Deleting one model, safely: decided hours ago, checked again in the last second.

Only what the plan showed is deleted, and only while it still carries the mark it carried then. A superseded model goes
only while its successor is READY, after everyone who may use it may use the successor, and while no other run is about
to delete that one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.errors import Refused, RemoteError
from reconciler.plan.change import Change
from reconciler.plan.plan import Plan
from reconciler.providers.port import Provider, Reader
from reconciler.resource.address import Address
from reconciler.resource.identity import names
from reconciler.resource.observed import Mark, Observed, Ownership, Snapshot, State
from reconciler.resource.reason import Reason

GONE = "already gone"
"""What there is to say where another run deleted the model first."""


RECORD = "its training has ended without a model"
"""What there is to say where only the record of a training is left, which nobody can delete."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last look at a model that goes, and at its successor, if it has one."""

    current: Observed
    successor: Observed | None


def remove(row: Change, provider: Provider, *, announced: bool) -> str:
    """Delete the row's model; return what there is to say. Raise Refused when the world has moved.

    `announced`: its mark was made to say that it goes, and has to say so still.
    """

    def still() -> Last | None:
        return look(row, provider, announced=announced)

    last = still()
    if last and last.current.record:
        return RECORD
    grants = provider.capabilities.grants
    if grants and last and last.successor and last.current.state is State.READY:
        last = still() if _handed_over(last.current, last.successor, provider) else None
    if last is None:
        return _gone(row.target, provider)
    provider.delete(last.current, again=still)
    return ""


def look(row: Change, reader: Reader, *, announced: bool = False) -> Last | None:
    """Read the model and its successor; None if it does not show. Raise Refused if it must not go now."""
    now = {observed.name: observed for observed in reader.read([name for name in (row.target, row.successor) if name])}
    current = now.get(row.target)
    if current is None:
        return None
    _check(row, current, announced=announced)
    return Last(current, _counted_on(row, now.get(row.successor)) if row.successor else None)


def going(observed: Observed) -> bool:
    """Whether some run has announced to delete this model."""
    return observed.ownership is not None and observed.ownership.going


def strangers(plan: Plan, rows: Sequence[Change], seen: Snapshot, begun: Iterable[str]) -> Mapping[Address, str]:
    """Addresses of these rows that meanwhile have a model of ours which neither plan nor run knows."""
    known = {c.target for c in plan.changes} | {o.name for c in plan.changes for o in c.supersedes} | set(begun)
    known |= {c.observed.name for c in plan.changes if c.observed}
    found: dict[Address, str] = {}
    # A mere record of a training has no row in plans, and nobody counts on it.
    fresh = [o for o in seen if o.name not in known and o.mark is Mark.VALID and not o.record]
    for observed in fresh:
        mark = observed.ownership
        if mark is None or mark.owner != plan.context.owner:
            continue
        found |= {row.address: observed.name for row in rows if names(mark.name, row.address.name)}
    return found


def unserved(plan: Plan, seen: Snapshot, reader: Reader) -> str:
    """A declared model of the plan that does not serve now, or is about to go; empty if all do.

    What a list does not show as READY is read by itself: lists lag.
    """
    wanted = {row.target for row in plan.changes if row.desired and not row.refused}
    doubtful = wanted - {observed.name for observed in seen if _serves(observed)}
    return min(doubtful - {o.name for o in reader.read(sorted(doubtful)) if _serves(o)}, default="")


def _serves(observed: Observed) -> bool:
    return observed.state is State.READY and not going(observed)


def _gone(name: str, reader: Reader) -> str:
    """Say that a model that could not be read is gone; Refused (STALE) if it is only kept from us."""
    if reader.withheld(name):
        raise Refused(
            Reason.STALE, f"{name} is there and could not be read, so it stays", "apply again, or ask its owner"
        )
    return GONE


def _check(row: Change, current: Observed, *, announced: bool) -> None:
    """Still the model that was planned to go: same mark, and not training."""
    if announced and current.mark is Mark.VALID and not going(current):
        raise Refused(Reason.STALE, f"another run wants {current.name}, so it stays", "plan again")
    if current.mark is not Mark.VALID or _settled(row, current) != _settled(row, row.observed):
        raise Refused(Reason.STALE, f"the mark of {current.name} has changed since this was planned", "plan again")
    if not current.removable and not current.record:
        raise Refused(Reason.STALE, f"{current.name} is {current.state.value.lower()} now", "apply again later")


def _settled(row: Change, observed: Observed | None) -> Ownership | None:
    """What a mark says, apart from the announcement, which may also shorten the name in it."""
    mark = observed.ownership if observed else None
    if mark is None or not names(mark.name, row.address.name):
        return mark
    return replace(mark, name=row.address.name, going=False)


def _counted_on(row: Change, successor: Observed | None) -> Observed:
    """The successor of the model that goes serves, and stays."""
    if successor is None or successor.state is not State.READY:
        raise Refused(Reason.STALE, f"{row.successor} is not READY any more, so {row.target} stays", "plan again")
    if going(successor):
        why = f"another run is about to delete {successor.name}, so {row.target} stays"
        raise Refused(Reason.STALE, why, "plan again")
    return successor


def _handed_over(current: Observed, successor: Observed, provider: Provider) -> bool:
    """Let everyone who may use a model use its successor; False if the model is gone meanwhile."""
    try:
        if grants := provider.grants(current):
            provider.grant(successor, grants)
    except RemoteError as error:
        if not provider.read([current.name]):
            return False
        message = f"grants could not be copied from {current.name} to {successor.name}, so it stays: {error.message}"
        raise Refused(Reason.GRANTS_LOST, message, error.advice) from error
    return True

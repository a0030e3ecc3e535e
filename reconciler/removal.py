"""Deleting one model, safely: decided hours ago, checked again in the last second.

Only what the plan showed is deleted, and only while it still carries the mark it carried then. A superseded model goes
only while its successor is READY, and after everyone who may use it may use the successor.
"""

from collections.abc import Iterable, Mapping, Sequence

from reconciler.errors import Refused, RemoteError
from reconciler.plan.change import Change
from reconciler.plan.plan import Plan
from reconciler.providers.port import Provider, Reader
from reconciler.resource.address import Address
from reconciler.resource.identity import names
from reconciler.resource.observed import Mark, Observed, State
from reconciler.resource.reason import Reason

GONE = "already gone"
"""What there is to say where another run deleted the model first."""


def remove(row: Change, provider: Provider, unknown: Mapping[Address, str]) -> str:
    """Delete the row's model; return what there is to say. Raise Refused when the world has moved."""
    if stranger := unknown.get(row.address):
        raise Refused(Reason.STALE, f"{stranger} appeared at {row.address} since this was planned", "plan again")
    wanted = [name for name in (row.target, row.successor) if name]
    now = {observed.name: observed for observed in provider.read(wanted)}
    current = now.get(row.target)
    if current is None:
        return GONE
    _check(row, current)
    if row.successor and not _handed_over(current, now.get(row.successor), row, provider):
        return GONE
    provider.delete(current)
    return ""


def strangers(plan: Plan, rows: Sequence[Change], reader: Reader, begun: Iterable[str]) -> Mapping[Address, str]:
    """Addresses of these rows that meanwhile have a model of ours which neither plan nor run knows."""
    known = {c.target for c in plan.changes} | {o.name for c in plan.changes for o in c.supersedes} | set(begun)
    known |= {c.observed.name for c in plan.changes if c.observed}
    found: dict[Address, str] = {}
    fresh = [o for o in reader.observe() if o.name not in known and o.mark is Mark.VALID]
    for observed in fresh:
        mark = observed.ownership
        if mark is None or mark.owner != plan.context.owner:
            continue
        found |= {row.address: observed.name for row in rows if names(mark.name, row.address.name)}
    return found


def _check(row: Change, current: Observed) -> None:
    """Still the model that was planned to go: same mark, and not training."""
    planned = row.observed.ownership if row.observed else None
    if current.mark is not Mark.VALID or current.ownership != planned:
        raise Refused(Reason.STALE, f"the mark of {current.name} has changed since this was planned", "plan again")
    if current.state not in (State.READY, State.FAILED):
        raise Refused(Reason.STALE, f"{current.name} is {current.state.value.lower()} now", "apply again later")


def _handed_over(current: Observed, successor: Observed | None, row: Change, provider: Provider) -> bool:
    """The successor serves, and to everyone whom the old model served; False if the old one is gone meanwhile."""
    if successor is None or successor.state is not State.READY:
        raise Refused(Reason.STALE, f"{row.successor} is not READY any more, so {current.name} stays", "plan again")
    if current.state is not State.READY:
        return True
    try:
        if grants := provider.grants(current):
            provider.grant(successor, grants)
    except RemoteError as error:
        if not provider.read([current.name]):
            return False
        message = f"grants could not be copied from {current.name} to {successor.name}, so it stays: {error.message}"
        raise Refused(Reason.GRANTS_LOST, message, error.advice) from error
    return True

"""Holding a plan against the one that was reviewed.

Fewer writes than reviewed are fine where they have been done in the meantime, and so is the rest of a creation that was
half done. A write more, or another one, makes the reviewed plan stale, and so do another place, and a creation that is
neither done nor to be done any more: the deletions that were reviewed beside it would leave nothing. Nothing else than
what was reviewed is ever done.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

from reconciler.errors import StalePlan
from reconciler.plan.change import Act
from reconciler.plan.plan import Context, Plan


class Deviation(NamedTuple):
    """A write that was reviewed, and the one that would be made now. None: there was no such write, or is none now."""

    then: Act | None
    now: Act | None

    @property
    def address(self) -> str:
        """Whose model it is about."""
        return next(act.address for act in self if act)


class Moved(StalePlan):
    """The plan that was reviewed is not what would be done now; carries every write that differs."""

    def __init__(self, message: str, deviations: tuple[Deviation, ...]) -> None:
        """Say in one sentence what is wrong; the deviations say the rest."""
        super().__init__(message)
        self.deviations = deviations


def within(current: Plan, reviewed: Iterable[Act], context: Context) -> Plan:
    """Return the current plan if all its writes are among those reviewed for the same place; else raise StalePlan."""
    if current.context != context:
        raise StalePlan("the plan was made for another place: " + "; ".join(_moved(context, current.context)))
    known = frozenset(reviewed)
    excess = set(current.acts) - known
    if excess:
        what = "a write that was" if len(excess) == 1 else f"{len(excess)} writes that were"
        message = f"something has changed since the plan was reviewed: it now has {what} not reviewed"
        raise Moved(message, deviations(known, current.acts))
    if lost := _lost(current, known):
        message = f"the plan was reviewed with creations that no manifest asks for any more: {', '.join(lost)}"
        raise Moved(message, deviations(known, current.acts))
    return current


def _lost(current: Plan, reviewed: frozenset[Act]) -> list[str]:
    """The models that were to be created, and neither are to be any more nor stand for their address now."""
    there = {row.target for row in current.changes if row.desired}
    return sorted(act.name for act in reviewed if act.verb == "create" and act.name not in there)


def exactly(current: Plan, digest: str) -> Plan:
    """Return the current plan if it is the one with this digest; else raise StalePlan."""
    if current.digest != digest:
        raise StalePlan(f"the plan is now {current.digest}, and {digest} was reviewed")
    return current


def deviations(then: Iterable[Act], now: Iterable[Act]) -> tuple[Deviation, ...]:
    """Every write that is in one of two plans alone, by address; two on the same model are one that has changed.

    So are two of one kind at an address, where there are no others: a model that is created under another id.
    """
    before, after = set(then), set(now)
    gone, new = dict.fromkeys(sorted(before - after)), dict.fromkeys(sorted(after - before))
    found: list[Deviation] = []
    for same in (3, 2):  # address, verb and name; address and verb
        was, becomes = _grouped(gone, same), _grouped(new, same)
        for key in sorted(was.keys() & becomes.keys()):
            if len(was[key]) == len(becomes[key]) == 1:
                found.append(Deviation(was[key][0], becomes[key][0]))
                del gone[was[key][0]], new[becomes[key][0]]
    found += [*(Deviation(act, None) for act in gone), *(Deviation(None, act) for act in new)]
    return tuple(sorted(found, key=lambda each: [act for act in reversed(each) if act]))


def _grouped(acts: Iterable[Act], same: int) -> Mapping[tuple[object, ...], Sequence[Act]]:
    """Writes by the parts that are the same of them, the first ones."""
    groups: dict[tuple[object, ...], list[Act]] = defaultdict(list)
    for act in acts:
        groups[act[:same]].append(act)
    return groups


def _moved(then: Context, now: Context) -> Iterable[str]:
    """Name the parts of two places that differ."""
    before, after = asdict(then), asdict(now)
    return (f"{name} was {before[name]!r} and is {after[name]!r}" for name in before if before[name] != after[name])

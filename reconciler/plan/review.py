"""Holding a plan against the one that was reviewed.

Fewer writes than reviewed are fine where they have been done in the meantime, and so is the rest of a creation that was
half done. A write more, or another one, makes the reviewed plan stale, and so do another place, and a creation that is
neither done nor to be done any more: the deletions that were reviewed beside it would leave nothing. Nothing else than
what was reviewed is ever done.
"""

from collections.abc import Iterable
from dataclasses import asdict

from reconciler.errors import StalePlan
from reconciler.plan.change import Act
from reconciler.plan.plan import Context, Plan

LONGEST = 80
"""Characters of a value that a message shows."""


def within(current: Plan, reviewed: Iterable[Act], context: Context) -> Plan:
    """Return the current plan if all its writes are among those reviewed for the same place; else raise StalePlan."""
    if current.context != context:
        raise StalePlan("the plan was made for another place: " + "; ".join(_moved(context, current.context)))
    known = frozenset(reviewed)
    excess = sorted(set(current.acts) - known)
    if excess:
        raise StalePlan("the world has moved since the plan was reviewed; it would now also " + _told(excess, known))
    if lost := _lost(current, known):
        raise StalePlan(f"the plan was reviewed with creations that no manifest asks for any more: {', '.join(lost)}")
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


def _moved(then: Context, now: Context) -> Iterable[str]:
    """Name the parts of two places that differ."""
    before, after = asdict(then), asdict(now)
    return (f"{name} was {before[name]!r} and is {after[name]!r}" for name in before if before[name] != after[name])


def _told(acts: list[Act], reviewed: frozenset[Act], most: int = 5) -> str:
    """Say the first few acts in words."""
    words = [f"{act.verb} {act.name} ({act.address}){_instead(act, reviewed)}" for act in acts[:most]]
    return ", ".join(words) + (f" and {len(acts) - most} more" if len(acts) > most else "")


def _instead(act: Act, reviewed: frozenset[Act]) -> str:
    """What an act writes otherwise than the one on the same model that was reviewed; empty if there is none."""
    then = next((each for each in reviewed if each[:3] == act[:3] and each.fields != act.fields), act)
    if then is act:
        return ""
    return f" with {_values(act, then) or 'fewer fields'} instead of {_values(then, act) or 'none of that'}"


def _values(act: Act, other: Act) -> str:
    """The fields that an act writes and another does not, each cut to what fits into a sentence."""
    return ", ".join(
        f"{field[:LONGEST]}…" if len(field) > LONGEST else field for field in act.fields if field not in other.fields
    )

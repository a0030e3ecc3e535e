"""Models of an address beside the wanted one: what becomes of them, and when."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from reconciler.plan.change import Action, Change, refused
from reconciler.plan.terms import Terms, wished
from reconciler.plan.training import thrown_away
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.identity import names
from reconciler.resource.observed import Observed, State
from reconciler.resource.reason import Reason

UNKNOWN = "its state is not known to this version; upgrade, or wait until it is another one"
"""Why nothing is done about a model in a state that the service has added since."""

NEWER = "its mark was written by a newer version; upgrade to go on"
"""Why nothing is done about a model whose mark this version cannot read."""


def retained(rest: Iterable[Observed], keep: int) -> tuple[Observed, ...]:
    """The newest of those that are whole, as many as are to be kept for a rollback. No clock is needed.

    One that somebody took out of service can serve again; one that is about to be deleted cannot.
    """
    whole = (o for o in rest if o.state is State.READY or (o.trouble and not (o.ownership and o.ownership.going)))
    return tuple(sorted(whole, key=lambda o: o.born, reverse=True)[:keep])


def superseded(desired: Desired, observed: Observed, successor: str, terms: Terms) -> Change:
    """A leftover whose successor is READY: it goes, once it does not train any more."""
    row = Change(
        desired.address,
        Action.NOOP,
        (Reason.SUPERSEDED,),
        observed.name,
        observed=observed,
        successor=successor,
        grants=terms.facts.grants.get(observed.name, ()),
    )
    if observed.state is not State.TRAINING:
        return departing(row, observed)
    wish = (Reason.REQUESTED,) if wished(terms.wishes.cancel, desired.address) else ()
    detail = thrown_away(desired, observed, terms)
    return departing(replace(row, reasons=(*row.reasons, *wish), detail=detail), observed)


def departing(row: Change, observed: Observed) -> Change:
    """The row of a model that goes: at once, or when its training is over; refused where its state says too little."""
    match observed.state:
        case State.READY | State.FAILED:
            return replace(row, action=Action.DELETE)
        case State.TRAINING:
            return replace(row, action=Action.WAIT)
        case State.UNKNOWN if observed.removable:
            return replace(row, action=Action.DELETE, detail=row.detail or observed.trouble)
        case State.UNKNOWN:
            return refused(row, Reason.UNKNOWN_STATE, Action.DELETE, UNKNOWN)
        case _:
            assert_never(observed.state)


def duplicate(address: Address, observed: Observed) -> Change:
    """A training that was begun twice: whatever becomes of the one that counts, this one only costs."""
    detail = "the older one counts; this one is asked to stop"
    return Change(address, Action.DELETE, (Reason.DUPLICATE,), observed.name, observed=observed, detail=detail)


def shielded(desired: Desired, observed: Observed, terms: Terms) -> bool:
    """Whether a leftover is one that came with a rename and was protected under its old name.

    The manifest that protected it is gone, so the new one cannot have lifted that. A wish can, by either name.
    """
    mark = observed.ownership
    if mark is None or not mark.protect or names(mark.name, desired.address.name):
        return False
    return not any(wished(terms.wishes.unprotect, each) for each in (desired.address, Address(mark.name)))


def shield(row: Change, observed: Observed, intended: Action) -> Change:
    """The row, refused: it would delete a model that lifecycle.protect was set for under another name."""
    before = observed.ownership.name if observed.ownership else ""
    detail = (
        f"{observed.name} was {Address(before)}, and lifecycle.protect is set in its mark; "
        f"`--unprotect {row.address}` lets it be deleted"
    )
    return refused(row, Reason.PROTECTED, intended, detail)


def kept(address: Address, observed: Iterable[Observed], reason: Reason, detail: str = "") -> Iterator[Change]:
    """Models that stay as they are, each with the reason."""
    for each in observed:
        yield Change(address, Action.NOOP, (reason,), each.name, observed=each, detail=detail)

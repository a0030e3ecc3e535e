"""Models of ours that no manifest names: deleted, kept, or left alone, each for its reason."""

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from reconciler.plan.change import Action, Change, Effect, FieldChange, refused
from reconciler.plan.inventory import Group
from reconciler.plan.leftover import NEWER, UNKNOWN, kept
from reconciler.plan.terms import Terms, wished
from reconciler.resource.address import Address
from reconciler.resource.observed import Observed, State
from reconciler.resource.reason import Reason


def undeclared(name: str, group: Group, terms: Terms) -> Iterator[Change]:
    """Yield a row for each model of a name that is not declared."""
    address = Address(name)
    if not terms.complete:
        yield from kept(address, (*group.marked, *group.newer), Reason.NOT_SELECTED)
        return
    for observed in group.newer:
        row = Change(address, Action.NOOP, (Reason.UNDECLARED,), observed.name, observed=observed)
        yield refused(row, Reason.NEWER_MARK, Action.DELETE, NEWER)
    protected = any(o.ownership and o.ownership.protect for o in group.marked)
    if wished(terms.wishes.unprotect, address):
        protected = False
    yield from (_row(address, observed, protected=protected) for observed in group.marked)


def _row(address: Address, observed: Observed, *, protected: bool) -> Change:
    """What becomes of one model whose manifest is gone."""
    row = Change(address, Action.NOOP, (Reason.UNDECLARED,), observed.name, observed=observed)
    if observed.ownership and observed.ownership.keep:
        gone = FieldChange("mark", f"{observed.ownership.owner}/{address.name}", None, Effect.MARK, Reason.KEPT)
        return replace(row, action=Action.UPDATE, reasons=(Reason.KEPT,), fields=(gone,), strips=True)
    if protected:
        detail = (
            f"its manifest is gone and lifecycle.protect is set; commit it with `protect: false` first, "
            f"or `--unprotect {address}`"
        )
        return refused(row, Reason.PROTECTED, Action.DELETE, detail)
    match observed.state:
        case State.READY | State.FAILED:
            return replace(row, action=Action.DELETE)
        case State.TRAINING:
            return replace(row, action=Action.WAIT, detail="deleted when its training ends")
        case State.UNKNOWN:
            return refused(row, Reason.UNKNOWN_STATE, Action.DELETE, UNKNOWN)
        case _:
            assert_never(observed.state)

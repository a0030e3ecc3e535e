"""Models of ours that no manifest names: deleted, let go, or left alone, each for its reason.

Protection comes first: it also stops a model from being let go. A mark that still names a former owner protects like
the flag, for that owner's workspace may be alive and declare the model: being its heir is no proof that it died.
"""

from collections.abc import Iterator
from dataclasses import replace

from reconciler.plan.change import Action, Change, Effect, FieldChange, refused
from reconciler.plan.inventory import Group
from reconciler.plan.leftover import NEWER, departing, duplicate, kept
from reconciler.plan.terms import Terms, wished
from reconciler.resource.address import Address
from reconciler.resource.observed import Observed, State
from reconciler.resource.reason import Reason


def undeclared(name: str, group: Group, terms: Terms) -> Iterator[Change]:
    """Yield a row for each model of a name that is not declared."""
    address = Address(name)
    if not terms.complete:
        yield from kept(address, (*group.marked, *group.twins, *group.newer), Reason.NOT_SELECTED)
        return
    for observed in group.newer:
        row = Change(address, Action.NOOP, (Reason.UNDECLARED,), observed.name, observed=observed)
        yield refused(row, Reason.NEWER_MARK, Action.DELETE, NEWER)
    lifted = wished(terms.wishes.unprotect, address)
    protected = not lifted and any(o.ownership and o.ownership.protect for o in group.marked)
    yield from (duplicate(address, twin) for twin in group.twins)
    for observed in group.marked:
        if observed.record:
            continue  # nothing is left of it but the record that it failed
        former = "" if lifted else _former(observed, terms)
        yield _row(address, observed, protected=protected, former=former)


def let_go(row: Change, observed: Observed) -> Change:
    """The row of a model that stays and loses its mark: nobody's from then on."""
    owner = observed.ownership.owner if observed.ownership else ""
    gone = FieldChange("mark", f"{owner}/{row.address.name}", None, Effect.MARK, Reason.KEPT)
    return replace(row, action=Action.UPDATE, reasons=(Reason.KEPT,), fields=(gone,), strips=True, detail="")


def _former(observed: Observed, terms: Terms) -> str:
    """The former owner that the mark still names; empty if it names this workspace's own."""
    mark = observed.ownership
    return mark.owner if mark and mark.owner != terms.context.owner else ""


def _row(address: Address, observed: Observed, *, protected: bool, former: str) -> Change:
    """What becomes of one model whose manifest is gone."""
    row = Change(address, Action.NOOP, (Reason.UNDECLARED,), observed.name, observed=observed)
    intended = Action.UPDATE if observed.ownership and observed.ownership.keep else Action.DELETE
    if protected:
        detail = (
            f"its manifest is gone and lifecycle.protect is set; commit it with `protect: false` first, "
            f"or `--unprotect {address}`"
        )
        return refused(row, Reason.PROTECTED, intended, detail)
    if former:
        detail = (
            f"its mark names the former owner {former}, whose workspace may still declare it; "
            f"declare it here once, or `--unprotect {address}`"
        )
        return refused(row, Reason.FORMER_OWNER, intended, detail)
    if observed.ownership and observed.ownership.keep:
        return let_go(row, observed)
    waits = observed.state is State.TRAINING
    return departing(replace(row, detail="deleted when its training ends") if waits else row, observed)

"""Destroying a workspace: nothing is wanted any more, but what the manifests protect or keep stays.

A manifest counts although it was not applied since it was edited, and the mark of the model says less. Whoever wants
both, to protect and to keep, is refused: protection comes first.
"""

from dataclasses import replace

from reconciler.plan.change import Action, Change, deletes, refused
from reconciler.plan.plan import Plan
from reconciler.plan.terms import wished
from reconciler.plan.undeclared import let_go
from reconciler.resource.address import Address
from reconciler.resource.reason import Reason


def demolish(plan: Plan, protected: frozenset[Address], kept: frozenset[Address]) -> Plan:
    """Turn the plan of a workspace without manifests into that of its end.

    No manifest is missing, so no row says so. `protected` and `kept` are the addresses whose manifests say
    `protect: true` and `onRemoval: keep`: those are refused and these let go, even where no mark says so yet.
    """
    rows = (_kept(_spared(_told(row), protected, plan), kept) for row in plan.changes)
    return replace(plan, changes=tuple(sorted(rows, key=lambda row: row.order)))


def _told(row: Change) -> Change:
    """The row with the reason that it has in a demolition."""
    reasons = tuple(Reason.DESTROYED if each is Reason.UNDECLARED else each for each in row.reasons)
    if Reason.PROTECTED not in reasons:
        return replace(row, reasons=reasons)
    way_out = f"apply a manifest with `protect: false` first, or `--unprotect {row.address}`"
    return replace(row, reasons=reasons, detail=f"lifecycle.protect is set in its mark of ownership; {way_out}")


def _spared(row: Change, protected: frozenset[Address], plan: Plan) -> Change:
    """The row, refused if its manifest protects the model and no wish lifts that."""
    protects = wished(protected, row.address) and not wished(plan.wishes.unprotect, row.address)
    if not protects or not (deletes(row) or row.strips):
        return row
    detail = f"lifecycle.protect is set in its manifest; set it to false, or `--unprotect {row.address}`"
    if not row.strips:
        return refused(row, Reason.PROTECTED, Action.DELETE, detail)
    unstripped = replace(row, reasons=(Reason.DESTROYED,), fields=(), strips=False)
    return refused(unstripped, Reason.PROTECTED, Action.UPDATE, detail)


def _kept(row: Change, kept: frozenset[Address]) -> Change:
    """The row; if it deletes a model that its manifest keeps, the model is let go instead."""
    if row.observed is None or not deletes(row) or not wished(kept, row.address):
        return row
    return let_go(row, row.observed)

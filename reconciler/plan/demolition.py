"""Destroying a workspace: nothing is wanted any more, but what the manifests protect is still protected."""

from dataclasses import replace

from reconciler.plan.change import Action, Change, deletes, refused
from reconciler.plan.plan import Plan
from reconciler.plan.terms import wished
from reconciler.resource.address import Address
from reconciler.resource.reason import Reason


def demolish(plan: Plan, protected: frozenset[Address]) -> Plan:
    """Turn the plan of a workspace without manifests into that of its end.

    No manifest is missing, so no row says so. Models whose manifest protects them are refused, even where their mark
    does not say so yet.
    """
    rows = (_spared(_told(row), protected, plan) for row in plan.changes)
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
    goes = deletes(row) and not row.refused
    if not goes or not wished(protected, row.address) or wished(plan.wishes.unprotect, row.address):
        return row
    detail = f"lifecycle.protect is set in its manifest; set it to false, or `--unprotect {row.address}`"
    return refused(row, Reason.PROTECTED, Action.DELETE, detail)

"""Destroying a workspace: nothing is declared any more, but what the manifests protect is still protected."""

from dataclasses import replace

from reconciler.plan.change import Action, Change, refused
from reconciler.plan.plan import Plan
from reconciler.plan.terms import wished
from reconciler.resource.address import Address
from reconciler.resource.reason import Reason


def spare(plan: Plan, protected: frozenset[Address]) -> Plan:
    """Refuse the deletion of models whose manifest protects them, even where their mark does not say so yet."""
    rows = (_spared(row, protected, plan) for row in plan.changes)
    return replace(plan, changes=tuple(sorted(rows, key=lambda row: row.order)))


def _spared(row: Change, protected: frozenset[Address], plan: Plan) -> Change:
    goes = row.action in (Action.DELETE, Action.WAIT) and not row.refused
    if not goes or not wished(protected, row.address) or wished(plan.wishes.unprotect, row.address):
        return row
    detail = f"lifecycle.protect is set in its manifest; set it to false, or `--unprotect {row.address}`"
    return refused(row, Reason.PROTECTED, Action.DELETE, detail)

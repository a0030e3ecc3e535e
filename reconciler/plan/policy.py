"""Which kinds of change are made at all: functions from plan to plan.

What a policy leaves alone stays in the plan as a NOOP with the reason IGNORED, so that a difference is never
reported as `No changes.`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias, assert_never

from reconciler.plan.change import TRAININGS, Action, Change, Effect, FieldChange, deletes, leaves, refused
from reconciler.plan.plan import Plan
from reconciler.resource.reason import Reason

Policy: TypeAlias = Callable[[Plan], Plan]


def sync(plan: Plan) -> Plan:
    """Make everything as declared."""
    return plan


def upsert_only(plan: Plan) -> Plan:
    """Create and update; delete nothing, so a replacement leaves the old model beside the new one."""
    return _each(plan, _without_deletes)


def create_only(plan: Plan) -> Plan:
    """Create what is missing; touch nothing that exists."""
    return _each(plan, _only_creates)


POLICIES: Mapping[str, Policy] = {"sync": sync, "upsert-only": upsert_only, "create-only": create_only}
"""By name, the one that allows most first."""


def strictest(*names: str | None) -> str:
    """Of several policies the one that allows least; None is no policy."""
    order = list(POLICIES)
    return max((name for name in names if name is not None), key=order.index, default=order[0])


def _each(plan: Plan, function: Callable[[Change], Change]) -> Plan:
    """Apply the function to every row that does something; a training whose parent is left alone then is refused."""
    rows = [row if row.refused else function(row) for row in plan.changes]
    absent = {row.target for row in rows if row.action is Action.NOOP and row.intended in TRAININGS}
    return replace(plan, changes=tuple(_orphaned(row) if row.parent in absent else row for row in rows))


def _orphaned(row: Change) -> Change:
    """A training that would start from a model which the policy does not let be made."""
    if row.action not in TRAININGS:
        return row
    detail = f"{row.parent}, which it is tuned from, is not made under this policy"
    return refused(replace(row, supersedes=()), Reason.DEPENDENCY, row.action, detail)


def _ignored(row: Change) -> Change:
    """Leave a row alone, visibly."""
    return replace(
        row,
        action=Action.NOOP,
        reasons=(*row.reasons, Reason.IGNORED),
        supersedes=(),
        intended=row.action,
        fields=_unwritten(row),
    )


def _unwritten(row: Change) -> tuple[FieldChange, ...]:
    """The differences of a row, none of which is written."""
    return tuple(f._replace(effect=Effect.IGNORED) if f in row.writes else f for f in row.fields)


def _without_deletes(row: Change) -> Change:
    if deletes(row):
        return _ignored(row)
    if not row.supersedes:
        return row
    action = Action.CREATE if row.action is Action.REPLACE else row.action
    note = "the policy deletes nothing, so these stay: " + ", ".join(old.name for old in row.supersedes)
    return replace(row, action=action, supersedes=(), notes=(*row.notes, note))


def _only_creates(row: Change) -> Change:
    match row.action:
        case Action.NOOP:
            return row
        case Action.CREATE:
            return replace(row, supersedes=())
        case Action.WAIT if not leaves(row):
            return replace(row, supersedes=(), fields=_unwritten(row))
        case Action.WAIT | Action.UPDATE | Action.REPLACE | Action.DELETE:
            return _ignored(row)
        case _:
            assert_never(row.action)

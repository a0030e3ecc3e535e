"""Limits on what one plan may do: a plan can be correct and still be refused.

Deleting leftovers that a replacement superseded counts nowhere, or a run that was cut short could never be finished;
nor does a FAILED model, except towards all of them. A REPLACE counts once, when it creates. Shares are of all models
of the workspace, selected or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from reconciler.errors import UnsafePlan
from reconciler.plan.change import TRAININGS, Action, Change, Estimate, unwanted
from reconciler.plan.plan import Plan
from reconciler.plan.total import total
from reconciler.resource.observed import State

SHARE = 30
"""Percent of the owned models that one plan may delete or replace, once there are SHARED of them."""
SHARED = 10


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a plan may do. None: no bound. `share` is in percent, `cost` in the currency of the prices."""

    creates: int | None = None
    replaces: int | None = None
    deletes: int | None = None
    steps: int | None = None
    cost: Decimal | None = None
    share: int = SHARE
    empty: bool = False
    everything: bool = False


Number = TypeVar("Number", int, Decimal)


def tightest(*bounds: Number | None) -> Number | None:
    """The strictest of several bounds: a flag can tighten what the workspace says, and never loosen it."""
    return min((bound for bound in bounds if bound is not None), default=None)


def guard(plan: Plan, bounds: Bounds, *, declared: int) -> Plan:
    """Return the plan; raise UnsafePlan, naming every bound it exceeds. `declared` counts all manifests loaded."""
    objections = list(_objections(plan, bounds, declared))
    if objections:
        raise UnsafePlan("; ".join(text for text, _ in objections), "; ".join(dict.fromkeys(a for _, a in objections)))
    return plan


def _objections(plan: Plan, bounds: Bounds, declared: int) -> Iterator[tuple[str, str]]:
    """Each bound that is exceeded: the arithmetic, and how to lift it."""
    rows = [row for row in plan.changes if not row.refused]
    creates = sum(row.action in TRAININGS for row in rows)
    replaces = sum(row.action is Action.REPLACE for row in rows)
    removed = [row for row in rows if _removes(row)]
    deletes = sum(row.observed is None or row.observed.state is not State.FAILED for row in removed)
    gone = len(removed)
    if gone and not declared and not bounds.empty:
        yield f"no manifest declares a model, so all {gone} would be deleted", "`--allow-empty` if that is meant"
    elif gone == plan.owned >= 2 and not bounds.everything:  # noqa: PLR2004  (one model is no "all of them")
        yield f"all {gone} models of the workspace would be deleted", "`--allow-delete-all` if that is meant"
    touched = deletes + replaces
    if plan.owned >= SHARED and touched * 100 > bounds.share * plan.owned:
        share = f"{100 * touched / plan.owned:.2f}% of the models ({touched}/{plan.owned})"
        yield f"{share} would be deleted or replaced, over {bounds.share}%", "`--max-share PERCENT` if that is meant"
    yield from _counted(creates - replaces, replaces, deletes, bounds)
    yield from _budget(plan, bounds)


def _counted(creates: int, replaces: int, deletes: int, bounds: Bounds) -> Iterator[tuple[str, str]]:
    """Each number of rows that is over its bound."""
    for name, number, bound in (
        ("creates", creates, bounds.creates),
        ("replaces", replaces, bounds.replaces),
        ("deletes", deletes, bounds.deletes),
    ):
        if bound is not None and number > bound:
            yield f"{name}: {number} is over the limit of {bound}", _raise(name)


def _budget(plan: Plan, bounds: Bounds) -> Iterator[tuple[str, str]]:
    """Whether the trainings take more than they may, or nobody knows what they take."""
    trained, taken = [row for row in plan.changes if row.action in TRAININGS], total(plan)
    if bounds.steps is not None:
        if unknown := [row for row in trained if row.steps is None]:
            message = f"steps: how many {_named(unknown)} takes is not known, and the limit is {bounds.steps}"
            yield message, "take the limit away, and use `--max-creates` and `--max-replaces` here"
        if taken.steps > bounds.steps:
            yield f"steps: {taken.steps} is over the limit of {bounds.steps}", _raise("steps")
    if bounds.cost is not None:
        limit = f"the limit of {bounds.cost:f}{f' {plan.prices.currency}' if plan.prices else ''}"
        if unknown := [row for row in trained if _estimate(row).cost is None]:
            yield f"cost: what {_named(unknown)} costs is not known, so {limit} cannot be kept", _wanting(unknown)
        if taken.cost > bounds.cost:
            yield f"cost: {taken.cost.normalize():f} is over {limit}", _raise("cost")


def _estimate(row: Change) -> Estimate:
    """What a training takes; nothing is known of one without data."""
    return row.estimate or Estimate(missing="a dataset")


def _wanting(rows: Sequence[Change]) -> str:
    """What it would take to know what trainings cost."""
    return f"needed: {', '.join(sorted({_estimate(row).missing for row in rows}))}; or take the limit away"


def _named(rows: Sequence[Change]) -> str:
    """The first row of several, and how many more there are."""
    return str(rows[0].address) + (f" (and {len(rows) - 1} more)" if len(rows) > 1 else "")


def _raise(name: str) -> str:
    """How to lift a limit."""
    return f"if that is meant, raise limits.max{name.capitalize()}, or `--max-{name}` where that is lower"


def _removes(row: Change) -> bool:
    """Whether the row takes away a model that no other one replaces."""
    return unwanted(row) and row.action in (Action.DELETE, Action.WAIT)

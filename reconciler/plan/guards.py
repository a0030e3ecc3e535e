"""Limits on what one plan may do: a plan can be correct and still be refused.

Deleting leftovers that a replacement superseded counts nowhere, or a run that was cut short could never be finished;
nor does a FAILED model, except towards all of them. A REPLACE counts once, when it creates. Shares are of all models
of the workspace, selected or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.errors import UnsafePlan
from reconciler.plan.change import TRAININGS, Action, Change, unwanted
from reconciler.plan.plan import Plan
from reconciler.resource.observed import State

SHARE = 30
"""Percent of the owned models that one plan may delete or replace, once there are SHARED of them."""
SHARED = 10


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a plan may do. None: no bound. `share` is in percent."""

    creates: int | None = None
    replaces: int | None = None
    deletes: int | None = None
    steps: int | None = None
    share: int = SHARE
    empty: bool = False
    everything: bool = False


def tightest(*bounds: int | None) -> int | None:
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
    steps = sum(row.steps.number for row in rows if row.steps and row.action in TRAININGS)
    unknown = [row.address for row in rows if row.action in TRAININGS and row.steps is None]
    gone = len(removed)
    if gone and not declared and not bounds.empty:
        yield f"no manifest declares a model, so all {gone} would be deleted", "`--allow-empty` if that is meant"
    elif gone == plan.owned >= 2 and not bounds.everything:  # noqa: PLR2004  (one model is no "all of them")
        yield f"all {gone} models of the workspace would be deleted", "`--allow-delete-all` if that is meant"
    touched = deletes + replaces
    if plan.owned >= SHARED and touched * 100 > bounds.share * plan.owned:
        share = f"{100 * touched / plan.owned:.2f}% of the models ({touched}/{plan.owned})"
        yield f"{share} would be deleted or replaced, over {bounds.share}%", "`--max-share PERCENT` if that is meant"
    for name, number, bound in (
        ("creates", creates - replaces, bounds.creates),
        ("replaces", replaces, bounds.replaces),
        ("deletes", deletes, bounds.deletes),
        ("steps", steps, bounds.steps),
    ):
        if name == "steps" and bound is not None and unknown:
            more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
            message = f"steps: how many {unknown[0]}{more} takes is not known, and the limit is {bound}"
            yield message, "take the limit away, and use `--max-creates` and `--max-replaces` here"
        if bound is not None and number > bound:
            advice = f"raise `--max-{name}`, or limits.max{name.capitalize()} in the workspace, if that is meant"
            yield f"{name}: {number} is over the limit of {bound}", advice


def _removes(row: Change) -> bool:
    """Whether the row takes away a model that no other one replaces."""
    return unwanted(row) and row.action in (Action.DELETE, Action.WAIT)

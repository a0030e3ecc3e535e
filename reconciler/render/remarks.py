"""What concerns a plan as a whole, besides its warnings."""

from collections.abc import Iterator

from reconciler.plan.plan import Plan
from reconciler.render.costs import summed
from reconciler.render.layout import counted
from reconciler.resource.reason import Reason


def remarks(plan: Plan) -> Iterator[str]:
    """What was left alone, and what the trainings take, a sentence or two each; in our own words alone."""
    if not plan.complete:
        yield "Only a part of the workspace was looked at, so nothing is deleted for want of a manifest."
    if unseen := sum(Reason.NOT_SELECTED in change.reasons for change in plan.changes):
        yield f"Left alone because not selected: {counted(unseen, 'model')}."
    if plan.foreign:
        yield f"Left alone because not ours: {counted(plan.foreign, 'model')}."
    yield from summed(plan)
    if plan.counts.notes:
        yield f"{counted(plan.counts.notes, 'note')} on models."

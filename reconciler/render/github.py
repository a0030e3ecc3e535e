"""A plan for GitHub Actions: annotations beside the lines of the manifests, and outputs of the step.

Refused rows are errors, what a reviewer must not miss (deletes, replacements, warnings) are warnings, and the rest are
notices.
"""

from collections.abc import Callable, Iterator, Mapping

from reconciler.errors import Origin
from reconciler.plan.change import Action, Change, Effect, deletes
from reconciler.plan.plan import Plan
from reconciler.plan.rowdocument import money
from reconciler.plan.total import total
from reconciler.render.annotations import Annotation, Level
from reconciler.render.costs import taken
from reconciler.render.datachange import counts
from reconciler.render.facts import detail
from reconciler.render.value import DATASET, written
from reconciler.render.wording import headline, last_line

NOTED = (Action.CREATE, Action.UPDATE)
"""Actions that are worth a notice."""
ACTING = (Effect.RETRAIN, Effect.WRITE, Effect.MARK)
"""Differences that lead to something."""
FEW = 3
"""Fields that an annotation names."""


def annotations(plan: Plan, find: Callable[[Change], Origin], objection: str = "") -> Iterator[Annotation]:
    """What to say beside the lines of a pull request, the most severe first.

    `find` gives the place of a row, an empty one for none; `objection` is that of a guard.
    """
    if objection:
        yield Annotation(Level.ERROR, objection, "Refused by a guard")
    yield from (_row(row, Level.ERROR, plan, find) for row in plan.changes if row.refused)
    acting = [row for row in plan.changes if not row.refused]
    yield from (_row(row, Level.WARNING, plan, find) for row in acting if deletes(row))
    yield from (_row(row, Level.WARNING, plan, find) for row in acting if row.action is Action.REPLACE)
    yield from (Annotation(Level.WARNING, warning) for warning in plan.warnings)
    yield from (_row(row, Level.NOTICE, plan, find) for row in acting if row.action in NOTED)


def _row(row: Change, level: Level, plan: Plan, find: Callable[[Change], Origin]) -> Annotation:
    """A row: what happens and why, why not, what differs, and what it takes."""
    said = "; ".join(filter(None, (headline(row), detail(row), *_differences(row), taken(row, plan.prices))))
    return Annotation(level, said, str(row.address), find(row))


def _differences(row: Change) -> Iterator[str]:
    """The first few fields that differ, with both values; of data what came and went."""
    acting = [field for field in row.fields if field.effect in ACTING]
    for field in acting[:FEW]:
        if field.path == DATASET and row.data and row.data.difference:
            yield counts(row.data, row.data.difference)
        else:
            yield f"{field.path}: {written(field.old)} -> {written(field.new, '(removed)')}"
    if len(acting) > FEW:
        yield f"and {len(acting) - FEW} more fields"


def outputs(plan: Plan, exit_code: int) -> Mapping[str, str]:
    """The outputs of a step, by name. `exit-code` is the one that `--detailed-exitcode` gives."""
    rows, sums = plan.counts, total(plan)
    return {
        "summary": last_line(plan),
        "changes": str(rows.changes),
        "creates": str(rows.create),
        "updates": str(rows.update),
        "replaces": str(rows.replace),
        "deletes": str(rows.delete),
        "training": str(rows.training),
        "refused": str(rows.refused),
        "ignored": str(rows.ignored),
        "steps": str(sums.steps),
        "cost": money(sums.cost),
        "currency": plan.prices.currency if plan.prices else "",
        "unknown-cost": str(sums.unknown_cost),
        "digest": plan.digest,
        "exit-code": str(exit_code),
    }


def assignments(values: Mapping[str, str]) -> str:
    """Write outputs as the file of GITHUB_OUTPUT has them: each between two lines that the value does not hold."""
    return "".join(f"{name}<<{(end := _delimiter(value))}\n{value}\n{end}\n" for name, value in values.items())


def _delimiter(value: str) -> str:
    """A word that is no part of a text, and the same one for the same text."""
    word = "END"
    while word in value:
        word += "D"
    return word

"""Where a row of a plan is best looked at: the line that was changed, as far as one is known, else its manifest."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from reconciler.errors import Origin
from reconciler.plan.change import Change, Effect, FieldChange
from reconciler.source.sourced import Sourced

Find: TypeAlias = Callable[[Change], Origin]

WEIGHT = (Effect.RETRAIN, Effect.WRITE, Effect.MARK)
"""Which field of several is pointed at: the first one of the first of these effects."""
DATASET = "dataset"


def finder(manifests: Iterable[Sourced]) -> Find:
    """Make a function that finds the place of a row; an empty one for what no manifest declares."""
    declared = {each.manifest.name: each for each in manifests}

    def find(row: Change) -> Origin:
        if row.desired is None:
            return Origin("")
        sourced, field = declared.get(row.address.name), _field(row)
        if sourced is None or field is None:
            return row.desired.origin
        return _example(row, field) or sourced.locate("spec", *field.path.split(".", 1))

    return find


def _field(row: Change) -> FieldChange | None:
    """The field that matters most."""
    fields = [field for effect in WEIGHT for field in row.fields if field.effect is effect]
    return fields[0] if fields else None


def _example(row: Change, field: FieldChange) -> Origin | None:
    """The first example that differs, if that is what the field is about and its line is known."""
    if field.path != DATASET or row.data is None or row.data.difference is None or row.data.noun != "line":
        return None
    dataset, line = row.desired.dataset if row.desired else None, row.data.difference.first
    return Origin(dataset.locator.path, line) if dataset and line else None

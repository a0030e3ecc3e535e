"""A row as the lines of a diff: `-` before what goes, `+` before what comes, `!` before what only training can do."""

from collections.abc import Iterator, Mapping

from reconciler.plan.change import Change, Effect, FieldChange
from reconciler.render.facts import facts
from reconciler.render.layout import flow
from reconciler.render.sign import Sign, sign
from reconciler.render.style import Tone
from reconciler.render.value import DATASET, OVERWRITTEN, difference, extent, written
from reconciler.resource.prices import Prices

WIDTH = 96
"""Columns of sentences, as wide as hosts show code without moving it sideways. Values are never broken."""
MARKS: Mapping[Tone, str] = {Tone.DELETE: "- ", Tone.REFUSED: "! "}
"""How lines begin that matter more than others."""


def lines(change: Change, prices: Prices | None) -> Iterator[str]:
    """Write all that there is to say below the headline of a row."""
    declared = "+ " if sign(change) is Sign.CREATE else "  "
    for fact in facts(change, prices):
        if fact.field is not None:
            yield from _difference(fact.field, change)
        elif fact.path:
            yield f"{declared}{fact.path}: {fact.text}"
        else:
            mark = MARKS.get(fact.tone, "  ")
            yield from flow(fact.text, WIDTH, mark, f"{mark}  ")


def _difference(field: FieldChange, change: Change) -> Iterator[str]:
    """One differing field: the old value, the new one, and what that leads to."""
    if field.effect in (Effect.IGNORED, Effect.NOTE):
        yield f"  {field.path}: {difference(field, change)}"
        return
    if field.old is not None:
        yield f"- {field.path}: {written(field.old, limit=OVERWRITTEN)}"
    yield f"+ {field.path}: {_new(field, change)}"
    if field.effect is Effect.RETRAIN:
        yield "! forces a new training" + (f": {field.why}" if field.why else "")


def _new(field: FieldChange, change: Change) -> str:
    """What a field becomes; of data also how much there is."""
    dataset = change.desired.dataset if change.desired and field.path == DATASET else None
    value = written(field.new, "(removed)", OVERWRITTEN)
    return f"{value}  ({extent(dataset)})" if dataset else value

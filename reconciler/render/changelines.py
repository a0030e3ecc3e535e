"""A row as the lines of a diff: what goes begins with `-`, what comes with `+`, and what only training can do with `!`."""

from collections.abc import Iterator

from reconciler.plan.change import Change, Effect, FieldChange
from reconciler.render.facts import facts
from reconciler.render.sign import Sign, sign
from reconciler.render.value import DATASET, OVERWRITTEN, difference, extent, written
from reconciler.resource.prices import Prices


def lines(change: Change, prices: Prices | None) -> Iterator[str]:
    """Write all that there is to say below the headline of a row."""
    plain = {Sign.CREATE: "+ ", Sign.DELETE: "- ", Sign.REFUSED: "! "}.get(sign(change), "  ")
    for fact in facts(change, prices):
        if fact.field is not None:
            yield from _difference(fact.field, change)
        elif fact.path:
            yield f"{plain}{fact.path}: {fact.text}"
        else:
            yield f"  {fact.text}"


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

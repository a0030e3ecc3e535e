"""Values and fields as people read them: one line each, whatever they hold."""

import math
from typing import assert_never

from reconciler.plan.change import Action, Change, Effect, FieldChange
from reconciler.render.layout import counted
from reconciler.render.neutral import quoted
from reconciler.render.wording import SENTENCES
from reconciler.resource.dataset import Dataset
from reconciler.resource.identity import short_digest
from reconciler.resource.rules import Value, shortest

LONG = 60
"""Characters of a value beside another one; the rest is cut out of its middle."""
OVERWRITTEN = 2000
"""Characters of a remote text that is about to be lost: as good as all of it."""
DATASET, MARK = "dataset", "mark"


def written(value: Value | None, absent: str = "(not set)", limit: int = LONG) -> str:
    """Write a value on one line: words bare, other text quoted and escaped, numbers in their fewest digits."""
    match value:
        case None:
            return absent
        case bool():
            return str(value).lower()
        case int() | float():
            return shortest(value) if math.isfinite(value) else str(value)
        case str():
            return quoted(value, limit)
        case tuple():
            return f"[{', '.join(quoted(each, limit) for each in value)}]"
        case _:
            assert_never(value)


def difference(field: FieldChange, change: Change) -> str:
    """Write one differing field of a row, what it leads to behind `#`."""
    old, new = written(field.old), written(field.new, "(removed)")
    dataset = change.desired.dataset if change.desired else None
    examples = f"  ({extent(dataset)})" if dataset and field.path == DATASET else ""
    match field.effect:
        case Effect.WRITE | Effect.MARK:
            mark = "in the mark of ownership" if field.effect is Effect.MARK and field.path != MARK else ""
            later = "once it is ready" if change.action is Action.WAIT else ""
            comment = ", ".join(filter(None, (mark, later)))
        case Effect.RETRAIN:
            comment = f"forces a new training: {field.why}" if field.why else "forces a new training"
        case Effect.IGNORED:
            comment = "ignored, as asked"
        case Effect.NOTE:
            old = written(field.old, "(unknown)")
            why = SENTENCES[field.reason].partition(":")[0]
            comment = "" if field.reason in change.reasons else f"  # {why}"
            return f"{old} reported, {new} declared{examples}{comment}"
        case _:
            assert_never(field.effect)
    return f"{old} -> {new}{examples}" + (f"  # {comment}" if comment else "")


def overwritten(field: FieldChange) -> str:
    """The remote text that a PATCH is about to replace, where the field's own line had to cut it; else nothing."""
    if field.effect is Effect.WRITE and isinstance(field.old, str) and len(field.old) > LONG:
        return f"overwrites {field.path}: {written(field.old, limit=OVERWRITTEN)}"
    return ""


def data(dataset: Dataset) -> str:
    """Name a dataset by its digest and size; never by what is in it."""
    return f"{short_digest(dataset.digest)}  ({extent(dataset)})"


def extent(dataset: Dataset) -> str:
    """How much there is of a dataset: of one that nobody reads, its bytes."""
    if dataset.locator.remote:
        return counted(dataset.request_bytes, "byte")
    tokens = f", an estimated {counted(dataset.tokens, 'token')}" if dataset.tokens else ""
    return counted(dataset.count, "example") + tokens

"""What changed in training data, in lines: how many examples, how long they are, what is odd, and samples if asked for.

The lines are not yet neutralised; texts of examples are quoted, escaped and cut, each on one line.
"""

from collections.abc import Iterator
from typing import Literal

from reconciler.render.layout import table
from reconciler.render.value import written
from reconciler.resource.datachange import DataChange, Difference, Lengths, Oddity, Revision, Sample, Side

TEXT = 120
"""Characters of a text of a sample; the rest is cut out of its middle."""
SHORT = 7
"""Hex digits of a commit, as git abbreviates it."""


def told(change: DataChange | None) -> Iterator[str]:
    """Say all that is known of a change of data."""
    if change is None:
        return
    if change.old and change.new and change.difference and change.found:
        yield f"data: {counts(change, change.difference)}; the old ones are in {_place(change.found)}"
    else:
        yield f"data: cannot be compared with what it was trained on: {change.missing}"
    if change.new:
        yield from _lengths(change.old, change.new)
        yield from _odd(change, change.new)
    yield from (line for sample in change.samples for line in _sample(sample, change.noun))


def counts(change: DataChange, difference: Difference) -> str:
    """How many examples differ, of how many, and which is the first that does."""
    if difference.empty:
        return "the same examples"
    numbers = (difference.added.count, difference.removed.count, difference.changed)
    named = zip(numbers, ("added", "removed", "changed"), strict=True)
    sizes = _step(change.old.count if change.old else 0, change.new.count if change.new else 0)
    first = f", the first is {change.noun} {difference.first:,}" if difference.first else ""
    return f"{', '.join(f'{number:,} {what}' for number, what in named if number)} of {sizes} examples{first}"


def _place(found: Revision) -> str:
    """Where git has the older version."""
    commit = found.commit[:SHORT]
    return f"{f'{found.name} at {commit}' if found.name else commit} ({found.path})"


def _lengths(old: Side | None, new: Side) -> Iterator[str]:
    """How long the texts are, before and after, and about how many tokens that makes."""
    rows = [("characters", "min", "median", "95 %", "max")]
    rows += [
        _row("of an input", old.input if old else None, new.input),
        _row("of an output", old.output if old else None, new.output),
    ]
    yield from table(rows)
    yield f"tokens, estimated: {_step(old.tokens if old else new.tokens, new.tokens)}"


def _row(name: str, old: Lengths | None, new: Lengths) -> tuple[str, str, str, str, str]:
    """One row of the table of lengths."""
    least, median, p95, most = (_step(before, after) for before, after in zip(old or new, new, strict=True))
    return name, least, median, p95, most


def _step(old: int, new: int) -> str:
    """A number as it was and as it is."""
    return f"{new:,}" if old == new else f"{old:,} -> {new:,}"


def _odd(change: DataChange, new: Side) -> Iterator[str]:
    """What a reviewer should look at."""
    fresh = "new " if change.old else ""
    for oddity, noun in ((change.duplicates, "duplicate"), (change.contradictions, "contradiction")):
        if oddity.count:
            plural = "" if oddity.count == 1 else "s"
            yield f"{oddity.count:,} {fresh}{noun}{plural}: {_pairs(oddity, change.noun)}"
    before = change.old.overlap if change.old else None
    if new.overlap is not None and (new.overlap or before):
        yield f"overlap with the validation data: {_step(new.overlap if before is None else before, new.overlap)}"


def _pairs(oddity: Oddity, noun: str) -> str:
    """Point at the first pairs."""
    listed = ", ".join(f"{noun} {pair.first:,} and {noun} {pair.second:,}" for pair in oddity.first)
    return listed + (f", and {oddity.count - len(oddity.first):,} more" if oddity.count > len(oddity.first) else "")


def _sample(sample: Sample, noun: Literal["line", "example"]) -> Iterator[str]:
    """One example that differs."""
    was = " of the old data" if sample.kind == "removed" else ""
    yield f"{sample.kind}, {noun} {sample.number:,}{was}: {_text(sample.input)}"
    if sample.context:
        yield f"context: {_text(sample.context)}"
    if sample.kind == "changed":
        yield f"was: {_text(sample.former)}"
    yield f"{'now' if sample.kind == 'changed' else 'output'}: {_text(sample.output)}"


def _text(text: str) -> str:
    return written(text, limit=TEXT)

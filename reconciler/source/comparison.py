"""Two versions of training data beside each other, as multisets: what came, what went, what is odd now."""

import math
from array import array
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.resource.datachange import DataChange, Difference, Group, Lengths, Oddity, Pair, Revision, Sample, Side
from reconciler.resource.dataset import Example, combine
from reconciler.source.census import Census, Content

FEW = 3
"""Pairs of odd examples that are pointed at."""
LONGEST = 500
"""Characters of a text that are kept for a sample."""


@dataclass(frozen=True, slots=True)
class Ordinals:
    """Which rows differ: `added` of the new version, `removed` of the old one, `changed` as pairs of old and new."""

    added: list[int]
    removed: list[int]
    changed: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Older:
    """The version to compare with, and where it was found."""

    content: Content
    census: Census
    found: Revision


@dataclass(frozen=True, slots=True)
class Measured:
    """The validation examples of today, and whether the older version was measured with the same."""

    census: Census
    before: bool


def described(
    content: Content, new: Census, measured: Measured | None, older: Older | None, missing: str, examples: int
) -> DataChange:
    """Say how new data differ from an older version; of at most so many `examples` a kind also what is in them."""
    known = Counter(older.census.marks) if older else None
    ordinals = differing(older.census, new) if older else None
    return DataChange(
        side(new, measured.census if measured else None),
        side(older.census, measured.census if measured and measured.before else None) if older else None,
        _difference(older.census, new, ordinals) if older and ordinals else None,
        older.found if older else None,
        missing,
        _oddity(new, _repeated(new, known or {})),
        _oddity(new, _contradicting(new, known)),
        "example" if content.locator.format in ("json", "inline") else "line",
        tuple(_samples(content, new, older, ordinals, examples)) if older and ordinals and examples else (),
    )


def differing(old: Census, new: Census) -> Ordinals:
    """Find the rows that only one version has; a removed and an added one with the same input are one changed."""
    left = Counter(old.marks)
    came = [ordinal for ordinal, mark in enumerate(new.marks) if not _taken(left, mark)]
    went: dict[bytes, deque[int]] = {}
    for ordinal, mark in enumerate(old.marks):
        if _taken(left, mark):
            went.setdefault(old.asked[ordinal], deque()).append(ordinal)
    made = Ordinals([], [], [])
    for ordinal in came:
        if former := went.get(new.asked[ordinal]):
            made.changed.append((former.popleft(), ordinal))
        else:
            made.added.append(ordinal)
    made.removed.extend(sorted(ordinal for former in went.values() for ordinal in former))
    return made


def side(of: Census, validation: Census | None) -> Side:
    """Sum up one version."""
    overlap = None
    if validation is not None:
        learned = set(of.marks)
        overlap = sum(mark in learned for mark in validation.marks)
    return Side(of.digest, len(of.marks), _lengths(of.inputs), _lengths(of.outputs), of.tokens, overlap)


def _taken(left: Counter[bytes], mark: bytes) -> bool:
    """Take one of what is left, if there is one."""
    if left.get(mark, 0) < 1:
        return False
    left[mark] -= 1
    return True


def _difference(old: Census, new: Census, ordinals: Ordinals) -> Difference:
    """Count what differs."""
    added = combine(new.marks[each] for each in ordinals.added) if ordinals.added else ""
    removed = combine(old.marks[each] for each in ordinals.removed) if ordinals.removed else ""
    first = min([*ordinals.added, *(ordinal for _, ordinal in ordinals.changed)], default=None)
    return Difference(
        Group(len(ordinals.added), added),
        Group(len(ordinals.removed), removed),
        len(ordinals.changed),
        0 if first is None else new.numbers[first],
    )


def _lengths(of: "array[int]") -> Lengths:
    """Describe how lengths are distributed."""
    if not of:
        return Lengths()
    ranked = sorted(of)
    median, p95 = (ranked[math.ceil(share * len(ranked) / 100) - 1] for share in (50, 95))
    return Lengths(ranked[0], median, p95, ranked[-1])


def _repeated(new: Census, known: Mapping[bytes, int]) -> Iterator[tuple[int, int]]:
    """Pairs of an example and a later copy of it, beyond the copies that the old version had."""
    first: dict[bytes, int] = {}
    seen: Counter[bytes] = Counter()
    for ordinal, mark in enumerate(new.marks):
        if first.setdefault(mark, ordinal) != ordinal:
            seen[mark] += 1
            if seen[mark] >= known.get(mark, 1):
                yield first[mark], ordinal


def _contradicting(new: Census, known: Mapping[bytes, int] | None) -> Iterator[tuple[int, int]]:
    """Pairs of examples with one input and two outputs, unless the old version had both."""
    first: dict[bytes, int] = {}
    seen: set[bytes] = set()
    for ordinal, (mark, asked) in enumerate(zip(new.marks, new.asked, strict=True)):
        before = first.setdefault(asked, ordinal)
        if mark in seen or before == ordinal:
            seen.add(mark)
            continue
        seen.add(mark)
        if known is None or mark not in known or new.marks[before] not in known:
            yield before, ordinal


def _oddity(of: Census, pairs: Iterator[tuple[int, int]]) -> Oddity:
    """Count pairs, and keep the first few by their numbers."""
    count, kept = 0, []
    for first, second in pairs:
        count += 1
        if count <= FEW:
            kept.append(Pair(of.numbers[first], of.numbers[second]))
    return Oddity(count, tuple(kept))


def _samples(content: Content, new: Census, older: Older, ordinals: Ordinals, most: int) -> Iterator[Sample]:
    """The first examples of each kind, in the order of their files."""
    changed, added, removed = ordinals.changed[:most], ordinals.added[:most], ordinals.removed[:most]
    now = dict(content.pick([*added, *(after for _, after in changed)]))
    then = dict(older.content.pick([*removed, *(before for before, _ in changed)]))
    for before, after in changed:
        if after in now and before in then:
            yield _sample("changed", new.numbers[after], now[after], then[before].output)
    yield from (_sample("added", new.numbers[each], now[each]) for each in added if each in now)
    yield from (_sample("removed", older.census.numbers[each], then[each]) for each in removed if each in then)


def _sample(kind: Literal["added", "removed", "changed"], number: int, example: Example, former: str = "") -> Sample:
    """Cut the texts of a sample."""
    return Sample(kind, number, *map(_cut, (example.input, example.output, former, example.context)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

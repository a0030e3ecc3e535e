"""How a model's training data differ from those it was trained on: counts, lengths and oddities, never the examples.

Two versions are compared as multisets, as their digests are made: the order of examples does not matter.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Lengths(NamedTuple):
    """How texts of a dataset are distributed by their characters (Unicode code points).

    `median` and `p95` are by nearest rank: the smallest length that half, or 95 %, of the texts do not exceed. All are
    0 where there are no texts.
    """

    least: int = 0
    median: int = 0
    p95: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions. `input` counts with what comes before it; `tokens` is an estimate.

    `overlap` is how many of today's validation examples are among its own; None where that is not known, or where the
    model that learned this version was measured with others.
    """

    digest: str
    count: int
    input: Lengths
    output: Lengths
    tokens: int
    overlap: int | None = None


class Revision(NamedTuple):
    """Where git has the older version: commit (hexadecimal) and path below the top of the repository.

    `name` is what the user calls the commit, where it was looked for there: `origin/main`.
    """

    commit: str
    path: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Examples that one version has and the other has not: how many, and their digest as that of a dataset."""

    count: int
    digest: str


class Pair(NamedTuple):
    """Two examples of the newer version, by the numbers that they go by: see `DataChange.noun`."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """Pairs of examples that should not be: how many, and the first few of them."""

    count: int = 0
    first: tuple[Pair, ...] = ()


class Sample(NamedTuple):
    """One example that differs, cut: only for who asks to see examples. `number` is its place in the version it is of.

    Of a changed example, `output` is the new one and `former` the old one. `context` is what comes before the pair, as
    an Example has it.
    """

    kind: Literal["added", "removed", "changed"]
    number: int
    input: str
    output: str
    former: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is in one version and not in the other; `changed` are those with the same input and another output.

    `first` is the number of the first example that is added or changed; 0 where none is.
    """

    added: Group
    removed: Group
    changed: int
    first: int = 0

    @property
    def empty(self) -> bool:
        """Whether both versions have the same examples."""
        return not (self.added.count or self.removed.count or self.changed)


NO_ODDITY = Oddity()


@dataclass(frozen=True, slots=True)
class DataChange:
    """The training data of a row as they were and as they are.

    `old`, `difference` and `found` are there together, or none of them is and `missing` says why. `new` is None for
    data that nobody reads. `duplicates` repeat an earlier example, `contradictions` give its input another output;
    where the old version is known, only those that it did not have. `noun` is what the numbers of examples count.
    """

    new: Side | None
    old: Side | None = None
    difference: Difference | None = None
    found: Revision | None = None
    missing: str = ""
    duplicates: Oddity = NO_ODDITY
    contradictions: Oddity = NO_ODDITY
    noun: Literal["line", "example"] = "line"
    samples: tuple[Sample, ...] = ()

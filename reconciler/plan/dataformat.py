"""The published form of a change of training data, and the way into it."""

from typing import Annotated, Literal

from pydantic import Field

from reconciler.plan.part import Part, Text
from reconciler.resource.datachange import DataChange, Difference, Group, Lengths, Oddity, Revision, Sample, Side

OVERLAP = "Of today's validation examples, those in it; null: not known, or its model was measured with others."


class LengthsPart(Part):
    """Lengths of texts in characters (Unicode code points), by nearest rank."""

    least: int
    median: int
    p95: int
    most: int


class SidePart(Part):
    """One version of the data."""

    digest: str
    count: int
    input: LengthsPart
    output: LengthsPart
    estimated_tokens: int
    overlap: Annotated[int | None, Field(description=OVERLAP)]


class GroupPart(Part):
    """Examples that only one version has; the digest is that of a dataset of them, empty for none."""

    count: int
    digest: str


class RevisionPart(Part):
    """Where git has the old version: a commit, a path below the top of the repository, and the name of a base."""

    commit: str
    path: Text
    name: Text


class OddityPart(Part):
    """Pairs of examples that should not be, the first few of them by number."""

    count: int
    first: tuple[tuple[int, int], ...]


class SamplePart(Part):
    """An example that differs, cut: only with --show-examples. `former` is the old output of a changed one.

    `context` is what comes before the pair, as JSON: a system instruction and earlier turns.
    """

    kind: Literal["added", "removed", "changed"]
    number: int
    input: Text
    output: Text
    former: Text
    context: Text = ""


class DifferencePart(Part):
    """Examples that came, went, and have another output."""

    added: GroupPart
    removed: GroupPart
    changed: int
    first: Annotated[int, Field(description="Number of the first example that is added or changed; 0 for none.")]


class DataChangePart(Part):
    """How the data differ from those the model was trained on. Without `old`, `missing` says why not."""

    old: SidePart | None
    new: SidePart | None
    difference: DifferencePart | None
    found: RevisionPart | None
    missing: Text
    duplicates: OddityPart
    contradictions: OddityPart
    noun: Literal["line", "example"]
    samples: tuple[SamplePart, ...]


def published(change: DataChange) -> DataChangePart:
    """Turn a change of data into its published form."""
    return DataChangePart(
        old=_side(change.old) if change.old else None,
        new=_side(change.new) if change.new else None,
        difference=_difference(change.difference) if change.difference else None,
        found=_revision(change.found) if change.found else None,
        missing=change.missing,
        duplicates=_oddity(change.duplicates),
        contradictions=_oddity(change.contradictions),
        noun=change.noun,
        samples=tuple(map(_sample, change.samples)),
    )


def _side(side: Side) -> SidePart:
    return SidePart(
        digest=side.digest,
        count=side.count,
        input=_lengths(side.input),
        output=_lengths(side.output),
        estimated_tokens=side.tokens,
        overlap=side.overlap,
    )


def _lengths(lengths: Lengths) -> LengthsPart:
    return LengthsPart(**lengths._asdict())


def _difference(difference: Difference) -> DifferencePart:
    return DifferencePart(
        added=_group(difference.added),
        removed=_group(difference.removed),
        changed=difference.changed,
        first=difference.first,
    )


def _group(group: Group) -> GroupPart:
    return GroupPart(count=group.count, digest=group.digest)


def _revision(revision: Revision) -> RevisionPart:
    return RevisionPart(**revision._asdict())


def _oddity(oddity: Oddity) -> OddityPart:
    return OddityPart(count=oddity.count, first=tuple((pair.first, pair.second) for pair in oddity.first))


def _sample(sample: Sample) -> SamplePart:
    return SamplePart(**sample._asdict())

"""The published form of one row of a plan: see `format`."""

from typing import Annotated, Literal

from pydantic import Field

from reconciler.plan.dataformat import DataChangePart
from reconciler.plan.part import Money, Part, Plain, Resources, Text, Word


class FieldPart(Part):
    """One differing field."""

    path: str
    old: Plain
    new: Plain
    effect: Literal["write", "mark", "retrain", "ignored", "note"]
    reason: str
    why: Text


class ModelPart(Part):
    """A remote model that goes once the row's target is READY."""

    name: str
    state: Literal["READY", "TRAINING", "FAILED", "UNKNOWN"]
    created: str
    resources: Resources = Field(default={})


class StepsPart(Part):
    """Training steps. Not exact: the most there can be, because the service chooses the batch size."""

    count: int
    exact: bool


class EstimatePart(Part):
    """What a training takes, as far as it can be told; null is not known."""

    training_tokens: Annotated[int | None, Field(description="Of the data, once an epoch; estimated from characters.")]
    seconds: Annotated[int | None, Field(description="Judged by trainings of the same base that are over.")]
    cost: Annotated[Money | None, Field(description="By the prices of the workspace, in their currency.")]


class GrantPart(Part):
    """Somebody who may use the old model and shall be able to use the new one."""

    grantee: str
    email: Text
    role: str


class DatasetPart(Part):
    """The declared training data: never its examples. `path` is `inline` for examples written in the manifest."""

    digest: str
    count: int
    input_characters: int
    output_characters: int
    estimated_tokens: int = 0
    path: Text


class OriginPart(Part):
    """Where the model is declared; line 0 means the whole file."""

    file: Text
    line: int


class ChangePart(Part):
    """One row: what happens to an address or to a leftover, and why. A refused row does nothing."""

    address: str
    action: Word
    reasons: tuple[str, ...]
    target: str
    refused: bool
    intended: Annotated[Word, Field(description="What a refused or ignored row would have done.")]
    detail: Text
    fields: tuple[FieldPart, ...]
    supersedes: tuple[ModelPart, ...]
    successor: str
    parent: Annotated[str, Field(description="The model that a training starts from.")] = ""
    resources: Resources = Field(default={})
    steps: StepsPart | None
    estimate: EstimatePart | None = None
    wasted: Annotated[tuple[EstimatePart, ...], Field(description="Trainings that go on for nothing.")] = ()
    grants: tuple[GrantPart, ...]
    notes: tuple[Text, ...]
    dataset: DatasetPart | None
    data: DataChangePart | None = None
    origin: OriginPart | None
    inputs: Annotated[str, Field(description="SHA-256 of everything that only training can change.")]

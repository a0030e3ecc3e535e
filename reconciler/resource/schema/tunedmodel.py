"""What a document of kind TunedModel may say.

These models are the one source of `schemas/tunedmodel.json` and of the reference page. A manifest is also a valid
Kubernetes object: no field has two types, optional fields are nullable, maps have typed values, patterns are RE2.
Unset means "the service decides", so no field that reaches the service has a default here.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from reconciler.resource.address import NAME_PATTERN

Ignorable: TypeAlias = Literal[
    "displayName",
    "description",
    "temperature",
    "topP",
    "topK",
    "readerProjectNumbers",
    "dataset",
    "baseModel",
    "hyperparameters.epochCount",
    "hyperparameters.batchSize",
    "hyperparameters.learningRate",
    "hyperparameters.learningRateMultiplier",
]
"""Fields whose differences a manifest may choose to leave alone."""

Text = Annotated[str, StringConstraints(min_length=1)]
Int32 = Annotated[int, Field(ge=1, le=2_147_483_647)]
Rate = Annotated[float, Field(gt=0, le=3.4e38, allow_inf_nan=False)]


class Part(BaseModel):
    """Base of every part of a manifest: unknown keys are errors, names are camelCase, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class Metadata(Part):
    """Who the object is. There are no namespaces: a workspace is the namespace."""

    name: Annotated[str, Field(pattern=NAME_PATTERN, description="Survives replacement; the remote id does not.")]
    labels: Annotated[dict[str, str], Field(description="For selection with -l; never sent.")] = {}
    annotations: Annotated[
        dict[str, str],
        Field(description="`reconciler.dev/renamed-from: OLD-NAME` carries a model over to this name."),
    ] = {}


class InlineExample(Part):
    """One training example, written in the manifest itself."""

    text_input: str
    output: str


class DatasetSpec(Part):
    """Where the training examples are: a file beside the manifests, or right here."""

    path: Annotated[Text | None, Field(description="Relative to the manifest; must lie in the workspace's folder.")] = (
        None
    )
    format: Annotated[
        Literal["jsonl", "json", "csv", "tsv"] | None,
        Field(description="Told by the file's ending when absent."),
    ] = None
    input_field: Annotated[Text | None, Field(description="Key or column of the input; text_input when absent.")] = None
    output_field: Annotated[Text | None, Field(description="Key or column of the output; output when absent.")] = None
    header: Annotated[
        bool | None,
        Field(description="CSV and TSV: false when the first row is data (columns 1 and 2 are used)."),
    ] = None
    examples: Annotated[
        tuple[InlineExample, ...] | None, Field(strict=False, description="Instead of path: the examples.")
    ] = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        """Exactly one of path and examples."""
        if (self.path is None) == (self.examples is None):
            raise ValueError("dataset needs exactly one of path and examples")
        return self


class TunedModelSource(Part):
    """Tune a model that is itself tuned, named by its resource name."""

    tuned_model: Annotated[str, Field(pattern=r"^tunedModels/[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]


class Hyperparameters(Part):
    """How to train. Only training can change these."""

    epoch_count: Annotated[Int32 | None, Field(description="Passes over the data.")] = None
    batch_size: Annotated[Int32 | None, Field(description="Examples a step.")] = None
    learning_rate: Annotated[Rate | None, Field(description="Excludes learningRateMultiplier.")] = None
    learning_rate_multiplier: Annotated[Rate | None, Field(description="Of the service's own learning rate.")] = None

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        """The service takes one or the other."""
        if self.learning_rate is not None and self.learning_rate_multiplier is not None:
            raise ValueError("learningRate and learningRateMultiplier exclude each other")
        return self


class Lifecycle(Part):
    """What the reconciler itself may do; nothing of it is sent as a field."""

    protect: Annotated[bool, Field(description="Refuse deletion and replacement, even after the manifest is gone.")] = (
        False
    )
    ignore_changes: Annotated[
        tuple[Ignorable, ...],
        Field(strict=False, description="Fields whose differences are shown and left alone."),
    ] = ()
    keep_superseded: Annotated[
        int | None,
        Field(ge=0, le=100, description="How many replaced models stay; the workspace's value when absent."),
    ] = None
    on_removal: Annotated[
        Literal["delete", "keep"], Field(description="What becomes of the model when this manifest goes.")
    ] = "delete"


class TunedModelSpec(Part):
    """The tuned model that should exist."""

    display_name: Annotated[str | None, Field(min_length=1, max_length=40)] = None
    description: Annotated[str | None, Field(description="The mark of ownership is kept beside it.")] = None
    base_model: Annotated[Text | None, Field(description="models/ID; excludes tunedModelSource.")] = None
    tuned_model_source: TunedModelSource | None = None
    dataset: Annotated[DatasetSpec | None, Field(description="Absent: the model is managed, but never trained.")] = None
    hyperparameters: Hyperparameters | None = None
    temperature: Annotated[float | None, Field(ge=0, le=1)] = None
    top_p: Annotated[float | None, Field(ge=0, le=1)] = None
    top_k: Annotated[int | None, Field(ge=1, le=2_147_483_647)] = None
    reader_project_numbers: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9]{1,19}$")], ...] | None,
        Field(strict=False, description="Projects that may use the model; absent: not managed, []: none."),
    ] = None
    lifecycle: Lifecycle = Lifecycle()

    @model_validator(mode="after")
    def _one_base(self) -> Self:
        """A model is tuned from exactly one thing."""
        if (self.base_model is None) == (self.tuned_model_source is None):
            raise ValueError("spec needs exactly one of baseModel and tunedModelSource")
        return self


class TunedModelDocument(Part):
    """A whole document of kind TunedModel."""

    api_version: Literal["reconciler.dev/v1alpha1"]
    kind: Literal["TunedModel"]
    metadata: Metadata
    spec: TunedModelSpec

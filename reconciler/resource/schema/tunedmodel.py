"""What a document of kind TunedModel may say.

These models are the one source of `schemas/tunedmodel.json` and of the reference page. A manifest is also a valid
Kubernetes object: no field has two types, optional fields are nullable, maps have typed values, patterns are RE2.
Unset means "the service decides", so no field that reaches the service has a default here.
"""

import re
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from reconciler.resource.address import KIND, NAME_PATTERN
from reconciler.resource.lint import RuleName, Severity

Ignorable: TypeAlias = Literal[
    "displayName",
    "description",
    "temperature",
    "topP",
    "topK",
    "readerProjectNumbers",
    "labels",
    "dataset",
    "baseModel",
    "preTunedModel.address",
    "preTunedModel.name",
    "preTunedModel.checkpointId",
    "hyperparameters.epochCount",
    "hyperparameters.batchSize",
    "hyperparameters.learningRate",
    "hyperparameters.learningRateMultiplier",
    "hyperparameters.adapterSize",
    "exportLastCheckpointOnly",
    "kmsKeyName",
]
"""Fields whose differences a manifest may choose to leave alone."""

LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
OURS = "reconciler-"
"""How the keys of labels begin that ownership is kept in."""


def _label_key(key: str) -> str:
    """Check the key of a label.

    Not a pattern, since a schema of Kubernetes has none for keys, and RE2 cannot say what a text does not begin with.
    """
    if not LABEL_KEY.fullmatch(key) or key.startswith(OURS):
        raise PydanticCustomError("label_key", "not the key of a label")
    return key


LabelKey = Annotated[str, AfterValidator(_label_key)]
LabelValue = Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,63}$")]
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


class LintSetting(Part):
    """How severe the findings of one rule are here; `reconciler validate --rules` tells what the rules mean."""

    rule: RuleName
    severity: Annotated[Severity, Field(description="off: not told, but for the reason.")]
    reason: Annotated[Text | None, Field(max_length=500, description="Why; required with off.")] = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        """Who silences a rule says why."""
        if self.severity == "off" and not (self.reason or "").strip():
            raise PydanticCustomError("unreasoned", "a rule is silenced without a reason")
        return self


def _once(settings: tuple[LintSetting, ...]) -> tuple[LintSetting, ...]:
    """Check that no rule is set twice: only one of the two would count."""
    names = [setting.rule for setting in settings]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise PydanticCustomError("set_twice", "{rule} is set twice", {"rule": twice})
    return settings


Lint = Annotated[
    tuple[LintSetting, ...],
    AfterValidator(_once),
    Field(strict=False, description="Rules of `reconciler validate` that are more or less severe here, or off."),
]


class InlineExample(Part):
    """One training example, written in the manifest itself."""

    text_input: str
    output: str


class DatasetSpec(Part):
    """Where the training examples are: a file beside the manifests, or right here."""

    path: Annotated[
        Text | None,
        Field(
            description="Relative to the manifest, and in the workspace's folder; or gs://BUCKET/OBJECT, a file of "
            "`contents`."
        ),
    ] = None
    format: Annotated[
        Literal["jsonl", "contents", "json", "csv", "tsv"] | None,
        Field(
            description="Told by the file's ending, and the first line of JSONL, when absent. contents: JSONL with a "
            "conversation a line, `systemInstruction` and `contents`."
        ),
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


class PreTunedModel(Part):
    """Tune a tuned model further: one that another manifest declares, or one that exists."""

    address: Annotated[
        str | None,
        Field(
            pattern=rf"^({KIND}/)?{NAME_PATTERN[1:]}",
            description=f"{KIND}/NAME of another manifest: trained before this one, and anew when that one is.",
        ),
    ] = None
    name: Annotated[
        str | None,
        Field(
            pattern=r"^projects/[a-z0-9:.-]{1,63}/locations/[a-z0-9-]{1,63}/models/[a-z0-9_-]{1,128}(@[a-z0-9-]{1,63})?$",
            description="projects/P/locations/L/models/M, or M@VERSION.",
        ),
    ] = None
    checkpoint_id: Annotated[
        str | None,
        Field(pattern=r"^[a-zA-Z0-9_-]{1,63}$", description="Where to go on from; the last checkpoint when absent."),
    ] = None

    @model_validator(mode="after")
    def _one_model(self) -> Self:
        """Exactly one of address and name."""
        if (self.address is None) == (self.name is None):
            raise ValueError("preTunedModel needs exactly one of address and name")
        return self


class Hyperparameters(Part):
    """How to train. Only training can change these."""

    epoch_count: Annotated[Int32 | None, Field(description="Passes over the data.")] = None
    batch_size: Annotated[Int32 | None, Field(description="Examples a step.")] = None
    learning_rate: Annotated[Rate | None, Field(description="Excludes learningRateMultiplier.")] = None
    learning_rate_multiplier: Annotated[Rate | None, Field(description="Of the service's own learning rate.")] = None
    adapter_size: Annotated[Int32 | None, Field(description="Rank of what is learned beside the base model.")] = None

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

    display_name: Annotated[str | None, Field(min_length=1, max_length=128)] = None
    description: Annotated[str | None, Field(description="Free text.")] = None
    labels: Annotated[
        dict[LabelKey, LabelValue] | None,
        Field(
            description="On the remote model. Keys and values have at most 63 of a-z, 0-9, _ and -; keys begin with a "
            f"letter, and not with {OURS}."
        ),
    ] = None
    base_model: Annotated[
        Text | None, Field(description="What is tuned; excludes tunedModelSource and preTunedModel.")
    ] = None
    tuned_model_source: TunedModelSource | None = None
    pre_tuned_model: PreTunedModel | None = None
    dataset: Annotated[DatasetSpec | None, Field(description="Absent: the model is managed, but never trained.")] = None
    validation_dataset: Annotated[
        DatasetSpec | None, Field(description="What a training is measured with; the model does not learn it.")
    ] = None
    hyperparameters: Hyperparameters | None = None
    export_last_checkpoint_only: Annotated[
        bool | None, Field(description="Whether the checkpoints before the last one are thrown away.")
    ] = None
    temperature: Annotated[float | None, Field(ge=0, le=1)] = None
    top_p: Annotated[float | None, Field(ge=0, le=1)] = None
    top_k: Annotated[int | None, Field(ge=1, le=2_147_483_647)] = None
    reader_project_numbers: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9]{1,19}$")], ...] | None,
        Field(strict=False, description="Projects that may use the model; absent: not managed, []: none."),
    ] = None
    kms_key_name: Annotated[
        str | None,
        Field(
            pattern=r"^projects/[a-z0-9:.-]{1,63}/locations/[a-z0-9-]{1,63}/keyRings/[a-zA-Z0-9_-]{1,63}"
            r"/cryptoKeys/[a-zA-Z0-9_-]{1,63}$",
            description="projects/P/locations/L/keyRings/R/cryptoKeys/K: encrypts all that the training makes.",
        ),
    ] = None
    service_account: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z0-9.-]{1,63}@[a-z0-9.-]{1,190}\.gserviceaccount\.com$",
            description="E-mail of the service account that the training runs as.",
        ),
    ] = None
    lifecycle: Lifecycle = Lifecycle()
    lint: Lint = ()

    @model_validator(mode="after")
    def _one_base(self) -> Self:
        """A model is tuned from exactly one thing."""
        if sum(base is not None for base in (self.base_model, self.tuned_model_source, self.pre_tuned_model)) != 1:
            raise ValueError("spec needs exactly one of baseModel, tunedModelSource and preTunedModel")
        return self


class TunedModelDocument(Part):
    """A whole document of kind TunedModel."""

    api_version: Literal["reconciler.dev/v1alpha1"]
    kind: Literal["TunedModel"]
    metadata: Metadata
    spec: TunedModelSpec

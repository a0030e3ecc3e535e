"""What Vertex AI takes for supervised tuning of Gemini models, and how each field may change, as data.

From the reference of tuningJobs and models (v1) and the guide on supervised tuning of text models. A job cannot be
patched; the Model that it makes can, in its name, description and labels.
"""

from reconciler.providers.naming import ComputedNaming
from reconciler.resource.rules import Capabilities, DataLimits, FieldRule, Mutability, SettingRule
from reconciler.resource.workspace import BUCKET_PATTERN, LOCATION_PATTERN, PROJECT_PATTERN

STORAGE_HOST = "storage.googleapis.com"
"""The second host: training data and claims lie there."""

GLOBAL = "global"
"""The one location whose host has no location in its name."""

NAMING = ComputedNaming()
"""Ids without anything before them: they are values of a label."""

LIMITS = DataLimits(
    input_characters=0,
    output_characters=0,
    request_bytes=1_000_000_000,
    recommended_examples=100,
    examples=1_000_000,
    tokens=131_072,
    validation_examples=5_000,
    conversations=True,
    remote=True,
)
"""Of text for Gemini 2.5. 1 GB is published without saying which gigabyte; the smaller one is taken."""

_MOST_LABELS = 64 - 9
"""Of the labels that a resource may have, as many as the nine of the mark leave."""

_BASE = "a model cannot be moved to another base"
_HYPERPARAMETER = "hyperparameters are fixed when training starts"
_TRAINED = "what a model learned cannot be exchanged, only learned anew"

_WITHIN_PROJECT = "projects/[^/]+/(locations/[^/]+/models/[0-9]+(?:@.+)?)"
"""A project goes by its id and by its number; a Model that tuning has made has a number that no other one has."""

_SETTINGS = {
    rule.name: rule
    for rule in (
        SettingRule("serviceVersion", "version of the API", default="v1", pattern="v1", example="v1"),
        SettingRule(
            "project", "models belong to a project", required=True, pattern=PROJECT_PATTERN, example="my-project"
        ),
        SettingRule(
            "location",
            "models live in a region",
            required=True,
            pattern=LOCATION_PATTERN,
            example="us-central1",
        ),
        SettingRule(
            "stagingBucket",
            "training data are read from Cloud Storage",
            required=True,
            pattern=BUCKET_PATTERN,
            example="gs://my-bucket",
        ),
    )
}

_FIELDS = (
    FieldRule("displayName", Mutability.IN_PLACE, "shown in the console; not unique", longest=128, late=True),
    FieldRule("description", Mutability.IN_PLACE, "free text"),
    FieldRule(
        "labels.*",
        Mutability.IN_PLACE,
        "labels of the Model; the mark of ownership is kept beside them",
        most=_MOST_LABELS,
    ),
    FieldRule(
        "baseModel",
        Mutability.RETRAIN,
        _BASE,
        pattern=r"^gemini-[a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?$",
        example="gemini-2.5-flash",
    ),
    FieldRule("preTunedModel.address", Mutability.RETRAIN, "what it starts from is another model now"),
    FieldRule("preTunedModel.name", Mutability.RETRAIN, _BASE, telling=_WITHIN_PROJECT),
    FieldRule("preTunedModel.checkpointId", Mutability.RETRAIN, _BASE),
    FieldRule("hyperparameters.epochCount", Mutability.RETRAIN, _HYPERPARAMETER),
    FieldRule("hyperparameters.learningRateMultiplier", Mutability.RETRAIN, _HYPERPARAMETER, (1,)),
    FieldRule("hyperparameters.adapterSize", Mutability.RETRAIN, _HYPERPARAMETER, choices=(1, 2, 4, 8, 16, 32)),
    FieldRule("exportLastCheckpointOnly", Mutability.RETRAIN, "checkpoints are kept or thrown away while training"),
    FieldRule("kmsKeyName", Mutability.RETRAIN, "a model is encrypted once"),
    FieldRule("dataset", Mutability.RETRAIN, _TRAINED, readable=False),
    FieldRule("validationDataset", Mutability.INPUT_ONLY, "measures a training, and changes nothing", readable=False),
    FieldRule("serviceAccount", Mutability.INPUT_ONLY, "the training runs as this account"),
)


def host(location: str) -> str:
    """The host that serves a location."""
    return f"{location}-aiplatform.googleapis.com" if location not in ("", GLOBAL) else "aiplatform.googleapis.com"


def capabilities(location: str) -> Capabilities:
    """Rules and limits, and the host of a location."""
    rules = {rule.path: rule for rule in _FIELDS}
    return Capabilities("vertex", rules, LIMITS, host(location), _SETTINGS, lists_bases=False, grants=False)

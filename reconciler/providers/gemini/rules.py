"""What the Gemini API takes at each version, and how each field of a tuned model may change, as data.

From the reference of tunedModels (fields marked immutable there force a training; the rest is what its PATCH takes)
and the model tuning guide (limits and defaults). v1beta3, the PaLM generation, has neither readerProjectNumbers nor
learningRateMultiplier, and other defaults.
"""

from reconciler.providers.naming import ComputedNaming
from reconciler.resource.rules import Capabilities, DataLimits, FieldRule, Mutability, SettingRule
from reconciler.resource.workspace import PROJECT_PATTERN

HOST = "generativelanguage.googleapis.com"

PREFIX = "tunedModels/"
"""What every resource name begins with."""

NAMING = ComputedNaming(PREFIX)

LIMITS = DataLimits(input_characters=40_000, output_characters=5_000, request_bytes=4_000_000)
"""4 MB is published without saying which megabyte; the smaller one leaves room for the rest of the request too."""

_BASE = "a model cannot be moved to another base"
_HYPERPARAMETER = "hyperparameters are fixed when training starts"

_SETTINGS = {
    rule.name: rule
    for rule in (
        SettingRule(
            "serviceVersion",
            "version of the API; v1beta3 is the PaLM generation",
            default="v1beta",
            pattern="v1beta|v1beta3",
            example="v1beta",
        ),
        SettingRule("project", "quota project of the requests", pattern=PROJECT_PATTERN, example="my-project"),
    )
}

_COMMON = (
    FieldRule("displayName", Mutability.IN_PLACE, "shown in the console; not unique", longest=40),
    FieldRule("description", Mutability.IN_PLACE, "free text; the mark of ownership is kept beside it"),
    FieldRule("temperature", Mutability.IN_PLACE, "a default for requests to the model"),
    FieldRule("topP", Mutability.IN_PLACE, "a default for requests to the model"),
    FieldRule("topK", Mutability.IN_PLACE, "a default for requests to the model"),
    FieldRule(
        "baseModel",
        Mutability.RETRAIN,
        _BASE,
        pattern=r"^models/[A-Za-z0-9._-]+$",
        example="models/gemini-1.5-flash-001-tuning",
    ),
    FieldRule(
        "tunedModelSource.tunedModel",
        Mutability.RETRAIN,
        _BASE,
        pattern=r"^tunedModels/[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
        example="tunedModels/sentences-x7k2m4q9w3e5r6t",
    ),
    FieldRule(
        "dataset", Mutability.RETRAIN, "what a model learned cannot be exchanged, only learned anew", readable=False
    ),
)


def capabilities(service_version: str) -> Capabilities:
    """Rules and limits of `v1beta` or `v1beta3`."""
    specific = _PALM if service_version == "v1beta3" else _GEMINI
    return Capabilities("gemini", {rule.path: rule for rule in (*_COMMON, *specific)}, LIMITS, HOST, _SETTINGS)


def _hyperparameter(name: str, *defaults: float, instead: str = "") -> FieldRule:
    """Rule of one hyperparameter; several defaults where the service chooses by the number of examples."""
    alternative = f"hyperparameters.{instead}" if instead else ""
    return FieldRule(f"hyperparameters.{name}", Mutability.RETRAIN, _HYPERPARAMETER, defaults, alternative)


_GEMINI = (
    FieldRule("readerProjectNumbers", Mutability.IN_PLACE, "projects that may use the model"),
    _hyperparameter("epochCount", 5),
    _hyperparameter("batchSize", 4, 16),
    _hyperparameter("learningRate", 0.001, 0.0002, instead="learningRateMultiplier"),
    _hyperparameter("learningRateMultiplier", 1, instead="learningRate"),
)
_PALM = (
    _hyperparameter("epochCount", 10),
    _hyperparameter("batchSize", 16, 64),
    _hyperparameter("learningRate", 0.0002, 0.002),
)

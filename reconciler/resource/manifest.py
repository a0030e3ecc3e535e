"""What one YAML document of kind TunedModel says, as plain values.

`schema.tunedmodel` decides whether a document is valid. `manifest` trusts that it was, and only reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.resource.address import KIND
from reconciler.resource.dataset import Example, Format
from reconciler.resource.lint import Setting, settings_of
from reconciler.resource.rules import Fields, Value

API_VERSION = "reconciler.dev/v1alpha1"

NUMBERS = ("temperature", "topP")
"""Fields of the spec that are floats on the wire, even where YAML has a whole number."""
PLAIN = ("displayName", "description", "baseModel", "exportLastCheckpointOnly", "topK", "kmsKeyName", "serviceAccount")
COUNTS = ("epochCount", "batchSize", "adapterSize")
RATES = ("learningRate", "learningRateMultiplier")
LABELS = "labels"


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What the reconciler itself may do; nothing of it is sent as a field."""

    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    keep_superseded: int | None = None
    on_removal: str = "delete"


UNMANAGED = Lifecycle()


@dataclass(frozen=True, slots=True)
class DatasetSource:
    """Where the training examples are: a file, by its path as written, or right here."""

    path: str | None = None
    format: Format | None = None
    input_field: str | None = None
    output_field: str | None = None
    header: bool | None = None
    examples: tuple[Example, ...] | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """One declared model. `fields` holds exactly the declared values of the model itself, by path."""

    name: str
    fields: Fields
    dataset: DatasetSource | None = None
    lifecycle: Lifecycle = UNMANAGED
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    validation: DatasetSource | None = None
    lint: tuple[Setting, ...] = ()


def manifest(document: Mapping[str, Any]) -> Manifest:
    """Read a valid document. Null is as good as left out."""
    metadata, spec = document["metadata"], document["spec"]
    return Manifest(
        metadata["name"],
        _fields(spec),
        _dataset(spec.get("dataset")),
        _lifecycle(spec),
        metadata.get("labels") or {},
        metadata.get("annotations") or {},
        _dataset(spec.get("validationDataset")),
        settings_of(spec),
    )


def _fields(spec: Mapping[str, Any]) -> Fields:
    """Flatten what the spec says about the model itself into values by path."""
    values: dict[str, Value] = {key: spec[key] for key in PLAIN if spec.get(key) is not None}
    values |= {key: float(spec[key]) for key in NUMBERS if spec.get(key) is not None}
    if source := spec.get("tunedModelSource"):
        values["tunedModelSource.tunedModel"] = source["tunedModel"]
    values |= _parent(spec.get("preTunedModel") or {})
    values |= zip(_labels(spec), (spec.get(LABELS) or {}).values(), strict=True)
    if (projects := spec.get("readerProjectNumbers")) is not None:
        values["readerProjectNumbers"] = tuple(sorted({str(int(number)) for number in projects}))
    given = spec.get("hyperparameters") or {}
    values |= {f"hyperparameters.{key}": given[key] for key in COUNTS if given.get(key) is not None}
    values |= {f"hyperparameters.{key}": float(given[key]) for key in RATES if given.get(key) is not None}
    return values


def _parent(part: Mapping[str, Any]) -> Fields:
    """What is tuned further; an address has one spelling, whichever of the two was written."""
    values = {f"preTunedModel.{key}": part[key] for key in ("name", "checkpointId") if part.get(key) is not None}
    if address := part.get("address"):
        values["preTunedModel.address"] = f"{KIND}/{address.removeprefix(f'{KIND}/')}"
    return values


def _labels(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of the labels that are declared."""
    return tuple(f"{LABELS}.{key}" for key in spec.get(LABELS) or ())


def _dataset(part: Mapping[str, Any] | None) -> DatasetSource | None:
    if part is None:
        return None
    examples = part.get("examples")
    return DatasetSource(
        part.get("path"),
        part.get("format"),
        part.get("inputField"),
        part.get("outputField"),
        part.get("header"),
        None if examples is None else tuple(Example(e["textInput"], e["output"]) for e in examples),
    )


def _lifecycle(spec: Mapping[str, Any]) -> Lifecycle:
    """What the reconciler may do; to ignore the labels is to ignore each of them that is declared."""
    part = spec.get("lifecycle")
    if not part:
        return UNMANAGED
    ignored = part.get("ignoreChanges", ())
    return Lifecycle(
        part.get("protect", False),
        tuple(path for name in ignored for path in (_labels(spec) if name == LABELS else (name,))),
        part.get("keepSuperseded"),
        part.get("onRemoval", "delete"),
    )

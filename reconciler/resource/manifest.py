"""What one YAML document of kind TunedModel says, as plain values.

`schema.tunedmodel` decides whether a document is valid. `manifest` trusts that it was, and only reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.resource.dataset import Example, Format
from reconciler.resource.rules import Fields, Value

API_VERSION = "reconciler.dev/v1alpha1"

NUMBERS = ("temperature", "topP")
"""Fields of the spec that are floats on the wire, even where YAML has a whole number."""
PLAIN = ("displayName", "description", "baseModel", "topK")
COUNTS = ("epochCount", "batchSize")
RATES = ("learningRate", "learningRateMultiplier")


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


def manifest(document: Mapping[str, Any]) -> Manifest:
    """Read a valid document. Null is as good as left out."""
    metadata, spec = document["metadata"], document["spec"]
    return Manifest(
        metadata["name"],
        _fields(spec),
        _dataset(spec.get("dataset")),
        _lifecycle(spec.get("lifecycle")),
        metadata.get("labels") or {},
        metadata.get("annotations") or {},
    )


def _fields(spec: Mapping[str, Any]) -> Fields:
    """Flatten what the spec says about the model itself into values by path."""
    values: dict[str, Value] = {key: spec[key] for key in PLAIN if spec.get(key) is not None}
    values |= {key: float(spec[key]) for key in NUMBERS if spec.get(key) is not None}
    if source := spec.get("tunedModelSource"):
        values["tunedModelSource.tunedModel"] = source["tunedModel"]
    if (projects := spec.get("readerProjectNumbers")) is not None:
        values["readerProjectNumbers"] = tuple(sorted({str(int(number)) for number in projects}))
    given = spec.get("hyperparameters") or {}
    values |= {f"hyperparameters.{key}": given[key] for key in COUNTS if given.get(key) is not None}
    values |= {f"hyperparameters.{key}": float(given[key]) for key in RATES if given.get(key) is not None}
    return values


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


def _lifecycle(part: Mapping[str, Any] | None) -> Lifecycle:
    if not part:
        return UNMANAGED
    return Lifecycle(
        part.get("protect", False),
        tuple(part.get("ignoreChanges", ())),
        part.get("keepSuperseded"),
        part.get("onRemoval", "delete"),
    )

"""What is sent: the body of a job, and of a change to its Model. Pure."""

from collections.abc import Mapping
from typing import Any

from reconciler.providers.vertex.codec import ADAPTERS
from reconciler.resource.rules import Fields, Value

LABELS = "labels."
"""How the paths of labels begin."""

_SIZES = {size: name for name, size in ADAPTERS.items()}
_PLAIN = ("displayName", "description")


def job(
    fields: Fields, identity: str, mark: Mapping[str, str], data: str, validation: str, parent: str
) -> dict[str, Any]:
    """A TuningJob. `data` and `validation` are gs:// URIs; `parent` is the Model to go on from, empty for a base.

    The display name is the id: with any other name, or none, a further training could become a new version of a Model
    that serves. What people want it to be called is written when the Model is there.
    """
    spec: dict[str, Any] = {"trainingDatasetUri": data}
    if validation:
        spec["validationDatasetUri"] = validation
    if hyperparameters := _hyperparameters(fields):
        spec["hyperParameters"] = hyperparameters
    if "exportLastCheckpointOnly" in fields:
        spec["exportLastCheckpointOnly"] = bool(fields["exportLastCheckpointOnly"])
    body: dict[str, Any] = {
        "tunedModelDisplayName": identity,
        "labels": {**labels(fields), **mark},
        "supervisedTuningSpec": spec,
    }
    if parent:
        checkpoint = fields.get("preTunedModel.checkpointId")
        body["preTunedModel"] = {"tunedModelName": parent, **({"checkpointId": checkpoint} if checkpoint else {})}
    else:
        body["baseModel"] = fields.get("baseModel", "")
    if description := fields.get("description"):
        body["description"] = description
    if key := fields.get("kmsKeyName"):
        body["encryptionSpec"] = {"kmsKeyName": key}
    if account := fields.get("serviceAccount"):
        body["serviceAccount"] = account
    return body


def patch(values: Mapping[str, Value]) -> dict[str, Any]:
    """The part of a Model that holds these values; its labels are apart, since they are only written as a whole."""
    return {key: values[key] for key in _PLAIN if key in values}


def labels(fields: Fields) -> dict[str, str]:
    """The labels among values."""
    return {path.removeprefix(LABELS): str(value) for path, value in fields.items() if path.startswith(LABELS)}


def _hyperparameters(fields: Fields) -> dict[str, Any]:
    """Hyperparameters; int64 is text in this JSON."""
    written: dict[str, Any] = {}
    if (epochs := fields.get("hyperparameters.epochCount")) is not None:
        written["epochCount"] = str(epochs)
    if (multiplier := fields.get("hyperparameters.learningRateMultiplier")) is not None:
        written["learningRateMultiplier"] = multiplier
    if (size := fields.get("hyperparameters.adapterSize")) is not None:
        written["adapterSize"] = _SIZES[int(size)] if isinstance(size, int | float) else size
    return written

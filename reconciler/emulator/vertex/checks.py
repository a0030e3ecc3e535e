"""What a request to create a tuning job may hold; each check gives pairs of (field path, what is wrong)."""

import re

from reconciler.emulator.settings import Settings
from reconciler.emulator.vertex.dataset import is_uri
from reconciler.emulator.vertex.labels import Faults, label_faults, title_faults
from reconciler.emulator.wire import JsonObject

_KEY = re.compile(r"projects/[^/]+/locations/([^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+")
_SIZES = {1: "ONE", 2: "TWO", 4: "FOUR", 8: "EIGHT", 16: "SIXTEEN", 32: "THIRTY_TWO"}
_EPOCHS_MAX = 10_000
"""The emulator's own limit, so that steps can be counted."""
_AT = "tuning_job.supervised_tuning_spec"


def faults_of(job: JsonObject, location: str) -> Faults:
    """Find what is wrong with a job apart from its base."""
    faults: Faults = []
    if not job.get("baseModel") and not job.get("preTunedModel", {}).get("tunedModelName"):
        faults.append(("tuning_job.source_model", "One of base_model and pre_tuned_model must be set."))
    if "supervisedTuningSpec" not in job:
        faults.append((_AT, "The tuning job must have a supervised_tuning_spec."))
    else:
        faults += _spec_faults(job["supervisedTuningSpec"])
    faults += title_faults("tuning_job.tuned_model_display_name", job.get("tunedModelDisplayName", ""))
    faults += label_faults("tuning_job.labels", job.get("labels", {}))
    key = job.get("encryptionSpec", {}).get("kmsKeyName")
    if key is not None:
        found = _KEY.fullmatch(key)
        if found is None or found[1] != location:
            faults.append(("tuning_job.encryption_spec", f"{key} is not the name of a key in {location}."))
    return faults


def _spec_faults(spec: JsonObject) -> Faults:
    faults: Faults = []
    if not spec.get("trainingDatasetUri"):
        faults.append((f"{_AT}.training_dataset_uri", "training_dataset_uri is required."))
    for name, proto in (("trainingDatasetUri", "training"), ("validationDatasetUri", "validation")):
        if spec.get(name) and not is_uri(spec[name]):
            text = f"{spec[name]} is not the URI of an object of Cloud Storage."
            faults.append((f"{_AT}.{proto}_dataset_uri", text))
    asked = spec.get("hyperParameters", {})
    for name, proto in (("epochCount", "epoch_count"), ("learningRateMultiplier", "learning_rate_multiplier")):
        # Zero is proto3's way to leave a number out.
        if (asked.get(name) or 0) < 0:
            faults.append((f"{_AT}.hyper_parameters.{proto}", f"{proto} must be positive."))
    if (asked.get("epochCount") or 0) > _EPOCHS_MAX:
        faults.append((f"{_AT}.hyper_parameters.epoch_count", f"epoch_count must be at most {_EPOCHS_MAX}."))
    return faults


def base_faults(base: str, job: JsonObject, settings: Settings) -> Faults:
    """Find a base that cannot be tuned, or an adapter size that it does not have."""
    sizes = settings.vertex_bases.get(base.removeprefix("publishers/google/models/"))
    if sizes is None:
        return [("tuning_job.base_model", f"Base model {base} is not supported for tuning.")]
    asked = job.get("supervisedTuningSpec", {}).get("hyperParameters", {}).get("adapterSize")
    allowed = {adapter_size(size) for size in sizes} | {None, "ADAPTER_SIZE_UNSPECIFIED"}
    if asked not in allowed:
        return [(f"{_AT}.hyper_parameters.adapter_size", "The adapter size is not supported for this base model.")]
    return []


def adapter_size(size: int) -> str:
    """Give the enum value of an adapter size."""
    return f"ADAPTER_SIZE_{_SIZES[size]}"

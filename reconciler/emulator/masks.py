"""`updateMask`: which fields a PATCH writes.

Mutable are displayName, description, temperature, topP, topK and readerProjectNumbers. What is output only is
passed over: official clients send whole objects back. A masked immutable field is refused.
"""

from reconciler.emulator.call import Call
from reconciler.emulator.schema import Field, camel, fields_of, snake
from reconciler.emulator.status import bad_field, bad_fields
from reconciler.emulator.wire import JsonObject

MUTABLE = ("displayName", "description", "temperature", "topP", "topK", "readerProjectNumbers")


def split_mask(text: str) -> list[str]:
    """Give the paths of a mask in camelCase."""
    return [".".join(map(camel, path.strip().split("."))) for path in text.split(",") if path.strip()]


def written_fields(call: Call, kept: JsonObject) -> list[str]:
    """Give the names of the fields to write; those absent from the body are cleared.

    Without a mask these are the fields that the body sets. Raises ApiError 400 where v1beta3 has no mask, for
    unknown and immutable paths, and without a mask for an immutable field with another value.
    """
    paths = split_mask(call.query.get("updateMask", ""))
    if paths:
        return _masked(paths, call.version)
    if call.version == "v1beta3":
        raise bad_field("update_mask", "update_mask is required.")
    _refuse_other_values(call.body, kept)
    return [name for name in MUTABLE if call.body.get(name) not in (None, "", [])]


def _masked(paths: list[str], version: str) -> list[str]:
    known = fields_of("TunedModel", version)
    faults = [fault for path in paths if path != "*" for fault in _path_faults(path, version)]
    if faults:
        raise bad_fields(faults)
    mutable = [name for name in MUTABLE if name in known]
    return mutable if "*" in paths else [name for name in mutable if name in paths]


def _path_faults(path: str, version: str) -> list[tuple[str, str]]:
    message, field = "TunedModel", None
    for name in path.split("."):
        field = fields_of(message, version).get(name) if message else None
        if field is None:
            return [("update_mask", f'Invalid field path "{path}" in update_mask.')]
        if "output" in field.behaviours:
            return []
        if "immutable" in field.behaviours or "input" in field.behaviours:
            return [("update_mask", f'"{snake(path)}" is immutable and cannot be updated.')]
        message = field.kind if field.is_message else ""
    if field is not None and _holds_immutable(field, version):
        return [("update_mask", f'"{snake(path)}" holds immutable fields and cannot be updated.')]
    return []


def _holds_immutable(field: Field, version: str) -> bool:
    return field.is_message and any(
        "immutable" in inner.behaviours for inner in fields_of(field.kind, version).values()
    )


def _refuse_other_values(body: JsonObject, kept: JsonObject) -> None:
    task, kept_task = body.get("tuningTask", {}), kept.get("tuningTask", {})
    sent = {
        "base_model": (body.get("baseModel"), kept.get("baseModel")),
        "tuned_model_source.tuned_model": (
            body.get("tunedModelSource", {}).get("tunedModel"),
            kept.get("tunedModelSource", {}).get("tunedModel"),
        ),
        "tuning_task.training_data": (task.get("trainingData"), None),
    }
    for name, value in task.get("hyperparameters", {}).items():
        now = kept_task.get("hyperparameters", {}).get(name)
        sent[f"tuning_task.hyperparameters.{snake(name)}"] = (value, now)
    faults = [
        (f"tuned_model.{name}", f"{name} is immutable and cannot be updated.")
        for name, (value, now) in sent.items()
        if value and value != now
    ]
    if faults:
        raise bad_fields(faults)

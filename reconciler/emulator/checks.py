"""What a tuned model's fields may hold; each check gives pairs of (field path, what is wrong).

Limits as documented: displayName 40 characters, an example 40,000 characters in and 5,000 out, topP in [0, 1].
"""

from reconciler.emulator import status
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import JsonObject

Faults = list[tuple[str, str]]

_TITLE_MAX = 40
_INPUT_MAX = 40_000
_OUTPUT_MAX = 5_000
_AT = "tuned_model.tuning_task.training_data"


def checked_fields(body: JsonObject, settings: Settings) -> JsonObject:
    """Give the mutable fields of a body as they are kept; empty values are left out.

    Raises ApiError 400 for all that are out of range.
    """
    faults = _field_faults(body, settings)
    if faults:
        raise status.bad_fields(faults)
    kept = {name: body[name] for name in ("displayName", "description") if body.get(name)}
    if "description" in kept:
        kept["description"] = _stored_description(kept["description"], settings)
    if body.get("readerProjectNumbers"):
        kept["readerProjectNumbers"] = [str(number) for number in body["readerProjectNumbers"]]
    return kept | {name: body[name] for name in ("temperature", "topP", "topK") if name in body}


def _stored_description(text: str, settings: Settings) -> str:
    """Give a description as the service keeps it; a slice up to None is the whole."""
    return (text.strip() if settings.description_trim else text)[: settings.description_max]


def _field_faults(body: JsonObject, settings: Settings) -> Faults:
    faults: Faults = []
    if len(body.get("displayName", "")) > _TITLE_MAX:
        faults.append(("tuned_model.display_name", f"display_name must be at most {_TITLE_MAX} characters."))
    limit = settings.description_max
    if limit is not None and settings.description_over == "refuse" and len(body.get("description", "")) > limit:
        faults.append(("tuned_model.description", f"description must be at most {limit} characters."))
    if not 0 <= body.get("temperature", 0) <= settings.temperature_max:
        top = f"{settings.temperature_max:g}"
        faults.append(("tuned_model.temperature", f"temperature must be in the range [0.0, {top}]."))
    if not 0 <= body.get("topP", 0) <= 1:
        faults.append(("tuned_model.top_p", "top_p must be in the range [0.0, 1.0]."))
    if body.get("topK", 1) < 1:
        faults.append(("tuned_model.top_k", "top_k must be positive."))
    return faults


def hyperparameter_faults(values: JsonObject) -> Faults:
    """Find hyperparameters that are not positive."""
    names = {
        "epochCount": "epoch_count",
        "batchSize": "batch_size",
        "learningRate": "learning_rate",
        "learningRateMultiplier": "learning_rate_multiplier",
    }
    return [
        (f"tuned_model.tuning_task.hyperparameters.{proto}", f"{proto} must be positive.")
        for name, proto in names.items()
        if name in values and values[name] <= 0
    ]


def example_faults(data: JsonObject | None) -> Faults:
    """Find what is wrong with the training data: none, or examples that are incomplete or too long."""
    examples = (data or {}).get("examples", {})
    pairs, turns = examples.get("examples", []), examples.get("multiturnExamples", [])
    if not pairs and not turns:
        return [(_AT, "training_data must hold at least one example.")]
    faults: Faults = []
    for at, pair in enumerate(pairs):
        path = f"{_AT}.examples.examples[{at}]"
        faults += _text_faults(f"{path}.text_input", pair.get("textInput"), _INPUT_MAX)
        faults += _text_faults(f"{path}.output", pair.get("output"), _OUTPUT_MAX)
    return faults


def _text_faults(path: str, text: str | None, limit: int) -> Faults:
    if not text:
        return [(path, "The text of an example must be set.")]
    if len(text) > limit:
        return [(path, f"The text of an example must be at most {limit} characters, not {len(text)}.")]
    return []

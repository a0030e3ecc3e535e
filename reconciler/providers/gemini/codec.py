"""Between our values and the JSON of tunedModels, and what is read of base models. Pure.

Shapes are those of google.ai.generativelanguage v1beta and v1beta3. Fields unknown to us are ignored. A model with a
field of the wrong JSON type cannot be judged: its state is UNKNOWN, so it is shown and left alone. An answer of the
wrong shape altogether is a RemoteError.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeGuard, cast

from reconciler.errors import Refused, RemoteError
from reconciler.providers.gemini import mark
from reconciler.providers.gemini.rules import PREFIX
from reconciler.providers.protojson import Json, items, nested, objects, string
from reconciler.resource.dataset import Dataset, Example, combine, fingerprint
from reconciler.resource.observed import Observed, Progress, State
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Fields, Value

STATES = {"CREATING": State.TRAINING, "ACTIVE": State.READY, "FAILED": State.FAILED}
TUNABLE = frozenset(("createTunedModel", "createTunedTextModel"))
"""What a base model's supportedGenerationMethods contain when it can be tuned: Gemini's word, and PaLM's."""

_NAME = re.compile(r"tunedModels/[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?")
_PROJECT = re.compile(r"[0-9]{1,19}")
_LARGEST = 3.4028234663852886e38
"""The largest number of a 32-bit float."""

_PATHS = {
    "displayName": ("displayName",),
    "baseModel": ("baseModel",),
    "tunedModelSource.tunedModel": ("tunedModelSource", "tunedModel"),
    "temperature": ("temperature",),
    "topP": ("topP",),
    "topK": ("topK",),
    "readerProjectNumbers": ("readerProjectNumbers",),
    "hyperparameters.epochCount": ("tuningTask", "hyperparameters", "epochCount"),
    "hyperparameters.batchSize": ("tuningTask", "hyperparameters", "batchSize"),
    "hyperparameters.learningRate": ("tuningTask", "hyperparameters", "learningRate"),
    "hyperparameters.learningRateMultiplier": ("tuningTask", "hyperparameters", "learningRateMultiplier"),
}
"""Where each of our fields is in a TunedModel. The description is apart: it carries the mark."""

_NUMBERS = {"temperature": "temperature", "topP": "topP", "topK": "topK"}
_HYPERPARAMETERS = {path[-1]: field for field, path in _PATHS.items() if path[:2] == ("tuningTask", "hyperparameters")}
_COLUMNS = (
    "name,displayName,description,baseModel,tunedModelSource(tunedModel),state,createTime,updateTime,"
    "temperature,topP,topK"
)


def columns(service_version: str, *, losses: bool) -> str:
    """What we read of a model, as a field mask for `fields=`; training snapshots, which are long, only for losses."""
    readers = ",readerProjectNumbers" if service_version == "v1beta" else ""
    snapshots = ",snapshots(step,meanLoss)" if losses else ""
    return f"{_COLUMNS}{readers},tuningTask(completeTime,hyperparameters{snapshots})"


def encode(values: Fields, description: str | None) -> dict[str, Any]:
    """A TunedModel with these values, for create and update alike; `description` is the raw text, mark included."""
    body: dict[str, Any] = {} if description is None else {"description": description}
    for field, path in _PATHS.items():
        if field in values:
            part = body
            for step in path[:-1]:
                part = part.setdefault(step, {})
            value = values[field]
            part[path[-1]] = list(value) if isinstance(value, tuple) else value
    return body


def update_mask(body: Json) -> str:
    """The mask that makes a PATCH write exactly what this body holds: top-level names, which are all mutable."""
    return ",".join(sorted(body))


def training_body(values: Fields, description: str, dataset: Dataset, examples: Iterable[Example]) -> bytes:
    """The body of a create, examples included.

    The pass that encodes also digests: Refused (DATA_MOVED) if these are not the examples that were planned.
    """
    encoded, fingerprints = [], []
    for example in examples:
        encoded.append(_serialise({"textInput": example.input, "output": example.output}))
        fingerprints.append(fingerprint(example))
        if len(encoded) > dataset.count:
            break
    if combine(fingerprints) != dataset.digest:
        where = dataset.locator.path.rpartition("/")[2] or "inline examples"
        raise Refused(
            Reason.DATA_MOVED, f"{where}: the examples are not those that were planned", "plan again and review"
        )
    body = encode(values, description)
    body.setdefault("tuningTask", {})["trainingData"] = {"examples": {"examples": []}}
    before, after = _serialise(body).split('"examples":[]')  # never inside a string: quotes are escaped there
    return f'{before}"examples":[{",".join(encoded)}]{after}'.encode()


def decode(model: object, service_version: str) -> Observed:
    """Read one TunedModel; raise RemoteError for what is no model at all."""
    if not isinstance(model, dict) or not isinstance(name := model.get("name"), str):
        raise RemoteError("the service listed a model without a name", "is the endpoint right?")
    if not _NAME.fullmatch(name):
        raise RemoteError(f"the service listed a model named {name[:100]!r}", "is the endpoint right?")
    problems: list[str] = []
    raw = string(model, "description", problems)
    kind, ownership, human = mark.decode(raw, name.removeprefix(PREFIX))
    task = nested(model, "tuningTask", problems)
    fields = _fields(model, task, problems)
    fields["description"] = human
    if service_version == "v1beta":
        fields["readerProjectNumbers"] = _project_numbers(model, problems)
    state = STATES.get(string(model, "state", problems), State.UNKNOWN)
    observed = Observed(
        name,
        state,
        fields,
        kind,
        ownership,
        carrier=raw,
        created=string(model, "createTime", problems),
        updated=string(model, "updateTime", problems),
        progress=_progress(task),
        completed=string(task, "completeTime", problems),
    )
    return replace(observed, state=State.UNKNOWN) if problems else observed


def _fields(model: Json, task: Json, problems: list[str]) -> dict[str, Value]:
    """Collect the reported values by our paths; what has the wrong type is noted and left out."""
    fields: dict[str, Value] = {}
    for key in ("displayName", "baseModel"):
        if text := string(model, key, problems):
            fields[key] = text
    if text := string(nested(model, "tunedModelSource", problems), "tunedModel", problems):
        fields["tunedModelSource.tunedModel"] = text
    for part, names in ((model, _NUMBERS), (nested(task, "hyperparameters", problems), _HYPERPARAMETERS)):
        for key, field in names.items():
            value = part.get(key)
            if _is_number(value):
                fields[field] = value
            elif value is not None:
                problems.append(field)
    return fields


def _is_number(value: object) -> TypeGuard[float]:
    """Whether this is a number that fits into the 32 bits of the service's floats; NaN and infinity do not."""
    return type(value) in (int, float) and abs(cast("float", value)) <= _LARGEST


def _project_numbers(model: Json, problems: list[str]) -> tuple[str, ...]:
    """Read readerProjectNumbers, int64 as strings or numbers; leaving them out means that there are none."""
    numbers = model.get("readerProjectNumbers")
    if numbers is None:
        return ()
    if isinstance(numbers, list) and all(type(n) in (int, str) and _PROJECT.fullmatch(str(n)) for n in numbers):
        return tuple(sorted({str(int(n)) for n in numbers}))
    problems.append("readerProjectNumbers")
    return ()


def _progress(task: Json) -> Progress | None:
    """Read the training's snapshots: the last step and every loss. The total is not in a TunedModel."""
    if not isinstance(listed := task.get("snapshots"), list):
        return None
    losses = sorted(
        (int(step), float(loss))
        for snapshot in listed
        if isinstance(snapshot, dict)
        and isinstance(step := snapshot.get("step"), int)
        and _is_number(step)
        and _is_number(loss := snapshot.get("meanLoss", 0.0))
    )
    return Progress(losses[-1][0], 0, tuple(losses)) if losses else None


def decode_models(page: Json, service_version: str) -> list[Observed]:
    """Read one page of tunedModels."""
    return [decode(model, service_version) for model in items(page, "tunedModels")]


def decode_tunable(page: Json) -> list[str]:
    """Read one page of base models: the names of those that can be tuned."""
    return [
        name
        for model in objects(page, "models")
        if isinstance(name := model.get("name"), str)
        if isinstance(methods := model.get("supportedGenerationMethods"), list)
        if any(isinstance(method, str) and method in TUNABLE for method in methods)
    ]


def _serialise(body: Json) -> str:
    """Compact JSON; characters beyond ASCII as themselves."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

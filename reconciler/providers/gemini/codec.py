"""Between our values and the JSON of tunedModels: the only module that knows the names on the wire. Pure.

Shapes are those of google.ai.generativelanguage v1beta and v1beta3. Answers are read as proto3 JSON: zero and empty
fields are left out, fields unknown to us are ignored. A model with a field of the wrong JSON type cannot be judged:
its state is UNKNOWN, so it is shown and left alone. An answer of the wrong shape altogether is a RemoteError.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from reconciler.errors import Refused, RemoteError
from reconciler.providers.gemini import mark
from reconciler.providers.gemini.naming import PREFIX
from reconciler.resource.dataset import Dataset, Example, combine, fingerprint
from reconciler.resource.observed import Grant, Observed, Operation, Progress, State
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Fields, Value

Json: TypeAlias = Mapping[str, Any]
"""A parsed JSON object: nothing is known of its values before they are looked at."""

STATES = {"CREATING": State.TRAINING, "ACTIVE": State.READY, "FAILED": State.FAILED}
TUNABLE = frozenset(("createTunedModel", "createTunedTextModel"))
"""What a base model's supportedGenerationMethods contain when it can be tuned: Gemini's word, and PaLM's."""

_NAME = re.compile(r"tunedModels/[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?")
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
        encoded.append(serialise({"textInput": example.input, "output": example.output}))
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
    before, after = serialise(body).split('"examples":[]')  # never inside a string: quotes are escaped there
    return f'{before}"examples":[{",".join(encoded)}]{after}'.encode()


def decode(model: object, service_version: str) -> Observed:
    """Read one TunedModel; raise RemoteError for what is no model at all."""
    if not isinstance(model, dict) or not isinstance(name := model.get("name"), str):
        raise RemoteError("the service listed a model without a name", "is the endpoint right?")
    if not _NAME.fullmatch(name):
        raise RemoteError(f"the service listed a model named {name[:100]!r}", "is the endpoint right?")
    problems: list[str] = []
    raw = _string(model, "description", problems)
    kind, ownership, human = mark.decode(raw, name.removeprefix(PREFIX))
    task = _object(model, "tuningTask", problems)
    fields = _fields(model, task, problems)
    fields["description"] = human
    if service_version == "v1beta":
        fields["readerProjectNumbers"] = _numbers_set(model, problems)
    state = STATES.get(_string(model, "state", problems), State.UNKNOWN)
    created, updated = _string(model, "createTime", problems), _string(model, "updateTime", problems)
    completed = _string(task, "completeTime", problems)
    return Observed(
        name,
        State.UNKNOWN if problems else state,
        fields,
        kind,
        ownership,
        raw,
        created,
        updated,
        _progress(task),
        completed,
    )


def _fields(model: Json, task: Json, problems: list[str]) -> dict[str, Value]:
    """Collect the reported values by our paths; what has the wrong type is noted and left out."""
    fields: dict[str, Value] = {}
    for key in ("displayName", "baseModel"):
        if text := _string(model, key, problems):
            fields[key] = text
    if text := _string(_object(model, "tunedModelSource", problems), "tunedModel", problems):
        fields["tunedModelSource.tunedModel"] = text
    for part, names in ((model, _NUMBERS), (_object(task, "hyperparameters", problems), _HYPERPARAMETERS)):
        for key, field in names.items():
            value = part.get(key)
            if type(value) is float or type(value) is int:
                fields[field] = value
            elif value is not None:
                problems.append(field)
    return fields


def _numbers_set(model: Json, problems: list[str]) -> tuple[str, ...]:
    """Read readerProjectNumbers, int64 as strings or numbers; leaving them out means that there are none."""
    numbers = model.get("readerProjectNumbers")
    if numbers is None:
        return ()
    if isinstance(numbers, list) and all(type(n) is int or (type(n) is str and n.isdecimal()) for n in numbers):
        return tuple(sorted({str(int(n)) for n in numbers}))
    problems.append("readerProjectNumbers")
    return ()


def _progress(task: Json) -> Progress | None:
    """Read the training's snapshots: the last step and every loss. The total is not in a TunedModel."""
    if not isinstance(listed := task.get("snapshots"), list):
        return None
    losses = sorted(
        (snapshot["step"], float(loss))
        for snapshot in listed
        if isinstance(snapshot, dict)
        and isinstance(snapshot.get("step"), int)
        and isinstance(loss := snapshot.get("meanLoss", 0.0), int | float)
    )
    return Progress(losses[-1][0], 0, tuple(losses)) if losses else None


def decode_models(page: Json, service_version: str) -> list[Observed]:
    """Read one page of tunedModels."""
    return [decode(model, service_version) for model in _list(page, "tunedModels")]


def decode_operation(operation: Json) -> Operation:
    """Read what create answers, or an operation asked for: its model, whether it is over, and why it failed."""
    metadata = _object(operation, "metadata", [])
    error = operation.get("error")
    return Operation(
        model=_string(metadata, "tunedModel", []),
        done=operation.get("done") is True,
        error=_message(error) if isinstance(error, dict) else "",
        name=_string(operation, "name", []),
    )


def decode_operations(page: Json) -> list[Operation]:
    """Read one page of a model's operations."""
    return [decode_operation(operation) for operation in _list(page, "operations") if isinstance(operation, dict)]


def decode_grants(page: Json) -> list[Grant]:
    """Read one page of permissions; the owner's comes with the model and is nobody's to give."""
    permissions = [permission for permission in _list(page, "permissions") if isinstance(permission, dict)]
    grants = (Grant(*(_string(p, key, []) for key in ("granteeType", "emailAddress", "role"))) for p in permissions)
    return [grant for grant in grants if grant.role != "OWNER"]


def encode_grant(grant: Grant) -> dict[str, str]:
    """Write a Permission for create; everyone has no e-mail address."""
    address = {"emailAddress": grant.email} if grant.email else {}
    return {"granteeType": grant.grantee, **address, "role": grant.role}


def decode_tunable(page: Json) -> list[str]:
    """Read one page of base models: the names of those that can be tuned."""
    return [
        name
        for model in _list(page, "models")
        if isinstance(model, dict) and isinstance(name := model.get("name"), str)
        if isinstance(methods := model.get("supportedGenerationMethods"), list)
        if any(method in TUNABLE for method in methods)
    ]


def encode_prompt(prompt: str) -> dict[str, Any]:
    """Write a GenerateContentRequest of one turn."""
    return {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}


def encode_text_prompt(prompt: str) -> dict[str, Any]:
    """Write a GenerateTextRequest, which the PaLM generation takes."""
    return {"prompt": {"text": prompt}}


def decode_text(answer: Json) -> str:
    """Read the text of the first candidate, of generateContent or generateText; raise RemoteError if there is none."""
    first = next((c for c in _list(answer, "candidates") if isinstance(c, dict)), {})
    parts = _list(_object(first, "content", []), "parts")
    texts = [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
    if isinstance(output := first.get("output"), str):
        texts.append(output)
    if not texts:
        blocked = _string(_object(answer, "promptFeedback", []), "blockReason", [])
        raise RemoteError(
            f"the model gave no text ({blocked or _string(first, 'finishReason', []) or 'no candidate'})",
            "change the prompt",
        )
    return "".join(texts)


def next_page(page: Json) -> str:
    """The token of the next page; empty on the last."""
    return _string(page, "nextPageToken", [])


def serialise(body: Json) -> str:
    """Compact JSON; characters beyond ASCII as themselves."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _message(error: Json) -> str:
    """Say why an operation failed, in the service's words, or by its code where it has none."""
    return _string(error, "message", []) or f"error {error.get('code', 'without a code')}"


def _string(part: Json, key: str, problems: list[str]) -> str:
    """Read a string; empty when left out, or noted when something else."""
    value = part.get(key, "")
    if isinstance(value, str):
        return value
    problems.append(key)
    return ""


def _object(part: Json, key: str, problems: list[str]) -> Json:
    """Read an object; empty when left out, or noted when something else."""
    value = part.get(key, {})
    if isinstance(value, dict):
        return value
    problems.append(key)
    return {}


def _list(part: Json, key: str) -> list[Any]:
    """Read a list; empty when left out. Raise RemoteError for anything else: taken for empty it would be a lie."""
    value = part.get(key, [])
    if isinstance(value, list):
        return value
    raise RemoteError(f"the service answered with {key} that is no list", "is the endpoint right?")

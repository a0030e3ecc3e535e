"""TuningJobs as the service shows them, and what all its resources have in common. Pure.

Shapes are those of the discovery document of aiplatform v1. Fields unknown to us are ignored. What has the wrong JSON
type cannot be judged: it is noted in `problems`, and the model is shown and left alone. An answer of the wrong shape
altogether is a RemoteError. Numbers of 64 bits come as text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.errors import RemoteError
from reconciler.providers.protojson import Json, nested, objects, string
from reconciler.providers.redaction import quotable
from reconciler.providers.vertex.labels import ID
from reconciler.providers.vertex.reference import Reference, parse
from reconciler.resource.rules import Value

WORKING = frozenset(
    f"JOB_STATE_{state}" for state in ("QUEUED", "PENDING", "RUNNING", "PAUSED", "CANCELLING", "UPDATING")
)
DEAD = frozenset(f"JOB_STATE_{state}" for state in ("FAILED", "CANCELLED", "EXPIRED"))
MADE = frozenset(f"JOB_STATE_{state}" for state in ("SUCCEEDED", "PARTIALLY_SUCCEEDED"))

ADAPTERS = {
    f"ADAPTER_SIZE_{name}": size
    for name, size in (("ONE", 1), ("TWO", 2), ("FOUR", 4), ("EIGHT", 8), ("SIXTEEN", 16), ("THIRTY_TWO", 32))
}
GARDEN = "publishers/google/models/"
"""What the service may put before the name of a base model."""

_COUNT = re.compile(r"[0-9]{1,18}")
_LARGEST = 3.4028234663852886e38
"""The largest number of a 32-bit float; a larger one, and NaN, could not be compared."""

_KINDS = (("model", "models"), ("endpoint", "endpoints"))


@dataclass(frozen=True, slots=True)
class Job:
    """A tuning job. `model` and `endpoint` are what it made; `checkpoints` the Endpoints of earlier checkpoints.

    `data` is where its training data lay.
    """

    name: str
    reference: Reference
    labels: Mapping[str, str]
    title: str
    state: str
    fields: Mapping[str, Value]
    model: Reference | None = None
    endpoint: Reference | None = None
    resources: Mapping[str, str] = field(default_factory=dict)
    checkpoints: tuple[Reference, ...] = ()
    created: str = ""
    updated: str = ""
    ended: str = ""
    error: str = ""
    problems: tuple[str, ...] = ()
    data: str = ""

    @property
    def identity(self) -> str:
        """The id that its labels say it has; empty without one."""
        return self.labels.get(ID, "")

    @property
    def endpoints(self) -> tuple[Reference, ...]:
        """Every Endpoint that it made, the main one last."""
        return tuple(dict.fromkeys((*(each for each in self.checkpoints if each != self.endpoint), *self._main)))

    @property
    def _main(self) -> tuple[Reference, ...]:
        return (self.endpoint,) if self.endpoint else ()


def marked(resource: object) -> bool:
    """Whether a resource in a list carries an id of ours; quick, since most do not."""
    labels = resource.get("labels") if isinstance(resource, dict) else None
    return isinstance(labels, dict) and isinstance(labels.get(ID), str)


def decode_job(job: object) -> Job:
    """Read a TuningJob; raise RemoteError for what is none."""
    content, name, reference = named(job, "tuningJobs")
    problems: list[str] = []
    made = nested(content, "tunedModel", problems)
    model, endpoint = (_made(made, key, kind, reference, problems) for key, kind in _KINDS)
    state, error = string(content, "state", problems), nested(content, "error")
    return Job(
        name,
        reference,
        labels_of(content, problems),
        string(content, "tunedModelDisplayName", problems),
        state,
        _job_fields(content, problems),
        model,
        endpoint,
        {"job": name, **{key: string(made, key) for key, _ in _KINDS if made.get(key)}},
        tuple(
            each
            for checkpoint in objects(made, "checkpoints")
            if (each := _made(checkpoint, "endpoint", "endpoints", reference, problems))
        ),
        created=string(content, "createTime", problems),
        updated=string(content, "updateTime", problems),
        ended=string(content, "endTime", problems),
        error=_message(error) if error else "",
        problems=tuple(problems),
        data=string(nested(content, "supervisedTuningSpec"), "trainingDatasetUri"),
    )


def named(resource: object, collection: str) -> tuple[Json, str, Reference]:
    """The resource with its name, which everything hangs on."""
    name = resource.get("name") if isinstance(resource, dict) else None
    reference = parse(name, collection)
    if not isinstance(resource, dict) or not isinstance(name, str) or reference is None:
        raise RemoteError(f"the service gave something without a name among {collection}", "is the endpoint right?")
    return resource, name, reference


def labels_of(content: Json, problems: list[str]) -> dict[str, str]:
    """Read labels."""
    labels = nested(content, "labels", problems)
    if not all(isinstance(value, str) for value in labels.values()):
        problems.append("labels")
    return {key: value for key, value in labels.items() if isinstance(value, str)}


def _made(made: Json, key: str, collection: str, job: Reference, problems: list[str]) -> Reference | None:
    """Read the name of what a job made; elsewhere than the job it could not be looked for."""
    if not string(made, key, problems):
        return None
    found = parse(made[key], collection)
    if found is None or found.location != job.location:
        problems.append(key)
        return None
    return found


def _job_fields(content: Json, problems: list[str]) -> dict[str, Value]:
    """What a job was asked for, by our paths."""
    spec = nested(content, "supervisedTuningSpec", problems)
    parent = nested(content, "preTunedModel", problems)
    key = nested(content, "encryptionSpec", problems)
    texts = {
        "baseModel": string(content, "baseModel", problems).removeprefix(GARDEN),
        "description": string(content, "description", problems),
        "preTunedModel.name": string(parent, "tunedModelName", problems),
        "preTunedModel.checkpointId": string(parent, "checkpointId", problems),
        "kmsKeyName": string(key, "kmsKeyName", problems),
        "serviceAccount": string(content, "serviceAccount", problems),
    }
    fields: dict[str, Value] = {path: text for path, text in texts.items() if text}
    last = spec.get("exportLastCheckpointOnly", False)
    if isinstance(last, bool):
        fields["exportLastCheckpointOnly"] = last
    else:
        problems.append("exportLastCheckpointOnly")
    return fields | _hyperparameters(nested(spec, "hyperParameters", problems), problems)


def _hyperparameters(given: Json, problems: list[str]) -> dict[str, Value]:
    """Hyperparameters, as far as they are shown; nothing and zero are how proto3 writes what is not set."""
    fields: dict[str, Value] = {}
    epochs, multiplier = given.get("epochCount", 0), given.get("learningRateMultiplier", 0)
    if type(epochs) in (int, str) and _COUNT.fullmatch(str(epochs)):
        fields["hyperparameters.epochCount"] = int(epochs)
    else:
        problems.append("epochCount")
    if type(multiplier) in (int, float) and abs(multiplier) <= _LARGEST:
        fields["hyperparameters.learningRateMultiplier"] = multiplier
    else:
        problems.append("learningRateMultiplier")
    fields["hyperparameters.adapterSize"] = ADAPTERS.get(string(given, "adapterSize", problems), 0)
    return {path: value for path, value in fields.items() if value}


def _message(error: Json) -> str:
    """Why a job failed, in the service's words, or by its code where it has none."""
    return quotable(string(error, "message")) or f"error {quotable(str(error.get('code', 'without a code')))}"

"""`tuningJobs.create`: what is asked for is checked as a whole, then kept as a job that the clock runs.

The data is read at once. Speed, outcome, the ids of what comes of the job: all is fixed in its record, so that a
later process with other settings sees the same job.
"""

import json
from dataclasses import dataclass

from reconciler.emulator import status
from reconciler.emulator.call import Call
from reconciler.emulator.codes import number
from reconciler.emulator.encoding import encode
from reconciler.emulator.vertex import dataset, hyperparameters, jobs, names, resources, versions
from reconciler.emulator.vertex.checks import base_faults, faults_of
from reconciler.emulator.vertex.course import MICRO, Course, after
from reconciler.emulator.vertex.dataset import Example, Unusable
from reconciler.emulator.vertex.statistics import data_stats
from reconciler.emulator.wire import JsonObject

_VALIDATION_MAX = 5_000
_CHECKPOINTS_MAX = 10
_KEPT_EXAMPLES = 20_000
_INVALID = 3
_GIVEN = (
    *("tunedModelDisplayName", "description", "baseModel", "preTunedModel", "supervisedTuningSpec"),
    *("labels", "encryptionSpec", "serviceAccount"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A training as it will go: its course, its steps, and where it fails the error that it fails with."""

    course: Course
    steps: int
    examples: list[Example]
    error: JsonObject | None = None


def create(call: Call) -> JsonObject:
    """Answer with the job, pending. Its id is the service's choice, so every call makes another job.

    Raises ApiError 400 for what is wrong with the request, 404 for a Model to start from that is not there.
    """
    parent = names.parent_of(call)
    _refuse(faults_of(call.body, call.path["location"]))
    given = {name: call.body[name] for name in _GIVEN if name in call.body}
    source = versions.source(call, given)
    _refuse(base_faults(source["base"], given, call.settings))
    resolved = hyperparameters.resolve(given, call.settings)
    run = _run(call, given, resolved.epochs)
    with call.store.writing():
        job = number(f"job {call.settings.seed} {int(call.store.add('made'))}")
        shown = {
            "name": f"{parent}/tuningJobs/{job}",
            **encode("vertex.TuningJob", {**given, **resolved.shown}, call.version),
            "experiment": f"{parent}/metadataStores/default/contexts/tuning-experiment-{job}",
        }
        kept = {
            "shown": shown,
            **source,
            "course": run.course.as_json(),
            "made": _made(job, run, given, resolved.epochs),
        }
        if run.error is not None:
            kept["error"] = run.error
        if run.examples:
            kept["stats"] = encode("vertex.TuningDataStats", data_stats(run.examples, run.steps), call.version)
            pairs = [(example.question, example.answer) for example in run.examples[:_KEPT_EXAMPLES]]
            call.store.sql.execute("INSERT INTO vertex_examples VALUES (?, ?)", (job, json.dumps(pairs)))
        resources.insert(call.store, call.settings, "tuningJobs", parent, job, kept, due=run.course.ends // MICRO)
    return jobs.shown(kept, call.now)


def _refuse(faults: list[tuple[str, str]]) -> None:
    if faults:
        raise status.bad_fields(faults)


def _run(call: Call, given: JsonObject, epochs: int) -> Run:
    """Read the data and tell how the training goes; it fails at its start where the data cannot be used."""
    settings, spec = call.settings, given["supervisedTuningSpec"]
    started = after(call.now, settings.start_delay)
    try:
        examples = dataset.read(call.store, spec["trainingDatasetUri"], call.version)
        if spec.get("validationDatasetUri"):
            _check_validation(len(dataset.read(call.store, spec["validationDatasetUri"], call.version)))
    except Unusable as error:
        failed = {"code": error.code, "message": error.message}
        return Run(Course(call.now, started, started, "JOB_STATE_FAILED"), 0, [], failed)
    steps = -(-len(examples) * epochs // settings.vertex_batch)
    title = given.get("tunedModelDisplayName", "")
    fails = min((step for text, step in settings.fail_after.items() if text in title and step <= steps), default=None)
    outcomes = [state for text, state in settings.outcomes.items() if text in title]
    outcome = "JOB_STATE_FAILED" if fails is not None else next(iter(outcomes), "JOB_STATE_SUCCEEDED")
    seconds = (steps if fails is None else fails) / settings.steps_per_second
    course = Course(call.now, started, after(started, seconds), outcome)
    failure = {"code": settings.failure_code, "message": settings.failure_message}
    return Run(course, steps, examples, failure if outcome == "JOB_STATE_FAILED" else None)


def _check_validation(count: int) -> None:
    if count > _VALIDATION_MAX:
        raise Unusable(_INVALID, f"The validation dataset may hold {_VALIDATION_MAX} examples, not {count}.")


def _made(job: str, run: Run, given: JsonObject, epochs: int) -> JsonObject:
    """Give the ids of what will come of the job, and its checkpoints: one an epoch, ten at most, the last one last.

    Without intermediate checkpoints there is one Endpoint, and nothing is said of checkpoints.
    """
    last_only = given["supervisedTuningSpec"].get("exportLastCheckpointOnly", False)
    count = 1 if last_only else min(epochs, _CHECKPOINTS_MAX)
    reached = [-(-epochs * at // count) for at in range(1, count + 1)]
    checkpoints = [
        {"checkpointId": str(at), "epoch": str(epoch), "step": str(-(-run.steps * epoch // epochs))}
        for at, epoch in enumerate(reached, start=1)
    ]
    return {
        "model": number(f"model {job}"),
        "endpoints": [number(f"endpoint {job} {at}") for at in range(count)],
        "deployed": [number(f"deployed {job} {at}", 10) for at in range(count)],
        "checkpoints": [] if last_only else checkpoints,
    }

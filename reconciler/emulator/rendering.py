"""A kept model as the TunedModel and the Operation that the service shows at a moment.

Training data is never shown. Zero and empty values are left out, as proto3 JSON does.
"""

import json
from functools import lru_cache

from reconciler.emulator.fields import ALL, Selection
from reconciler.emulator.jsontext import timestamp
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Row, Store
from reconciler.emulator.training import Course, State
from reconciler.emulator.wire import JsonObject

_TYPES = "type.googleapis.com/google.ai.generativelanguage."


def course_of(row: Row, settings: Settings) -> Course | None:
    """Give the training of a model, None for one that was loaded whole."""
    if row.total is None:
        return None
    assert row.started is not None  # noqa: S101 - set together with total
    return Course(
        seed=row.id,
        started=row.started,
        step_nanos=row.step_nanos or 0,
        total=row.total,
        batch=row.batch or 1,
        examples=row.examples or 1,
        fail_step=row.fail_step,
        cancelled=row.cancelled,
        cancelled_state="ACTIVE" if settings.after_cancel == "active" else "FAILED",
    )


def state_of(row: Row, now: int, settings: Settings) -> State:
    """Give the state of a model."""
    course = course_of(row, settings)
    if course is None:
        state: State = json.loads(row.fixed).get("state", "ACTIVE")
        return state
    return course.state(now)


def tuned_model(
    store: Store, settings: Settings, row: Row, now: int, version: str, wanted: Selection = ALL
) -> JsonObject:
    """Give the TunedModel; parts that are dear to make (snapshots) only if wanted."""
    fixed: JsonObject = json.loads(row.fixed)
    course = course_of(row, settings)
    task = dict(fixed.pop("tuningTask", {}))
    hyperparameters = task.pop("hyperparameters", None)
    head: JsonObject = {"name": row.name} | {
        name: fixed.pop(name)
        for name in ("baseModel", "tunedModelSource", "displayName", "description")
        if name in fixed
    }
    with_snapshots = bool(wanted.of("tuningTask", "snapshots"))
    if course is not None:
        head |= _progress(row, course, now)
        task = _task(course, now, None if version == "v1beta3" else settings.snapshot_limit, with_snapshots)
    elif with_snapshots and (kept := store.text(row.id, "snapshots")):
        task["snapshots"] = json.loads(kept)
    if hyperparameters is not None:
        task["hyperparameters"] = hyperparameters
    model = head | {name: value for name, value in fixed.items() if name not in {"name", "tuningTask"}}
    model = _place_task(model, task)
    return _without_later_fields(model) if version == "v1beta3" else model


def _place_task(model: JsonObject, task: JsonObject) -> JsonObject:
    """Put the task where the service's own order of fields has it: before the sampling parameters."""
    late = {name: model.pop(name) for name in ("temperature", "topP", "topK") if name in model}
    numbers = {"readerProjectNumbers": model.pop("readerProjectNumbers", None)}
    shown = {name: value for name, value in numbers.items() if value}
    return model | ({"tuningTask": task} if task else {}) | late | shown


def _progress(row: Row, course: Course, now: int) -> JsonObject:
    created, updated = row.created or 0, row.updated or 0
    if now >= course.ends:
        updated = max(updated, course.ends)
    return {
        "state": course.state(now),
        "createTime": timestamp(created),
        "updateTime": timestamp(updated),
    }


def _task(course: Course, now: int, limit: int | None, with_snapshots: bool) -> JsonObject:  # noqa: FBT001 - private
    task: JsonObject = {}
    if now >= course.started:
        task["startTime"] = timestamp(course.started)
    if course.state(now) == "ACTIVE":
        task["completeTime"] = timestamp(course.ends)
    if with_snapshots and (snapshots := course.snapshots(now, limit)):
        task["snapshots"] = snapshots
    return task


def _without_later_fields(model: JsonObject) -> JsonObject:
    """Leave out what v1beta3 does not know."""
    model.pop("readerProjectNumbers", None)
    hyperparameters = model.get("tuningTask", {}).get("hyperparameters", {})
    hyperparameters.pop("learningRateMultiplier", None)
    return model


def operation(store: Store, settings: Settings, row: Row, now: int) -> JsonObject:
    """Give the Operation that creates the model, its types of the version that created it.

    A model that was loaded whole has no operation, and is not passed here.
    """
    course = course_of(row, settings)
    assert course is not None  # noqa: S101 - a row with an operation has a training
    shown: JsonObject = {
        "name": f"{row.name}/operations/{row.operation}",
        "metadata": _metadata(row, course, now, settings),
    }
    if now < course.ends:
        return shown
    shown["done"] = True
    if course.was_cancelled(now):
        shown["error"] = {"code": 1, "message": "The operation was cancelled."}
    elif course.state(now) == "FAILED":
        shown["error"] = {"code": settings.failure_code, "message": settings.failure_message}
    else:
        model = tuned_model(store, settings, row, now, row.version)
        shown["response"] = {"@type": _type(row.version, "TunedModel"), **model}
    return shown


def _metadata(row: Row, course: Course, now: int, settings: Settings) -> JsonObject:
    metadata: JsonObject = {"@type": _type(row.version, "CreateTunedModelMetadata"), "totalSteps": course.total}
    if done := course.steps(now):
        limit = None if row.version == "v1beta3" else settings.snapshot_limit
        metadata["completedSteps"] = done
        metadata["completedPercent"] = round(100 * done / course.total, 2)
        metadata["snapshots"] = course.snapshots(now, limit)
    metadata["tunedModel"] = row.name
    return metadata


@lru_cache
def _type(version: str, message: str) -> str:
    return f"{_TYPES}{version}.{message}"

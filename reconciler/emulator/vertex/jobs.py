"""`tuningJobs` get, list and cancel. There is no patch and no delete: jobs are history."""

from dataclasses import replace
from typing import assert_never

from reconciler.emulator import status
from reconciler.emulator.call import Call
from reconciler.emulator.vertex import listing, resources
from reconciler.emulator.vertex.course import MICRO, SERVING, TERMINAL, Course, after
from reconciler.emulator.wire import JsonObject

_CANCELLED = 1


def get(call: Call) -> JsonObject:
    """Answer `tuningJobs.get`."""
    return shown(resources.live(call, "tuningJobs", call.path["job"]).value, call.now)


def list_jobs(call: Call) -> JsonObject:
    """Answer `tuningJobs.list`; the settings may refuse a filter on labels, pass it over, or find nothing by it."""
    if "labels" in call.query.get("filter", ""):
        match call.settings.label_filter:
            case "ok":
                pass
            case "refuse":
                raise status.bad_field("filter", "Filtering by labels is not supported.")
            case "ignore":
                call = replace(call, query={**call.query, "filter": ""})
            case "nothing":
                return {}
            case other:
                assert_never(other)
    return listing.page(call, "tuningJobs", "vertex.TuningJob", lambda row: shown(row.value, call.now))


def cancel(call: Call) -> JsonObject:
    """Answer `tuningJobs.cancel`: the job stops, after a while if the settings say so, unless it ends before.

    Raises ApiError 400 (FAILED_PRECONDITION) for a job that is over.
    """
    with call.store.writing():
        row = resources.live(call, "tuningJobs", call.path["job"])
        kept = row.value
        state = shown(kept, call.now)["state"]
        if state in TERMINAL:
            raise status.precondition(f"The tuning job is in state {state} and cannot be cancelled.")
        if state != "JOB_STATE_CANCELLING":
            resources.change(call.store, "tuningJobs", row, *_stopped(kept, call))
    return {}


def _stopped(kept: JsonObject, call: Call) -> tuple[JsonObject, int | None]:
    """Give a job told to stop, and when something still comes of it."""
    if "course" not in kept:
        error = {"code": _CANCELLED, "message": "The job was cancelled."}
        return {**kept, "shown": {**kept["shown"], "state": "JOB_STATE_CANCELLED", "error": error}}, None
    course = Course(**kept["course"])
    stops = after(call.now, call.settings.cancel_seconds)
    if stops >= course.ends and course.outcome in TERMINAL:
        return kept, course.ends // MICRO
    return {**kept, "course": replace(course, cancelled=call.now, stops=stops).as_json()}, None


def shown(kept: JsonObject, now: int) -> JsonObject:
    """Give a job as the service shows it; one that was loaded whole is shown as it is."""
    if "course" not in kept:
        loaded: JsonObject = kept["shown"]
        return loaded
    course = Course(**kept["course"])
    job = {**kept["shown"], **course.shown(now)}
    if job["state"] == "JOB_STATE_CANCELLED":
        job["error"] = {"code": _CANCELLED, "message": "The job was cancelled."}
    elif job["state"] == "JOB_STATE_FAILED":
        job["error"] = kept["error"]
    if "startTime" in job and "stats" in kept:
        job["tuningDataStats"] = kept["stats"]
    if job["state"] in SERVING and "tunedModel" in kept:
        job["tunedModel"] = kept["tunedModel"]
    return job

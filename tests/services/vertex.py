"""Vertex AI: a job makes a Model and an Endpoint; the computed id is a label; a model goes in three steps."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.emulator.wire import Recorded
from tests.services.dialect import Ask, Dialect, Lines

PLACE = "projects/a-project/locations/us-central1"
BUCKET = "gs://a-bucket"
ID = "reconciler-id"
RUNNING = ("JOB_STATE_QUEUED", "JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_PAUSED", "JOB_STATE_CANCELLING")
TUNED = ("JOB_STATE_SUCCEEDED", "JOB_STATE_PARTIALLY_SUCCEEDED")
LINES = Lines(
    workspace=(
        "provider: vertex",
        "project: a-project",
        "location: us-central1",
        f"stagingBucket: {BUCKET}",
    ),
    base="gemini-2.5-flash",
    cool="labels: { tone: cool }",
    warm="labels: { tone: warm }",
    size="adapterSize",
)


class Wire:
    """See `dialect.Wire`. Jobs that are not ours are called by their numbers."""

    def model(self, request: Recorded, ask: Ask) -> str:
        if request.path.endswith("/tuningJobs") and isinstance(request.body, dict):
            return str(request.body.get("labels", {}).get(ID, ""))
        asked = _last(request.path)
        return next((_name(job) for job in _jobs(ask) if asked in (_last(job["name"]), *_made(job))), "")

    def creates(self, request: Recorded) -> bool:
        made = request.method == "POST" and request.path.endswith("/tuningJobs")
        return made and request.status == 200

    def deletes(self, request: Recorded) -> bool:
        return request.method == "DELETE" and "/models/" in request.path and request.status == 200

    def withdraws(self, request: Recorded) -> bool:
        ends = request.path.endswith(":undeployModel") or self.deletes(request)
        return ends and request.status == 200

    def states(self, ask: Ask) -> Mapping[str, str]:
        models = {_last(each["name"]) for each in _all(ask, "models")}
        serving = {
            _last(deployed["model"]) for each in _all(ask, "endpoints") for deployed in each.get("deployedModels", [])
        }
        found: dict[str, str] = {}
        for job in _jobs(ask):
            if state := _state(job, models, serving):
                found[_name(job)] = state
        return found

    def shown(self, path: str) -> str:
        return path.replace(f"/v1/{PLACE}/", "…/")


def _jobs(ask: Ask) -> Iterator[dict[str, Any]]:
    """All tuning jobs, the oldest first."""
    return iter(sorted(_all(ask, "tuningJobs"), key=lambda job: str(job["createTime"])))


def _all(ask: Ask, collection: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = ask("GET", f"/v1/{PLACE}/{collection}?pageSize=1000").get(collection, [])
    return listed


def _name(job: Mapping[str, Any]) -> str:
    return str(job.get("labels", {}).get(ID) or _last(job["name"]))


def _made(job: Mapping[str, Any]) -> Iterator[str]:
    """The numbers of what a job made."""
    made = job.get("tunedModel", {})
    yield from (_last(made[key]) for key in ("model", "endpoint") if key in made)
    yield from (_last(each["endpoint"]) for each in made.get("checkpoints", []) if "endpoint" in each)


def _state(job: Mapping[str, Any], models: set[str], serving: set[str]) -> str:
    """What has become of a job; empty if nothing is left of it but the record that it succeeded."""
    if job["state"] in RUNNING:
        return "CREATING"
    if job["state"] not in TUNED:
        return "FAILED"
    model = _last(job["tunedModel"]["model"])
    if model not in models:
        return ""
    return "ACTIVE" if model in serving else "HALF"


def _last(name: str) -> str:
    """The number at the end of a resource name, without version and method."""
    return name.rpartition("/")[2].partition("@")[0].partition(":")[0]


DIALECT = Dialect(LINES, Wire())

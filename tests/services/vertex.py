"""Vertex AI: a job makes a Model and an Endpoint; the computed id is a label; a model goes in three steps."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from reconciler.emulator.paging import write_token
from reconciler.emulator.wire import Recorded
from tests.services.dialect import DRIFTED, Ask, Dialect, Lines, queried

PLACE = "projects/a-project/locations/us-central1"
HERE = f"/v1/{PLACE}"
BUCKET = "gs://a-bucket"
OURS = "reconciler-"
ID = f"{OURS}id"
ALIAS = "alias"
"""The label by which these tests find what other people made; its service gives it a number for a name."""
RUNNING = ("JOB_STATE_QUEUED", "JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_PAUSED", "JOB_STATE_CANCELLING")
TUNED = ("JOB_STATE_SUCCEEDED", "JOB_STATE_PARTIALLY_SUCCEEDED")
STORED = re.compile("(?:/upload|/download)?/storage/v1/b/(?P<bucket>[^/]+)/o(?:/(?P<name>.*))?")
LINES = Lines(
    workspace=(
        "provider: vertex",
        "project: a-project",
        "location: us-central1",
        f"stagingBucket: {BUCKET}",
    ),
    base="gemini-2.5-flash",
    other="gemini-2.5-flash-lite",
    path="labels.tone",
    ignored="labels",
    cool="labels: { tone: cool }",
    mild="labels: { tone: mild }",
    fresh="labels: { tone: fresh }",
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
        seen: dict[str, str] = {}
        for job in _jobs(ask):
            if (state := _state(job, models, serving)) and seen.get(_name(job)) != "ACTIVE":
                seen[_name(job)] = state
        return seen

    def target(self, request: Recorded) -> str:
        if stored := STORED.fullmatch(request.path):
            name = request.query.get("name", unquote(stored["name"] or ""))
            query = {key: value for key, value in request.query.items() if key != "name" and value != "multipart"}
            return queried(_cut(f"gs://{stored['bucket']}/{name}"), query)
        return _cut(queried(request.path.replace(f"{HERE}/", "…/"), request.query))

    def content(self, body: Any) -> Any:
        match body:
            case {"metadata": {"metadata": dict(said)}} if said:
                return self.content(said)
            case {"metadata": dict(), "media": media}:
                return self.content(media)
            case {"bytes": int(size)}:
                return {"bytes": size}
            case str():
                return {"lines": len(body.splitlines())} if body.endswith("\n") else {}
            case dict():
                return {key: self._value(value) for key, value in body.items()}
            case _:
                return body

    def _value(self, value: Any) -> Any:
        return self.content(value) if isinstance(value, dict) else _cut(value) if isinstance(value, str) else value


def _jobs(ask: Ask) -> Iterator[dict[str, Any]]:
    """All tuning jobs, the oldest first."""
    return iter(sorted(_all(ask, "tuningJobs"), key=lambda job: str(job["createTime"])))


def _all(ask: Ask, collection: str) -> list[dict[str, Any]]:
    """Everything that is there: a page after no resource, of a list that comes long after every write."""
    token = write_token((0, 1 << 40), collection, PLACE, "", "")
    target = f"/v1/{PLACE}/{collection}?pageSize=1000&pageToken={token}"
    listed: list[dict[str, Any]] = ask("GET", target).get(collection, [])
    return listed


def _name(job: Mapping[str, Any]) -> str:
    """What a job is called: by its id, if its display name is that, as nobody can change it."""
    labels = job.get("labels", {})
    if ID in labels and labels[ID] == job.get("tunedModelDisplayName"):
        return str(labels[ID])
    return str(labels.get(ALIAS) or _last(job["name"]))


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


def _cut(text: str) -> str:
    """A text as golden files show it: of a hash the beginning, of a resource name the end."""
    return re.sub(r"([0-9a-f]{8})[0-9a-f]{32,56}", r"\1…", text).replace(f"{PLACE}/", "…/")


def _last(name: str) -> str:
    """The number at the end of a resource name, without version and method."""
    return name.rpartition("/")[2].partition("@")[0].partition(":")[0]


class Deeds:
    """See `dialect.Deeds`."""

    carrier = "labels"
    extras = "a label and a description"

    def make(self, ask: Ask, name: str, description: str = "", like: str = "", title: str = "Sentences") -> None:
        data = "".join(line(str(number), str(number + 1)) for number in range(20)).encode()
        ask("POST", f"/upload/storage/v1/b/{BUCKET[5:]}/o?uploadType=media&name=people/{name}.jsonl", data)
        copied = found(ask, like)["labels"] if like else {}
        spec = {"trainingDatasetUri": f"{BUCKET}/people/{name}.jsonl", "hyperParameters": {"epochCount": "1"}}
        body = {
            "tunedModelDisplayName": title,
            "description": description,
            "baseModel": LINES.base,
            "labels": {**copied, ALIAS: name},
            "supervisedTuningSpec": spec,
        }
        ask("POST", f"{HERE}/tuningJobs", body)

    def handle(self, ask: Ask, model: str) -> str:
        return str(found(ask, model)["tunedModel"]["model"].partition("@")[0])

    def text(self, ask: Ask, model: str) -> str:
        return str(shown(ask, model).get("description", ""))

    def mark(self, ask: Ask, model: str) -> str:
        labels = shown(ask, model).get("labels", {})
        return json.dumps({key: value for key, value in sorted(labels.items()) if key.startswith(OURS)})

    def describe(self, ask: Ask, model: str, text: str) -> None:
        patch(ask, model, description=text)

    def wipe(self, ask: Ask, model: str) -> None:
        patch(ask, model, labels={})

    def take(self, ask: Ask, model: str) -> None:
        patch(ask, model, labels={"mine": "yes"})

    def outdate(self, ask: Ask, model: str) -> None:
        label(ask, model, **{f"{OURS}data": "2-of-the-future"})

    def drift(self, ask: Ask, model: str) -> None:
        label(ask, model, tone="hot")
        patch(ask, model, displayName=DRIFTED)

    def adorn(self, ask: Ask, model: str) -> None:
        label(ask, model, reviewer="ada")
        patch(ask, model, description="Ask Ada first.")

    def delete(self, ask: Ask, model: str) -> None:
        job = found(ask, model)
        for endpoint in endpoints(job):
            undeploy(ask, endpoint)
            ask("DELETE", f"/v1/{endpoint}")
        ask("DELETE", f"/v1/{job['tunedModel']['model'].partition('@')[0]}")


def line(question: str, answer: str) -> str:
    """One example as the service reads it."""
    turns = (("user", question), ("model", answer))
    return json.dumps({"contents": [{"role": role, "parts": [{"text": text}]} for role, text in turns]}) + "\n"


def shown(ask: Ask, model: str) -> Any:
    """The Model that a job of this name made."""
    return ask("GET", f"/v1/{found(ask, model)['tunedModel']['model']}")


def patch(ask: Ask, model: str, **values: object) -> None:
    """Change values of a Model."""
    target = found(ask, model)["tunedModel"]["model"].partition("@")[0]
    ask("PATCH", f"/v1/{target}?updateMask={','.join(values)}", values)


def label(ask: Ask, model: str, **labels: str) -> None:
    """Set labels of a Model, and leave the others."""
    patch(ask, model, labels={**shown(ask, model).get("labels", {}), **labels})


def undeploy(ask: Ask, endpoint: str) -> None:
    """Take everything off an endpoint."""
    for deployed in ask("GET", f"/v1/{endpoint}").get("deployedModels", []):
        ask("POST", f"/v1/{endpoint}:undeployModel", {"deployedModelId": deployed["id"]})


def deploy(ask: Ask, endpoint: str, model: str, split: Mapping[str, int]) -> None:
    """Put a model on an endpoint; `split` is the traffic of it (`0`) and of what is there already, by their ids."""
    body = {"deployedModel": {"model": model, "dedicatedResources": {}}, "trafficSplit": split}
    ask("POST", f"/v1/{endpoint}:deployModel", body)


def found(ask: Ask, model: str) -> Any:
    """The newest job of a name, with what it made."""
    return [job for job in _jobs(ask) if _name(job) == model][-1]


def endpoints(job: Mapping[str, Any]) -> list[str]:
    """The endpoints that a job made, each once."""
    made = job["tunedModel"]
    named = [made["endpoint"], *(each["endpoint"] for each in made.get("checkpoints", []) if "endpoint" in each)]
    return list(dict.fromkeys(named))


DIALECT = Dialect(
    LINES,
    Wire(),
    Deeds(),
    calls={
        "create": "job-create",
        "creating": "job-create",
        "list": "job-list",
        "look": "job-get",
        "get": "model-get",
        "patch": "model-patch",
        "delete": "model-delete",
    },
    collection="/tuningJobs",
    examples=100,
    settings={"vertex_batch": 20},
)

"""Faults strike the methods of Vertex AI as they strike any other."""

import json

import pytest

from reconciler.emulator.faults import Cut, Delay, Fault, Html, Stale, Status, Truncate, When
from reconciler.emulator.faulttext import CALLS, parse
from tests.emulator.vertex.conftest import PARENT, Project, a_job


@pytest.mark.parametrize(
    ("method", "path", "call"),
    [
        ("POST", "tuningJobs", "job-create"),
        ("GET", "tuningJobs", "job-list"),
        ("GET", "tuningJobs/1", "job-get"),
        ("POST", "tuningJobs/1:cancel", "job-cancel"),
        ("GET", "models", "model-list"),
        ("GET", "models/1@2", "model-get"),
        ("PATCH", "models/1", "model-patch"),
        ("DELETE", "models/1", "model-delete"),
        ("DELETE", "models/1@2:deleteVersion", "model-delete"),
        ("GET", "endpoints", "endpoint-list"),
        ("GET", "endpoints/1", "endpoint-get"),
        ("PATCH", "endpoints/1", "endpoint-patch"),
        ("DELETE", "endpoints/1", "endpoint-delete"),
        ("POST", "endpoints/1:undeployModel", "endpoint-undeploy"),
        ("POST", "endpoints/1:generateContent", "endpoint-generate"),
        ("GET", "endpoints/1/operations/2", "vertex-operation"),
        ("GET", "operations/2", "vertex-operation"),
    ],
)
def test_calls_have_names(method: str, path: str, call: str) -> None:
    full = f"/v1/{PARENT}/{path}"
    assert {name for name in CALLS if parse(f"{name}:503").meets(method, full)} == {"any", call}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_create_can_be_lost_before_and_after(project: Project, when: When) -> None:
    project.emulator.inject(Fault("POST", "/tuningJobs$", Cut(when)))
    assert project.send("POST", "tuningJobs", a_job()).delivery == "cut"
    assert bool(project.ask("GET", "tuningJobs")) == (when == "after")
    project.emulator.inject(Fault("POST", "/tuningJobs$", Status(503, when=when)))
    assert project.send("POST", "tuningJobs", a_job()).status == 503
    project.emulator.inject(Fault("POST", "/tuningJobs$", Html(502, when)))
    assert project.send("POST", "tuningJobs", a_job()).status == 502
    assert len(project.ask("GET", "tuningJobs").get("tuningJobs", [])) == (3 if when == "after" else 0)


def test_an_answer_can_be_late_or_half(project: Project) -> None:
    name = project.succeed()["tunedModel"]["model"]
    project.emulator.inject(Fault("GET", "/models/", Delay(7)))
    assert project.send("GET", name).delay == 7
    project.emulator.inject(Fault("DELETE", "/endpoints/", Truncate()))
    response = project.send("DELETE", "endpoints/1")
    assert (response.delivery, response.status) == ("truncated", 404)


def test_a_stale_list_of_jobs_misses_the_last_one(project: Project) -> None:
    first, second = project.create(), project.create()
    project.emulator.inject(Fault("GET", "/tuningJobs", Stale(), times=2))
    assert project.ask("GET", "tuningJobs") == {"tuningJobs": [first]}
    assert project.refused("GET", second["name"])[0] == 404
    assert len(project.ask("GET", "tuningJobs")["tuningJobs"]) == 2


def test_a_stale_read_misses_a_patch_a_cancel_and_a_delete(project: Project) -> None:
    job = project.succeed(exportLastCheckpointOnly=True)
    model, endpoint = job["tunedModel"]["model"], job["tunedModel"]["endpoint"]
    project.ask("PATCH", f"{model.partition('@')[0]}?updateMask=displayName", {"displayName": "new"})
    project.emulator.inject(Fault("GET", "/models", Stale(), times=2))
    assert project.ask("GET", model)["displayName"] == "ours"
    assert project.ask("GET", "models")["models"][0]["displayName"] == "ours"
    assert project.ask("GET", model)["displayName"] == "new"
    running = project.create()["name"]
    project.ask("POST", f"{running}:cancel", {})
    project.emulator.inject(Fault("GET", "/tuningJobs/", Stale()))
    assert project.ask("GET", running)["state"] == "JOB_STATE_PENDING"
    deployed = project.ask("GET", endpoint)["deployedModels"][0]["id"]
    project.ask("POST", f"{endpoint}:undeployModel", {"deployedModelId": deployed})
    project.done(project.ask("DELETE", endpoint))
    project.emulator.inject(Fault("GET", "/endpoints", Stale(), times=2))
    assert project.ask("GET", endpoint)["name"] == endpoint
    assert len(project.ask("GET", "endpoints")["endpoints"]) == 1
    assert project.ask("GET", "endpoints") == {}


def test_requests_are_recorded(project: Project) -> None:
    project.headers = {"Authorization": "Bearer secret"}
    project.create()
    (seen,) = project.emulator.requests[-1:]
    assert (seen.method, seen.path, seen.status) == ("POST", f"/v1/{PARENT}/tuningJobs", 200)
    assert seen.body == a_job()
    assert "secret" not in json.dumps(seen.as_json())

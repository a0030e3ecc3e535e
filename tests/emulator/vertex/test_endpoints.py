"""Endpoints: what is deployed on them, their traffic, what they answer; and the operations that change them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.vertex.conftest import PARENT, Project, a_line

Make = Callable[..., Project]
FAILED = (400, "FAILED_PRECONDITION")


def two(project: Project) -> tuple[str, str, str]:
    """Give an endpoint on which two models are deployed: the one with all traffic, and another."""
    first = project.succeed("first", exportLastCheckpointOnly=True)["tunedModel"]
    second = project.succeed("second", exportLastCheckpointOnly=True)["tunedModel"]
    name = first["endpoint"]
    ours = project.ask("GET", name)["deployedModels"][0]["id"]
    operation = project.ask("POST", f"{name}:deployModel", {"deployedModel": {"model": second["model"]}})
    other = project.done(operation)["response"]["deployedModel"]["id"]
    return name, ours, other


def test_an_endpoint_serves_the_version_that_the_job_made(project: Project) -> None:
    job = project.succeed()
    endpoint = project.ask("GET", job["tunedModel"]["endpoint"])
    (deployed,) = endpoint["deployedModels"]
    assert (deployed["model"], deployed["modelVersionId"]) == (job["tunedModel"]["model"], "1")
    assert (deployed["checkpointId"], deployed["displayName"]) == ("2", "ours")
    assert endpoint["trafficSplit"] == {deployed["id"]: 100}
    assert endpoint["labels"] == project.ask("GET", job["tunedModel"]["model"])["labels"]
    assert 1 <= len(deployed["id"]) <= 10


def test_a_deployed_model_can_be_named_without_its_version(make_project: Make) -> None:
    project = make_project(deployed_name="model")
    job = project.succeed()
    (deployed,) = project.ask("GET", job["tunedModel"]["endpoint"])["deployedModels"]
    assert f"{deployed['model']}@{deployed['modelVersionId']}" == job["tunedModel"]["model"]
    project.ask("POST", f"{job['tunedModel']['endpoint']}:undeployModel", {"deployedModelId": deployed["id"]})
    assert len(project.ask("GET", job["tunedModel"]["model"])["deployedModels"]) == 1


def test_undeploying_takes_the_model_off_both_sides(project: Project) -> None:
    job = project.succeed(exportLastCheckpointOnly=True)
    name, model = job["tunedModel"]["endpoint"], job["tunedModel"]["model"]
    before, known = project.ask("GET", name), project.ask("GET", model)
    gone = before["deployedModels"][0]["id"]
    operation = project.ask("POST", f"{name}:undeployModel", {"deployed_model_id": gone})
    done = project.done(operation)
    assert done["metadata"]["@type"].endswith(".v1.UndeployModelOperationMetadata")
    assert done["response"] == {"@type": "type.googleapis.com/google.cloud.aiplatform.v1.UndeployModelResponse"}
    after = project.ask("GET", name)
    assert {"deployedModels", "trafficSplit"} & after.keys() == set()
    assert after["etag"] != before["etag"]
    left = project.ask("GET", model)
    assert "deployedModels" not in left
    assert left["etag"] == known["etag"]
    code, status, message = project.refused("POST", f"{name}:undeployModel", {"deployedModelId": gone})
    assert (code, status) == (404, "NOT_FOUND")
    assert gone in message


def test_what_has_traffic_beside_others_stays(project: Project) -> None:
    name, ours, other = two(project)
    assert project.refused("POST", f"{name}:undeployModel", {"deployedModelId": ours})[:2] == FAILED
    wrong = {"deployedModelId": ours, "trafficSplit": {other: 60}}
    assert project.refused("POST", f"{name}:undeployModel", wrong)[:2] == (400, "INVALID_ARGUMENT")
    both = {"deployedModelId": ours, "trafficSplit": {other: 60, ours: 40}}
    assert project.refused("POST", f"{name}:undeployModel", both)[:2] == FAILED
    project.ask("POST", f"{name}:undeployModel", {"deployedModelId": ours, "trafficSplit": {other: 100}})
    left = project.ask("GET", name)
    assert ([one["id"] for one in left["deployedModels"]], left["trafficSplit"]) == ([other], {other: 100})


def test_what_has_no_traffic_goes(project: Project) -> None:
    name, ours, other = two(project)
    assert project.refused("DELETE", name)[:2] == FAILED
    project.ask("POST", f"{name}:undeployModel", {"deployedModelId": other})
    assert project.ask("GET", name)["trafficSplit"] == {ours: 100}


def test_a_model_deployed_elsewhere_by_a_human_cannot_be_deleted(project: Project) -> None:
    _, _, other = two(project)
    model = next(one for one in project.ask("GET", "models")["models"] if one["displayName"] == "second")
    assert len(model["deployedModels"]) == 2
    own = project.ask("GET", 'endpoints?filter=displayName="second"')["endpoints"][0]
    project.ask("POST", f"{own['name']}:undeployModel", {"deployedModelId": own["deployedModels"][0]["id"]})
    code, status, message = project.refused("DELETE", model["name"])
    assert (code, status) == FAILED
    assert project.ask("GET", model["name"])["deployedModels"][0]["deployedModelId"] == other
    assert own["name"] not in message


def test_deploying_with_traffic(project: Project) -> None:
    name, ours, other = two(project)
    third = project.succeed("third")["tunedModel"]["model"]
    body = {"deployedModel": {"id": "77", "model": third, "displayName": "3"}, "trafficSplit": {"0": 60, ours: 40}}
    project.ask("POST", f"{name}:deployModel", body)
    shown = project.ask("GET", name)
    assert shown["trafficSplit"] == {"77": 60, ours: 40}
    assert [one["id"] for one in shown["deployedModels"]] == [ours, other, "77"]
    assert project.refused("POST", f"{name}:deployModel", body)[0] == 409
    missing = {"deployedModel": {"model": f"{PARENT}/models/1"}}
    assert project.refused("POST", f"{name}:deployModel", missing)[0] == 404


def test_a_patch_of_an_endpoint(project: Project) -> None:
    name, ours, other = two(project)
    body = {"displayName": "new", "labels": {"a": "b"}, "trafficSplit": {ours: 30, other: 70}}
    changed = project.ask("PATCH", f"{name}?updateMask=displayName,labels,trafficSplit", body)
    assert {key: changed[key] for key in body} == body
    for mask, wrong in (
        ("", {}),
        ("deployed", {}),
        ("network", {"network": "x"}),
        ("trafficSplit", {"trafficSplit": {ours: 30}}),
        ("trafficSplit", {"trafficSplit": {"1": 100}}),
        ("labels", {"labels": {"a": "B"}}),
    ):
        assert project.refused("PATCH", f"{name}?updateMask={mask}", wrong)[:2] == (400, "INVALID_ARGUMENT")
    stale = {"displayName": "x", "etag": "old"}
    assert project.refused("PATCH", f"{name}?updateMask=displayName", stale)[:2] == (409, "ABORTED")
    assert project.ask("GET", name) == changed
    assert "trafficSplit" not in project.ask("PATCH", f"{name}?updateMask=trafficSplit", {})


def test_an_operation_has_its_effect_when_it_is_done(make_project: Make) -> None:
    project = make_project(operation_seconds=30)
    job = project.succeed(exportLastCheckpointOnly=True)
    name = job["tunedModel"]["endpoint"]
    deployed = project.ask("GET", name)["deployedModels"][0]["id"]
    operation = project.ask("POST", f"{name}:undeployModel", {"deployedModelId": deployed})
    assert operation["name"].startswith(f"{name}/operations/")
    project.wait(29)
    assert "done" not in project.done(operation)
    assert "deployedModels" in project.ask("GET", name)
    code, status, message = project.refused("POST", f"{name}:undeployModel", {"deployedModelId": deployed})
    assert (code, status) == FAILED
    assert operation["name"] in message
    project.wait(1)
    done = project.done(operation)
    assert done["done"] is True
    times = done["metadata"]["genericMetadata"]
    assert times["updateTime"] > times["createTime"] == operation["metadata"]["genericMetadata"]["createTime"]
    assert "deployedModels" not in project.ask("GET", name)


def test_two_operations_at_once(make_project: Make) -> None:
    project = make_project(operation_seconds=30, busy="ok")
    job = project.succeed(exportLastCheckpointOnly=True)
    name = job["tunedModel"]["endpoint"]
    body = {"deployedModelId": project.ask("GET", name)["deployedModels"][0]["id"]}
    first, second = (project.ask("POST", f"{name}:undeployModel", body) for _ in range(2))
    project.wait(30)
    assert "response" in project.done(first)
    assert project.done(second)["error"]["code"] == 5


def test_operations_are_found_under_their_resource_and_in_the_location(make_project: Make) -> None:
    project = make_project(operation_seconds=30)
    job = project.succeed()
    name = job["tunedModel"]["endpoint"]
    body = {"deployedModelId": project.ask("GET", name)["deployedModels"][0]["id"]}
    operation = project.ask("POST", f"{name}:undeployModel", body)
    short = f"operations/{operation['name'].rpartition('/')[2]}"
    assert project.ask("GET", short) == project.done(operation)
    assert project.ask("POST", f"{operation['name']}:wait?timeout=1s") == project.done(operation)
    assert project.ask("GET", f"{name}/operations") == project.ask("GET", "operations")
    assert project.ask("GET", f"{job['tunedModel']['model']}/operations") == {}
    assert project.refused("GET", "operations/1")[0] == project.refused("GET", f"{name}/operations/1")[0] == 404
    other = job["tunedModel"]["checkpoints"][0]["endpoint"]
    assert project.refused("GET", f"{other}/{short}")[0] == 404
    project.ask(
        "POST", f"{other}:undeployModel", {"deployedModelId": project.ask("GET", other)["deployedModels"][0]["id"]}
    )
    page = project.ask("GET", "operations?pageSize=1")
    assert page["operations"] == [operation]
    rest = project.ask("GET", f"operations?pageSize=1&pageToken={page['nextPageToken']}")
    assert [one["name"].startswith(other) for one in rest["operations"]] == [True]
    assert "nextPageToken" not in rest


def test_a_cancelled_operation_has_no_effect(make_project: Make) -> None:
    project = make_project(operation_seconds=30)
    name = project.succeed()["tunedModel"]["endpoint"]
    body = {"deployedModelId": project.ask("GET", name)["deployedModels"][0]["id"]}
    operation = project.ask("POST", f"{name}:undeployModel", body)
    assert project.ask("POST", f"{operation['name']}:cancel", {}) == {}
    project.wait(60)
    assert project.done(operation)["error"]["code"] == 1
    assert "deployedModels" in project.ask("GET", name)
    second = project.ask("POST", f"{name}:undeployModel", body)
    project.wait(60)
    project.ask("POST", f"{second['name']}:cancel", {})
    assert "response" in project.done(second)


def test_operations_of_v1beta1_have_its_types(project: Project) -> None:
    name = project.succeed()["tunedModel"]["endpoint"]
    body = {"deployedModelId": project.ask("GET", name)["deployedModels"][0]["id"]}
    operation = project.ask("POST", f"/v1beta1/{name}:undeployModel", body)
    assert project.ask("GET", f"/v1beta1/{operation['name']}")["response"]["@type"].endswith(
        ".v1beta1.UndeployModelResponse"
    )


def test_the_operations_of_what_is_deleted_stay(project: Project) -> None:
    name = project.succeed(exportLastCheckpointOnly=True)["tunedModel"]["endpoint"]
    body = {"deployedModelId": project.ask("GET", name)["deployedModels"][0]["id"]}
    first = project.ask("POST", f"{name}:undeployModel", body)
    second = project.ask("DELETE", name)
    assert project.done(second)["metadata"]["@type"].endswith(".v1.DeleteOperationMetadata")
    assert project.done(first)["done"] is True
    assert project.refused("GET", name)[0] == project.refused("DELETE", name)[0] == 404


def ask(*turns: tuple[str, str], **more: Any) -> Any:
    """Give the body of a question of several turns."""
    return {"contents": [{"role": role, "parts": [{"text": text}]} for role, text in turns], **more}


def test_an_endpoint_answers_with_what_it_was_trained_with(project: Project) -> None:
    name = project.succeed()["tunedModel"]["endpoint"]
    answer = project.ask("POST", f"{name}:generateContent", ask(("user", "17")))
    assert answer["candidates"][0]["content"] == {"role": "model", "parts": [{"text": "18"}]}
    assert answer["usageMetadata"]["totalTokenCount"] == 2
    talk = ask(("user", "3"), ("model", "4"), ("user", "20"), systemInstruction={"parts": [{"text": "Count."}]})
    said = project.ask("POST", f"{name}:generateContent", talk)["candidates"][0]["content"]["parts"]
    assert said == [{"text": "21"}]
    talked = ask(("user", "5"), ("model", "9"))
    assert project.ask("POST", f"{name}:generateContent", talked)["candidates"][0]["content"]["parts"] == [
        {"text": "6"}
    ]


def test_each_version_answers_with_its_own_data(project: Project) -> None:
    first = project.succeed()["tunedModel"]
    uri = project.put("other.jsonl", [a_line("17", "other")])
    second = project.succeed("", base=None, trainingDatasetUri=uri, preTunedModel={"tunedModelName": first["model"]})[
        "tunedModel"
    ]
    told = [
        project.ask("POST", f"{one['endpoint']}:generateContent", ask(("user", "17")))["candidates"][0]["content"]
        for one in (first, second)
    ]
    assert [content["parts"][0]["text"] for content in told] == ["18", "other"]


def test_a_stream_says_the_same_in_pieces(project: Project) -> None:
    uri = project.put("long.jsonl", [a_line("x", "a b c d e f g h i j")])
    name = project.succeed(trainingDatasetUri=uri)["tunedModel"]["endpoint"]
    response = project.send("POST", f"{name}:streamGenerateContent?alt=sse", ask(("user", "x")))
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.body.count(b"data: ") == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "contents must hold at least one turn"),
        ({"contents": [{"role": "user"}]}, "each turn parts"),
        (ask(("system", "x")), "valid role: user, model"),
        (ask(("model", "x")), "a turn of the user"),
        ({"contents": [], "text": ""}, 'Unknown name "text"'),
    ],
)
def test_a_question_that_cannot_be(project: Project, body: Any, said: str) -> None:
    name = project.succeed()["tunedModel"]["endpoint"]
    code, _, message = project.refused("POST", f"{name}:generateContent", body)
    assert code == 400
    assert said in message


def test_an_endpoint_without_traffic_answers_nothing(project: Project) -> None:
    name, _, _ = two(project)
    project.ask("PATCH", f"{name}?updateMask=trafficSplit", {})
    assert project.refused("POST", f"{name}:generateContent", ask(("user", "1")))[:2] == FAILED
    assert project.refused("POST", "endpoints/1:generateContent", ask(("user", "1")))[0] == 404

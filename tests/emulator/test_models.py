"""Get, list, patch and delete: pages, filters, masks, lags, and what of an answer is asked for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BETA = "/v1beta/tunedModels"
SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"


def names(listed: Any) -> list[str]:
    return [model["name"].removeprefix("tunedModels/") for model in listed.get("tunedModels", [])]


def test_an_empty_list_is_an_empty_object(service: Any) -> None:
    assert service.ask("GET", BETA) == {}


def test_pages_are_full_and_end(service: Any) -> None:
    for number in range(25):
        service.create(f"m-{number:02}")
    first = service.ask("GET", BETA)
    second = service.ask("GET", f"{BETA}?pageToken={first['nextPageToken']}")
    third = service.ask("GET", f"{BETA}?page_token={second['nextPageToken']}")
    assert names(first) + names(second) + names(third) == [f"m-{number:02}" for number in range(25)]
    assert (len(names(first)), len(names(third))) == (10, 5)
    assert "nextPageToken" not in third
    assert "nextPageToken" not in service.ask("GET", f"{BETA}?pageSize=25")
    assert len(names(service.ask("GET", f"{BETA}?pageSize=99999"))) == 25


def test_a_token_holds_for_its_own_call(service: Any) -> None:
    for number in range(3):
        service.create(f"m-{number}")
    token = service.ask("GET", f"{BETA}?pageSize=1&filter=owner:me")["nextPageToken"]
    assert names(service.ask("GET", f"{BETA}?pageSize=2&filter=owner:me&pageToken={token}")) == ["m-1", "m-2"]
    for query in (f"pageToken={token}", "pageToken=abc", "pageToken=bnVsbA==", "pageSize=-1", "pageSize=x"):
        assert service.refused("GET", f"{BETA}?{query}")[0] == 400


def test_a_model_made_between_two_pages_is_on_the_later_one(service: Any) -> None:
    service.create("m-0")
    service.create("m-1")
    token = service.ask("GET", f"{BETA}?pageSize=1")["nextPageToken"]
    service.ask("DELETE", f"{BETA}/m-0")
    service.create("m-2")
    assert names(service.ask("GET", f"{BETA}?pageToken={token}")) == ["m-1", "m-2"]


def test_a_filter_finds_words_in_title_and_description(service: Any) -> None:
    service.create("m-1", displayName="Red apple", description="fruit")
    service.create("m-2", displayName="Red brick")
    found = {
        text: names(service.ask("GET", f"{BETA}?filter={text}"))
        for text in ("red", "RED%20fruit", '"red%20brick"', "pear", "owner:me%20apple", "readers:everyone")
    }
    assert list(found.values()) == [["m-1", "m-2"], ["m-1"], ["m-2"], [], ["m-1"], []]
    for text in ("owner:you", "editors:me", '"open'):
        assert service.refused("GET", f"{BETA}?filter={text}")[0] == 400


def test_v1beta3_has_no_filter(service: Any) -> None:
    code, message = service.refused("GET", "/v1beta3/tunedModels?filter=owner:me")
    assert code == 400
    assert "Cannot bind query parameter" in message


def test_lists_may_lag_behind_creates_and_deletes(make_service: Callable[..., Any]) -> None:
    service = make_service(list_lag=2)
    service.create("m")
    assert service.ask("GET", f"{BETA}/m")["name"] == "tunedModels/m"
    assert [names(service.ask("GET", BETA)) for _ in range(4)] == [[], [], ["m"], ["m"]]
    service.ask("DELETE", f"{BETA}/m")
    assert service.refused("GET", f"{BETA}/m")[0] == 404
    assert [names(service.ask("GET", BETA)) for _ in range(3)] == [["m"], ["m"], []]


def test_what_is_missing_may_answer_403(make_service: Callable[..., Any]) -> None:
    code, message = make_service(missing=403).refused("GET", f"{BETA}/m")
    assert (code, message) == (403, "You do not have permission to access tuned model tunedModels/m")


@pytest.mark.parametrize(
    ("second", "shown"), [(0.0, "00Z"), (1.5, "01.500Z"), (2.000125, "02.000125Z"), (3.0000001, "03Z")]
)
def test_a_time_has_as_many_digits_as_it_needs(service: Any, second: float, shown: str) -> None:
    service.time = 1_700_000_040 + second
    service.create("m")
    assert service.ask("GET", f"{BETA}/m?fields=createTime") == {"createTime": f"2023-11-14T22:14:{shown}"}


def test_deleting(make_service: Callable[..., Any]) -> None:
    service = make_service(delete_creating="refuse")
    service.create("m")
    assert service.refused("DELETE", f"{BETA}/m")[0] == 400
    service.wait()
    assert service.ask("DELETE", f"{BETA}/m") == {}
    for method, target in (("DELETE", ""), ("GET", ""), ("GET", "/operations"), ("GET", "/permissions")):
        assert service.refused(method, f"{BETA}/m{target}")[0] == 404
    assert service.ask("GET", BETA) == {}


def test_a_patch_writes_the_fields_of_its_mask(service: Any) -> None:
    service.create("m", description="old", temperature=0.5)
    service.time += 10
    sent = {"displayName": "ignored", "description": "new", "top_k": 3}
    model = service.ask("PATCH", f"{BETA}/m?updateMask=description,top_k,temperature", sent)
    assert (model["displayName"], model["description"], model["topK"]) == ("number generator", "new", 3)
    assert model["temperature"] == 0.9, "a cleared value is again that of the base model"
    assert model["updateTime"] > model["tuningTask"]["completeTime"]
    assert service.ask("GET", f"{BETA}/m") == model


def test_a_patch_without_mask_writes_what_is_set(service: Any) -> None:
    service.create("m", description="old")
    assert service.ask("PATCH", f"{BETA}/m", {"displayName": "new", "description": ""})["description"] == "old"
    assert service.refused("PATCH", "/v1beta3/tunedModels/m", {"displayName": "new"})[0] == 400


def test_a_whole_object_may_come_back(service: Any) -> None:
    service.create("m")
    service.wait()
    whole = service.ask("GET", f"{BETA}/m?$alt=json;enum-encoding=int")
    assert whole["state"] == 2
    changed = service.ask("PATCH", f"{BETA}/m", whole | {"displayName": "new"})
    assert changed["displayName"] == "new"
    assert changed["tuningTask"] == whole["tuningTask"]


@pytest.mark.parametrize(
    ("mask", "sent"),
    [
        ("baseModel", {"baseModel": "models/x"}),
        ("tuningTask", {}),
        ("tuningTask.hyperparameters.epochCount", {}),
        ("tuning_task.training_data", {}),
        ("tunedModelSource", {}),
        ("labels", {}),
        ("displayName.x", {}),
        ("", {"baseModel": "models/x"}),
        ("", {"tuningTask": {"hyperparameters": {"epochCount": 9}}}),
        ("", {"tuningTask": {"trainingData": {"examples": {"examples": []}}}}),
        ("displayName", {"displayName": "x" * 41}),
    ],
)
def test_what_cannot_be_patched(service: Any, mask: str, sent: Any) -> None:
    service.create("m")
    before = service.ask("GET", f"{BETA}/m")
    assert service.refused("PATCH", f"{BETA}/m?updateMask={mask}", sent)[0] == 400
    assert service.ask("GET", f"{BETA}/m") == before


def test_a_masked_output_only_field_is_passed_over(service: Any) -> None:
    service.create("m")
    assert service.ask("PATCH", f"{BETA}/m?updateMask=state,displayName", {"state": 3})["state"] == "CREATING"
    model = service.ask("PATCH", f"{BETA}/m?updateMask=*", {"description": "all"})
    assert "displayName" not in model


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ("tunedModels(name,state),nextPageToken", {"name", "state"}),
        ("tunedModels/name", {"name"}),
        ("tunedModels.display_name", {"displayName"}),
        ("tunedModels/tuningTask(hyperparameters/batchSize,snapshots(step,meanLoss))", {"tuningTask"}),
        ("tunedModels/name,tunedModels/topK", {"name", "topK"}),
    ],
)
def test_a_part_of_an_answer(service: Any, fields: str, shown: set[str]) -> None:
    service.create("m")
    service.wait()
    (model,) = service.ask("GET", f"{BETA}?fields={fields}")["tunedModels"]
    assert set(model) == shown
    if "tuningTask" in shown:
        assert model["tuningTask"]["hyperparameters"] == {"batchSize": 4}
        assert set(model["tuningTask"]["snapshots"][0]) == {"step", "meanLoss"}


def test_all_parts_and_none(service: Any) -> None:
    service.create("m")
    assert service.ask("GET", f"{BETA}?fields=*") == service.ask("GET", BETA)
    assert service.ask("GET", f"{BETA}/m?fields=*/hyperparameters") == {
        "tuningTask": {"hyperparameters": {"epochCount": 5, "batchSize": 4, "learningRate": 0.001}}
    }
    assert service.ask("GET", f"{BETA}?fields=nextPageToken") == {}
    for fields in (
        "models",
        "*/nothing",
        "nextPageToken/x",
        "tunedModels(",
        "tunedModels/name)",
        "tunedModels(nam)",
        ",",
        "a b",
    ):
        assert service.refused("GET", f"{BETA}?fields={fields}")[0] == 400


def test_parameters_that_every_method_takes(service: Any) -> None:
    service.create("m")
    common = "alt=json&prettyPrint=true&quotaUser=me&$.xgafv=2&key=K&upload_protocol=raw&uploadType=x&callback=c"
    pretty = service.send("GET", f"{BETA}/m?{common}")
    assert pretty.body.startswith(b'{\n  "name"')
    assert json.loads(pretty.body) == service.ask("GET", f"{BETA}/m")
    assert service.refused("GET", f"{BETA}/m?alt=proto")[0] == 400
    assert service.refused("GET", f"{BETA}/m?colour=red")[0] == 400


@pytest.mark.parametrize(
    "target",
    [
        "GET /",
        "GET /v1/tunedModels",
        "GET /v2/tunedModels",
        "PUT /v1beta/tunedModels/m",
        "POST /v1beta/tunedModels/m:undelete",
    ],
)
def test_what_is_not_served_answers_with_a_page(service: Any, target: str) -> None:
    response = service.send(*target.split(" "))
    assert response.status == 404
    assert response.body.startswith(b"<!DOCTYPE html>")


def test_the_unimplemented_methods(service: Any) -> None:
    assert service.refused("GET", "/v1/operations")[0] == 501
    assert service.refused("DELETE", "/v1/operations/x")[0] == 501


@pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded samples are not beside this repository")
def test_a_recorded_list_comes_back_equal(service: Any) -> None:
    recorded = json.loads((SAMPLES / "list-v1beta3.json").read_text())
    assert service.emulator.load(recorded) == len(recorded["tunedModels"])
    assert service.ask("GET", "/v1beta3/tunedModels?page_size=50") == recorded
    for model in recorded["tunedModels"]:
        assert service.ask("GET", f"/v1beta3/{model['name']}") == model


def test_a_loaded_model_lives_on(service: Any) -> None:
    loaded = {
        "name": "tunedModels/m",
        "baseModel": "models/b",
        "state": "ACTIVE",
        "displayName": "d",
        "temperature": 0.1,
    }
    service.emulator.load({"tunedModels": [loaded]})
    patched = service.ask("PATCH", f"{BETA}/m?updateMask=displayName", {"displayName": "e"})
    assert patched["updateTime"] == "2023-09-19T19:56:25.999303Z"
    assert (patched["displayName"], patched["state"]) == ("e", "ACTIVE")
    assert service.ask("GET", f"{BETA}/m/operations") == {}
    assert service.refused("POST", f"{BETA}?tunedModelId=m", {})[0] == 400
    assert service.ask("DELETE", f"{BETA}/m") == {}


def test_the_answer_of_a_loaded_model_is_its_question(service: Any) -> None:
    service.emulator.load({"tunedModels": [{"name": "tunedModels/m", "state": "ACTIVE"}]})
    answer = service.ask("POST", f"{BETA}/m:generateContent", {"contents": [{"parts": [{"text": "echo"}]}]})
    assert answer["candidates"][0]["content"]["parts"] == [{"text": "echo"}]

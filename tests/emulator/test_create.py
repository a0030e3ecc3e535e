"""What `create` takes and refuses, what it fills in, and what it echoes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

BETA = "/v1beta/tunedModels"


def body(**changes: Any) -> dict[str, Any]:
    task = {"trainingData": {"examples": {"examples": [{"textInput": "1", "output": "2"}]}}}
    return {"displayName": "d", "baseModel": "models/gemini-1.0-pro-001", "tuningTask": task} | changes


def hyperparameters(service: Any, model_id: str, version: str = "v1beta") -> Any:
    return service.ask("GET", f"/{version}/tunedModels/{model_id}")["tuningTask"]["hyperparameters"]


def test_the_curl_sample_with_snake_case_and_trailing_commas(service: Any) -> None:
    sample = b"""{
      "display_name": "number generator model",
      "base_model": "models/text-bison-001",
      "tuning_task": {
        "hyperparameters": {"batch_size": 2, "learning_rate": 0.001, "epoch_count": "3",},
        "training_data": {"examples": {"examples": [
          {"text_input": "a, ]", "output": "2",}, {"text_input": "3", "output": "4,}",},
        ]}}
      },
    }"""
    operation = service.ask("POST", "/v1beta3/tunedModels", sample)
    name = operation["metadata"]["tunedModel"]
    assert name.startswith("tunedModels/number-generator-model-")
    assert operation["metadata"]["totalSteps"] == 3
    assert service.ask("GET", f"/v1beta3/{name}")["temperature"] == 0.7
    sent = service.emulator.requests[0].body["tuning_task"]["training_data"]["examples"]["examples"]
    assert sent == [{"text_input": "a, ]", "output": "2"}, {"text_input": "3", "output": "4,}"}]


@pytest.mark.parametrize(
    ("title", "stem"),
    [("my display name 81", "my-display-name-81"), ("test_number_generator", "testnumbergenerator"), ("数", "model")],
)
def test_an_id_is_made_from_the_display_name(service: Any, title: str, stem: str) -> None:
    names = [service.ask("POST", BETA, body(displayName=title))["metadata"]["tunedModel"] for _ in range(2)]
    assert names[0] != names[1]
    for name in names:
        prefix, _, code = name.removeprefix("tunedModels/").rpartition("-")
        assert (prefix, len(code), code.isalnum()) == (stem, 12, True)


@pytest.mark.parametrize(
    ("model_id", "fits"),
    [
        ("a", True),
        ("a" * 40, True),
        ("a-9", True),
        ("a" * 41, False),
        ("9a", False),
        ("a-", False),
        ("A", False),
        ("a_b", False),
    ],
)
def test_the_form_of_an_id(service: Any, model_id: str, fits: bool) -> None:  # noqa: FBT001 - a table
    assert (service.send("POST", f"{BETA}?tunedModelId={model_id}", body()).status == 200) is fits


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"displayName": "x" * 41}, "tuned_model.display_name", "40"),
        ({"displayName": None}, "tuned_model_id", "Either tuned_model_id or display_name must be set."),
        ({"tuningTask": None}, "tuned_model.tuning_task", "required"),
        ({"tuningTask": {}}, "tuned_model.tuning_task.training_data", "at least one"),
        ({"baseModel": None}, "tuned_model.source_model", "One of"),
        ({"temperature": 1.5}, "tuned_model.temperature", "[0.0, 1]"),
        ({"topP": -0.1}, "tuned_model.top_p", "range"),
        ({"topK": 0}, "tuned_model.top_k", "positive"),
        ({"temperature": "warm"}, "tuned_model.temperature", "TYPE_FLOAT"),
        ({"topK": 1.5}, "tuned_model.top_k", "TYPE_INT32"),
        ({"displayName": 5}, "tuned_model.display_name", "TYPE_STRING"),
        ({"state": "DONE"}, "tuned_model.state", "TYPE_STATE"),
        ({"topK": 2**31}, "tuned_model.top_k", "TYPE_INT32"),
        ({"temperature": 1e39}, "tuned_model.temperature", "TYPE_FLOAT"),
        ({"description": "\ud800"}, "tuned_model.description", "TYPE_STRING"),
        ({"labels": {}}, "tuned_model", "Unknown name \"labels\" at 'tuned_model': Cannot find field."),
        ({"tuningTask": []}, "tuned_model.tuning_task", "TuningTask"),
        ({"topK": "ten"}, "tuned_model.top_k", "TYPE_INT32"),
        ({"topK": True}, "tuned_model.top_k", "TYPE_INT32"),
        ({"topP": False}, "tuned_model.top_p", "TYPE_FLOAT"),
        ({"state": 9}, "tuned_model.state", "TYPE_STATE"),
        ({"readerProjectNumbers": ["1", "p"]}, "tuned_model.reader_project_numbers[1]", "TYPE_INT64"),
        ({"tunedModelSource": {"tunedModel": "tunedModels/x"}}, "tuned_model", "oneof"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(service: Any, changes: Any, field: str, text: str) -> None:
    response = service.send("POST", BETA, body(**changes))
    error = json.loads(response.body)["error"]
    assert (response.status, error["status"]) == (400, "INVALID_ARGUMENT")
    (violation,) = error["details"][0]["fieldViolations"]
    assert violation["field"] == field
    assert text in violation["description"]


def test_all_that_is_wrong_is_said_at_once(service: Any) -> None:
    _, message = service.refused("POST", BETA, {"label": 1, "top_k": "x", "tuningTask": {"data": 1}})
    assert len(message.splitlines()) == 3


@pytest.mark.parametrize(
    ("example", "fits"),
    [
        ({"textInput": "x" * 40_000, "output": "y" * 5_000}, True),
        ({"textInput": "x" * 40_001, "output": "y"}, False),
        ({"textInput": "x", "output": "y" * 5_001}, False),
        ({"textInput": "x"}, False),
        ({"output": "y"}, False),
        ({"textInput": "x", "output": "y", "weight": 1}, False),
    ],
)
def test_the_limits_of_an_example(service: Any, example: Any, fits: bool) -> None:  # noqa: FBT001 - a table
    task = {"trainingData": {"examples": {"examples": [example]}}}
    assert (service.send("POST", BETA, body(tuningTask=task)).status == 200) is fits


def test_a_body_beyond_four_megabytes_is_refused(service: Any) -> None:
    code, message = service.refused("POST", BETA, b" " * (4 * 1024 * 1024) + b"{}")
    assert code == 400
    assert "4194304" in message


@pytest.mark.parametrize("text", [b"{", b"[1,,2]", b"\xff", b'{"topK": NaN}', b'"x"', b"[]"])
def test_what_is_no_json_object_is_refused(service: Any, text: bytes) -> None:
    assert service.refused("POST", BETA, text)[0] == 400


def test_a_base_that_cannot_be_tuned(make_service: Callable[..., Any]) -> None:
    service = make_service(tunable_bases=())
    code, message = service.refused("POST", BETA, body())
    assert code == 404
    assert message == "models/gemini-1.0-pro-001 is not found for CREATE TUNED MODEL at API version v1beta."


def test_the_catalog_says_which_bases_can_be_tuned(make_service: Callable[..., Any]) -> None:
    service = make_service(tunable_bases=("models/text-bison-001", "models/own-base"))
    listed = service.ask("GET", "/v1beta/models")["models"]
    methods = {model["name"]: model["supportedGenerationMethods"] for model in listed}
    assert "createTunedTextModel" in methods["models/text-bison-001"]
    assert "createTunedModel" in methods["models/own-base"]
    assert not any("createTuned" in method for method in methods["models/gemini-1.0-pro-001"])
    assert service.ask("GET", "/v1beta/models/own-base") in listed
    assert service.refused("GET", "/v1beta/models/other")[0] == 404
    first = service.ask("GET", "/v1/models?pageSize=3")
    rest = service.ask("GET", f"/v1/models?pageSize=3&pageToken={first['nextPageToken']}")
    assert first["models"] + rest["models"] == listed


@pytest.mark.parametrize(
    ("version", "examples", "default"),
    [
        ("v1beta", 15, {"epochCount": 5, "batchSize": 4, "learningRate": 0.001}),
        ("v1beta", 100, {"epochCount": 5, "batchSize": 16, "learningRate": 0.0002}),
        ("v1beta3", 15, {"epochCount": 10, "batchSize": 16, "learningRate": 0.0002}),
        ("v1beta3", 100, {"epochCount": 10, "batchSize": 64, "learningRate": 0.002}),
    ],
)
def test_the_defaults_of_a_version(service: Any, version: str, examples: int, default: Any) -> None:
    pairs = [{"textInput": "1", "output": "2"}] * examples
    task = {"trainingData": {"examples": {"examples": pairs}}, "hyperparameters": {}}
    service.ask("POST", f"/{version}/tunedModels?tuned_model_id=m", body(tuningTask=task))
    assert hyperparameters(service, "m") == default


@pytest.mark.parametrize(
    ("echo", "shown"),
    [
        ("exact", {"learningRateMultiplier": 2}),
        ("multiplier-as-rate", {"learningRate": 0.002}),
        ("omit-multiplier", {}),
        (frozenset({"clamp", "omit-multiplier"}), {"batchSize": 15, "epochCount": 50}),
    ],
)
def test_the_forms_of_the_echo(make_service: Callable[..., Any], echo: Any, shown: Any) -> None:
    service = make_service(echo=echo)
    operation = service.create("m", epochs=60, batch=99, rate={"learningRateMultiplier": 2.0})
    assert hyperparameters(service, "m") == {"epochCount": 60, "batchSize": 99} | shown
    assert operation["metadata"]["totalSteps"] == (50 if "batchSize" in shown else 10)


def test_the_base_may_come_back_resolved(make_service: Callable[..., Any]) -> None:
    service = make_service(echo="resolve-base", base_aliases={"models/gemini-1.0-pro-001": "models/other"})
    service.create("m")
    assert service.ask("GET", f"{BETA}/m")["baseModel"] == "models/other"


def test_v1beta3_has_neither_multiplier_nor_project_numbers(service: Any) -> None:
    task = body()["tuningTask"] | {"hyperparameters": {"learningRateMultiplier": 1}}
    assert service.refused("POST", "/v1beta3/tunedModels", body(tuningTask=task))[0] == 400
    assert service.refused("POST", "/v1beta3/tunedModels", body(readerProjectNumbers=["1"]))[0] == 400
    service.create("lone", readerProjectNumbers="5")
    assert service.ask("GET", f"{BETA}/lone")["readerProjectNumbers"] == ["5"]
    service.create("m", rate={"learningRateMultiplier": 1.0}, readerProjectNumbers=["12", 34])
    assert service.ask("GET", f"{BETA}/m")["readerProjectNumbers"] == ["12", "34"]
    old = service.ask("GET", "/v1beta3/tunedModels/m")
    assert "readerProjectNumbers" not in old
    assert old["tuningTask"]["hyperparameters"] == {"epochCount": 5, "batchSize": 4}


def test_output_only_fields_are_passed_over(service: Any) -> None:
    sent = body(state=2, name="tunedModels/other", createTime="2020-01-01T00:00:00Z")
    service.ask("POST", f"{BETA}?tunedModelId=m", sent)
    model = service.ask("GET", f"{BETA}/m")
    assert (model["name"], model["state"], model["createTime"][:4]) == ("tunedModels/m", "CREATING", "2023")


def test_an_id_is_taken_once(service: Any) -> None:
    service.create("m")
    assert service.refused("POST", f"{BETA}?tunedModelId=m", body())[0] == 409
    service.wait()
    service.ask("DELETE", f"{BETA}/m")
    service.create("m")
    assert service.ask("GET", f"{BETA}/m")["state"] == "CREATING"


def test_a_deleted_id_may_be_reserved(make_service: Callable[..., Any]) -> None:
    service = make_service(id_reuse="conflict")
    service.create("m")
    service.ask("DELETE", f"{BETA}/m")
    assert service.refused("POST", f"{BETA}?tunedModelId=m", body())[0] == 409
    assert service.refused("GET", f"{BETA}/m")[0] == 404


def test_a_tuned_model_as_source(service: Any) -> None:
    source = {"tunedModelSource": {"tunedModel": "tunedModels/parent", "baseModel": "models/ignored"}}
    child = body(**source, baseModel=None)
    service.create("parent")
    service.create("parent-flash", base="models/gemini-1.5-flash-001-tuning")
    assert service.refused("POST", f"{BETA}?tunedModelId=child", child)[0] == 400
    service.wait()
    service.ask("POST", f"{BETA}?tunedModelId=child", child)
    model = service.ask("GET", f"{BETA}/child")
    assert model["tunedModelSource"] == {"tunedModel": "tunedModels/parent", "baseModel": "models/gemini-1.0-pro-001"}
    assert "baseModel" not in model
    of_flash = body(tunedModelSource={"tunedModel": "tunedModels/parent-flash"}, baseModel=None)
    assert service.refused("POST", BETA, of_flash)[0] == 400


@pytest.mark.parametrize(("over", "kept"), [("cut", "12345"), ("refuse", None)])
def test_the_longest_description(make_service: Callable[..., Any], over: str, kept: str | None) -> None:
    service = make_service(description_max=5, description_over=over)
    response = service.send("POST", f"{BETA}?tunedModelId=m", body(description="123456"))
    assert response.status == (400 if kept is None else 200)
    if kept is not None:
        assert service.ask("GET", f"{BETA}/m")["description"] == kept


def test_white_space_around_a_description_may_be_dropped(make_service: Callable[..., Any]) -> None:
    service = make_service(description_trim=True)
    service.create("m", description=" a b\n")
    assert service.ask("GET", f"{BETA}/m")["description"] == "a b"


def test_conversations_are_examples_in_v1alpha(service: Any) -> None:
    turns = [{"contents": [{"parts": [{"text": "hi"}]}, {"parts": [{"text": "ho"}], "role": "model"}]}]
    task = {"trainingData": {"examples": {"multiturnExamples": turns}}}
    assert service.refused("POST", BETA, body(tuningTask=task))[0] == 400
    service.ask("POST", "/v1alpha/tunedModels?tunedModelId=m", body(tuningTask=task))
    service.wait()
    asked = {"contents": [{"parts": [{"text": "hi"}]}]}
    answer = service.ask("POST", "/v1alpha/tunedModels/m:generateContent", asked)
    assert answer["candidates"][0]["content"]["parts"] == [{"text": "ho"}]

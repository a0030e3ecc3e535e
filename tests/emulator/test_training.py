"""The figures of a training: steps, epochs, percent, times, states; all of them follow from the clock."""

import math
from collections.abc import Callable
from typing import Any

import pytest

METADATA = "type.googleapis.com/google.ai.generativelanguage.{}.CreateTunedModelMetadata"


@pytest.mark.parametrize(
    ("examples", "epochs", "batch", "steps"),
    [(15, 3, 2, 23), (15, 3, 4, 12), (15, 5, 2, 38), (15, 5, 4, 19), (15, 50, 4, 188), (25, 10, 16, 16)],
)
def test_the_steps_of_the_published_samples(service: Any, examples: int, epochs: int, batch: int, steps: int) -> None:
    operation = service.create(examples=examples, epochs=epochs, batch=batch)
    assert operation["metadata"] == {
        "@type": METADATA.format("v1beta"),
        "totalSteps": steps,
        "tunedModel": "tunedModels/numbers-1",
    }
    assert set(operation) == {"name", "metadata"}


@pytest.mark.parametrize(
    ("steps", "epoch", "percent"), [(40, 10, 21.28), (81, 21, 43.09), (120, 32, 63.83), (160, 42, 85.11)]
)
def test_progress_as_in_the_published_sample(service: Any, steps: int, epoch: int, percent: float) -> None:
    operation = service.create(epochs=50)
    service.time += 0.3 + steps / 20 + 0.001
    metadata = service.ask("GET", f"/v1/{operation['name']}")["metadata"]
    assert (metadata["completedSteps"], metadata["completedPercent"]) == (steps, percent)
    assert [shot["step"] for shot in metadata["snapshots"]] == list(range(1, steps + 1))
    assert metadata["snapshots"][-1]["epoch"] == epoch
    assert "epoch" not in metadata["snapshots"][0]


def test_a_model_is_visible_at_once_and_has_no_progress_before_its_first_step(service: Any) -> None:
    service.create()
    model = service.ask("GET", "/v1beta/tunedModels/numbers-1")
    assert model == {
        "name": "tunedModels/numbers-1",
        "baseModel": "models/gemini-1.0-pro-001",
        "displayName": "number generator",
        "state": "CREATING",
        "createTime": "2023-09-19T19:56:25.999303Z",
        "updateTime": "2023-09-19T19:56:25.999303Z",
        "tuningTask": {"hyperparameters": {"epochCount": 5, "batchSize": 4, "learningRate": 0.001}},
        "temperature": 0.9,
        "topP": 1,
        "topK": 1,
    }
    service.time += 0.301
    task = service.ask("GET", "/v1beta/tunedModels/numbers-1")["tuningTask"]
    assert task["startTime"] == "2023-09-19T19:56:26.299303002Z"
    assert "snapshots" not in task
    assert (
        "completedPercent"
        not in service.ask("GET", "/v1/tunedModels/numbers-1/operations")["operations"][0]["metadata"]
    )


def test_a_finished_model_and_its_operation(service: Any) -> None:
    name = service.create()["name"]
    service.wait()
    model = service.ask("GET", "/v1beta/tunedModels/numbers-1")
    task = model["tuningTask"]
    assert model["state"] == "ACTIVE"
    assert model["updateTime"] == task["completeTime"] > task["snapshots"][-1]["computeTime"] > task["startTime"]
    losses = [shot["meanLoss"] for shot in task["snapshots"]]
    assert losses[-1] < losses[0] / 10
    operation = service.ask("GET", f"/v1beta/{name}")
    assert set(operation) == {"name", "metadata", "done", "response"}
    assert operation["done"] is True
    assert operation["metadata"]["completedPercent"] == 100
    kind = "type.googleapis.com/google.ai.generativelanguage.v1beta.TunedModel"
    assert operation["response"] == {"@type": kind, **model}


def test_training_data_is_never_given_back(service: Any) -> None:
    name = service.create()["name"]
    service.wait()
    for target in ("tunedModels/numbers-1", "tunedModels", name):
        assert b"trainingData" not in service.send("GET", f"/v1beta/{target}").body


def test_the_same_training_has_the_same_losses(make_service: Callable[..., Any]) -> None:
    def losses(model_id: str) -> list[float]:
        service = make_service()
        service.create(model_id)
        service.wait()
        model = service.ask("GET", f"/v1beta/tunedModels/{model_id}")
        return [shot["meanLoss"] for shot in model["tuningTask"]["snapshots"]]

    assert losses("numbers-1") == losses("numbers-1") != losses("numbers-2")


def test_a_training_that_fails_says_why_in_its_operation_only(make_service: Callable[..., Any]) -> None:
    service = make_service(fail_after={"doomed": 3}, failure_code=3)
    name = service.create("doomed-1")["name"]
    service.create("fine-1")
    service.wait()
    model = service.ask("GET", "/v1beta/tunedModels/doomed-1")
    assert model["state"] == "FAILED"
    assert "error" not in model
    assert len(model["tuningTask"]["snapshots"]) == 3
    operation = service.ask("GET", f"/v1/{name}")
    assert operation["done"] is True
    assert operation["error"]["code"] == 3
    assert "response" not in operation
    assert service.ask("GET", "/v1beta/tunedModels/fine-1")["state"] == "ACTIVE"


def test_a_cancelled_training_stops_where_it_is(service: Any) -> None:
    name = service.create()["name"]
    service.time += 0.551
    assert service.ask("POST", f"/v1/{name}:cancel", {}) == {}
    service.wait()
    operation = service.ask("GET", f"/v1/{name}")
    assert (operation["error"]["code"], operation["metadata"]["completedSteps"]) == (1, 5)
    assert service.ask("GET", "/v1beta/tunedModels/numbers-1")["state"] == "FAILED"


@pytest.mark.parametrize(("after", "state"), [("active", "ACTIVE"), ("failed", "FAILED"), ("deleted", None)])
def test_what_becomes_of_a_cancelled_model_is_a_setting(
    make_service: Callable[..., Any], after: str, state: str | None
) -> None:
    service = make_service(after_cancel=after)
    service.ask("POST", f"/v1/{service.create()['name']}:cancel")
    if state is None:
        assert service.refused("GET", "/v1beta/tunedModels/numbers-1")[0] == 404
    else:
        assert service.ask("GET", "/v1beta/tunedModels/numbers-1")["state"] == state


def test_cancelling_what_is_over_changes_nothing(service: Any) -> None:
    name = service.create()["name"]
    service.wait()
    before = service.ask("GET", f"/v1/{name}")
    service.ask("POST", f"/v1/{name}:cancel", {})
    assert service.ask("GET", f"/v1/{name}") == before


def test_an_operation_belongs_to_its_model(service: Any) -> None:
    first, second = (service.create(model_id)["name"] for model_id in ("m-1", "m-2"))
    assert service.refused("GET", f"/v1/{first.replace('m-1', 'm-2')}")[0] == 404
    assert [one["name"] for one in service.ask("GET", "/v1/tunedModels/m-2/operations")["operations"]] == [second]


def test_operations_are_bound_to_versions_by_a_setting(make_service: Callable[..., Any]) -> None:
    service = make_service(operation_versions=("v1",))
    name = service.create()["name"]
    assert service.send("GET", f"/v1/{name}").status == 200
    missing = service.send("GET", f"/v1beta/{name}")
    assert (missing.status, missing.headers["Content-Type"][:9]) == (404, "text/html")
    assert service.send("POST", f"/v1beta/{name}:cancel").status == 404


def test_an_operation_is_of_the_version_that_created_its_model(service: Any) -> None:
    name = service.create(version="v1beta3", base="models/text-bison-001")["name"]
    service.wait()
    operation = service.ask("GET", f"/v1/{name}")
    assert operation["metadata"]["@type"] == METADATA.format("v1beta3")
    assert operation["response"]["@type"].endswith(".v1beta3.TunedModel")


def test_a_training_may_take_no_time(make_service: Callable[..., Any]) -> None:
    service = make_service(steps_per_second=math.inf, start_delay=0)
    service.create()
    service.time += 0.001
    assert service.ask("GET", "/v1beta/tunedModels/numbers-1")["state"] == "ACTIVE"


def test_many_snapshots_are_thinned_but_in_v1beta3(service: Any) -> None:
    service.create(examples=500, epochs=10, batch=2)
    service.wait()
    steps = {
        version: [
            shot["step"] for shot in service.ask("GET", f"/{version}/tunedModels/numbers-1")["tuningTask"]["snapshots"]
        ]
        for version in ("v1beta", "v1beta3")
    }
    assert steps["v1beta3"] == list(range(1, 2501))
    assert len(steps["v1beta"]) <= 1000
    assert steps["v1beta"][-1] == 2500


def test_advancing_moves_every_training(service: Any) -> None:
    service.create()
    service.emulator.advance(60)
    assert service.ask("GET", "/v1beta/tunedModels/numbers-1")["state"] == "ACTIVE"

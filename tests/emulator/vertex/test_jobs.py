"""Tuning jobs: what is asked, what is shown, how they go, fail and are cancelled."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.vertex.conftest import PARENT, Project, a_job, a_line

Make = Callable[..., Project]


def test_a_job_lives_by_the_clock(project: Project) -> None:
    made = project.create()
    assert made["state"] == "JOB_STATE_PENDING"
    assert {"startTime", "endTime", "tunedModel", "tuningDataStats", "error"} & made.keys() == set()
    project.wait(0.4)
    running = project.ask("GET", made["name"])
    assert (running["state"], "endTime" in running) == ("JOB_STATE_RUNNING", False)
    assert running["tuningDataStats"]["supervisedTuningDataStats"]["tuningStepCount"] == "10"
    assert project.ask("GET", "models") == project.ask("GET", "endpoints") == {}
    project.wait(0.5)
    over = project.ask("GET", made["name"])
    assert (over["state"], over["startTime"], over["endTime"]) == (
        "JOB_STATE_SUCCEEDED",
        "2025-11-13T02:13:20.423456Z",
        "2025-11-13T02:13:20.923456Z",
    )
    assert over["updateTime"] == over["endTime"] > over["createTime"] == made["createTime"]


def test_ids_are_numbers_that_follow_from_the_seed(make_project: Make) -> None:
    one, same, other = make_project(), make_project(), make_project(seed=1)
    ids = [[project.create()["name"].rpartition("/")[2] for _ in range(2)] for project in (one, same, other)]
    assert ids[0] == ids[1] != ids[2]
    assert len({*ids[0], *ids[2]}) == 4
    assert all(made.isdigit() and made[0] != "0" for made in ids[0])


def test_what_was_given_is_shown_as_proto3_has_it(project: Project) -> None:
    body = {
        "tuned_model_display_name": "ours",
        "description": "",
        "base_model": "publishers/google/models/gemini-2.5-flash",
        "supervised_tuning_spec": {
            "training_dataset_uri": "gs://our-bucket/data.jsonl",
            "export_last_checkpoint_only": False,
            "hyper_parameters": {"epoch_count": 2.0, "learning_rate_multiplier": "1", "adapter_size": 6},
        },
        "labels": {"team": "ours"},
        "name": "projects/x/locations/y/tuningJobs/1",
        "state": 4,
        "tunedModel": {"model": "projects/x/locations/y/models/1@1"},
    }
    shown = project.ask("POST", "tuningJobs", json.dumps(body).encode()[:-1] + b",}")
    assert shown["supervisedTuningSpec"] == {
        "trainingDatasetUri": "gs://our-bucket/data.jsonl",
        "hyperParameters": {"epochCount": "2", "learningRateMultiplier": 1, "adapterSize": "ADAPTER_SIZE_TWO"},
    }
    assert shown["state"] == "JOB_STATE_PENDING"
    assert shown["name"].startswith(f"{PARENT}/tuningJobs/")
    assert "tunedModel" not in shown
    assert "description" not in shown
    numbers = project.ask("GET", f"{shown['name']}?$alt=json;enum-encoding=int")
    assert (numbers["state"], numbers["supervisedTuningSpec"]["hyperParameters"]["adapterSize"]) == (2, 6)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"base": None}, "One of base_model"),
        ({"base": "gemini-1.5-flash"}, "gemini-1.5-flash is not supported"),
        ({"supervisedTuningSpec": {}}, "training_dataset_uri is required"),
        ({"trainingDatasetUri": "https://x/y"}, "https://x/y is not the URI"),
        ({"validationDatasetUri": "gs://our-bucket"}, "gs://our-bucket is not the URI"),
        ({"hyperParameters": {"epochCount": "-1"}}, "epoch_count must be positive"),
        ({"hyperParameters": {"epochCount": 2**62}}, "epoch_count must be at most 10000"),
        ({"hyperParameters": {"learningRateMultiplier": -0.5}}, "learning_rate_multiplier must be positive"),
        (
            {"hyperParameters": {"adapterSize": "ADAPTER_SIZE_THIRTY_TWO"}},
            "The adapter size is not supported for this base",
        ),
        ({"hyperParameters": {"adapterSize": "ADAPTER_SIZE_SIXTEEN"}, "base": "gemini-2.5-pro"}, "adapter size is not"),
        ({"hyperParameters": {"adapterSize": "SIXTEEN"}}, "(TYPE_ADAPTERSIZE)"),
        ({"hyperParameters": {"adapter": 4}}, 'Unknown name "adapter" at \'tuning_job.supervised_tuning_spec.hyper_p'),
        ({"hyperParameters": {"batchSize": "4"}}, 'Unknown name "batchSize"'),
        ({"validateOnly": True}, "Unknown name \"validateOnly\" at 'tuning_job'"),
        ({"preTunedModel": {"tunedModelName": "x"}}, "oneof field 'source_model' is already set"),
        ({"title": "x" * 129}, "at most 128 characters, not 129"),
        ({"labels": {f"k{number}": "" for number in range(65)}}, "at most 64 labels"),
        ({"labels": {"Team": "x"}}, 'Invalid label key "Team"'),
        ({"labels": {"1": "x"}}, 'Invalid label key "1"'),
        ({"labels": {"k" * 64: "x"}}, "Invalid label key"),
        ({"labels": {"k": "v" * 64}}, "Invalid label value"),
        ({"labels": {"k": "a b"}}, 'Invalid label value "a b" of key "k"'),
        ({"labels": {"k": 1}}, "(TYPE_STRING), 1"),
        ({"labels": []}, "'tuning_job.labels' (Map)"),
        ({"encryptionSpec": {"kmsKeyName": "projects/p/locations/eu/keyRings/r/cryptoKeys/k"}}, "a key in us-central1"),
    ],
)
def test_what_is_wrong_with_a_request_is_refused(project: Project, changes: dict[str, Any], said: str) -> None:
    code, status, message = project.refused("POST", "tuningJobs", a_job(**changes))
    assert (code, status) == (400, "INVALID_ARGUMENT")
    assert said in message
    assert project.ask("GET", "tuningJobs") == {}


def test_a_job_without_a_tuning_spec_is_refused_for_all_that_is_wrong(project: Project) -> None:
    _, _, message = project.refused("POST", "tuningJobs", {"labels": {"A": "B"}})
    assert len(message.splitlines()) == 4


def test_what_may_be_given_is_taken(project: Project) -> None:
    key = "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k"
    labels = {"k": "v" * 63, "k" * 63: "", "größe": "日本-1_2"} | {f"n{number}": "x" for number in range(61)}
    job = project.succeed("x" * 128, labels=labels, encryptionSpec={"kmsKeyName": key}, serviceAccount="a@b")
    assert (job["labels"], job["encryptionSpec"], job["serviceAccount"]) == (labels, {"kmsKeyName": key}, "a@b")
    assert project.ask("GET", job["tunedModel"]["model"])["encryptionSpec"] == {"kmsKeyName": key}


def test_v1beta1_has_fields_of_its_own(project: Project) -> None:
    body = a_job(hyperParameters={"batchSize": 4, "epochCount": 1})
    made = project.ask("POST", f"/v1beta1/{PARENT}/tuningJobs", body)
    assert made["supervisedTuningSpec"]["hyperParameters"] == {"batchSize": "4", "epochCount": "1"}


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        (None, 5, "gs://our-bucket/other.jsonl does not exist"),
        ([], 3, "holds no example"),
        (["", "{"], 3, "other.jsonl line 2: not JSON"),
        ([a_line("a", "b"), {"messages": []}], 3, 'line 2: Invalid JSON payload received. Unknown name "messages"'),
        ([{"contents": [{"role": "user", "parts": [{"text": "x"}]}]}], 3, "the last one is the model's"),
        ([{"contents": [{"role": "model", "parts": [{"text": "x"}]}]}], 3, "turns are of user and model"),
        ([{"contents": []}], 3, "contents must hold turns"),
        ([{"contents": [{"role": "user"}]}], 3, "each turn parts"),
        ([json.dumps(a_line("a", "b")).replace("user", "human")], 3, "turns are of user and model"),
        (
            [{"contents": [{"role": "tool", "parts": [{"text": "x"}]}, *a_line("a", "b")["contents"]]}],
            3,
            "turns are of",
        ),
    ],
)
@pytest.mark.parametrize("which", ["trainingDatasetUri", "validationDatasetUri"])
def test_data_that_cannot_be_used_fails_the_job(
    project: Project, which: str, lines: list[Any] | None, code: int, said: str
) -> None:
    if lines is not None:
        project.put("other.jsonl", lines)
    job = project.create(**{which: "gs://our-bucket/other.jsonl"})
    assert job["state"] == "JOB_STATE_PENDING"
    project.wait()
    failed = project.ask("GET", job["name"])
    assert (failed["state"], failed["error"]["code"]) == ("JOB_STATE_FAILED", code)
    assert said in failed["error"]["message"]
    assert failed["endTime"] == failed["startTime"]
    assert project.ask("GET", "models") == {}


def test_validation_data_have_a_limit(project: Project) -> None:
    uri = project.put("many.jsonl", [a_line("a", "b")] * 5001)
    job = project.create(validationDatasetUri=uri)
    project.wait()
    assert "5000 examples, not 5001" in project.ask("GET", job["name"])["error"]["message"]
    project.succeed(validationDatasetUri=project.put("many.jsonl", [a_line("a", "b")] * 5000))


def test_statistics_tell_of_the_data(project: Project) -> None:
    turns = [{"role": role, "parts": [{"text": role * 2}]} for role in ("user", "model", "user", "model")]
    uri = project.put("chat.jsonl", [{"systemInstruction": {"parts": [{"text": "Be."}]}, "contents": turns}])
    stats = project.succeed(trainingDatasetUri=uri)["tuningDataStats"]["supervisedTuningDataStats"]
    assert stats["tuningDatasetExampleCount"] == "1"
    assert stats["totalTuningCharacterCount"] == str(3 + 8 + 10 + 8 + 10)
    assert stats["totalBillableTokenCount"] == str(8 + 3)
    assert stats["userMessagePerExampleDistribution"]["max"] == 4


def test_what_was_set_and_empty_is_written(project: Project) -> None:
    uri = project.put("empty.jsonl", [a_line("", "0")])
    job = project.succeed(trainingDatasetUri=uri, hyperParameters={})
    assert job["supervisedTuningSpec"]["hyperParameters"] == {}
    (asked,) = job["tuningDataStats"]["supervisedTuningDataStats"]["userDatasetExamples"]
    assert asked["parts"] == [{"text": ""}]


@pytest.mark.parametrize(
    ("examples", "epochs", "steps"), [(40, 2, 10), (41, 2, 11), (1, 1, 1), (3, 5, 2), (100, None, 38)]
)
def test_steps_are_examples_times_epochs_in_batches(
    project: Project, examples: int, epochs: int | None, steps: int
) -> None:
    uri = project.put("some.jsonl", [a_line(str(number), "x") for number in range(examples)])
    job = project.succeed(trainingDatasetUri=uri, epochs=epochs)
    assert job["tuningDataStats"]["supervisedTuningDataStats"]["tuningStepCount"] == str(steps)


@pytest.mark.parametrize(
    ("settings", "base", "shown"),
    [
        ({"echo": "clamp", "epoch_max": 1}, "gemini-2.5-flash", {"epochCount": "1", "learningRateMultiplier": 2}),
        ({"echo": "omit-multiplier"}, "gemini-2.5-flash", {"epochCount": "2"}),
        (
            {"echo": "resolve-base", "base_aliases": {"gemini-2.5-flash": "gemini-2.5-flash-002"}},
            "gemini-2.5-flash-002",
            {"epochCount": "2", "learningRateMultiplier": 2},
        ),
        (
            {"vertex_defaults": "echo"},
            "gemini-2.5-flash",
            {"epochCount": "2", "learningRateMultiplier": 2, "adapterSize": "ADAPTER_SIZE_FOUR"},
        ),
    ],
)
def test_what_comes_back_in_another_form(
    make_project: Make, settings: dict[str, Any], base: str, shown: dict[str, Any]
) -> None:
    asked = {"epochCount": 2, "learningRateMultiplier": 2}
    job = make_project(**settings).create(hyperParameters=asked)
    assert job["supervisedTuningSpec"]["hyperParameters"] == shown
    assert job["baseModel"] == base


def test_a_training_can_fail(make_project: Make) -> None:
    project = make_project(fail_after={"bad": 4}, failure_code=13, failure_message="It burst.")
    job, other = project.create("bad one"), project.create("good")
    project.wait()
    failed = project.ask("GET", job["name"])
    assert (failed["state"], failed["error"]) == ("JOB_STATE_FAILED", {"code": 13, "message": "It burst."})
    assert (failed["startTime"], failed["endTime"]) == ("2025-11-13T02:13:20.423456Z", "2025-11-13T02:13:20.623456Z")
    assert project.ask("GET", other["name"])["state"] == "JOB_STATE_SUCCEEDED"


@pytest.mark.parametrize("state", ["EXPIRED", "PAUSED", "UPDATING", "CANCELLED", "PARTIALLY_SUCCEEDED"])
def test_a_training_can_come_to_every_state(make_project: Make, state: str) -> None:
    project = make_project(outcomes={"odd": f"JOB_STATE_{state}"})
    job = project.create("odd")
    project.wait()
    shown = project.ask("GET", job["name"])
    assert shown["state"] == f"JOB_STATE_{state}"
    assert ("endTime" in shown) == (state not in ("PAUSED", "UPDATING"))
    assert ("tunedModel" in shown) == bool(project.ask("GET", "models")) == (state == "PARTIALLY_SUCCEEDED")


def test_a_cancelled_job_stays_as_a_record(project: Project) -> None:
    name = project.create()["name"]
    project.wait(0.4)
    assert project.ask("POST", f"{name}:cancel", {}) == {}
    cancelled = project.ask("GET", name)
    assert (cancelled["state"], cancelled["error"]["code"]) == ("JOB_STATE_CANCELLED", 1)
    assert cancelled["endTime"] == cancelled["updateTime"] > cancelled["startTime"]
    project.wait()
    assert project.ask("GET", name) == cancelled
    assert project.ask("GET", "models") == project.ask("GET", "endpoints") == {}
    code, status, message = project.refused("POST", f"{name}:cancel", {})
    assert (code, status) == (400, "FAILED_PRECONDITION")
    assert "JOB_STATE_CANCELLED" in message


def test_a_pending_job_never_starts_when_it_is_cancelled(project: Project) -> None:
    name = project.create()["name"]
    project.ask("POST", f"{name}:cancel")
    project.wait()
    assert "startTime" not in project.ask("GET", name)


def test_a_pending_job_does_not_start_while_it_is_cancelled(make_project: Make) -> None:
    project = make_project(cancel_seconds=0.4)
    name = project.create()["name"]
    project.ask("POST", f"{name}:cancel")
    project.wait(0.35)
    shown = project.ask("GET", name)
    assert (shown["state"], "startTime" in shown) == ("JOB_STATE_CANCELLING", False)


def test_cancelling_can_take_a_while_and_come_too_late(make_project: Make) -> None:
    project = make_project(cancel_seconds=0.2)
    early, late = project.create("early")["name"], project.create("late")["name"]
    project.wait(0.4)
    project.ask("POST", f"{early}:cancel", {})
    assert project.ask("GET", early)["state"] == "JOB_STATE_CANCELLING"
    assert project.ask("POST", f"{early}:cancel", {}) == {}
    project.wait(0.3)
    assert project.ask("GET", early)["state"] == "JOB_STATE_CANCELLED"
    project.ask("POST", f"{late}:cancel", {})
    assert project.ask("GET", late)["state"] == "JOB_STATE_RUNNING"
    project.wait()
    assert project.ask("GET", late)["state"] == "JOB_STATE_SUCCEEDED"
    assert project.refused("POST", f"{late}:cancel", {})[1] == "FAILED_PRECONDITION"


def test_every_create_makes_another_job(project: Project) -> None:
    assert len({project.create()["name"] for _ in range(3)}) == 3


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "tuningJobs/123", 404),
        ("POST", "tuningJobs/123:cancel", 404),
        ("GET", "/v1/projects/Our_Project/locations/us-central1/tuningJobs", 400),
        ("GET", "/v1/projects/our-project/locations/-/tuningJobs", 400),
        ("GET", "/v1/projects/our-project/locations/us-central1.evil/models", 400),
        ("GET", "tuningJobs?pageSize=x", 400),
        ("GET", "tuningJobs?orderBy=createTime", 400),
        ("POST", "tuningJobs?requestId=1", 400),
    ],
)
def test_paths_and_queries_that_cannot_be(project: Project, method: str, path: str, code: int) -> None:
    assert project.refused(method, path, {} if method == "POST" else None)[0] == code


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "tuningJobs/1"), ("PATCH", "tuningJobs/1"), ("GET", "/v2/projects/p/locations/us/models")],
)
def test_methods_that_there_are_not_have_a_page(project: Project, method: str, path: str) -> None:
    response = project.send(method, path)
    assert (response.status, response.body[:9]) == (404, b"<!DOCTYPE")


def test_jobs_of_another_location_are_not_there(project: Project) -> None:
    name = project.create()["name"]
    other = name.replace("us-central1", "europe-west4")
    assert project.refused("GET", other)[0] == 404
    assert project.ask("GET", f"/v1/{other.rpartition('/')[0]}") == {}


def test_a_project_has_a_number(make_project: Make) -> None:
    project = make_project(project_numbers={"our-project": "591020730428"})
    job = project.succeed()
    assert job["name"].startswith("projects/591020730428/locations/us-central1/tuningJobs/")
    assert job["tunedModel"]["model"].startswith("projects/591020730428/")
    assert project.ask("GET", "tuningJobs") == project.ask("GET", f"/v1/{job['name'].rpartition('/')[0]}")
    child = project.ask(
        "POST", "tuningJobs", a_job("", base=None, preTunedModel={"tunedModelName": job["tunedModel"]["model"]})
    )
    assert child["name"].startswith("projects/591020730428/")


def test_a_bearer_token_is_asked_for_and_no_key(make_project: Make) -> None:
    project = make_project(require_auth=True, accounts={"token": "me@example.com", "key": "me@example.com"})
    for headers, path in (({}, "tuningJobs"), ({"x-goog-api-key": "key"}, "tuningJobs"), ({}, "tuningJobs?key=key")):
        project.headers = headers
        assert project.refused("GET", path)[:2] == (401, "UNAUTHENTICATED")
    project.headers = {"Authorization": "Bearer token"}
    assert project.ask("GET", "tuningJobs") == {}


def test_processes_share_a_state_file(make_project: Make, tmp_path: Path) -> None:
    one, other = make_project(tmp_path / "state"), make_project(tmp_path / "state", steps_per_second=1e-3)
    job = one.create()
    other.time += 3600
    seen = other.ask("GET", job["name"])
    assert seen["state"] == "JOB_STATE_SUCCEEDED"
    assert one.ask("GET", seen["tunedModel"]["model"])["displayName"] == "ours"
    one.time += 3600
    assert one.ask("GET", job["name"]) == seen
    assert len(one.ask("GET", "models")["models"]) == 1


def test_the_slowest_training_and_the_last_days(make_project: Make) -> None:
    project = make_project(steps_per_second=1e-6)
    job = project.create(hyperParameters={"epochCount": 10_000})
    project.wait(200_000_000_000)
    assert project.ask("GET", job["name"])["state"] == "JOB_STATE_SUCCEEDED"
    late = project.create()
    project.wait(1)
    assert project.ask("GET", late["name"])["state"] == "JOB_STATE_RUNNING"

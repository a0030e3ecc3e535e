"""Models and their versions: what a job makes, what can be changed, what can be deleted."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.vertex.conftest import PARENT, Project, a_job

Make = Callable[..., Project]


def again(project: Project, model: str, title: str = "") -> Any:
    """Tune a model further and give the job."""
    made = project.ask("POST", "tuningJobs", a_job(title, base=None, preTunedModel={"tunedModelName": model}))
    project.wait()
    return project.ask("GET", made["name"])


def bare(job: Any) -> str:
    """Give the name of a job's model without its version."""
    return str(job["tunedModel"]["model"].partition("@")[0])


def clear(project: Project, job: Any) -> None:
    """Undeploy and delete every endpoint of a job."""
    places = {one["endpoint"] for one in job["tunedModel"].get("checkpoints", [])} | {job["tunedModel"]["endpoint"]}
    for name in places:
        deployed = project.ask("GET", name)["deployedModels"][0]["id"]
        project.ask("POST", f"{name}:undeployModel", {"deployedModelId": deployed})
        project.ask("DELETE", name)


def test_a_job_makes_a_model_with_its_labels(project: Project) -> None:
    job = project.succeed(description="counts")
    assert job["tunedModel"]["model"].endswith("@1")
    model = project.ask("GET", bare(job))
    assert model["name"] == bare(job)
    assert (model["displayName"], model["description"], model["versionId"]) == ("ours", "counts", "1")
    assert model["labels"] == {
        "team": "ours",
        "tune-type": "sft",
        "google-vertex-llm-tuning-base-model-id": "gemini-2_5-flash",
        "google-vertex-llm-tuning-job-id": job["name"].rpartition("/")[2],
    }
    assert model["versionAliases"] == ["default"]
    assert model["createTime"] == job["endTime"]
    assert (
        model["baseModelSource"]["modelGardenSource"]["publicModelName"] == "publishers/google/models/gemini-2.5-flash"
    )
    for name in (job["tunedModel"]["model"], f"{bare(job)}@default"):
        assert project.ask("GET", name) == model


def test_checkpoints_are_one_an_epoch(project: Project) -> None:
    job = project.succeed(epochs=3)
    shown = job["tunedModel"]["checkpoints"]
    assert [(one["checkpointId"], one["epoch"], one["step"]) for one in shown] == [
        *(("1", "1", "5"), ("2", "2", "10"), ("3", "3", "15"))
    ]
    assert shown[-1]["endpoint"] == job["tunedModel"]["endpoint"]
    model = project.ask("GET", bare(job))
    assert model["checkpoints"] == [{key: one[key] for key in ("checkpointId", "epoch", "step")} for one in shown]
    assert model["defaultCheckpointId"] == "3"
    assert [one["endpoint"] for one in model["deployedModels"]] == [one["endpoint"] for one in shown]
    assert len(project.ask("GET", "endpoints")["endpoints"]) == 3


def test_checkpoints_are_ten_at_most(project: Project) -> None:
    shown = project.succeed(epochs=25)["tunedModel"]["checkpoints"]
    assert [one["epoch"] for one in shown] == ["3", "5", "8", "10", "13", "15", "18", "20", "23", "25"]


def test_only_the_last_checkpoint(project: Project) -> None:
    job = project.succeed(epochs=3, exportLastCheckpointOnly=True)
    assert job["tunedModel"].keys() == {"model", "endpoint"}
    assert "checkpoints" not in project.ask("GET", bare(job))
    assert [one["name"] for one in project.ask("GET", "endpoints")["endpoints"]] == [job["tunedModel"]["endpoint"]]


def test_tuning_further_makes_a_version(project: Project) -> None:
    first = project.succeed()
    second = again(project, first["tunedModel"]["model"])
    third = again(project, f"{bare(first)}@1", "ours")
    assert [job["tunedModel"]["model"] for job in (first, second, third)] == [
        f"{bare(first)}@{number}" for number in (1, 2, 3)
    ]
    assert second["preTunedModel"] == {"tunedModelName": f"{bare(first)}@1", "baseModel": "gemini-2.5-flash"}
    assert "baseModel" not in second
    (model,) = project.ask("GET", "models")["models"]
    assert model["versionId"] == "3"
    listed = project.ask("GET", f"{bare(first)}:listVersions")["models"]
    assert [one["name"] for one in listed] == [job["tunedModel"]["model"] for job in (first, second, third)]
    assert [one.get("versionAliases") for one in listed] == [None, None, ["default"]]
    assert [one["versionCreateTime"] for one in listed] == [job["endTime"] for job in (first, second, third)]


def test_another_display_name_makes_another_model(project: Project) -> None:
    first = project.succeed()
    assert bare(again(project, bare(first), "theirs")) != bare(first)
    assert {one["displayName"] for one in project.ask("GET", "models")["models"]} == {"ours", "theirs"}


def test_the_default_version_can_be_the_first(make_project: Make) -> None:
    project = make_project(default_version="first")
    first = project.succeed()
    again(project, bare(first))
    assert project.ask("GET", bare(first))["versionId"] == "1"
    assert project.ask("GET", f"{bare(first)}@2")["versionId"] == "2"


def test_a_model_to_start_from_must_be_there(project: Project) -> None:
    job = project.succeed()
    elsewhere = {"name": f"{PARENT.replace('us-central1', 'us-east1')}/models/5", "displayName": "far"}
    project.emulator.load_vertex(models=[elsewhere])
    for name, code in (
        (elsewhere["name"], 404),
        (f"{PARENT}/models/1", 404),
        (f"{bare(job)}@7", 404),
        (bare(job).replace("us-central1", "us-east1"), 404),
        (job["tunedModel"]["endpoint"], 404),
        ("models/1", 400),
    ):
        body = a_job("", base=None, preTunedModel={"tunedModelName": name})
        assert project.refused("POST", "tuningJobs", body)[0] == code
    asked = {"tuned_model_name": bare(job), "checkpoint_id": "3"}
    assert project.refused("POST", "tuningJobs", a_job("", base=None, preTunedModel=asked))[0] == 400
    project.ask("POST", "tuningJobs", a_job("", base=None, preTunedModel={**asked, "checkpoint_id": "2"}))


def test_a_patch_writes_what_the_mask_says(project: Project) -> None:
    name = bare(project.succeed(description="old"))
    before = project.ask("GET", name)
    project.wait(1)
    body = {"displayName": "new", "description": "new", "labels": {"a": "b"}, "versionId": "9", "name": "x"}
    changed = project.ask("PATCH", f"{name}?updateMask=display_name,labels", body)
    assert (changed["displayName"], changed["description"], changed["labels"]) == ("new", "old", {"a": "b"})
    assert (changed["versionId"], changed["name"]) == ("1", name)
    assert changed["updateTime"] > before["updateTime"]
    assert changed["etag"] != before["etag"]
    assert project.ask("GET", name) == changed
    cleared = project.ask("PATCH", f"{name}?update_mask=description,labels,createTime", {})
    assert {"description", "labels"} & cleared.keys() == set()
    assert cleared["createTime"] == before["createTime"]


@pytest.mark.parametrize(
    ("mask", "body", "said"),
    [
        ("", {"displayName": "x"}, "update_mask is required"),
        ("title", {}, 'Invalid field path "title"'),
        ("labels.team", {}, 'Invalid field path "labels.team"'),
        ("artifactUri", {"artifactUri": "gs://x/y"}, 'artifact_uri" is immutable'),
        ("displayName", {}, "display_name is required"),
        ("displayName", {"displayName": "x" * 129}, "at most 128 characters"),
        ("labels", {"labels": {"A": ""}}, 'Invalid label key "A"'),
        ("labels", {"labels": {"a": "b"}, "lables": {}}, "Unknown name \"lables\" at 'model'"),
        ("defaultCheckpointId", {"defaultCheckpointId": "9"}, "no such checkpoint"),
    ],
)
def test_a_patch_that_cannot_be(project: Project, mask: str, body: Any, said: str) -> None:
    name = bare(project.succeed())
    before = project.ask("GET", name)
    code, status, message = project.refused("PATCH", f"{name}?updateMask={mask}", body)
    assert (code, status) == (400, "INVALID_ARGUMENT")
    assert said in message
    assert project.ask("GET", name) == before


def test_the_default_checkpoint_can_be_changed(project: Project) -> None:
    name = bare(project.succeed())
    changed = project.ask("PATCH", f"{name}?updateMask=defaultCheckpointId", {"defaultCheckpointId": "1"})
    assert changed["defaultCheckpointId"] == "1"


def test_an_old_etag_is_refused(project: Project) -> None:
    name = bare(project.succeed())
    old = project.ask("GET", name)["etag"]
    new = project.ask("PATCH", f"{name}?updateMask=displayName", {"displayName": "new", "etag": old})["etag"]
    code, status, _ = project.refused("PATCH", f"{name}?updateMask=displayName", {"displayName": "x", "etag": old})
    assert (code, status) == (409, "ABORTED")
    project.ask("PATCH", f"{name}?updateMask=displayName", {"displayName": "newer", "etag": new})
    project.ask("PATCH", f"{name}?updateMask=displayName", {"displayName": "newest"})


def test_model_and_version_have_fields_of_their_own(project: Project) -> None:
    name = bare(project.succeed())
    again(project, name)
    for target, mask in (
        (f"{name}@1", "displayName"),
        (name, "versionDescription"),
        (name, "displayName,versionDescription"),
    ):
        body = {"displayName": "x", "versionDescription": "x"}
        assert project.refused("PATCH", f"{target}?updateMask={mask}", body)[1] == "FAILED_PRECONDITION"
    before = project.ask("GET", f"{name}@1")
    project.wait(1)
    changed = project.ask("PATCH", f"{name}@1?updateMask=versionDescription", {"versionDescription": "one"})
    assert changed["versionDescription"] == "one"
    assert changed["versionUpdateTime"] > before["versionUpdateTime"]
    assert "versionDescription" not in project.ask("GET", f"{name}@2")
    project.ask("PATCH", f"{name}@-?updateMask=displayName", {"displayName": "both"})
    assert {project.ask("GET", f"{name}@{number}")["displayName"] for number in (1, 2)} == {"both"}


def test_labels_of_model_and_version_are_shown_together(project: Project) -> None:
    name = bare(project.succeed())
    again(project, name)
    project.ask("PATCH", f"{name}?updateMask=labels", {"labels": {"of": "model", "both": "model"}})
    project.ask("PATCH", f"{name}@1?updateMask=labels", {"labels": {"version": "1", "both": "version"}})
    assert project.ask("GET", f"{name}@1")["labels"] == {"of": "model", "both": "version", "version": "1"}
    assert project.ask("GET", f"{name}@2")["labels"]["team"] == "ours"


def test_labels_of_a_job_can_go_to_the_version(make_project: Make) -> None:
    project = make_project(label_level="version")
    name = bare(project.succeed())
    assert project.ask("PATCH", f"{name}?updateMask=labels", {"labels": {"team": "theirs"}})["labels"]["team"] == "ours"
    changed = project.ask("PATCH", f"{name}@1?updateMask=labels", {"labels": {"team": "theirs"}})
    assert changed["labels"] == {"team": "theirs"}


def test_a_deployed_model_cannot_be_deleted(project: Project) -> None:
    job = project.succeed()
    code, status, message = project.refused("DELETE", bare(job))
    assert (code, status) == (400, "FAILED_PRECONDITION")
    assert job["tunedModel"]["endpoint"] in message
    clear(project, job)
    operation = project.ask("DELETE", bare(job))
    assert "done" not in operation
    assert project.done(operation)["response"] == {"@type": "type.googleapis.com/google.protobuf.Empty"}
    assert project.refused("GET", bare(job))[:2] == project.refused("DELETE", bare(job))[:2] == (404, "NOT_FOUND")
    assert project.ask("GET", "models") == {}
    assert project.ask("GET", job["name"]) == job


def test_versions_are_deleted_one_by_one(project: Project) -> None:
    first = project.succeed()
    second = again(project, bare(first))
    assert project.refused("DELETE", f"{bare(first)}:deleteVersion")[0] == 400
    assert project.refused("DELETE", f"{bare(first)}@2")[0] == 400
    assert project.refused("DELETE", f"{bare(first)}@2:deleteVersion")[1] == "FAILED_PRECONDITION"
    clear(project, second)
    assert project.refused("DELETE", bare(first))[1] == "FAILED_PRECONDITION"
    assert project.refused("DELETE", f"{bare(first)}@3:deleteVersion")[0] == 404
    operation = project.ask("DELETE", f"{bare(first)}@2:deleteVersion")
    assert project.done(operation)["done"] is True
    assert project.ask("GET", bare(first))["versionId"] == "1"
    assert project.refused("GET", f"{bare(first)}@2")[0] == 404
    clear(project, first)
    code, status, message = project.refused("DELETE", f"{bare(first)}@1:deleteVersion")
    assert (code, status) == (400, "FAILED_PRECONDITION")
    assert "only version" in message


def test_a_version_number_is_not_given_twice_to_what_is_there(project: Project) -> None:
    first = project.succeed()
    second = again(project, bare(first))
    clear(project, first)
    project.ask("DELETE", f"{bare(first)}@1:deleteVersion")
    assert again(project, bare(second))["tunedModel"]["model"] == f"{bare(first)}@3"


def test_a_parent_that_is_gone_when_the_job_ends(project: Project) -> None:
    first = project.succeed()
    clear(project, first)
    child = project.ask("POST", "tuningJobs", a_job("", base=None, preTunedModel={"tunedModelName": bare(first)}))
    project.ask("DELETE", bare(first))
    project.wait()
    made = project.ask("GET", child["name"])["tunedModel"]["model"]
    assert made.endswith("@1")
    assert not made.startswith(bare(first))
    assert project.ask("GET", made)["displayName"] == "ours"

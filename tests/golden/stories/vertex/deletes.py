"""Models that go step by step, and what people have done to them, their endpoints and their versions."""

from pathlib import Path
from typing import Any

from tests.golden.stage import Stage
from tests.golden.stories.people import make
from tests.golden.story import MANIFEST, SENTENCES, sentences, story, trained, workspace
from tests.services.vertex import deploy, endpoints, found, undeploy

LAST_ONLY = "exportLastCheckpointOnly: true"


def plain(stage: Stage) -> str:
    """Start from `sentences` trained, with one endpoint and no checkpoints beside it; give its id."""
    trained(stage, LAST_ONLY)
    return stage.id("sentences")


def made(stage: Stage, model: str) -> Any:
    """The job of a model, with what it made."""
    return found(stage.emulator.ask, model)


@story(only="vertex")
def killed_between_the_steps_of_a_delete(stage: Stage) -> None:
    """A delete has four steps, and the run is killed after each of them: every time the next run does the rest."""
    workspace(stage)
    sentences(stage, LAST_ONLY, show=False)
    Path(MANIFEST).unlink()
    names = ("four", "one", "three", "two")
    for name in names:
        text = SENTENCES.replace("name: sentences", f"name: {name}") + f"  {LAST_ONLY}\n"
        stage.write(f"manifests/{name}.yaml", text, show=False)
    stage.quietly("apply --yes")
    stage.tell("Four models are trained, each with one endpoint: one, two, three and four.")
    for name, step in (
        ("one", "POST :undeployModel$"),
        ("two", "DELETE /endpoints/[0-9]+$"),
        ("three", "DELETE /models/[0-9]+$"),
        ("four", "DELETE /storage/.*/claims/"),
    ):
        stage.remove(f"manifests/{name}.yaml")
        stage.run_killed("apply --yes --allow-empty", step, "after")
        stage.run("plan --allow-empty")
        stage.run("apply --yes --allow-empty")
    stage.run("plan")
    assert not stage.emulator.states()


@story(only="vertex", operation_seconds=20)
def deletes_take_their_time(stage: Stage) -> None:
    """Every step is an operation that takes a while: the next one begins when it is done."""
    plain(stage)
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    stage.run("plan")
    assert not stage.emulator.states()


@story(only="vertex", operation_seconds=7200)
def a_delete_takes_too_long(stage: Stage) -> None:
    """An operation does not end: the run says so and gives up; a later one finds it done and goes on."""
    plain(stage)
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty", 1)
    stage.behaves("Operations are quick again.", operation_seconds=0)
    stage.passes(7200)
    stage.run("apply --yes --allow-empty")
    assert not stage.emulator.states()


@story(only="vertex")
def undeployed_by_somebody(stage: Stage) -> None:
    """The model is there and serves nobody: refused, not trained again; served again it is as it was."""
    model = plain(stage)
    job = made(stage, model)["tunedModel"]
    stage.somebody("undeploys our model", undeploy, job["endpoint"])
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes", 4)
    stage.run("outputs")
    stage.run("status")
    stage.run("plan --replace sentences")
    stage.somebody("deploys it again", deploy, job["endpoint"], job["model"], {"0": 100})
    stage.run("plan")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def endpoint_deleted_by_somebody(stage: Stage) -> None:
    """Only the endpoint is gone: refused as well; a new training takes the place of what is left of the old one."""
    model = plain(stage)
    endpoint = made(stage, model)["tunedModel"]["endpoint"]
    stage.somebody("undeploys our model", undeploy, endpoint)
    stage.somebody("deletes its endpoint", lambda ask: ask("DELETE", f"/v1/{endpoint}"))
    stage.run("plan")
    stage.run("apply --yes --replace sentences")
    stage.run("plan")
    assert stage.deleted() == [model]


@story(only="vertex")
def what_is_left_goes_with_its_manifest(stage: Stage) -> None:
    """A model that nothing serves goes like any other when nobody declares it any more."""
    model = plain(stage)
    stage.somebody("undeploys our model", undeploy, made(stage, model)["tunedModel"]["endpoint"])
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    stage.run("plan")
    assert not stage.emulator.states()


@story(only="vertex")
def another_model_on_our_endpoint(stage: Stage) -> None:
    """Somebody shares our endpoint: while traffic goes to both nothing is touched, later the endpoint is theirs."""
    model = plain(stage)
    job = made(stage, model)["tunedModel"]
    make(stage, "trains a model by hand", "hand-made")
    theirs = made(stage, "hand-made")["tunedModel"]["model"]
    (ours,) = stage.emulator.ask("GET", f"/v1/{job['endpoint']}")["deployedModels"]
    stage.somebody("deploys it on our endpoint", deploy, job["endpoint"], theirs, {"0": 50, ours["id"]: 50})
    stage.run("plan")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty", 4)
    (other,) = (
        each["id"]
        for each in stage.emulator.ask("GET", f"/v1/{job['endpoint']}")["deployedModels"]
        if each["id"] != ours["id"]
    )
    stage.somebody(
        "gives all traffic to their model",
        lambda ask: ask(
            "PATCH", f"/v1/{job['endpoint']}?updateMask=trafficSplit", {"trafficSplit": {other: 100, ours["id"]: 0}}
        ),
    )
    stage.run("apply --yes --allow-empty")
    stage.run("plan")
    left = stage.emulator.ask("GET", f"/v1/{job['endpoint']}")["deployedModels"]
    assert [each["id"] for each in left] == [other]


@story(only="vertex")
def our_model_on_another_endpoint(stage: Stage) -> None:
    """Somebody serves our model elsewhere too: it is not taken from them."""
    model = plain(stage)
    make(stage, "trains a model by hand", "hand-made")
    elsewhere = made(stage, "hand-made")["tunedModel"]["endpoint"]
    (theirs,) = stage.emulator.ask("GET", f"/v1/{elsewhere}")["deployedModels"]
    split = {"0": 10, theirs["id"]: 90}
    stage.somebody("deploys our model there too", deploy, elsewhere, made(stage, model)["tunedModel"]["model"], split)
    stage.remove(MANIFEST)
    stage.run("plan --allow-empty")
    stage.run("apply --yes --allow-empty", 4)
    assert stage.emulator.states()[model] == "ACTIVE"


@story(only="vertex")
def somebody_tunes_our_model_further(stage: Stage) -> None:
    """Their model became the second version of ours: only our version goes, theirs stays and serves."""
    model = plain(stage)
    ours = made(stage, model)["tunedModel"]["model"]
    stage.somebody("tunes our model further, under the name it has", further, ours)
    stage.passes(60)
    stage.run("plan")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("apply --yes")
    stage.run("plan")
    versions = stage.emulator.ask("GET", f"/v1/{ours.partition('@')[0]}:listVersions")["models"]
    assert [each["versionId"] for each in versions] == ["2"]
    assert endpoints(made(stage, "further"))


def further(ask: Any, model: str) -> None:
    """Tune a model further, so that it gets a second version."""
    shown = ask("GET", f"/v1/{model}")
    data = ask("GET", "/storage/v1/b/a-bucket/o?prefix=reconciler/data/")["items"][0]["name"]
    body = {
        "preTunedModel": {"tunedModelName": model},
        "tunedModelDisplayName": shown["displayName"],
        "labels": {"alias": "further"},
        "supervisedTuningSpec": {"trainingDatasetUri": f"gs://a-bucket/{data}", "exportLastCheckpointOnly": True},
    }
    ask("POST", "/v1/projects/a-project/locations/us-central1/tuningJobs", body)

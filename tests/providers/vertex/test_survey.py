"""Everything that was tuned in a project and region, whosever it is, and what people call it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.plan.training import ownership
from reconciler.resource.observed import Mark, Observed, State
from tests.providers.vertex.conftest import BUCKET, LOCATION, PARENT, ROOT, World, foreign


def surveyed(world: World) -> dict[str, Observed]:
    """All models by their names, each of which is told once."""
    found = world.anew().survey()
    named = {each.name: each for each in found}
    assert len(named) == len(found)
    return named


def undeploy(world: World, endpoint: str) -> None:
    """Take what an Endpoint has from it."""
    [deployed] = world.raw("GET", f"/v1/{endpoint}")["deployedModels"]
    world.raw("POST", f"/v1/{endpoint}:undeployModel", {"deployedModelId": deployed["id"]})


def test_what_others_have_tuned_is_told_beside_ours(world: World) -> None:
    """Observing is for what is ours: it leaves out what carries no label of ours."""
    ours = world.ready()
    job = foreign(world)
    named = surveyed(world)
    model = job["tunedModel"]["model"].partition("@")[0]
    assert named.keys() == {ours.name, model}
    assert world.provider.observe() == (ours,) == (named[ours.name],)
    theirs = named[model]
    assert (theirs.state, theirs.mark, theirs.trouble, theirs.adopted) == (State.READY, Mark.NONE, "", False)
    assert theirs.fields["baseModel"] == "gemini-2.5-flash"
    assert theirs.resources == {"job": job["name"], **{k: job["tunedModel"][k] for k in ("model", "endpoint")}}
    assert theirs.data == f"gs://{BUCKET}/theirs.jsonl"
    assert world.anew().read([model]) == (theirs,)


def test_it_takes_three_lists(world: World) -> None:
    world.ready()
    foreign(world)
    world.emulator.forget_requests()
    world.anew().survey()
    assert world.sent() == ["GET /tuningJobs 200", "GET /models 200", "GET /endpoints 200"]
    assert all("filter" not in request.query for request in world.emulator.requests)


def test_one_that_was_imported_is_told_once(world: World) -> None:
    model = foreign(world)["tunedModel"]["model"].partition("@")[0]
    [found] = world.anew().read([model])
    marked = world.provider.update(found, {}, ownership(world.desired(), "acme")).observed
    assert marked is not None
    assert surveyed(world) == {model: marked}


def test_only_what_has_a_model_is_told(make_world: Callable[..., World]) -> None:
    """A job that trains, or failed, or whose Model was deleted, has nothing that could be imported."""
    world = make_world(outcomes={"theirs 1": "JOB_STATE_FAILED", "theirs 2": "JOB_STATE_PAUSED"})
    made = [foreign(world, number) for number in range(4)]
    half, gone = made[0]["tunedModel"], made[3]["tunedModel"]
    for each in (half, gone):
        for endpoint in {each["endpoint"], *(checkpoint["endpoint"] for checkpoint in each["checkpoints"])}:
            undeploy(world, endpoint)
            world.raw("DELETE", f"/v1/{endpoint}")
    world.raw("DELETE", f"/v1/{gone['model'].partition('@')[0]}")
    [found] = surveyed(world).values()
    assert found.resources["model"] == half["model"]
    assert (found.state, found.trouble) == (State.UNKNOWN, "its Model is there, its Endpoint is gone")


def test_one_that_is_served_elsewhere_is_asked_there(world: World) -> None:
    made, other = foreign(world)["tunedModel"], foreign(world, 1)["tunedModel"]["endpoint"]
    undeploy(world, made["endpoint"])
    model = made["model"].partition("@")[0]
    assert surveyed(world)[model].trouble == "its Model is not deployed on its Endpoint"
    world.raw("POST", f"/v1/{other}:deployModel", {"deployedModel": {"model": made["model"]}})
    found = surveyed(world)[model]
    assert (found.state, found.resources["endpoint"]) == (State.READY, other)
    assert world.anew().read([model]) == (found,)
    assert world.provider.generate(found, "a")


@pytest.mark.parametrize("text", ["{model}", "models/{model}", "{place}/models/{model}"])
def test_what_people_call_a_model(world: World, text: str) -> None:
    made = foreign(world)
    model = made["tunedModel"]["model"].rpartition("/")[2].partition("@")[0]
    [found] = world.anew().read([world.provider.naming.resource(text.format(model=model, place=PARENT))])
    assert found == surveyed(world)[f"{PARENT}/models/{model}"]


@pytest.mark.parametrize("text", ["{job}", "tuningJobs/{job}", "{place}/tuningJobs/{job}"])
def test_what_people_call_it_by_its_job(world: World, text: str) -> None:
    made = foreign(world)
    job = made["name"].rpartition("/")[2]
    [found] = world.anew().read([world.provider.naming.resource(text.format(job=job, place=PARENT))])
    model = made["tunedModel"]["model"]
    assert found == replace(surveyed(world)[model.partition("@")[0]], name=model)


def test_ours_by_a_number_is_ours(world: World) -> None:
    ours = world.ready()
    for kind in ("model", "job"):
        number = ours.resources[kind].rpartition("/")[2].partition("@")[0]
        assert world.anew().read([number]) == (ours,)
    assert world.provider.read([f"tuningJobs/{ours.resources['job'].rpartition('/')[2]}"]) == (ours,)


def test_a_number_that_nothing_has(world: World) -> None:
    for text in ("123", "models/123", "tuningJobs/123", "models/123@2", "endpoints/123", f"{LOCATION}/123"):
        assert world.provider.read([text]) == ()
    assert world.sent() == [
        f"GET /{path} 404" for path in ("models/123", "tuningJobs/123", "models/123", "tuningJobs/123", "models/123@2")
    ]


def test_a_version_that_is_not_the_default_one_is_named_by_its_version(world: World) -> None:
    made = foreign(world)
    first = made["tunedModel"]["model"]
    spec = {"trainingDatasetUri": f"gs://{BUCKET}/theirs.jsonl"}
    more = {"preTunedModel": {"tunedModelName": first}, "supervisedTuningSpec": spec}
    job = world.raw("POST", f"{ROOT}/tuningJobs", more)
    world.time += 36_000
    second = world.raw("GET", f"/v1/{job['name']}")["tunedModel"]["model"]
    assert (first[-2:], second[-2:]) == ("@1", "@2")
    named = surveyed(world)
    assert named.keys() == {first, second.partition("@")[0]}
    assert {each.resources["model"] for each in named.values()} == {first, second}

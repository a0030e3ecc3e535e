"""Deleting what a job made, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from reconciler.emulator.faults import Cut, Fault, Status
from reconciler.errors import Refused, RemoteError, Unreachable
from reconciler.plan.training import ownership
from reconciler.providers.vertex.fold import NO_ENDPOINT, NO_MODEL, NOT_DEPLOYED
from reconciler.resource.observed import Observed, State
from tests.providers.vertex.conftest import EXAMPLES, ROOT, World, renamed

WRITES = ("POST", "DELETE", "PATCH", "PUT")


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def writes(world: World) -> list[str]:
    return [line for line in world.sent() if line.startswith(WRITES)]


def two(world: World) -> tuple[Observed, Observed]:
    """Two models with one checkpoint each."""
    last = {"hyperparameters.epochCount": 1}
    world.create(world.desired(**last))
    world.create(world.desired("letters", **last))
    world.time += 36_000
    first, second = (world.look(world.name(world.desired(name, **last))) for name in ("numbers", "letters"))
    return first, second


def deploy(world: World, model: Observed, at: Observed, split: dict[str, int]) -> None:
    """Deploy a model on the Endpoint of another one; traffic by who gets it."""
    endpoint = at.resources["endpoint"]
    [present] = world.raw("GET", f"/v1/{endpoint}")["deployedModels"]
    named = {"ours": present["id"], "theirs": "0"}
    body = {
        "deployedModel": {"model": model.resources["model"], "automaticResources": {}},
        "trafficSplit": {named[who]: share for who, share in split.items()},
    }
    operation = world.raw("POST", f"/v1/{endpoint}:deployModel", body)
    world.raw("GET", f"/v1/{operation['name']}")


def test_a_model_that_shares_its_endpoint_and_has_traffic_is_refused(world: World) -> None:
    ours, theirs = two(world)
    deploy(world, theirs, ours, {"ours": 60, "theirs": 40})
    error = refused(lambda: world.provider.delete(ours))
    assert error.reason == "DEPENDENCY"
    assert writes(world) == []
    assert world.look(ours.name).state is State.READY


def test_an_endpoint_that_serves_others_is_left_to_them(world: World, caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = two(world)
    deploy(world, theirs, ours, {"ours": 0, "theirs": 100})
    world.provider.delete(ours)
    left = world.raw("GET", f"/v1/{ours.resources['endpoint']}")
    assert [each["model"] for each in left["deployedModels"]] == [theirs.resources["model"]]
    assert "other Models are deployed on it" in caplog.text
    assert [each.name for each in world.anew().observe()] == [theirs.name]


def test_a_model_that_is_deployed_elsewhere_is_refused(world: World) -> None:
    ours, theirs = two(world)
    deploy(world, ours, theirs, {"ours": 100})
    error = refused(lambda: world.provider.delete(ours))
    assert (error.reason, theirs.resources["endpoint"] in error.message) == ("DEPENDENCY", True)
    assert writes(world) == []


@pytest.mark.parametrize("settings", [{}, {"deployed_name": "model"}, {"default_version": "first"}])
def test_another_version_of_the_model_stays(make_world: Callable[..., World], settings: dict[str, Any]) -> None:
    """A human goes on tuning our Model under its own name: the new version serves, and is not ours."""
    world = make_world(**settings)
    ours = world.ready()
    model = ours.resources["model"].partition("@")[0]
    job = world.raw("GET", f"/v1/{ours.resources['job']}")
    further = {"preTunedModel": {"tunedModelName": model}, "supervisedTuningSpec": job["supervisedTuningSpec"]}
    world.raw("POST", f"{ROOT}/tuningJobs", further)
    world.time += 36_000
    versions = world.raw("GET", f"/v1/{model}:listVersions")["models"]
    assert [version["versionId"] for version in versions] == ["1", "2"]
    [observed] = world.anew().observe()
    assert (observed.name, observed.state, observed.resources) == (ours.name, State.READY, ours.resources)
    world.provider.delete(observed)
    left = world.raw("GET", f"/v1/{model}")
    assert left["versionId"] == "2"
    assert len(left["deployedModels"]) > 0
    assert world.anew().observe() == ()


def test_a_model_that_trains_is_not_deleted(world: World) -> None:
    operation = world.create()
    assert operation.observed is not None
    training = operation.observed
    assert refused(lambda: world.provider.delete(training)).reason == "STALE"
    assert world.jobs() == ["PENDING"]


def test_deleting_twice_is_done_once(world: World) -> None:
    observed = world.ready()
    for _ in range(2):
        assert world.provider.delete(observed).done
    world.emulator.forget_requests()
    world.provider.delete(observed)
    assert writes(world) == []


def test_a_model_without_its_job_is_looked_for(world: World) -> None:
    observed = world.ready()
    world.provider.delete(renamed(observed, resources={}))
    assert world.listed("models") == []


@pytest.mark.parametrize(("steps", "trouble"), [(("undeploy",), NOT_DEPLOYED), (("undeploy", "endpoint"), NO_ENDPOINT)])
def test_a_model_that_somebody_took_apart_has_trouble_and_can_be_deleted(
    world: World, steps: tuple[str, ...], trouble: str
) -> None:
    ours = world.ready(world.desired(**{"hyperparameters.epochCount": 1}))
    endpoint = ours.resources["endpoint"]
    [deployed] = world.raw("GET", f"/v1/{endpoint}")["deployedModels"]
    world.raw("POST", f"/v1/{endpoint}:undeployModel", {"deployedModelId": deployed["id"]})
    if "endpoint" in steps:
        world.raw("GET", f"/v1/{endpoint}")
        world.raw("DELETE", f"/v1/{endpoint}")
    [observed] = world.anew().observe()
    assert (observed.state, observed.trouble, observed.removable) == (State.UNKNOWN, trouble, True)
    assert world.provider.read([observed.name]) == (observed,)
    world.provider.delete(observed)
    assert world.listed("models") == world.listed("endpoints") == []


def test_an_endpoint_whose_model_is_gone_is_a_leftover(world: World) -> None:
    ours, _ = two(world)
    endpoint = ours.resources["endpoint"]
    [deployed] = world.raw("GET", f"/v1/{endpoint}")["deployedModels"]
    world.raw("POST", f"/v1/{endpoint}:undeployModel", {"deployedModelId": deployed["id"]})
    world.raw("GET", f"/v1/{endpoint}")
    world.raw("DELETE", f"/v1/{ours.resources['model'].partition('@')[0]}")
    observed = next(each for each in world.anew().observe() if each.name == ours.name)
    assert (observed.trouble, observed.removable, observed.ownership) == (NO_MODEL, True, ours.ownership)
    world.provider.delete(observed)
    assert len(world.listed("endpoints")) == 1


def test_nothing_is_sent_again_without_asking(world: World) -> None:
    """Whoever wants the model back can still say so between two tries."""
    observed = world.ready()

    def again() -> None:
        raise Refused("STALE", "another run wants it")

    world.fault(Fault("POST", ":undeployModel$", Status(503)))
    assert refused(lambda: world.provider.delete(observed, again)).reason == "STALE"
    assert world.look(observed.name).state is State.READY
    world.fault(Fault("POST", ":undeployModel$", Status(409)))
    assert refused(lambda: world.provider.delete(observed, again)).reason == "STALE"
    assert world.look(observed.name).state is State.READY


def test_the_first_try_asks_nobody(world: World) -> None:
    asked: list[str] = []
    world.provider.delete(world.ready(), lambda: asked.append("again"))
    assert asked == []


def test_what_takes_for_ever_is_given_up(make_world: Callable[..., World], caplog: pytest.LogCaptureFixture) -> None:
    """And is no silence until then."""
    world = make_world(operation_seconds=10_000)
    observed = world.ready()
    with pytest.raises(Unreachable, match="still going on"):
        world.provider.delete(observed)
    assert sum(world.slept) < 1000
    assert 10 < len([each for each in caplog.messages if "going on for" in each]) < 16
    world.time += 10_000
    [left] = world.anew().observe()
    assert left.removable


def test_an_operation_that_the_service_forgot_is_looked_at_by_its_effect(make_world: Callable[..., World]) -> None:
    world = make_world(operation_seconds=5)
    observed = world.ready()
    world.fault(Fault("GET", "/operations/", Status(404), times=None))
    world.provider.delete(observed)
    assert world.listed("models") == []


def test_what_stays_refused_is_an_error(world: World) -> None:
    observed = world.ready()
    world.fault(Fault("POST", ":undeployModel$", Status(400), times=None))
    with pytest.raises(RemoteError, match="invalid"):
        world.provider.delete(observed)
    assert sum(world.slept) == 60


@pytest.mark.parametrize("action", [Status(403), Cut()])
def test_a_claim_that_cannot_be_deleted_does_not_matter(
    world: World, action: Any, caplog: pytest.LogCaptureFixture
) -> None:
    observed = world.ready()
    world.fault(Fault("DELETE", "/claims", action, times=None))
    assert world.provider.delete(observed).done
    assert "the claim of" in caplog.text
    assert world.listed("models") == []


def test_a_claim_that_names_no_job_is_not_ours_to_delete(world: World) -> None:
    """Law 19: another run has announced its training with it, and is about to begin that."""
    desired = world.desired()
    observed = world.ready(desired)
    slow, three = world.connect(), world.connect()
    world.connect().delete(observed)
    raced: list[Refused] = []

    def race(request: requests.PreparedRequest) -> None:
        if request.method != "POST" or not str(request.url).endswith("/tuningJobs") or raced:
            return
        slow.delete(observed)
        assert [claim["job"] for claim in world.claims().values()] == [""]
        assert three.read([observed.name]) == ()
        mark = ownership(desired, "acme")
        raced.append(refused(lambda: three.create(observed.name, desired, mark, EXAMPLES)))

    world.anew()
    world.wire.instead = race
    assert world.provider.read([observed.name]) == ()
    world.create(desired)
    assert [error.reason for error in raced] == ["UNCERTAIN"]
    assert sorted(world.jobs()) == ["PENDING", "SUCCEEDED"]


def test_a_failed_training_has_nothing_to_delete(make_world: Callable[..., World]) -> None:
    world = make_world(outcomes={"numbers": "JOB_STATE_FAILED"})
    observed = world.ready()
    assert (observed.state, observed.erasable, observed.removable) == (State.FAILED, False, False)
    assert world.provider.delete(observed).done
    assert world.jobs() == ["FAILED"]

"""Killed, or cut off, at every request of a create and of a delete: one training, and nothing left behind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests

from reconciler.errors import Refused, RemoteError
from reconciler.resource.observed import Operation, State
from tests.providers.vertex.conftest import BUCKET, Crash, World

CREATES, DELETES, SLOW_DELETES = 9, 22, 27
"""Requests that a create takes, and a delete of a model with one earlier checkpoint, at once or with patience."""
STEPS = [(0, at) for at in range(1, DELETES + 1)] + [(1, at) for at in range(1, SLOW_DELETES + 1)]


def crash(_: requests.PreparedRequest) -> None:
    raise Crash


def cut(request: requests.PreparedRequest) -> None:
    raise requests.exceptions.ConnectionError("reset", request=request)


def strike(world: World, at: int, when: str, act: Callable[[requests.PreparedRequest], None]) -> None:
    """Let something happen at a request, counted from now."""
    world.wire.sent, world.wire.at = 0, at
    setattr(world.wire, when, act)


def insist(world: World, runs: int = 4) -> Operation:
    """Apply again and again, each time as another run, until it is certain; the grace passes between two runs."""
    for _ in range(runs):
        provider = world.anew()
        desired = world.desired()
        found = next(iter(provider.read([world.name(desired)])), None)
        if found is not None:
            return Operation(found.name, done=False, observed=found)
        try:
            return world.create()
        except (Refused, RemoteError):
            world.time += 700
    raise AssertionError("it never becomes certain")


def test_a_create_takes_so_many_requests(world: World) -> None:
    world.create()
    assert world.wire.sent == CREATES


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, CREATES + 1))
@pytest.mark.parametrize("lag", [0, 2])
def test_killed_while_creating(make_world: Callable[..., World], at: int, when: str, lag: int) -> None:
    world = make_world(list_lag=lag)
    strike(world, at, when, crash)
    with pytest.raises(Crash):
        world.create()
    world.time += 1
    operation = insist(world)
    assert operation.model == world.name(world.desired())
    assert len(world.jobs()) == 1
    world.time += 36_000
    for _ in range(lag):
        world.provider.observe()
    [observed] = world.anew().observe()
    assert (observed.state, observed.twin) == (State.READY, False)
    claims = world.claims()
    assert list(claims) == [observed.name]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, CREATES + 1))
@pytest.mark.parametrize("lag", [0, 2])
def test_cut_off_while_creating(make_world: Callable[..., World], at: int, when: str, lag: int) -> None:
    """Our own answers are lost: the same run, or the next one, finds what it began."""
    world = make_world(list_lag=lag)
    strike(world, at, when, cut)
    if (at, when) == (CREATES - 1, "before"):
        with pytest.raises(Refused) as caught:
            world.create()
        assert caught.value.reason == "UNCERTAIN"
        assert len(world.jobs()) == 0
        world.time += 700
    world.create()
    assert len(world.jobs()) == 1
    job = world.listed("tuningJobs")[0]["name"]
    assert world.claims()[world.name(world.desired())]["job"] == job


@pytest.mark.parametrize(("seconds", "number"), [(0, DELETES), (1, SLOW_DELETES)])
def test_a_delete_takes_so_many_requests(make_world: Callable[..., World], seconds: float, number: int) -> None:
    world = make_world(operation_seconds=seconds)
    observed = world.ready(world.desired(**{"hyperparameters.epochCount": 2}))
    world.anew().delete(observed)
    assert world.wire.sent == number


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("seconds", "at"), STEPS)
def test_killed_while_deleting(make_world: Callable[..., World], at: int, when: str, seconds: float) -> None:
    """The next run finds what is left, can delete it, and does."""
    world = make_world(operation_seconds=seconds)
    observed = world.ready(world.desired(**{"hyperparameters.epochCount": 2}))
    world.anew()
    strike(world, at, when, crash)
    with pytest.raises(Crash):
        world.provider.delete(observed)
    for left in world.anew().observe():
        assert left.removable
        assert left.mark is observed.mark
        assert left.ownership == observed.ownership
        world.provider.delete(left)
    assert clean(world, observed.name)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("seconds", "at"), STEPS)
def test_cut_off_while_deleting(make_world: Callable[..., World], at: int, when: str, seconds: float) -> None:
    world = make_world(operation_seconds=seconds)
    observed = world.ready(world.desired(**{"hyperparameters.epochCount": 2}))
    world.anew()
    strike(world, at, when, cut)
    assert world.provider.delete(observed).done
    assert clean(world, observed.name)


def clean(world: World, name: str) -> bool:
    """Whether nothing is left but the record of the job; a claim may outlive its job, which is spent."""
    world.time += 100
    assert world.listed("endpoints") == []
    assert world.listed("models") == []
    assert world.jobs() == ["SUCCEEDED"]
    assert world.anew().observe() == ()
    assert world.provider.read([name]) == ()
    return True


@pytest.mark.parametrize("keeps", [False, True])
def test_the_same_inputs_are_trained_again_after_a_delete(world: World, keeps: bool) -> None:  # noqa: FBT001 - a column
    """With a claim that the delete took away, or with one that it did not: a human deleted the model."""
    observed = world.ready()
    claim = world.claims()[observed.name]
    world.anew().delete(observed)
    if keeps:
        data = b"{}"
        world.emulator.put_object(BUCKET, f"reconciler/claims/acme/numbers/{observed.name}", data)
        path = f"/storage/v1/b/{BUCKET}/o/reconciler%2Fclaims%2Facme%2Fnumbers%2F{observed.name}"
        world.raw("DELETE", path)
        written = world.provider._creation._claims
        again, _ = written.take(written.place(observed.ownership, observed.name))  # type: ignore[arg-type]  # it has one
        assert again is not None
        written.record(again, claim["job"])
    world.anew()
    assert world.provider.observe() == ()
    assert world.provider.read([observed.name]) == ()
    operation = world.create()
    assert operation.observed is not None
    assert operation.observed.state is State.TRAINING
    assert sorted(world.jobs()) == ["PENDING", "SUCCEEDED"]
    assert world.claims()[observed.name]["job"] == operation.name != claim["job"]
    assert replace(operation.observed, resources={}).name == observed.name


def test_a_failed_job_is_no_reason_not_to_train(make_world: Callable[..., Any]) -> None:
    """Under an id of which only a failure was seen a new training may begin; who has not looked adopts the failure."""
    world = make_world(outcomes={"numbers": "JOB_STATE_FAILED"})
    world.ready()
    world.anew()
    for _ in range(2):
        blind = world.create()
        assert blind.observed is not None
        assert (blind.done, blind.observed.state) == (True, State.FAILED)
    assert len(world.jobs()) == 1
    world.provider.observe()
    assert not world.create().done
    assert len(world.jobs()) == 2

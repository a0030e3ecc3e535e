"""An id that is taken has six meanings; two of them are ours."""

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Refused
from reconciler.providers.gemini.mark import encode
from reconciler.providers.gemini.rules import PREFIX
from reconciler.resource.observed import Mark, State


def refused(world: Any, name: str) -> Refused:
    """Create under a name that is taken; the refusal must leave the model as it is."""
    before = world.look(name)
    with pytest.raises(Refused) as caught:
        world.create(name=name)
    assert world.look(name) == before
    return caught.value


@pytest.mark.parametrize(("later", "done", "state"), [(0, False, State.TRAINING), (3600, True, State.READY)])
def test_our_own_is_adopted_in_its_state(
    world: Any,
    later: float,
    done: bool,  # noqa: FBT001 - a column of the table
    state: State,
) -> None:
    first = world.create()
    world.time += later
    world.emulator.forget_requests()
    again = world.create()
    assert (again.model, again.done, again.observed.state, again.error) == (first.model, done, state, "")
    assert world.sent() == ["POST /v1beta/tunedModels 409", f"GET /v1beta/{first.model} 200"]


def test_our_own_that_failed_is_adopted_as_failed(make_world: Callable[..., Any]) -> None:
    world = make_world(fail_after={"numbers": 3}, failure_message="diverged")
    world.create()
    world.time += 3600
    again = world.create()
    assert (again.done, again.observed.state, again.error) == (True, State.FAILED, "diverged")


def test_an_unmarked_one_is_adopted_and_marked_again(world: Any) -> None:
    name = world.create().model
    world.describe(name, "wiped by hand")
    again = world.create()
    assert again.observed.ownership == world.ownership(world.desired())
    assert world.look(name).mark is Mark.VALID
    assert world.look(name).fields["description"] == "wiped by hand"


def test_one_of_another_owner_is_refused(world: Any) -> None:
    name = world.create(ownership=world.ownership(world.desired(), owner="rival")).model
    error = refused(world, name)
    assert error.reason == "FOREIGN_OWNER"
    assert "belongs to the owner 'rival'" in error.message


def test_ours_at_another_address_is_refused(world: Any) -> None:
    name = world.create(ownership=world.ownership(world.desired("letters"))).model
    error = refused(world, name)
    assert error.reason == "FOREIGN_OWNER"
    assert "TunedModel/letters" in error.message


def test_one_with_a_copied_mark_is_refused(world: Any) -> None:
    name = world.create().model
    world.describe(name, encode(world.ownership(world.desired()), "another-model"))
    error = refused(world, name)
    assert error.reason == "FOREIGN_OWNER"
    assert "made for another model" in error.message


@pytest.mark.parametrize(
    ("description", "reason"),
    [("reconciler:2:acme:numbers:x", "NEWER_MARK"), ("reconciler:2:rival:numbers:x", "FOREIGN_OWNER")],
)
def test_one_marked_by_a_later_version_is_refused(world: Any, description: str, reason: str) -> None:
    name = world.create().model
    world.describe(name, description)
    assert refused(world, name).reason == reason


@pytest.mark.parametrize("missing", [403, 404])
def test_one_that_does_not_show_is_refused_after_a_minute(make_world: Callable[..., Any], missing: int) -> None:
    world = make_world(id_reuse="conflict", missing=missing)
    observed = world.ready()
    world.provider.delete(observed)
    with pytest.raises(Refused) as caught:
        world.create()
    assert caught.value.reason == "ID_TAKEN"
    assert "--new-attempt numbers" in caught.value.advice
    assert sum(world.slept) == 60


def test_one_that_shows_after_a_while_is_adopted(world: Any) -> None:
    name = world.create().model
    world.fault("get:404:2")
    assert world.create().model == name
    assert world.slept == [1, 2]


def test_the_rest_of_an_id_is_never_tried(world: Any) -> None:
    world.create(ownership=world.ownership(world.desired(), owner="rival"))
    world.emulator.forget_requests()
    with pytest.raises(Refused):
        world.create()
    tried = {request.query["tunedModelId"] for request in world.emulator.requests if request.method == "POST"}
    assert tried == {world.name(world.desired()).removeprefix(PREFIX)}

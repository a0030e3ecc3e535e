"""Changing a Model: one PATCH, nobody's labels lost, nobody's change overwritten."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.emulator.faults import Cut, Fault, Status
from reconciler.errors import Refused
from reconciler.plan.training import ownership
from reconciler.resource.observed import Mark, Operation, State
from tests.providers.vertex.conftest import ROOT, World, renamed


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def labels(world: World, model: str) -> dict[str, str]:
    return dict(world.raw("GET", f"/v1/{model}")["labels"])


def test_a_name_is_one_request(world: World) -> None:
    observed = world.ready()
    world.provider.update(observed, {"displayName": "N"}, observed.ownership)
    [patch] = world.emulator.requests
    assert (patch.query, patch.body) == ({"updateMask": "displayName"}, {"displayName": "N"})


def test_a_description_that_somebody_changed_is_not_overwritten(world: World) -> None:
    """Law 30."""
    observed = world.ready()
    model = observed.resources["model"].partition("@")[0]
    world.raw("PATCH", f"/v1/{model}?updateMask=description", {"description": "Mine."})
    error = refused(lambda: world.provider.update(observed, {"description": "D"}, observed.ownership))
    assert error.reason == "STALE"
    assert world.raw("GET", f"/v1/{model}")["description"] == "Mine."
    world.provider.update(observed, {"description": "Mine."}, observed.ownership)  # there is nothing to lose


def test_name_and_description_are_one_patch(world: World) -> None:
    observed = world.ready()
    operation = world.provider.update(observed, {"displayName": "N", "description": "D"}, observed.ownership)
    [get, patch] = world.emulator.requests
    assert get.method == "GET"
    model = observed.resources["model"].partition("@")[0].rpartition("/")[2]
    assert (patch.method, patch.path, patch.query) == (
        "PATCH",
        f"{ROOT}/models/{model}",
        {"updateMask": "description,displayName"},
    )
    etag = patch.body.pop("etag")
    assert etag
    assert patch.body == {"displayName": "N", "description": "D"}
    assert operation.done
    assert operation.observed == world.look(observed.name)


def test_labels_are_laid_over_those_that_are_there(world: World) -> None:
    observed = world.ready(world.desired(**{"labels.team": "blue"}))
    before = labels(world, observed.resources["model"])
    assert "tune-type" in before
    operation = world.provider.update(observed, {"labels.team": "red", "displayName": "N"}, observed.ownership)
    assert [line.split()[0] for line in world.sent()] == ["GET", "PATCH"]
    patch = world.emulator.requests[1]
    assert patch.query == {"updateMask": "displayName,labels"}
    assert patch.body["labels"] == {**before, "team": "red"}
    assert patch.body["etag"]
    assert operation.observed == world.look(observed.name)
    assert operation.observed is not None
    assert operation.observed.fields["labels.team"] == "red"


def test_the_mark_is_written_stripped_and_written_again(world: World) -> None:
    observed = world.ready()
    before = labels(world, observed.resources["model"])
    assert observed.ownership is not None
    protected = replace(observed.ownership, protect=True, keep=True, going=True, asserted=True)
    marked = world.provider.update(observed, {}, protected).observed
    assert marked is not None
    assert (marked.mark, marked.ownership) == (Mark.VALID, protected)
    stripped = world.provider.update(marked, {}, None).observed
    assert stripped is not None
    assert (stripped.mark, stripped.ownership, stripped.name) == (Mark.NONE, None, observed.name)
    assert labels(world, observed.resources["model"]).keys() == {key for key in before if "reconciler" not in key}
    assert world.anew().observe() == (stripped,)
    world.emulator.forget_requests()
    assert world.provider.update(stripped, {}, None).observed is stripped
    assert world.sent() == []
    restored = world.provider.update(stripped, {}, observed.ownership).observed
    assert restored == world.look(observed.name)
    assert labels(world, observed.resources["model"]) == before


def test_nothing_to_write_is_no_request(world: World) -> None:
    observed = world.ready()
    assert world.provider.update(observed, {}, ownership(world.desired(), "acme")).observed is observed
    assert world.sent() == []


@pytest.mark.parametrize("key", ["reconciler-flags", "team"])
def test_labels_that_somebody_changed_are_not_overwritten(world: World, key: str) -> None:
    observed = world.ready(world.desired(**{"labels.team": "blue"}))
    model = observed.resources["model"]
    world.label(model, {**labels(world, model), key: "p"})
    error = refused(lambda: world.provider.update(observed, {"labels.team": "red"}, observed.ownership))
    assert error.reason == "STALE"
    assert labels(world, model)[key] == "p"


def test_a_label_of_somebody_else_does_not_disturb(world: World) -> None:
    observed = world.ready()
    model = observed.resources["model"]
    world.label(model, {**labels(world, model), "cost": "7"})
    world.provider.update(observed, {"labels.team": "red"}, observed.ownership)
    assert {"cost": "7", "team": "red"}.items() <= labels(world, model).items()


def test_somebody_who_writes_in_between_is_noticed(world: World) -> None:
    observed = world.ready()
    model = observed.resources["model"]
    world.anew()

    def write(_: object) -> None:
        world.label(model, {**labels(world, model), "cost": "7"})

    world.wire.at, world.wire.before = 2, write
    assert refused(lambda: world.provider.update(observed, {"labels.a": "b"}, observed.ownership)).reason == "STALE"
    assert labels(world, model)["cost"] == "7"


@pytest.mark.parametrize("action", [Cut("after"), Status(503, when="after"), Cut("before")])
def test_a_lost_answer(world: World, action: Cut | Status) -> None:
    observed = world.ready()
    world.fault(Fault("PATCH", "/models/", action))
    operation = world.provider.update(observed, {"labels.a": "b", "displayName": "N"}, observed.ownership)
    assert operation.observed == world.look(observed.name)
    assert operation.observed is not None
    assert operation.observed.fields["labels.a"] == "b"


def test_labels_of_a_version_are_written_there(make_world: Callable[..., World]) -> None:
    """The service may keep the labels of a job on the version, and show those."""
    world = make_world(label_level="version")
    observed = world.ready(world.desired(**{"labels.team": "blue"}))
    assert observed.ownership is not None
    protected = replace(observed.ownership, protect=True)
    operation = world.provider.update(observed, {"labels.team": "red", "displayName": "N"}, protected)
    assert operation.observed == world.look(observed.name)
    assert operation.observed is not None
    assert (operation.observed.ownership, operation.observed.fields["labels.team"]) == (protected, "red")
    stripped = world.provider.update(operation.observed, {}, None).observed
    assert stripped is not None
    assert stripped.mark is Mark.NONE


def test_without_a_model_nothing_can_be_written(world: World) -> None:
    training = world.create().observed
    assert training is not None
    assert refused(lambda: world.provider.update(training, {"displayName": "N"}, None)).reason == "TRAINING"
    gone = renamed(training, state=State.UNKNOWN)
    assert refused(lambda: world.provider.update(gone, {}, None)).reason == "NOT_SERVING"
    ready = world.ready()
    world.provider.delete(ready)
    error = refused(lambda: world.provider.update(ready, {"labels.a": "b"}, ready.ownership))
    assert error.reason == "STALE"


def test_labels_that_are_not_kept_are_refused_loudly(world: World) -> None:
    observed = world.ready()
    genuine = world.provider._service.http.send

    def forgetful(method: str, path: str, *rest: object, **named: object) -> object:
        answer = dict(genuine(method, path, *rest, **named))  # type: ignore[arg-type]  # as it was called
        return {**answer, "labels": {}} if method == "PATCH" else answer

    world.provider._service.http.send = forgetful  # type: ignore[method-assign,assignment]  # it shows what it likes
    assert (
        refused(lambda: world.provider.update(observed, {"labels.a": "b"}, observed.ownership)).reason == "MARK_REFUSED"
    )


def test_what_create_could_not_set_can_be_written_when_ready(world: World) -> None:
    desired = world.desired(description="Counts.", **{"labels.team": "blue"})
    operation: Operation = world.create(desired)
    assert operation.observed is not None
    assert "displayName" not in operation.observed.fields
    assert operation.observed.fields["labels.team"] == "blue"
    world.time += 36_000
    [operation] = world.provider.poll([operation])
    assert operation.observed is not None
    values = {"displayName": "Numbers", "description": "Counts."}
    written = world.provider.update(operation.observed, values, operation.observed.ownership).observed
    assert written is not None
    assert values.items() <= dict(written.fields).items()

"""The provider before an emulated service: what it sends, what it refuses, and what a fault does to it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.emulator.faults import Cut, Fault, Status
from reconciler.errors import NotFound, PermissionDenied, Refused, RemoteError, Unreachable
from reconciler.providers.gemini.mark import encode
from reconciler.providers.gemini.rules import PREFIX
from reconciler.providers.gemini.service import UNTOLD
from reconciler.providers.gemini.trainings import VANISHED
from reconciler.providers.port import Provider
from reconciler.resource.dataset import Example
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Grant, Mark, Operation, State

COLUMNS = (
    "name,displayName,description,baseModel,tunedModelSource(tunedModel),state,createTime,updateTime,"
    "temperature,topP,topK,readerProjectNumbers,tuningTask(completeTime,hyperparameters)"
)
EVERYONE = Grant("EVERYONE", "", "READER")
COLLEAGUE = Grant("USER", "you@example.com", "WRITER")


def posts(world: Any) -> list[Any]:
    return [request for request in world.emulator.requests if request.method == "POST"]


def test_it_is_a_provider(world: Any) -> None:
    provider: Provider = world.provider
    assert provider.capabilities.provider == "gemini"


@pytest.mark.parametrize("version", ["v1beta", "v1beta3"])
def test_the_life_of_a_model(make_world: Callable[..., Any], version: str) -> None:
    world = make_world(version)
    desired = world.desired(**{"description": "Counts.", "temperature": 0.5, "hyperparameters.epochCount": 3})
    operation = world.create(desired)
    assert operation.model == world.name(desired)
    assert (operation.done, operation.error) == (False, "")
    [operation] = world.provider.poll([operation])
    assert not operation.done
    assert operation.observed.state is State.TRAINING
    world.time += 3600
    [operation] = world.provider.poll([operation])
    assert operation.done
    assert operation.observed.state is State.READY
    [observed] = world.provider.observe()
    assert observed == operation.observed
    assert {path: observed.fields[path] for path in desired.fields} == desired.fields
    assert observed.ownership == world.ownership(desired)
    assert world.provider.generate(observed, "4") == "5"
    assert world.provider.delete(observed) == Operation(observed.name, done=True)
    assert world.provider.observe() == ()


def test_the_requests_of_a_create_and_a_poll(world: Any) -> None:
    desired = world.desired(temperature=0.5)
    name = world.name(desired)
    world.provider.poll([world.create(desired)])
    create, look = world.emulator.requests
    assert (create.method, create.path) == ("POST", "/v1beta/tunedModels")
    assert create.query == {"tunedModelId": name.removeprefix(PREFIX)}
    assert create.body["description"] == encode(world.ownership(desired), name.removeprefix(PREFIX))
    assert len(create.body["tuningTask"]["trainingData"]["examples"]["examples"]) == 20
    assert (look.method, look.path, look.query) == ("GET", f"/v1beta/{name}", {"fields": COLUMNS})


def test_a_create_without_data_is_refused(world: Any) -> None:
    desired = Desired(world.desired().address, world.desired().fields, None)
    with pytest.raises(Refused) as caught:
        world.provider.create("tunedModels/x", desired, world.ownership(desired), ())
    assert caught.value.reason == "NO_DATASET"
    assert world.sent() == []


def test_data_that_moved_is_not_sent(world: Any) -> None:
    with pytest.raises(Refused) as caught:
        world.create(examples=[Example("1", "2")])
    assert caught.value.reason == "DATA_MOVED"
    assert world.sent() == []


def test_a_base_that_cannot_be_tuned(world: Any) -> None:
    with pytest.raises(RemoteError, match=r"models/gemini-1\.5-pro-002"):
        world.create(world.desired(baseModel="models/gemini-1.5-pro-002"))


@pytest.mark.parametrize("fault", ["create:503:after", "create:cut:after", "create:truncate", "create:500:before"])
def test_a_lost_answer_to_a_create_makes_one_model(world: Any, fault: str) -> None:
    world.fault(fault)
    operation = world.create()
    assert not operation.done
    world.time += 3600
    [observed] = world.provider.observe()
    assert (observed.name, observed.mark) == (operation.model, Mark.VALID)


def test_a_create_that_never_gets_an_answer_is_uncertain(world: Any) -> None:
    world.fault(Fault("POST", "/tunedModels$", Cut("after"), times=None))
    with pytest.raises(Unreachable):
        world.create()
    assert len(world.provider.observe()) == 1


def test_all_pages_are_read(world: Any) -> None:
    base = {"baseModel": "models/gemini-1.0-pro-001", "state": "ACTIVE"}
    models = [{"name": f"tunedModels/model-{number}", "displayName": "m", **base} for number in range(2500)]
    world.emulator.load({"tunedModels": models})
    assert {observed.name for observed in world.provider.observe()} == {model["name"] for model in models}
    first, second, third = world.emulator.requests
    assert first.query == {"pageSize": "1000", "fields": f"tunedModels({COLUMNS}),nextPageToken"}
    assert second.query.keys() == third.query.keys() == {*first.query, "pageToken"}


def test_a_page_that_comes_again_is_an_error(world: Any, script: Callable[..., Any]) -> None:
    page = {"tunedModels": [], "nextPageToken": "again"}
    with pytest.raises(RemoteError, match="the same page"):
        world.connect(script(page, page, page)).observe()


def test_a_model_on_two_pages_counts_once(world: Any, script: Callable[..., Any]) -> None:
    one, two = ({"name": "tunedModels/a", "state": state} for state in ("CREATING", "ACTIVE"))
    pages = script({"tunedModels": [one], "nextPageToken": "x"}, {"tunedModels": [two]})
    [observed] = world.connect(pages).observe()
    assert observed.state is State.READY


@pytest.mark.parametrize("missing", [403, 404])
def test_models_that_are_missing_or_hidden_are_left_out(make_world: Callable[..., Any], missing: int) -> None:
    world = make_world(missing=missing)
    observed = world.ready()
    assert world.provider.read(["tunedModels/none", observed.name]) == (observed,)


@pytest.mark.parametrize("fault", ["get:403=scope", "get:401"])
def test_a_refusal_of_the_caller_is_not_taken_for_a_missing_model(world: Any, fault: str) -> None:
    world.fault(fault)
    with pytest.raises(RemoteError, match="gcloud auth"):
        world.provider.read(["tunedModels/none"])


def test_a_mutable_value_takes_one_request_and_leaves_the_description_alone(world: Any) -> None:
    observed = world.ready()
    world.describe(observed.name, "somebody else wrote here")
    world.provider.update(observed, {"temperature": 0.25, "topK": 3}, observed.ownership)
    [patch] = world.emulator.requests
    assert (patch.method, patch.path) == ("PATCH", f"/v1beta/{observed.name}")
    assert patch.query == {"updateMask": "temperature,topK", "fields": COLUMNS}
    assert patch.body == {"temperature": 0.25, "topK": 3}
    assert world.look(observed.name).carrier == "somebody else wrote here"


def test_a_description_is_written_after_a_look(world: Any) -> None:
    observed = world.ready(world.desired(description="old"))
    token = observed.carrier.removeprefix("old ")
    operation = world.provider.update(observed, {"description": "new", "topK": 3}, observed.ownership)
    look, patch = world.emulator.requests
    assert (look.method, look.query) == ("GET", {"fields": "name,description"})
    assert patch.query["updateMask"] == "description,topK"
    assert patch.body == {"description": f"new {token}", "topK": 3}
    assert operation.done
    assert operation.observed == world.look(observed.name)


def test_a_description_that_moved_is_not_overwritten(world: Any) -> None:
    observed = world.ready()
    world.describe(observed.name, f"precious {observed.carrier}")
    with pytest.raises(Refused) as caught:
        world.provider.update(observed, {"description": "new"}, observed.ownership)
    assert caught.value.reason == "STALE"
    assert world.look(observed.name).fields["description"] == "precious"


def test_nothing_to_write_is_no_request(world: Any) -> None:
    observed = world.ready(world.desired(description="same"))
    operation = world.provider.update(observed, {"description": "same"}, observed.ownership)
    assert operation == Operation(observed.name, done=True, observed=observed)
    assert world.sent() == []


def test_a_mark_is_written_stripped_and_restored_around_the_text(world: Any) -> None:
    observed = world.ready()
    world.describe(observed.name, f"before {observed.carrier} after")
    marked = world.look(observed.name)
    protected = world.ownership(world.desired(), protect=True)
    marked = world.provider.update(marked, {}, protected).observed
    assert (marked.ownership, marked.fields["description"]) == (protected, "before after")
    stripped = world.provider.update(marked, {}, None).observed
    assert (stripped.mark, stripped.carrier) == (Mark.NONE, "before after")
    assert world.provider.update(stripped, {}, None).observed is stripped
    restored = world.provider.update(stripped, {}, protected).observed
    assert (restored.ownership, restored.fields["description"]) == (protected, "before after")


def test_a_long_name_in_the_mark_is_no_difference(world: Any) -> None:
    numbers = {"hyperparameters.epochCount": 3, "hyperparameters.batchSize": 4, "hyperparameters.learningRate": 0.001}
    desired = world.desired("n" * 63, **numbers)
    ownership = world.ownership(desired, protect=True, keep=True)
    operation = world.create(desired, ownership=ownership)
    observed = world.look(operation.model)
    assert observed.ownership.name != desired.address.name
    world.provider.update(observed, {"temperature": 0.25}, ownership)
    assert [request.body for request in world.emulator.requests] == [{"temperature": 0.25}]


def test_a_void_mark_is_replaced_even_if_it_says_the_same(world: Any) -> None:
    desired = world.desired()
    observed = world.ready(desired)
    world.describe(observed.name, encode(world.ownership(desired), "another-model"))
    void = world.look(observed.name)
    assert (void.mark, void.ownership) == (Mark.VOID, world.ownership(desired))
    assert world.provider.update(void, {}, world.ownership(desired)).observed.mark is Mark.VALID


def test_a_mark_that_is_cut_when_updated_is_refused_loudly(make_world: Callable[..., Any]) -> None:
    world = make_world(description_max=70)
    observed = world.ready()
    with pytest.raises(Refused) as caught:
        world.provider.update(observed, {"description": "much longer than there is room"}, observed.ownership)
    assert caught.value.reason == "MARK_REFUSED"


def test_a_mark_that_was_cut_at_create_is_refused_when_first_seen(make_world: Callable[..., Any]) -> None:
    world = make_world(description_max=30)
    operation = world.create()
    with pytest.raises(Refused) as caught:
        world.provider.poll([operation])
    assert caught.value.reason == "MARK_REFUSED"
    assert not world.provider.poll([operation])[0].done


def test_deleting_twice_is_done_once(world: Any) -> None:
    observed = world.ready()
    for _ in range(2):
        assert world.provider.delete(observed).done
    assert world.sent() == [f"DELETE /v1beta/{observed.name} {status}" for status in (200, 404)]


@pytest.mark.parametrize("fault", ["delete:503:after", "delete:cut:after", "delete:truncate"])
@pytest.mark.parametrize("missing", [403, 404])
def test_a_lost_answer_to_a_delete(make_world: Callable[..., Any], missing: int, fault: str) -> None:
    world = make_world(missing=missing)
    observed = world.ready()
    world.fault(fault)
    assert world.provider.delete(observed).done


def test_what_may_not_be_deleted_and_is_still_there_is_an_error(world: Any) -> None:
    observed = world.ready()
    world.fault("delete:403")
    with pytest.raises(PermissionDenied):
        world.provider.delete(observed)


def test_a_refusal_of_the_caller_is_no_delete(world: Any) -> None:
    observed = world.ready()
    world.provider.delete(observed)
    world.fault("delete:403=scope")
    with pytest.raises(PermissionDenied, match="scope"):
        world.provider.delete(observed)


def test_grants_are_added_once(world: Any) -> None:
    observed = world.ready()
    assert world.provider.grants(observed) == ()
    world.provider.grant(observed, [COLLEAGUE, EVERYONE])
    assert world.provider.grants(observed) == (EVERYONE, COLLEAGUE)
    world.emulator.forget_requests()
    world.provider.grant(observed, [COLLEAGUE, Grant("USER", "you@example.com", "READER"), EVERYONE])
    assert world.sent() == [f"GET /v1beta/{observed.name}/permissions 200"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_to_a_grant_is_looked_up_not_repeated(world: Any, when: Any) -> None:
    observed = world.ready()
    world.fault(Fault("POST", "/permissions$", Status(503, when=when)))
    if when == "before":
        with pytest.raises(Unreachable):
            world.provider.grant(observed, [COLLEAGUE])
    else:
        world.provider.grant(observed, [COLLEAGUE])
        assert world.provider.grants(observed) == (COLLEAGUE,)
    assert len(posts(world)) == 1


@pytest.mark.parametrize("code", [403, 404, 501])
def test_the_service_may_not_say_what_can_be_tuned(world: Any, code: int) -> None:
    assert "models/gemini-1.0-pro-001" in (world.provider.tunable() or ())
    world.fault(f"models:{code}")
    assert world.provider.tunable() is None


def test_since_2025_nothing_can_be_tuned(make_world: Callable[..., Any]) -> None:
    assert make_world(tunable_bases=()).provider.tunable() == frozenset()


def test_not_knowing_for_another_reason_is_an_error(world: Any) -> None:
    world.fault("models:400")
    with pytest.raises(RemoteError):
        world.provider.tunable()


def test_many_trainings_cost_one_list_a_look(world: Any) -> None:
    operations = [world.create(world.desired(f"numbers-{number}")) for number in range(5)]
    world.emulator.forget_requests()
    assert [operation.done for operation in world.provider.poll(operations)] == [False] * 5
    assert world.sent() == ["GET /v1beta/tunedModels 200"]
    world.time += 3600
    polled = world.provider.poll(operations)
    assert [(operation.model, operation.done) for operation in polled] == [(o.model, True) for o in operations]
    world.emulator.forget_requests()
    assert world.provider.poll(polled) == polled
    assert world.sent() == []


def test_losses_are_read_when_asked_for(make_world: Callable[..., Any]) -> None:
    world = make_world(losses=True)
    observed = world.ready()
    assert observed.progress.step == 25
    assert [step for step, _ in observed.progress.losses] == list(range(1, 26))


def test_a_model_the_list_lacks_is_looked_for_one_a_look(make_world: Callable[..., Any]) -> None:
    world = make_world(list_lag=3)
    operations = [world.create(world.desired(f"numbers-{number}")) for number in range(3)]
    world.time += 3600
    looked: set[str] = set()
    for _ in range(3):
        world.emulator.forget_requests()
        operations = list(world.provider.poll(operations))
        looked.update(line.split()[1] for line in world.sent())
    assert all(operation.done and not operation.error for operation in operations)
    assert looked == {"/v1beta/tunedModels", *(f"/v1beta/{operation.model}" for operation in operations)}


def test_a_stale_look_is_no_vanishing(world: Any) -> None:
    operation = world.create()
    world.fault("get:404")
    assert world.provider.poll([operation]) == [operation]
    assert world.provider.poll([operation])[0].observed.state is State.TRAINING


def test_a_model_that_vanishes_is_an_error_of_its_operation(world: Any) -> None:
    one, two = (world.create(world.desired(name)) for name in ("one", "two"))
    world.provider.delete(world.look(two.model))
    polled = [one, two]
    for _ in range(2):
        polled = list(world.provider.poll(polled))
    assert [(operation.done, operation.error) for operation in polled] == [(False, ""), (True, VANISHED)]


def test_a_model_that_may_not_be_read_is_followed_in_the_list(world: Any) -> None:
    operation = world.create()
    for _ in range(2):
        world.fault("get:403")
    assert world.provider.poll([operation]) == [operation]
    world.time += 3600
    [arrived] = world.provider.poll([operation])
    assert (arrived.done, arrived.error, arrived.observed.state) == (True, "", State.READY)


def test_a_model_is_withheld_when_it_is_there_or_listed_and_forbidden(world: Any) -> None:
    model = world.create().model
    assert world.provider.withheld(model)
    assert not world.provider.withheld("tunedModels/none")
    world.fault("get:403")
    assert world.provider.withheld(model)
    world.fault("get:403")
    assert not world.provider.withheld("tunedModels/none")


def test_where_asking_why_fails_that_is_said(make_world: Callable[..., Any]) -> None:
    world = make_world(fail_after={"numbers": 3})
    operation = world.create()
    world.time += 3600
    world.emulator.inject(Fault("GET", "/operations/", Status(400)))
    [failed] = world.provider.poll([operation])
    assert failed.done
    assert failed.error.startswith("the training failed; why could not be asked: the service takes the request")


def test_why_a_training_failed_is_told_by_its_operation(make_world: Callable[..., Any]) -> None:
    world = make_world(fail_after={"numbers": 3}, failure_message="the loss\x1b[2J diverged")
    operation = world.create()
    world.time += 3600
    world.emulator.forget_requests()
    [failed] = world.provider.poll([operation])
    assert (failed.done, failed.observed.state) == (True, State.FAILED)
    assert failed.error == "the loss [2J diverged"
    assert world.sent() == [f"GET /v1beta/{operation.model} 200", f"GET /v1beta/{operation.name} 200"]


@pytest.mark.parametrize("versions", [("v1",), ("v1beta",), ()])
@pytest.mark.parametrize("named", [True, False])
def test_operations_are_found_at_either_version_or_not_at_all(
    make_world: Callable[..., Any],
    versions: tuple[str, ...],
    named: bool,  # noqa: FBT001 - a column of the table
) -> None:
    world = make_world(fail_after={"numbers": 3}, failure_message="diverged", operation_versions=versions)
    operation = world.create()
    world.time += 3600
    [failed] = world.provider.poll([operation if named else Operation(operation.model, done=False)])
    assert failed.error == ("diverged" if versions else UNTOLD)


def test_a_service_that_forgot_why(world: Any) -> None:
    model = {"name": "tunedModels/old", "baseModel": "models/gemini-1.0-pro-001", "state": "FAILED"}
    world.emulator.load({"tunedModels": [model]})
    world.fault("operation:403:always")
    assert world.provider.poll([Operation("tunedModels/old", done=False)])[0].error == UNTOLD


def test_a_training_is_cancelled_at_v1(world: Any) -> None:
    operation = world.create()
    observed = world.look(operation.model)
    world.provider.cancel(observed)
    assert world.sent() == [
        f"GET /v1beta/{observed.name}/operations 200",
        f"POST /v1/{operation.name}:cancel 200",
    ]
    assert world.look(operation.model).state is State.FAILED


def test_a_training_that_is_over_is_not_cancelled(world: Any) -> None:
    world.provider.cancel(world.ready())
    assert posts(world) == []


def test_cancelling_is_best_effort(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    observed = world.look(world.create().model)
    world.fault("cancel:501")
    world.provider.cancel(observed)
    assert f"{observed.name} was not cancelled: the service does not offer this" in caplog.text


def test_a_model_of_the_palm_generation_is_asked_its_way(make_world: Callable[..., Any]) -> None:
    world = make_world("v1beta3")
    observed = world.ready()
    assert world.provider.generate(observed, "7") == "8"
    [request] = world.emulator.requests
    assert (request.path, request.body) == (f"/v1beta3/{observed.name}:generateText", {"prompt": {"text": "7"}})


def test_a_palm_model_at_v1beta_is_asked_the_other_way(world: Any) -> None:
    observed = world.ready(world.desired(baseModel="models/text-bison-001"))
    world.fault(Fault("POST", ":generateContent$", Status(404)))
    assert world.provider.generate(observed, "7") == "8"


def test_asking_a_model_that_is_not_there(world: Any) -> None:
    gone = replace(world.ready(), name="tunedModels/none")
    with pytest.raises(NotFound):
        world.provider.generate(gone, "7")


def test_a_name_that_is_no_name_is_not_sent(world: Any) -> None:
    with pytest.raises(RemoteError, match="not the path"):
        world.provider.read(["tunedModels/../models/x"])
    assert world.sent() == []

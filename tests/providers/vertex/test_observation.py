"""What is seen: three lists, what they leave out, and models that somebody else made."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.emulator.faults import Fault, Status
from reconciler.errors import NotFound, PermissionDenied, Refused, RemoteError
from reconciler.plan.adoption import adopt, release
from reconciler.plan.training import ownership
from reconciler.providers.port import Provider
from reconciler.providers.vertex.fold import NO_ENDPOINT
from reconciler.providers.vertex.labels import DATA, encode
from reconciler.resource.dataset import Stored
from reconciler.resource.identity import PARENT
from reconciler.resource.lineage import rooted
from reconciler.resource.observed import Mark, Observed, Operation, State
from tests.build import told
from tests.providers.vertex.conftest import BUCKET, EXAMPLES, LINE, ROOT, World, foreign
from tests.providers.vertex.conftest import PARENT as HERE


def test_it_is_a_provider(world: World) -> None:
    provider: Provider = world.provider
    assert provider.capabilities.provider == "vertex"
    assert provider.tunable() is None


def test_everything_is_three_lists(world: World) -> None:
    for name in ("numbers", "letters"):
        world.create(world.desired(name))
    world.time += 36_000
    foreign(world)
    world.emulator.forget_requests()
    observed = world.provider.observe()
    assert {each.name for each in observed} == {world.name(world.desired(name)) for name in ("numbers", "letters")}
    assert {each.state for each in observed} == {State.READY}
    requests = world.emulator.requests
    assert [each.path.removeprefix(ROOT) for each in requests] == ["/tuningJobs", "/models", "/endpoints"]
    assert {each.query["filter"] for each in requests} == {"labels.reconciler-id:*"}
    assert {each.query["pageSize"] for each in requests} == {"1000"}


@pytest.mark.parametrize(
    ("settings", "lists"),
    [({}, 1 + 1 + 3), ({"label_filter": "refuse"}, 1 + 11 + 1 + 3), ({"vertex_page_max": 100}, 10 + 10 + 30)],
)
def test_a_thousand_models_of_ten_thousand_cost_a_request_a_page(
    make_world: Callable[..., World], settings: dict[str, Any], lists: int
) -> None:
    world = make_world(**settings)
    load(world, ours=1_000, theirs=10_000)
    world.emulator.forget_requests()
    observed = world.provider.observe()
    assert len(observed) == 1_000
    assert {each.state for each in observed} == {State.READY}
    assert len(world.emulator.requests) == lists


def load(world: World, ours: int, theirs: int) -> None:
    """A project with a past: ours with three Endpoints each, and jobs of others."""
    jobs, models, endpoints = [], [], []
    mark = {"reconciler-owner": "acme", "reconciler-name": "numbers"}
    for number in range(ours + theirs):
        title = f"numbers-{'a' * 6}{str(number).translate(DIGITS):a>9}"
        labels = {**mark, "reconciler-id": title} if number < ours else {"team": "other"}
        made = {"model": f"{HERE}/models/{number + 1}@1", "endpoint": f"{HERE}/endpoints/{number + 1}"}
        common = {"labels": labels, "createTime": "2024-01-01T00:00:00Z", "updateTime": "2024-01-01T00:00:00Z"}
        jobs.append(
            {
                "name": f"{HERE}/tuningJobs/{number + 1}",
                "tunedModelDisplayName": title,
                "state": "JOB_STATE_SUCCEEDED",
                "baseModel": "gemini-2.5-flash",
                "tunedModel": made,
                **common,
            }
        )
        if number < ours:
            models.append({"name": f"{HERE}/models/{number + 1}", "versionId": "1", "displayName": title, **common})
            deployed = [{"id": "7", "model": made["model"]}]
            endpoints.append({"name": made["endpoint"], "displayName": title, "deployedModels": deployed, **common})
            for extra in (20_000, 40_000):
                name = f"{HERE}/endpoints/{number + extra}"
                endpoints.append({"name": name, "displayName": title, "deployedModels": deployed, **common})
    assert world.emulator.load_vertex(jobs, models, endpoints) == len(jobs) + len(models) + len(endpoints)


DIGITS = str.maketrans("0123456789", "abcdefghij")


@pytest.mark.parametrize("wiped", ["models", "endpoints"])
def test_labels_that_were_wiped_hide_nothing(world: World, wiped: str) -> None:
    ours = world.ready()
    name = ours.resources[wiped[:-1]].partition("@")[0]
    world.raw("PATCH", f"/v1/{name}?updateMask=labels", {"labels": {"cost": "7"}})
    [observed] = world.anew().observe()
    assert (observed.name, observed.state) == (ours.name, State.READY)
    if wiped == "models":
        assert (observed.mark, observed.ownership, observed.fields["labels.cost"]) == (Mark.NONE, None, "7")
    else:
        assert observed == ours
    assert world.provider.read([ours.name]) == (observed,)
    assert len(world.emulator.requests) == 4 + 3


def test_where_both_are_wiped_a_read_still_finds_the_model(world: World) -> None:
    ours = world.ready()
    for name in (ours.resources["model"].partition("@")[0], ours.resources["endpoint"]):
        world.raw("PATCH", f"/v1/{name}?updateMask=labels", {"labels": {}})
    assert world.anew().observe() == ()
    [observed] = world.provider.read([ours.name])
    assert (observed.mark, observed.state) == (Mark.NONE, State.READY)


def test_a_model_whose_labels_were_all_wiped_is_not_trained_beside(world: World) -> None:
    """Law 3: no list shows it any more; what is declared has changed, and its address still has a model."""
    desired = world.desired(displayName=None)
    ours = world.ready(desired)
    for name in (ours.resources["model"].partition("@")[0], ours.resources["endpoint"]):
        world.raw("PATCH", f"/v1/{name}?updateMask=labels", {"labels": {}})
    assert told(world.plan(desired)) == ["UPDATE numbers MARK_LOST"]
    changed = world.plan(world.desired(**{"hyperparameters.epochCount": 5}))
    assert (told(changed), changed.acts) == (["!UPDATE numbers MARK_LOST"], ())
    assert told(world.plan(world.desired("letters"))) == ["CREATE letters ABSENT"]


def test_what_a_model_was_trained_on_is_what_its_job_says(world: World) -> None:
    """Law 31: a label of the Model that was edited makes no other data the same."""
    desired, few = world.desired(displayName=None), world.desired(displayName=None, examples=EXAMPLES[:-1])
    ours = world.ready(desired)
    labels = world.raw("GET", f"/v1/{ours.resources['model']}")["labels"]
    world.label(ours.resources["model"], {**labels, DATA: encode(ownership(few, "acme"), "x")[DATA]})
    assert told(world.plan(few)) == ["REPLACE numbers DATA_CHANGED"]
    assert world.plan(desired).empty


def test_labels_of_another_model_make_a_mark_void(world: World) -> None:
    for name in ("numbers", "letters"):
        world.create(world.desired(name))
    world.time += 36_000
    numbers, letters = (world.look(world.name(world.desired(name))) for name in ("numbers", "letters"))
    stolen = world.raw("GET", f"/v1/{letters.resources['model']}")["labels"]
    world.label(numbers.resources["model"], stolen)
    observed = {each.name: each for each in world.anew().observe()}
    assert observed[letters.name] == letters
    assert (observed[numbers.name].mark, observed[numbers.name].ownership) == (Mark.VOID, letters.ownership)


def test_labels_on_a_foreign_model_make_it_void_and_nothing_more(world: World) -> None:
    ours = world.ready()
    theirs = foreign(world)["tunedModel"]["model"]
    world.label(theirs, world.raw("GET", f"/v1/{ours.resources['model']}")["labels"])
    observed = {each.name: each for each in world.anew().observe()}
    assert observed[ours.name] == ours
    copy = observed[theirs.partition("@")[0]]
    assert (copy.mark, copy.adopted, copy.ownership) == (Mark.VOID, False, ours.ownership)
    with pytest.raises(Refused):
        world.provider.delete(copy)
    assert len(world.listed("models")) == 2


def test_lists_that_lag_are_confirmed_by_a_read(make_world: Callable[..., World]) -> None:
    world = make_world(list_lag=3)
    operation = world.create()
    world.time += 36_000
    assert world.provider.observe() == ()
    [observed] = world.provider.read([operation.model])
    assert observed.state is State.READY
    assert world.anew().create(operation.model, world.desired(), ownership(world.desired(), "acme"), ()).done


def test_a_filter_that_the_service_ignores_is_none_the_less_in_force(world: World) -> None:
    ours = world.ready()
    foreign(world)
    world.anew()
    genuine = world.provider._service.http.send

    def unfiltered(method: str, path: str, query: Any = None, *rest: Any, **named: Any) -> Any:
        kept = {key: value for key, value in (query or {}).items() if key != "filter"}
        return genuine(method, path, kept, *rest, **named)

    world.provider._service.http.send = unfiltered  # type: ignore[method-assign]  # a service that takes any filter
    assert world.provider.observe() == (ours,)
    assert world.provider.read([ours.name]) == (ours,)
    requests = [request for request in world.emulator.requests if "filter" in request.query]
    assert requests == []


def test_a_training_that_ends_between_two_lists_is_one_model(world: World) -> None:
    world.create()
    world.anew()

    def finish(_: object) -> None:
        world.time += 36_000

    world.wire.at, world.wire.before = 2, finish
    [observed] = world.provider.observe()
    assert (observed.name, observed.state) == (world.name(world.desired()), State.TRAINING)
    [observed] = world.provider.observe()
    assert observed.state is State.READY


def test_reading_many_is_one_list(world: World) -> None:
    wanted = [world.desired(f"numbers-{number}") for number in range(5)]
    names = [world.create(desired).model for desired in wanted]
    world.emulator.forget_requests()
    assert [each.name for each in world.anew().read([*names, "none-aaaaaabbbbbbbbb"])] == names
    assert [line.split()[1] for line in world.sent()] == ["/tuningJobs"]


@pytest.mark.parametrize(
    "name", ["", "no name", "a/../b", "tunedModels/x", "projects/p/locations/l/models", "x" * 64, 'a b" OR 1']
)
def test_what_cannot_be_a_name_is_not_asked_for(world: World, name: str) -> None:
    assert world.provider.read([name]) == ()
    assert world.sent() == []


def test_another_location_is_not_asked_for(world: World) -> None:
    assert world.provider.read([f"projects/{HERE}/locations/europe-west4/models/1"]) == ()
    assert world.provider.read(["projects/p/locations/europe-west4/tuningJobs/1"]) == ()
    assert world.sent() == []


def test_the_project_may_be_shown_as_a_number(make_world: Callable[..., World]) -> None:
    world = make_world(project_numbers={"my-project": "123456789"})
    observed = world.ready()
    assert observed.resources["model"].startswith("projects/123456789/")
    assert world.provider.observe() == (observed,)
    assert world.provider.generate(observed, "4") == "5"
    written = world.provider.update(observed, {"labels.a": "b"}, observed.ownership).observed
    assert written is not None
    world.provider.delete(written)
    assert world.listed("models") == world.listed("endpoints") == []


def test_a_refusal_of_the_caller_is_no_missing_model(world: World) -> None:
    observed = world.ready()
    for path in ("/tuningJobs$", "/models/", "/endpoints/"):
        world.fault(Fault("GET", path, Status(403)))
        with pytest.raises(PermissionDenied, match=r"roles/aiplatform\.user"):
            world.provider.read([observed.name])


def test_what_may_not_be_read_is_withheld(world: World) -> None:
    observed = world.ready()
    assert world.provider.withheld(observed.name)
    assert not world.provider.withheld("none-aaaaaabbbbbbbbb")
    world.fault(Fault("GET", "/models/", Status(403)))
    assert world.provider.withheld(observed.name)
    world.provider.delete(observed)
    assert not world.provider.withheld(observed.name)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("JOB_STATE_SUCCEEDED", State.READY),
        ("JOB_STATE_PARTIALLY_SUCCEEDED", State.READY),
        ("JOB_STATE_FAILED", State.FAILED),
        ("JOB_STATE_CANCELLED", State.FAILED),
        ("JOB_STATE_EXPIRED", State.FAILED),
        ("JOB_STATE_PAUSED", State.TRAINING),
        ("JOB_STATE_UPDATING", State.TRAINING),
        ("JOB_STATE_QUEUED", State.TRAINING),
    ],
)
def test_every_state_of_a_job(make_world: Callable[..., World], outcome: str, state: State) -> None:
    world = make_world(outcomes={"numbers": outcome})
    assert world.ready().state is state
    assert [each.state for each in world.provider.observe()] == [state]


def test_a_failure_is_forgotten_when_a_younger_model_is_ready(make_world: Callable[..., World]) -> None:
    world = make_world(outcomes={"numbers-": "JOB_STATE_FAILED"})
    failed = world.ready()
    assert world.provider.observe() == (failed,)
    world.emulator.settings = replace(world.emulator.settings, outcomes={})
    retried = world.ready(name=world.name(world.desired(), attempt=1))
    assert world.anew().observe() == (retried,)
    assert world.provider.read([failed.name]) == (failed,)


# Models that somebody else made.


def adopted(world: World, name: str) -> Observed:
    """Import a Model as the command does."""
    [found] = world.anew().read([name])
    marked = world.provider.update(found, {}, ownership(world.desired(), "acme")).observed
    assert marked is not None
    return marked


@pytest.mark.parametrize("version", ["@1", ""])
def test_a_foreign_model_is_adopted(world: World, version: str) -> None:
    foreign(world, 1)
    job = foreign(world)
    model = job["tunedModel"]["model"].partition("@")[0]
    [found] = world.anew().read([model + version])
    assert (found.name, found.state, found.mark, found.adopted) == (model + version, State.READY, Mark.NONE, False)
    assert found.fields["baseModel"] == "gemini-2.5-flash"
    assert found.fields["hyperparameters.epochCount"] == 2
    assert world.provider.naming.resource(found.name) == found.name
    marked = adopted(world, model + version)
    assert (marked.mark, marked.adopted) == (Mark.VALID, True)
    labels = world.raw("GET", f"/v1/{model}")["labels"]
    assert labels["reconciler-id"].startswith("imported-")
    assert labels["reconciler-job"] == job["name"].rpartition("/")[2]
    assert "tune-type" in labels
    [observed] = world.anew().observe()
    assert observed == replace(marked, name=model)
    assert observed.resources == {"job": job["name"], **{k: job["tunedModel"][k] for k in ("model", "endpoint")}}
    assert world.provider.read([model]) == (observed,)
    assert world.provider.generate(observed, "a") == "b"


def test_an_adopted_model_is_changed_and_let_go_but_never_deleted(world: World) -> None:
    model = adopted(world, foreign(world)["tunedModel"]["model"])
    written = world.provider.update(model, {"displayName": "N", "labels.a": "b"}, model.ownership).observed
    assert written is not None
    assert written.adopted
    with pytest.raises(Refused) as caught:
        world.provider.delete(written)
    assert caught.value.reason == "ADOPTED"
    released = world.provider.update(written, {}, None).observed
    assert released is not None
    assert (released.mark, released.adopted) == (Mark.NONE, False)
    assert world.anew().observe() == ()
    assert world.raw("GET", f"/v1/{model.resources['model']}")["labels"]["a"] == "b"


def test_adoption_cannot_be_copied(world: World) -> None:
    model = adopted(world, foreign(world)["tunedModel"]["model"])
    other = foreign(world, 1)["tunedModel"]["model"]
    world.label(other, world.raw("GET", f"/v1/{model.resources['model']}")["labels"])
    marks = {each.name: (each.mark, each.adopted) for each in world.anew().observe()}
    assert marks[other.partition("@")[0]] == (Mark.VOID, False)


def test_a_model_tuned_from_ours_by_hand_is_imported_as_its_child(world: World) -> None:
    """Laws 14 and 21: the job says which Model it started from; there is nothing to train again."""
    parent = world.desired("p", displayName=None)
    model = world.ready(parent).resources["model"]
    world.emulator.put_object(BUCKET, "theirs.jsonl", LINE)
    spec = {"trainingDatasetUri": f"gs://{BUCKET}/theirs.jsonl"}
    body = {"preTunedModel": {"tunedModelName": model}, "tunedModelDisplayName": "c", "supervisedTuningSpec": spec}
    job = world.raw("POST", f"{ROOT}/tuningJobs", body)
    world.time += 36_000
    child = replace(world.desired("c"), fields={PARENT: "TunedModel/p"})
    wants = rooted([parent, child])
    provider = world.anew()
    [found] = provider.read([world.raw("GET", f"/v1/{job['name']}")["tunedModel"]["model"]])
    [row] = adopt(wants[1], found, (*provider.observe(), found), world.terms(), assume_data=True).changes
    assert provider.update(found, {}, row.ownership).done
    assert told(world.plan(*wants)) == ["NOOP c", "NOOP p"]


def test_what_failed_stands_in_the_way_of_no_import(make_world: Callable[..., World]) -> None:
    """Law 31: a job that failed is listed for ever, and its mark cannot be taken off."""
    world = make_world(outcomes={"numbers": "JOB_STATE_FAILED"})
    assert world.ready().record
    model = foreign(world)["tunedModel"]["model"]
    provider = world.anew()
    [found] = provider.read([model])
    made = adopt(world.desired(), found, (*provider.observe(), found), world.terms(), assume_data=True)
    assert told(made) == ["UPDATE numbers REQUESTED"]
    assert adopted(world, model).adopted
    let_go = release(world.desired().address, world.anew().observe(), world.terms())
    assert [change.target for change in let_go.changes] == [model.partition("@")[0]]


def test_our_own_model_by_its_name_is_our_own(world: World) -> None:
    """Also when its labels are gone: the job still names it."""
    ours = world.ready()
    assert world.provider.read([ours.resources["model"]]) == (ours,)
    world.label(ours.resources["model"], {})
    [observed] = world.anew().read([ours.resources["model"]])
    assert (observed.name, observed.mark) == (ours.name, Mark.NONE)
    marked = world.provider.update(observed, {}, ours.ownership).observed
    assert marked == world.look(ours.name)
    assert not marked.adopted


def test_a_foreign_model_that_does_not_serve_has_trouble(world: World) -> None:
    made = foreign(world)["tunedModel"]
    endpoint = world.raw("GET", f"/v1/{made['endpoint']}")
    for deployed in endpoint["deployedModels"]:
        world.raw("POST", f"/v1/{made['endpoint']}:undeployModel", {"deployedModelId": deployed["id"]})
    world.raw("GET", f"/v1/{made['endpoint']}")
    world.raw("DELETE", f"/v1/{made['endpoint']}")
    for checkpoint in made.get("checkpoints", []):
        at = world.raw("GET", f"/v1/{checkpoint['endpoint']}") if checkpoint["endpoint"] != made["endpoint"] else {}
        for deployed in at.get("deployedModels", []):
            world.raw("POST", f"/v1/{at['name']}:undeployModel", {"deployedModelId": deployed["id"]})
            world.raw("GET", f"/v1/{at['name']}")
    [observed] = world.anew().read([made["model"]])
    assert (observed.state, observed.trouble) == (State.UNKNOWN, NO_ENDPOINT)


# What else may be asked.


def test_what_lies_in_cloud_storage(world: World) -> None:
    name = "a folder/x%2F?.jsonl"
    resource = world.emulator.put_object(BUCKET, name, LINE)
    checksum = base64.b64decode(resource["crc32c"]).hex()
    assert world.provider.stat(f"gs://{BUCKET}/{name}") == Stored(len(LINE), checksum, resource["generation"])
    assert world.provider.stat(f"gs://{BUCKET}/none") is None
    world.fault(Fault("GET", "/storage/", Status(403)))
    assert world.provider.stat(f"gs://{BUCKET}/{name}") is None
    with pytest.raises(RemoteError, match="gs://BUCKET/OBJECT"):
        world.provider.stat("gs://../x")


def test_a_model_is_asked_through_its_endpoint(world: World) -> None:
    observed = world.ready()
    assert world.provider.generate(observed, "4") == "5"
    endpoint = observed.resources["endpoint"].rpartition("/")[2]
    assert world.emulator.requests[-1].path == f"{ROOT}/endpoints/{endpoint}:generateContent"


def test_a_model_that_trains_cannot_be_asked(world: World) -> None:
    observed = world.look(world.create().model)
    with pytest.raises(RemoteError, match="TRAINING"):
        world.provider.generate(observed, "4")
    assert world.sent() == []


def test_a_model_that_is_gone_cannot_be_asked(world: World) -> None:
    """Nothing is looked for first: the Endpoint answers for itself."""
    observed = world.ready()
    world.provider.delete(observed)
    world.emulator.forget_requests()
    with pytest.raises(NotFound):
        world.provider.generate(observed, "4")
    assert len(world.sent()) == 1


def test_there_are_no_grants(world: World) -> None:
    observed = world.ready()
    assert world.provider.grants(observed) == ()
    world.provider.grant(observed, ())
    assert world.sent() == []


def test_cancelling(world: World) -> None:
    """Who asks is told when the service does not stop what it trains."""
    operation = world.create()
    assert operation.observed is not None
    world.fault(Fault("POST", ":cancel$", Status(403)))
    with pytest.raises(PermissionDenied):
        world.provider.cancel(operation.observed)
    world.provider.cancel(operation.observed)
    assert world.jobs() == ["CANCELLED"]
    [cancelled] = world.anew().observe()
    assert cancelled.state is State.FAILED
    world.emulator.forget_requests()
    world.provider.cancel(cancelled)
    assert world.sent() == []
    assert world.provider.explain(cancelled) == "The job was cancelled."
    assert world.provider.explain(replace(cancelled, resources={})) == ""


def test_polling_says_why_a_training_failed(make_world: Callable[..., World]) -> None:
    world = make_world(outcomes={"numbers": "JOB_STATE_FAILED"}, failure_message="the loss\x1b[2J diverged")
    operation = world.create()
    world.time += 36_000
    [failed] = world.provider.poll([operation])
    assert failed.done
    assert failed.observed is not None
    assert (failed.observed.state, failed.error) == (State.FAILED, world.provider.explain(failed.observed))
    assert "\x1b" not in failed.error


def test_many_trainings_cost_one_list_a_look(world: World) -> None:
    operations = [world.create(world.desired(f"numbers-{number}")) for number in range(5)]
    world.emulator.forget_requests()
    assert [operation.done for operation in world.provider.poll(operations)] == [False] * 5
    assert [line.split()[1] for line in world.sent()] == ["/tuningJobs"]
    world.time += 36_000
    polled = world.provider.poll(operations)
    assert [(operation.model, operation.done) for operation in polled] == [(o.model, True) for o in operations]
    assert {operation.observed.state for operation in polled if operation.observed} == {State.READY}
    world.emulator.forget_requests()
    assert world.provider.poll(polled) == polled
    assert world.sent() == []


def test_a_job_that_the_list_lacks_is_read_by_name(make_world: Callable[..., World]) -> None:
    world = make_world(list_lag=100)
    operations: list[Operation] = [world.create(world.desired(f"numbers-{number}")) for number in range(3)]
    world.time += 36_000
    for _ in range(3):
        operations = list(world.provider.poll(operations))
    assert all(operation.done and not operation.error for operation in operations)


def test_a_row_that_only_waits_knows_its_job_from_what_was_observed(world: World) -> None:
    world.create()
    [observed] = world.anew().observe()
    world.time += 36_000
    world.emulator.forget_requests()
    [operation] = world.provider.poll([Operation(observed.name, done=False, observed=observed)])
    assert operation.done
    assert world.sent()[0].split()[1] == f"/tuningJobs/{observed.resources['job'].rpartition('/')[2]}"
    [operation] = world.anew().poll([Operation(observed.name, done=False)])
    assert operation.done


def test_what_shows_late_is_looked_for_again(world: World) -> None:
    operation = world.create()
    world.time += 36_000
    world.fault(Fault("GET", "/endpoints/", Status(404), times=2))
    looks = []
    for _ in range(3):
        [operation] = world.provider.poll([operation])
        looks.append(operation.done)
    assert looks == [False, False, True]
    assert operation.error == ""


def test_what_never_shows_is_an_error_of_its_operation(world: World) -> None:
    operation = world.create()
    world.time += 36_000
    world.provider.delete(world.look(operation.model))
    for _ in range(3):
        [operation] = world.provider.poll([operation])
    assert operation.done
    assert "nothing of what it made is there any more" in operation.error

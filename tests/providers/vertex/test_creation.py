"""Beginning a training once: lost answers, lists that lag, races, claims that somebody left behind."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from reconciler.emulator.faults import Cut, Fault, Html, Status, Truncate
from reconciler.errors import QuotaExceeded, Refused, RemoteError, Unauthenticated, Unsent
from reconciler.plan.training import ownership
from reconciler.providers.vertex.labels import encode
from reconciler.resource.observed import Mark, State
from tests.providers.vertex.conftest import PARENT, ROOT, START, World, renamed

JOBS = "/tuningJobs$"


def posts(world: World) -> list[Any]:
    """The requests that begin trainings."""
    return [each for each in world.emulator.requests if each.method == "POST" and each.path.endswith("/tuningJobs")]


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def test_the_request_that_begins_a_training(world: World) -> None:
    desired = world.desired(
        **{
            "description": "Counts.",
            "labels.team": "blue",
            "hyperparameters.epochCount": 3,
            "hyperparameters.learningRateMultiplier": 0.5,
            "hyperparameters.adapterSize": 4,
            "exportLastCheckpointOnly": True,
            "kmsKeyName": f"{PARENT}/keyRings/r/cryptoKeys/k",
            "serviceAccount": "tuner@my-project.iam.gserviceaccount.com",
        }
    )
    world.create(desired)
    [post] = posts(world)
    mark = post.body["labels"]
    assert post.body == {
        "baseModel": "gemini-2.5-flash",
        "tunedModelDisplayName": world.name(desired),
        "description": "Counts.",
        "labels": mark,
        "supervisedTuningSpec": {
            "trainingDatasetUri": post.body["supervisedTuningSpec"]["trainingDatasetUri"],
            "hyperParameters": {
                "epochCount": "3",
                "learningRateMultiplier": 0.5,
                "adapterSize": "ADAPTER_SIZE_FOUR",
            },
            "exportLastCheckpointOnly": True,
        },
        "encryptionSpec": {"kmsKeyName": f"{PARENT}/keyRings/r/cryptoKeys/k"},
        "serviceAccount": "tuner@my-project.iam.gserviceaccount.com",
    }
    assert mark["team"] == "blue"
    assert (mark["reconciler-id"], mark["reconciler-declared"]) == (world.name(desired), "e3m0_5a4")


def test_the_same_create_twice_is_one_training(world: World) -> None:
    first, second = world.create(), world.create()
    world.anew()
    assert first.name == second.name == world.create().name
    assert len(world.jobs()) == 1


def test_a_model_that_is_ready_is_adopted_as_such(world: World) -> None:
    world.ready()
    world.anew()
    operation = world.create()
    assert operation.done
    assert operation.observed is not None
    assert operation.observed.state is State.READY


@pytest.mark.parametrize("fault", [Cut("after"), Html(502, "after"), Status(503, when="after"), Truncate()])
@pytest.mark.parametrize("lag", [0, 1, 4])
def test_a_lost_answer_is_looked_up_and_never_repeated(make_world: Callable[..., World], fault: Any, lag: int) -> None:
    world = make_world(list_lag=lag)
    world.fault(Fault("POST", JOBS, fault))
    operation = world.create()
    assert not operation.done
    assert len(posts(world)) == 1
    assert world.claims()[operation.model]["job"] == operation.name
    assert 0 < world.time - START <= 60


@pytest.mark.parametrize("fault", [Cut("before"), Html(502), Status(500), Status(503), Status(408)])
def test_what_is_not_known_to_be_undone_is_not_repeated(world: World, fault: Any) -> None:
    world.fault(Fault("POST", JOBS, fault))
    error = refused(world.create)
    assert error.reason == "UNCERTAIN"
    assert error.advice.endswith("from 22:23:20 UTC on")
    assert len(posts(world)) == 1
    assert world.time - START >= 60
    world.anew()
    assert refused(world.create).reason == "UNCERTAIN"
    world.time += 600
    world.anew()
    assert world.create().name
    assert len(world.jobs()) == 1


def test_a_list_that_lags_for_more_than_a_minute_begins_nothing(make_world: Callable[..., World]) -> None:
    world = make_world(list_lag=21)
    world.fault(Fault("POST", JOBS, Cut("after")))
    assert refused(world.create).reason == "UNCERTAIN"
    world.time += 700
    world.anew()
    assert world.create().name
    assert len(world.jobs()) == 1


def test_what_a_job_made_may_show_late(world: World) -> None:
    """Law 7: a training that has just succeeded is not begun again because nothing of it shows yet."""
    desired = world.desired()
    world.create(desired)
    world.time += 4_001
    assert world.jobs() == ["SUCCEEDED"]
    world.anew()
    world.wire.instead = unmade
    assert world.provider.read([world.name(desired)]) == ()
    error = refused(lambda: world.create(desired))
    assert (error.reason, "has just ended" in error.message) == ("UNCERTAIN", True)
    assert "10 minutes after that end" in error.advice
    world.anew()
    assert world.create(desired).done
    assert world.jobs() == ["SUCCEEDED"]


def test_what_has_not_shown_for_long_is_gone(world: World) -> None:
    """Law 31: its Model and Endpoint were deleted by somebody; the job alone is history."""
    desired = world.desired()
    first = world.create(desired)
    world.time += 36_000
    world.anew()
    world.wire.instead = unmade
    assert world.provider.read([world.name(desired)]) == ()
    assert world.create(desired).name != first.name
    assert len(world.jobs()) == 2


def unmade(request: requests.PreparedRequest) -> requests.Response | None:
    """Neither Models nor Endpoints show: lists are empty, and nothing is there by name."""
    found = re.search(r"/(?:models|endpoints)(/|\?|$)", str(request.path_url))
    if request.method != "GET" or not found:
        return None
    answer = requests.Response()
    answer.request, answer.url = request, str(request.url)
    answer.status_code, body = (404, b'{"error":{"code":404}}') if found[1] == "/" else (200, b"{}")
    answer.headers["Content-Type"] = "application/json"
    answer.raw = io.BytesIO(body)
    return answer


def test_a_request_that_never_left_has_begun_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to wait for what cannot have happened."""
    deliver = world.wire.send

    def closed(request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        if str(request.url).endswith("/tuningJobs") and request.method == "POST":
            raise requests.exceptions.ConnectTimeout(request=request)
        return deliver(request)

    monkeypatch.setattr(world.wire, "send", closed)
    with pytest.raises(Unsent):
        world.create()
    assert world.claims() == {}
    monkeypatch.undo()
    assert world.create().name
    assert len(world.jobs()) == 1


def test_too_many_requests_are_known_to_be_undone(world: World) -> None:
    world.fault(Fault("POST", JOBS, Status(429)))
    assert world.create().name
    assert len(posts(world)) == 2
    assert len(world.jobs()) == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [(400, RemoteError), (403, RemoteError), (404, RemoteError), (401, Unauthenticated), (429, QuotaExceeded)],
)
def test_a_refusal_frees_the_claim(world: World, code: int, kind: type[RemoteError]) -> None:
    world.fault(Fault("POST", JOBS, Status(code), times=None))
    with pytest.raises(kind):
        world.create()
    assert world.claims() == {}
    world.emulator.clear_faults()
    world.anew()
    assert world.create().name


def test_a_base_that_cannot_be_tuned(world: World) -> None:
    with pytest.raises(RemoteError, match=r"gemini-1\.0-ultra is not supported"):
        world.create(world.desired(baseModel="gemini-1.0-ultra"))
    assert world.claims() == {}


def test_a_claim_that_does_not_name_its_job_is_no_error(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.fault(Fault("POST", "/upload/", Status(403), after=2))
    operation = world.create()
    assert "the claim does not name its job" in caplog.text
    assert world.claims()[operation.model]["job"] == ""
    world.anew()
    assert world.create().name == operation.name


def test_a_run_that_races_waits_for_the_other_one(world: World) -> None:
    """The other run has announced the training and is about to begin it; meanwhile we look, and are told to go."""
    rival = world.connect()
    world.provider = world.connect()
    found: list[Refused] = []
    wire = world.wire

    def race(_: object) -> None:
        mine, world.provider = world.provider, rival
        found.append(refused(world.create))
        world.provider = mine

    wire.at, wire.before = 5, race
    assert world.create().name
    assert [error.reason for error in found] == ["UNCERTAIN"]
    assert "has announced" in found[0].message
    assert len(world.jobs()) == 1


def test_a_run_that_races_adopts_what_the_other_one_begins(world: World) -> None:
    """We are told that somebody is at it, and wait; while we sleep, the other run begins the training."""
    rival = world.connect()
    world.anew()
    world.wire.at, world.wire.before = 5, _crash  # announced, and not begun
    with pytest.raises(InterruptedError):
        world.create()
    [(name, _)] = world.claims().items()
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        world.time += seconds
        if len(naps) == 2:
            body = {"labels": mark, "tunedModelDisplayName": name, "baseModel": "gemini-2.5-flash"}
            spec = {"trainingDatasetUri": "gs://my-bucket/reconciler/data/x.jsonl"}
            world.raw("POST", f"{ROOT}/tuningJobs", {**body, "supervisedTuningSpec": spec})

    mark = encode(ownership(world.desired(), "acme"), name)
    rival._service.http.sleep = nap
    world.provider = rival
    assert world.create().name
    assert naps == [1.0, 2.0]
    assert len(world.jobs()) == 1


def test_a_run_that_is_too_slow_begins_nothing(world: World) -> None:
    """Between announcing and beginning it slept for longer than its claim is worth."""

    def doze(_: object) -> None:
        world.time += 400

    world.wire.at, world.wire.before = 4, doze
    error = refused(world.create)
    assert (error.reason, error.advice) == ("UNCERTAIN", "apply again")
    assert world.jobs() == []
    assert world.claims() == {}


def test_a_claim_is_taken_over_by_one_of_many(world: World) -> None:
    """A killed run's claim is free; of two that take it at once one gets it, and the other sees that."""
    desired = world.desired()
    mark = ownership(desired, "acme")
    claims = world.provider._creation._claims
    left, _ = claims.take(claims.place(mark, world.name(desired)))
    assert left is not None
    world.time += 601
    held = claims.held(left.place)
    assert held is not None
    assert (held.age, held.job) == (601, None)
    taken, _ = claims.take(left.place, held.generation)
    assert taken is not None
    assert claims.take(left.place, held.generation) == (None, claims.held(left.place))
    error = refused(world.create)
    assert error.reason == "UNCERTAIN"
    assert "22:33:21 UTC" in error.advice
    world.time += 601
    assert world.create().name


def test_duplicates_are_seen_and_can_be_stopped(world: World) -> None:
    """A run that was suspended after its last look comes back to life: nothing can stop it from training twice."""
    rival = world.connect()
    world.anew()

    def sleep_on(_: object) -> None:
        world.time += 1000
        mine, world.provider = world.provider, rival
        world.create()
        world.provider = mine
        world.time += 1

    world.wire.at, world.wire.before = 8, sleep_on
    world.create()
    observed = {each.twin: each for each in world.anew().observe()}
    first, second = observed[False], observed[True]
    assert first.name == world.name(world.desired())
    assert second.name == second.resources["job"] != first.resources["job"]
    assert first.created < second.created
    assert second.state is State.TRAINING
    assert [each.name for each in world.provider.read([second.name, first.name])] == [second.name, first.name]
    assert refused(lambda: world.provider.delete(second)).reason == "STALE"
    world.provider.cancel(second)
    assert [each.name for each in world.provider.observe()] == [first.name]
    world.time += 36_000
    assert [each.state for each in world.provider.observe()] == [State.READY]


def test_what_no_list_shows_yet_is_not_trained_beside(make_world: Callable[..., World]) -> None:
    """A replacement is there, its predecessor and the claim of that are gone, and lists lag behind all of it.

    Claims lie in Cloud Storage, where nothing lags: the newer training is known from its own.
    """
    world = make_world(list_lag=50)
    first, second = world.desired(), world.desired(**{"hyperparameters.epochCount": 2})
    begun = world.create(second)
    world.anew()
    caught = refused(lambda: world.create(first))
    assert caught.reason == "UNCERTAIN"
    assert str(caught).startswith(f"{begun.model} was begun for the same model, and the service's lists do not show it")
    assert len(world.jobs()) == 1, "and by now lists have caught up"
    world.anew().observe()
    world.create(first)
    assert len(world.jobs()) == 2


def test_twins_that_are_both_ready_are_deleted_by_their_names(world: World) -> None:
    first = world.ready()
    job = world.raw("GET", f"/v1/{first.resources['job']}")
    copied = {key: job[key] for key in ("baseModel", "tunedModelDisplayName", "labels", "supervisedTuningSpec")}
    world.raw("POST", f"{ROOT}/tuningJobs", copied)
    world.time += 36_000
    observed = {each.twin: each for each in world.anew().observe()}
    twin = observed[True]
    assert {each.state for each in observed.values()} == {State.READY}
    world.provider.delete(twin)
    assert [(each.name, each.twin) for each in world.provider.observe()] == [(first.name, False)]
    assert first.name in world.claims()


def test_a_service_without_the_filter_is_asked_for_everything_from_then_on(make_world: Callable[..., World]) -> None:
    world = make_world(label_filter="refuse")
    assert world.create().name
    world.provider.observe()
    world.provider.observe()
    lists = [request for request in world.emulator.requests if request.path.endswith("/tuningJobs")]
    assert [request.status for request in lists if request.method == "GET"] == [400, 200, 200, 200]
    world.time += 36_000
    [observed] = world.anew().observe()
    assert observed.state is State.READY


def test_a_filter_that_finds_nothing_is_not_believed(make_world: Callable[..., World]) -> None:
    """Nobody has verified that the list of jobs takes the filter: an empty answer may mean that it does not."""
    world = make_world(label_filter="nothing")
    first = world.create()
    world.anew()
    assert world.create().name == first.name
    world.time += 36_000
    [observed] = world.anew().observe()
    assert observed.state is State.READY
    assert [each.name for each in world.anew().read([observed.name])] == [observed.name]
    assert len(world.jobs()) == 1


def test_a_filter_that_has_found_something_is_believed(world: World) -> None:
    world.create()
    world.anew().observe()
    world.emulator.forget_requests()
    assert world.provider.read(["letters-aaaaaabbbbbbbbb"]) == ()
    assert [request.query["filter"] for request in world.emulator.requests] == [
        "labels.reconciler-id=letters-aaaaaabbbbbbbbb"
    ]


def test_a_job_with_copied_labels_is_not_ours(world: World) -> None:
    """Somebody repeats our job in the console under another display name: the labels come along."""
    world.ready()
    job = world.listed("tuningJobs")[0]
    copied = {key: job[key] for key in ("baseModel", "labels", "supervisedTuningSpec")}
    world.raw("POST", f"{ROOT}/tuningJobs", {**copied, "tunedModelDisplayName": "a copy"})
    world.time += 36_000
    ours, theirs = sorted(world.anew().observe(), key=lambda each: each.mark is Mark.VOID)
    assert (ours.mark, ours.twin) == (Mark.VALID, False)
    assert (theirs.mark, theirs.name) == (Mark.VOID, theirs.resources["job"])
    assert theirs.ownership == ours.ownership
    assert refused(lambda: world.provider.delete(theirs)).reason == "COPIED_MARK"
    assert world.create().name == ours.resources["job"]


def test_a_job_that_only_has_our_labels_is_not_adopted(world: World) -> None:
    """Its display name is not the id, so it was not begun for us, whatever its labels say."""
    desired = world.desired()
    labels = encode(ownership(desired, "acme"), world.name(desired))
    spec = {"trainingDatasetUri": "gs://my-bucket/reconciler/data/x.jsonl"}
    body = {"baseModel": "gemini-2.5-flash", "labels": labels, "supervisedTuningSpec": spec}
    copy = world.raw("POST", f"{ROOT}/tuningJobs", {**body, "tunedModelDisplayName": "a copy"})
    assert world.create(desired).name != copy["name"]
    assert len(world.jobs()) == 2


def test_a_job_with_our_id_and_another_address_is_refused(world: World) -> None:
    world.create()
    theirs = ownership(world.desired("letters"), "acme")
    world.anew()
    error = refused(lambda: world.create(ownership=theirs))
    assert error.reason == "FOREIGN_OWNER"


def test_a_training_that_starts_from_a_model(world: World) -> None:
    parent = world.ready()
    fields = {"baseModel": None, "preTunedModel.address": "TunedModel/numbers", "preTunedModel.checkpointId": "1"}
    child = world.desired("child", **fields)
    assert refused(lambda: world.create(child)).reason == "DEPENDENCY"
    training = renamed(parent, state=State.TRAINING)
    assert refused(lambda: world.create(child, parent=training)).reason == "DEPENDENCY"
    world.emulator.forget_requests()
    world.create(child, parent=parent)
    [post] = posts(world)
    assert post.body["preTunedModel"] == {"tunedModelName": parent.resources["model"], "checkpointId": "1"}
    assert "baseModel" not in post.body
    world.time += 36_000
    observed = world.look(world.name(child))
    assert observed.state is State.READY
    assert observed.resources["model"].partition("@")[0] != parent.resources["model"].partition("@")[0]
    assert observed.fields["preTunedModel.name"] == parent.resources["model"]


def test_a_training_that_starts_from_a_named_model(world: World) -> None:
    model = world.ready().resources["model"]
    child = world.desired("child", **{"baseModel": None, "preTunedModel.name": model})
    assert world.create(child).observed is not None
    world.time += 36_000
    assert world.look(world.name(child)).fields["preTunedModel.name"] == model


def test_without_data_nothing_is_trained(world: World) -> None:
    desired = world.desired()
    without = type(desired)(desired.address, desired.fields, None)
    act = lambda: world.provider.create("x", without, ownership(desired, "acme"), ())  # noqa: E731
    assert refused(act).reason == "NO_DATASET"
    assert world.sent() == []


def test_no_grace_takes_over_at_once(make_world: Callable[..., World]) -> None:
    world = make_world(grace=0)
    world.wire.at, world.wire.before = 5, _crash
    with pytest.raises(InterruptedError):
        world.create()
    world.anew()
    assert world.create().name
    assert world.slept == []


def _crash(_: object) -> None:
    raise InterruptedError

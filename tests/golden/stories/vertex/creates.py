"""Trainings that are begun once, whatever is lost, late or done twice: the service takes no id from us."""

import json

from reconciler.emulator.wire import Request
from tests.golden.stage import Stage
from tests.golden.story import LINES, MANIFEST, sentences, story, three, trained

CREATE = "POST /tuningJobs$"
WRITE = "POST /upload/storage"


@story(only="vertex")
def no_answer_arrives_at_first(stage: Stage) -> None:
    """Of each request that begins a training the first answer is lost: all is done once, and nothing is said of it."""
    sentences(stage, show=False)
    written = (f"{WRITE}:cut:after:1", f"{WRITE}:cut:after:skip=1:1", f"{WRITE}:cut:after:skip=2:1")
    stage.fault("the first answer of each kind is lost", "GET /storage/:cut:after:1", *written, "create:cut:after:1")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.trained("sentences") == 1


@story(only="vertex", list_lag=20)
def an_answer_is_lost_and_the_list_lags(stage: Stage) -> None:
    """The job was made and cannot be seen for more than a minute: not certain, so not begun again; then it is found."""
    sentences(stage, show=False)
    stage.fault("the answer to the first create is lost", "create:cut:after:1")
    stage.run("apply --yes", 4)
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def a_request_never_arrives(stage: Stage) -> None:
    """It cannot be told from an answer that was lost, so the training waits for ten minutes before it is begun."""
    three(stage)
    stage.fault("no request to train tickets arrives", "creating:cut:skip=2:1")
    stage.run("apply --yes", 5)
    stage.run("apply --yes", 4)
    stage.passes(600)
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.trained("tickets") == 1


@story(only="vertex")
def the_service_fails_as_it_begins(stage: Stage) -> None:
    """A 503 does not say whether anything was done: as with a lost answer the job is looked for, then it is waited."""
    sentences(stage, show=False)
    stage.fault("the service fails once when it is to train", "create:503:before:1")
    stage.run("apply --yes", 4)
    stage.passes(600)
    stage.run("apply --yes")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def the_bucket_is_contended(stage: Stage) -> None:
    """Cloud Storage answers 409 while two write one claim: asked again, and whoever is first begins the training."""
    sentences(stage, show=False)
    stage.fault("two writes collide", f"{WRITE}:409:before:skip=1:1")
    stage.run("apply --yes")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def killed_before_the_training(stage: Stage) -> None:
    """The run was killed between its claim and the training: the claim is free when the grace is over, not before."""
    sentences(stage, show=False)
    stage.run_killed("apply --yes", CREATE)
    stage.run("plan")
    stage.run("apply --yes", 4)
    stage.passes(600)
    stage.run("apply --yes")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def killed_after_the_training_was_begun(stage: Stage) -> None:
    """The run was killed before it wrote the job into its claim: the job is found by its labels."""
    sentences(stage, show=False)
    stage.run_killed("apply --yes", CREATE, "after")
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.trained("sentences") == 1


@story(only="vertex", list_lag=50)
def the_claim_knows_the_job(stage: Stage) -> None:
    """Lists do not show the job for long: the claim names it, and so the next run trains nothing."""
    sentences(stage, show=False)
    stage.run("apply --yes --no-wait", 3)
    stage.run("apply --yes")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def two_runs_train_at_once(stage: Stage) -> None:
    """Another run of the same commit is first: its claim is in the way of ours, and we wait for its training."""
    sentences(stage, show=False)
    stage.at("POST /upload/storage", lambda _: stage.run_beside("apply --yes --no-wait"))
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def another_run_is_just_beginning(stage: Stage) -> None:
    """The other run has written its claim and not yet begun: we look for a while, and find what it begins."""
    sentences(stage, show=False)
    held = stage.run_killed("apply --yes", CREATE)
    stage.tell("In truth that run is not dead, only slow.")
    stage.meanwhile(5, lambda: arrive(stage, held))
    stage.run("apply --yes")
    assert stage.trained("sentences") == 0
    assert list(stage.emulator.states().values()) == ["ACTIVE"]


@story(only="vertex")
def a_duplicate_is_found_later(stage: Stage) -> None:
    """A request of a dead run arrives after all: the older training counts, the other one is asked to stop."""
    sentences(stage, show=False)
    held = stage.run_killed("apply --yes", CREATE)
    stage.passes(600)
    stage.run("apply --yes")
    arrive(stage, held)
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes")
    stage.run("plan")
    stage.run("outputs")
    assert stage.trained("sentences") == 1
    assert stage.deleted() == []


@story(only="vertex")
def a_duplicate_is_ready(stage: Stage) -> None:
    """Both trainings have ended: the younger model goes, the older one serves as ever."""
    sentences(stage, show=False)
    held = stage.run_killed("apply --yes", CREATE)
    stage.passes(600)
    stage.run("apply --yes")
    arrive(stage, held)
    stage.passes(60)
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.always_served("sentences")


@story(only="vertex")
def a_base_is_refused(stage: Stage) -> None:
    """What the service does not tune it refuses: nothing was begun, so the claim is free at once for the next try."""
    sentences(stage, show=False)
    stage.edit(MANIFEST, LINES.base, "gemini-1.0-ultra")
    stage.run("apply --yes", 1)
    stage.edit(MANIFEST, "gemini-1.0-ultra", "gemini-2.5-pro")
    stage.edit(MANIFEST, "adapterSize: 4", "adapterSize: 16")
    stage.run("apply --yes", 1)
    stage.edit(MANIFEST, "adapterSize: 16", "adapterSize: 8")
    stage.run("apply --yes")
    assert stage.trained("sentences") == 1


@story(only="vertex", buckets=())
def no_staging_bucket(stage: Stage) -> None:
    """The staging bucket is not there, or may not be written to: said with the role that is missing."""
    sentences(stage, show=False)
    stage.run("plan")
    stage.run("apply --yes", 1)
    stage.behaves("The bucket is made, and we may only read it.", buckets=None, bucket_denials=READ_ONLY)
    stage.run("apply --yes", 1)


READ_ONLY = {"a-bucket": ("storage.objects.create",)}


@story(only="vertex")
def a_busy_project(stage: Stage) -> None:
    """429 with a time to wait, 503 where nothing can be begun twice, a cut answer: waited out, and not reported."""
    three(stage)
    specs = ("list:429=7:1", "create:429=3:1", "get:truncate:1", f"{WRITE}:503:before:1", "GET /storage/:503:1")
    stage.fault("the service is busy", *specs)
    stage.run("apply --yes")
    stage.run("plan")


@story(only="vertex")
def deleted_by_somebody_and_trained_again(stage: Stage) -> None:
    """Somebody deleted our model: its job and its claim are still there, and are no reason not to train it again.

    Right after its training they may be: what it made may only not show yet.
    """
    trained(stage)
    model = stage.id("sentences")
    stage.somebody("deletes our model", stage.deeds.delete, model)
    stage.run("apply --yes", 4)
    stage.passes(600)
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.ids("sentences") == [model]


def arrive(stage: Stage, held: Request) -> None:
    """Let a request arrive that a run sent long ago."""
    stage.somebody(
        "receives the request that was under way", lambda ask: ask("POST", held.target, json.loads(held.body))
    )

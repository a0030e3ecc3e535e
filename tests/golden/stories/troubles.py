"""A service that loses answers, lags, and shows things otherwise than they were sent."""

from tests.golden.stage import Stage
from tests.golden.story import MANIFEST, all_trained, sentences, story, three, trained


@story()
def answer_of_a_create_is_lost(stage: Stage) -> None:
    """The training was begun and the answer is lost: the id is taken, the model adopted, and trained once."""
    sentences(stage, show=False)
    stage.fault("the answer to the first create is lost", "create:cut:after:1")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.trained("sentences") == 1


@story(only="gemini")
def every_answer_of_creates_is_lost(stage: Stage) -> None:
    """No create is ever answered: this run fails, the next one finds the model that was begun all the same."""
    sentences(stage, show=False)
    stage.fault("no create is answered any more", "create:cut:after:always")
    stage.run("apply --yes", 1)
    stage.mended()
    stage.run("apply --yes")
    assert stage.trained("sentences") == 1


@story(only="gemini")
def creates_never_arrive(stage: Stage) -> None:
    """The connection breaks before anything is done: said after some tries; one model's trouble is not the others'."""
    three(stage)
    stage.fault("no create for dates arrives", "creating:cut:6")
    stage.run("apply --yes", 5)
    stage.run("apply --yes")
    stage.run("plan")


@story()
def answer_of_a_delete_is_lost(stage: Stage) -> None:
    """The model was deleted and the answer is lost: asked again, gone is gone."""
    all_trained(stage)
    stage.remove("manifests/dates.yaml")
    stage.fault("the answer to the first delete is lost", "delete:cut:after:1")
    stage.run("apply --yes")
    stage.run("plan")


@story(list_lag=3)
def lists_lag(stage: Stage) -> None:
    """A list does not show yet what was just made: absence is confirmed by name, so nothing is trained twice."""
    sentences(stage, show=False)
    stage.run("apply --yes --no-wait", 3)
    stage.run("plan")
    stage.run("apply --yes")
    assert stage.trained("sentences") == 1


@story(list_lag=2)
def lists_lag_behind_a_delete(stage: Stage) -> None:
    """A list still shows what was just deleted: asked for by name it is gone, and gone is done."""
    sentences(stage, show=False)
    stage.quietly("apply --yes", "plan", "plan")
    stage.tell("manifests/sentences.yaml is applied and its model trained.")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    stage.run("apply --yes --allow-empty")
    stage.run("plan")


@story(only="gemini")
def a_busy_service(stage: Stage) -> None:
    """429 with a time to wait, 503 and a cut answer: waited out, without a word in the report."""
    three(stage)
    stage.fault("the service is busy", "list:429=7:1", "create:503:before:1", "create:429=3:1", "get:truncate:1")
    stage.run("apply --yes")
    stage.run("plan")


@story()
def trouble_while_waiting(stage: Stage) -> None:
    """The service does not answer for a while during a wait: waited out, and said."""
    sentences(stage, show=False)
    stage.meanwhile(0.5, lambda: stage.fault("the service is down for a while", "look:503:12"))
    stage.run("apply --yes")


@story()
def credentials_expire_while_waiting(stage: Stage) -> None:
    """The credentials run out during a wait: the run ends with what is done and what trains, and how to go on."""
    three(stage)
    stage.meanwhile(0.5, lambda: stage.fault("the token has expired", "any:401:always"))
    stage.run("apply --yes", 1)
    stage.mended()
    stage.run("apply --yes")


@story(only="gemini", echo="multiplier-as-rate")
def multiplier_comes_back_as_a_rate(stage: Stage) -> None:
    """The service resolves the declared multiplier to a rate: no reason to train again."""
    trained(stage)
    stage.edit(MANIFEST, "  batchSize: 4\n", "  batchSize: 4\n    learningRateMultiplier: 2\n")
    stage.run("apply --yes")
    stage.run("plan")
    stage.edit(MANIFEST, "learningRateMultiplier: 2", "learningRate: 0.002")
    stage.run("plan")


@story(only="gemini", echo="omit-multiplier")
def multiplier_does_not_come_back(stage: Stage) -> None:
    """The service shows neither rate nor multiplier: what was declared is recorded, so nothing changed."""
    trained(stage)
    stage.edit(MANIFEST, "  batchSize: 4\n", "  batchSize: 4\n    learningRateMultiplier: 2\n")
    stage.run("apply --yes")
    stage.run("plan")
    stage.edit(MANIFEST, "    epochCount: 3\n", "")
    stage.run("plan")
    stage.edit(MANIFEST, "learningRateMultiplier: 2", "learningRateMultiplier: 3")
    stage.run("plan")


@story(only="gemini", echo=frozenset({"clamp", "resolve-base"}), epoch_max=2)
def clamped_and_resolved(stage: Stage) -> None:
    """The service clamps the epochs and resolves the alias of the base: noted, and no reason to train again."""
    trained(stage)
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("status")
    stage.run("plan --detailed-exitcode")


@story()
def two_runs_at_once(stage: Stage) -> None:
    """While this run waits, another one replaced the model again: nothing of that address is deleted."""
    trained(stage)
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.meanwhile(0.9, lambda: _other_run(stage))
    stage.run("apply --yes", 5)
    stage.run("plan")
    assert stage.always_served("sentences")
    assert stage.deleted() == []


def _other_run(stage: Stage) -> None:
    stage.edit(MANIFEST, "epochCount: 5", "epochCount: 6")
    stage.run_beside("apply --yes --no-wait")


@story()
def marked_by_another_run(stage: Stage) -> None:
    """While this run waits, the mark of the model to be deleted changes: it stays."""
    trained(stage)
    old = stage.id("sentences")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.meanwhile(0.5, lambda: stage.somebody("takes it for themselves", stage.deeds.take, old))
    stage.run("apply --yes", 5)
    stage.run("plan")
    assert stage.deleted() == []

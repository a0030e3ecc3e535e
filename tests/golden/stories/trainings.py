"""Trainings that overlap, fail, are taken back, or are left alone while they run."""

from tests.golden.stage import Stage
from tests.golden.story import MANIFEST, TICKETS, TICKETS_MODEL, sentences, story, three, trained


@story(only="gemini")
def no_wait(stage: Stage) -> None:
    """`apply --no-wait` ends with 3, `wait` writes nothing and ends with 0, and the plan after it is empty."""
    three(stage)
    stage.run("apply --yes --no-wait", 3)
    stage.run("plan --detailed-exitcode", 3)
    stage.run("status")
    stage.run("outputs")
    stage.run("wait --timeout 1s", 3)
    stage.run("wait")
    stage.run("plan")
    stage.run("wait")


@story(steps_per_second=0.05)
def a_long_training(stage: Stage) -> None:
    """A log hears each minute that the run is alive; a timeout is no failure, and `wait` goes on."""
    sentences(stage, show=False)
    stage.run("apply --yes --timeout 3m", 3)
    stage.run("wait")
    stage.run("plan")


@story()
def progress_as_json(stage: Stage) -> None:
    """With `-o json` stdout is a stream of events, one line each, and nothing else."""
    sentences(stage, show=False)
    stage.run("apply --yes -o json")


@story()
def no_wait_replace(stage: Stage) -> None:
    """A replace that nobody waited for: `wait` says what is left, and the next apply deletes the old model."""
    trained(stage)
    old = stage.id("sentences")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("apply --yes --no-wait", 3)
    stage.run("outputs")
    stage.run("outputs -o json")
    stage.run("wait")
    stage.run("outputs")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.deleted() == [old]
    assert stage.always_served("sentences")
    assert stage.trained("sentences") == 2


def second_trains(stage: Stage) -> str:
    """Begin a long second training beside the model that serves; return the id of that one."""
    trained(stage)
    serving = stage.id("sentences")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 40")
    stage.run("apply --yes --no-wait", 3)
    return serving


@story(steps_per_second=1)
def two_replaces_in_a_row(stage: Stage) -> None:
    """v1 serves, v2 trains, v3 is declared: v3 starts at once, v1 serves until v3 does, v2 ends and goes."""
    second_trains(stage)
    stage.edit(MANIFEST, "epochCount: 40", "epochCount: 5")
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.always_served("sentences")
    assert stage.trained("sentences") == 3
    assert len(stage.ids("sentences")) == 1


@story(steps_per_second=1)
def data_changes_while_training(stage: Stage) -> None:
    """v2 trains on data that is gone by now: v3 starts at once, and what v2 costs is not known any more."""
    second_trains(stage)
    stage.edit("manifests/data/sentences.jsonl", '"output": "21"', '"output": "22"')
    stage.run("plan")
    stage.run("apply --yes --no-wait", 3)
    stage.run("plan")


@story(steps_per_second=1)
def revert_while_training(stage: Stage) -> None:
    """v1 serves, v2 trains, v1 is declared again: nothing is trained, v2 ends and goes."""
    old = second_trains(stage)
    stage.edit(MANIFEST, "epochCount: 40", "epochCount: 3")
    stage.run("plan")
    stage.run("apply --yes --no-wait", 3)
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.ids("sentences") == [old]
    assert stage.trained("sentences") == 2


@story(steps_per_second=1)
def cancel_what_is_superseded(stage: Stage) -> None:
    """As before, but the training that nobody needs is asked to stop."""
    second_trains(stage)
    stage.edit(MANIFEST, "epochCount: 40", "epochCount: 3")
    stage.run("apply --yes --cancel-superseded sentences")
    stage.run("plan")


@story()
def rollback(stage: Stage) -> None:
    """With keepSuperseded the replaced model stays, and going back to it costs no training."""
    trained(stage, "lifecycle:", "  keepSuperseded: 1")
    first = stage.id("sentences")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("apply --yes")
    stage.run("plan")
    stage.edit(MANIFEST, "epochCount: 5", "epochCount: 3")
    stage.run("plan")
    stage.run("outputs")
    stage.tell("One more replacement: the oldest goes.")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 7")
    stage.passes(60)
    stage.run("apply --yes")
    stage.run("status")
    assert stage.trained("sentences") == 3
    assert first not in stage.ids("sentences") or len(stage.ids("sentences")) == 2


@story()
def replace_on_request(stage: Stage) -> None:
    """`--replace` trains the same inputs again, under the next id; given twice it does not train twice."""
    trained(stage)
    stage.run("plan --replace sentences")
    stage.run("apply --yes --replace sentences --no-wait", 3)
    stage.run("apply --yes --replace sentences")
    stage.run("plan")
    assert stage.trained("sentences") == 2
    assert stage.always_served("sentences")


@story(fail_after={"sentences": 5})
def training_fails(stage: Stage) -> None:
    """A training fails: said with the service's words, retried when asked, after three times only on purpose."""
    sentences(stage, show=False)
    stage.run("apply --yes", 1)
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes", 4)
    stage.run("apply --yes --retry-failed sentences", 1)
    stage.run("apply --yes --retry-failed sentences", 1)
    stage.run("apply --yes --retry-failed sentences", 4)
    stage.behaves("The cause is found: the service trains again.", fail_after={})
    stage.run("apply --yes --retry-failed sentences --max-attempts 4")
    stage.run("plan")
    assert stage.trained("sentences") == 4


@story(fail_after={"tickets": 5})
def nothing_goes_before_what_comes(stage: Stage) -> None:
    """A new model cannot be trained: what is no longer declared stays, in that run and in all that follow."""
    all_but_new(stage)
    old = stage.id("sentences")
    stage.run("apply --yes", 1)
    stage.run("plan")
    stage.run("apply --yes", 4)
    assert stage.ids("sentences") == [old]
    stage.behaves("The cause is found: the service trains again.", fail_after={})
    stage.run("apply --yes --retry-failed tickets")
    stage.run("plan")
    assert stage.deleted()[-1] == old


def all_but_new(stage: Stage) -> None:
    """Start from `sentences` trained; its manifest is gone, and that of `tickets` has come."""
    trained(stage)
    stage.remove(MANIFEST)
    stage.write("manifests/data/tickets.csv", TICKETS, show=False)
    stage.write("manifests/tickets.yaml", TICKETS_MODEL, show=False)
    stage.tell("manifests/tickets.yaml declares a new model.")


@story(fail_after={"sentences": 5})
def a_replacement_fails(stage: Stage) -> None:
    """The new training fails: the old model stays and serves; a mended manifest replaces it and sweeps up."""
    stage.behaves("The service trains well.", fail_after={})
    trained(stage)
    old = stage.id("sentences")
    stage.behaves("The service has trouble from now on.", fail_after={"sentences": 5})
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("apply --yes", 1)
    stage.run("outputs")
    stage.run("plan")
    stage.behaves("The trouble is over.", fail_after={})
    stage.edit(MANIFEST, "epochCount: 5", "epochCount: 4")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.always_served("sentences")
    assert old not in stage.ids("sentences")


@story(only="gemini")
def unknown_state(stage: Stage) -> None:
    """The service reports a state nobody knows: refused, nothing is trained or deleted."""
    trained(stage)
    model = stage.id("sentences")
    shown = stage.emulator.ask("GET", f"/v1beta/tunedModels/{model}")
    stage.emulator.ask("DELETE", f"/v1beta/tunedModels/{model}")
    stage.emulator.load({"tunedModels": [{**shown, "state": "PAUSED"}]})
    stage.tell("The service shows our model in the state PAUSED.")
    stage.run("plan")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty", 4)
    assert stage.ids("sentences") == [model]


@story(only="gemini")
def vanished_while_training(stage: Stage) -> None:
    """Somebody deletes the model while it trains: an error of this run, and not trained again by itself."""
    sentences(stage, show=False)
    stage.meanwhile(0.2, lambda: stage.somebody("deletes it", stage.deeds.delete, stage.id("sentences")))
    stage.run("apply --yes", 1)
    assert stage.trained("sentences") == 1
    stage.run("plan")


@story()
def what_is_not_carried_over(stage: Stage) -> None:
    """What people set by hand and nobody declared is lost with a replacement: the plan says what it was."""
    trained(stage)
    model = stage.id("sentences")
    stage.somebody(f"sets {stage.deeds.extras}", stage.deeds.adorn, model)
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")

"""The life of a job: names that come late, jobs that people stop, models that are taken in."""

from tests.golden.stage import Stage
from tests.golden.stories.people import make
from tests.golden.story import MANIFEST, all_trained, sentences, story, three, trained, tuned, workspace
from tests.services.vertex import found


@story(only="vertex")
def names_come_late(stage: Stage) -> None:
    """What a model is called can be said when it is ready; a run that does not wait leaves that to the next one."""
    three(stage)
    stage.run("apply --yes --no-wait", 3)
    stage.run("plan --detailed-exitcode", 3)
    stage.run("plan -o json")
    stage.run("wait")
    stage.run("plan --detailed-exitcode", 2)
    stage.run("apply --yes")
    stage.run("plan")


@story(only="vertex")
def a_saved_plan_covers_late_names(stage: Stage) -> None:
    """A reviewed plan is applied to its end by two runs: the name that the second one writes was reviewed too."""
    sentences(stage, show=False)
    stage.run("plan --out plan.json")
    stage.run("apply plan.json --no-wait", 3)
    stage.passes(60)
    stage.run("apply plan.json")
    stage.run("plan")


@story(only="vertex", steps_per_second=1)
def cancelled_by_somebody(stage: Stage) -> None:
    """Somebody cancels our training: failed, with what is known of it, and not begun again by itself."""
    sentences(stage, show=False)
    stage.meanwhile(5, lambda: stage.somebody("cancels it", cancel, stage.id("sentences")))
    stage.run("apply --yes", 1)
    stage.run("plan")
    stage.run("status")
    stage.run("apply --yes --retry-failed sentences")
    stage.run("plan")


def cancel(ask: object, model: str) -> None:
    """Cancel the job of a model."""
    assert callable(ask)
    ask("POST", f"/v1/{found(ask, model)['name']}:cancel", {})


@story(only="vertex", outcomes={"sentences": "JOB_STATE_EXPIRED"})
def a_training_expires(stage: Stage) -> None:
    """A job that expired has failed; the record of it stays for ever, and is forgotten when another one is ready."""
    sentences(stage, show=False)
    stage.run("apply --yes", 1)
    stage.behaves("The service trains well.", outcomes={})
    stage.run("apply --yes --retry-failed sentences")
    stage.run("plan")
    stage.run("status")


@story(only="vertex", outcomes={"sentences": "JOB_STATE_PAUSED"})
def a_training_pauses(stage: Stage) -> None:
    """A job that is paused is a training that goes on some day."""
    sentences(stage, show=False)
    stage.run("apply --yes --timeout 1m", 3)
    stage.run("plan")


@story(only="vertex")
def a_job_in_a_state_of_the_future(stage: Stage) -> None:
    """The service reports a state that nobody here knows: refused, nothing is trained or deleted."""
    trained(stage)
    model = stage.id("sentences")
    job = {**found(stage.emulator.ask, model), "state": "JOB_STATE_DREAMING"}
    stage.emulator.close()
    stage.emulator = type(stage.emulator)(lambda: stage.time, stage.emulator.settings)
    stage.emulator.load_vertex([job])
    stage.tell("The service shows our job in the state JOB_STATE_DREAMING.")
    stage.run("plan")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty", 4)


@story(only="vertex", outcomes={"sentences": "JOB_STATE_PARTIALLY_SUCCEEDED"}, vertex_defaults="echo")
def partly_succeeded_and_resolved(stage: Stage) -> None:
    """A job that succeeded in part has a model that serves, and the service tells what it chose: no change."""
    workspace(stage)
    sentences(stage, show=False)
    stage.edit(MANIFEST, "    epochCount: 3\n", "")
    stage.run("apply --yes")
    stage.run("plan")


@story(only="vertex")
def remove_a_multiplier(stage: Stage) -> None:
    """A removed line is no change: the model keeps what it has, and a note says so."""
    trained(stage)
    stage.edit(MANIFEST, "adapterSize: 4", "adapterSize: 4\n    learningRateMultiplier: 2.0")
    stage.run("apply --yes")
    stage.edit(MANIFEST, "    learningRateMultiplier: 2.0\n", "")
    stage.run("plan")
    stage.run("status")


@story(only="vertex")
def imported_and_never_deleted(stage: Stage) -> None:
    """A model that people made is ours once somebody said so, and stays when its manifest goes: it is let go of."""
    workspace(stage)
    make(stage, "trains a model by hand", "hand-made", description="Ask Ada.")
    theirs = stage.deeds.handle(stage.emulator.ask, "hand-made")
    stage.write(MANIFEST, tuned("sentences", "displayName: Numbers", "baseModel: gemini-2.5-flash"))
    stage.run(f"import sentences {theirs} --yes")
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("outputs")
    stage.run("generate sentences 7")
    stage.remove(MANIFEST)
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes --allow-empty", 4)
    stage.run("destroy --workspace acme", 4)
    stage.run("forget sentences --yes")
    stage.run("plan")
    assert stage.deleted() == []
    assert stage.emulator.states()["hand-made"] == "ACTIVE"


@story(only="vertex")
def imported_and_replaced(stage: Stage) -> None:
    """An imported model is replaced by a training of ours: the new one serves, the old one is left to its people."""
    workspace(stage)
    make(stage, "trains a model by hand", "hand-made")
    theirs = stage.deeds.handle(stage.emulator.ask, "hand-made")
    sentences(stage, show=False)
    stage.run(f"import sentences {theirs} --yes")
    stage.run("plan --replace sentences")
    stage.run("apply --yes --replace sentences", 5)
    stage.run("plan")
    stage.run("status")
    assert stage.deleted() == []


@story(only="vertex")
def outputs_name_everything(stage: Stage) -> None:
    """Programs call the endpoint; model and job are told beside it."""
    all_trained(stage)
    stage.run("outputs --target sentences")
    stage.run("outputs -o json --target sentences")

"""What people do at the service with clients of their own, and what the program makes of it."""

import json
from pathlib import Path

import pytest

from tests.golden.stage import Stage
from tests.golden.story import LINES, MANIFEST, WORKSPACE, sentences, story, trained, tuned

RECORDED = Path(__file__).parents[4] / "shared" / "samples" / "list-v1beta3.json"


def make(stage: Stage, what: str, model: str, **said: str) -> None:
    """Let somebody train a model, and wait until it is there."""
    stage.somebody(what, stage.deeds.make, model, **said)
    stage.passes(60)


@story()
def remote_drift(stage: Stage) -> None:
    """Somebody changes declared values at the service: shown as drift and repaired with one PATCH."""
    trained(stage)
    model = stage.id("sentences")
    stage.somebody(f"changes {LINES.path} and display name", stage.deeds.drift, model)
    stage.run("plan --detailed-exitcode", 2)
    stage.run("apply --yes")
    stage.run("plan")


@story(only="gemini")
def somebody_edits_an_undeclared_description(stage: Stage) -> None:
    """People write before, after and around the mark: it is found everywhere, and a later write keeps their words."""
    trained(stage)
    model = stage.id("sentences")
    mark = description(stage, model)
    target = f"/v1beta/tunedModels/{model}?updateMask=description"
    for what, text in (
        ("writes before the mark", f"Do not delete! {mark}"),
        ("writes after the mark", f"{mark} Ask Ada."),
        ("writes right up to the mark, on both sides", f"Do not delete!{mark}Ask Ada."),
    ):
        stage.somebody(what, lambda ask, text=text: ask("PATCH", target, {"description": text}))
        stage.run("plan")
    stage.edit(MANIFEST, f"{LINES.cool}\n", f"{LINES.cool}\n  lifecycle:\n    protect: true\n")
    stage.run("apply --yes")
    stage.tell(f"The description is now: {description(stage, model)}")
    assert description(stage, model).startswith("Do not delete!")
    assert description(stage, model).endswith("Ask Ada.")
    stage.run("plan")


def description(stage: Stage, model: str) -> str:
    """A description of the Gemini API, mark and all."""
    text: str = stage.emulator.ask("GET", f"/v1beta/tunedModels/{model}")["description"]
    return text


@story()
def somebody_edits_a_declared_description(stage: Stage) -> None:
    """The declared text is written again, and the plan prints the text that goes; the mark survives."""
    trained(stage, "description: Counts on by one.")
    model = stage.id("sentences")
    mark = stage.mark(model)
    text = "Handed to the search team in June: ask Ada before you change anything here, and Grace before you delete it."
    stage.somebody("rewrites the description", stage.deeds.describe, model, text)
    stage.run("plan")
    stage.run("apply --yes")
    assert (stage.text(model), stage.mark(model)) == ("Counts on by one.", mark)
    stage.run("plan")


@story()
def somebody_writes_while_apply_waits(stage: Stage) -> None:
    """The text moved between plan and PATCH: nothing is overwritten, the row is stale; the next apply shows it."""
    trained(stage, "description: Counts on by one.")
    model = stage.id("sentences")
    stage.edit(MANIFEST, "Counts on by one.", "Counts on.")
    stage.fault("the service is busy when the run looks at the model", "get:503:1")
    stage.meanwhile(0, lambda: stage.somebody("writes into the description", stage.deeds.describe, model, "Mine!"))
    stage.run("apply --yes", 4)
    stage.run("apply --yes")


@story()
def similar_names(stage: Stage) -> None:
    """What is not ours is never touched, whatever it is called; not even when everything of ours goes."""
    trained(stage)
    ours = stage.id("sentences")
    make(stage, "trains a model with a name like ours", "sentences")
    shape = "sentences-aaaaaa234567abc"
    make(
        stage, "trains a model whose id has the very shape of ours", shape, description="sentences, acme-1", title=shape
    )
    stage.run("plan")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    stage.run("plan")
    assert stage.deleted() == [ours]
    assert set(stage.emulator.states()) == {"sentences", shape}


@story(only="gemini")
def recorded_models(stage: Stage) -> None:
    """Five models as a real account had them are left alone, through plan, apply and destroy."""
    if not RECORDED.exists():
        pytest.skip("the recorded list is not here")
    stage.emulator.load(json.loads(RECORDED.read_text(encoding="utf-8")))
    before = stage.emulator.ask("GET", "/v1beta3/tunedModels?pageSize=1000")
    stage.write("manifests/workspace.yaml", WORKSPACE + "  serviceVersion: v1beta3\n")
    sentences_of_palm(stage)
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    stage.run("destroy --workspace acme")
    assert stage.emulator.ask("GET", "/v1beta3/tunedModels?pageSize=1000") == before


def sentences_of_palm(stage: Stage) -> None:
    """Declare a model of the PaLM generation."""
    pairs = [f'    - {{ textInput: "{n}", output: "{n + 1}" }}' for n in range(1, 21)]
    spec = ("displayName: Sentences", "baseModel: models/text-bison-001", "dataset:", "  examples:")
    stage.write(MANIFEST, tuned("sentences", *spec, *pairs), show=False)
    stage.tell("manifests/sentences.yaml declares a model of text-bison-001 with 20 examples.")


@story()
def wiped_mark(stage: Stage) -> None:
    """The mark is gone and the manifest unchanged: the id proves the model, and the mark is written again."""
    trained(stage)
    model = stage.id("sentences")
    mark = stage.mark(model)
    stage.somebody(f"empties the {stage.deeds.carrier}", stage.deeds.wipe, model)
    stage.run("plan")
    stage.run("apply --yes")
    assert stage.mark(model) == mark
    stage.run("plan")


@story()
def wiped_mark_and_changed_inputs(stage: Stage) -> None:
    """The mark is gone and a hyperparameter changed: refused, for it cannot be known what is meant."""
    trained(stage)
    model = stage.id("sentences")
    stage.somebody(f"empties the {stage.deeds.carrier}", stage.deeds.wipe, model)
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes", 4)
    stage.tell("One way out: the model is marked again, and somebody vouches for its data.")
    stage.run(f"import sentences {model} --yes")
    stage.run(f"import sentences {model} --assume-data --yes")


@story()
def wiped_mark_and_replaced(stage: Stage) -> None:
    """The other way out of a lost mark: a new training, asked for by name; the unmarked model is never deleted."""
    trained(stage)
    model = stage.id("sentences")
    stage.somebody(f"empties the {stage.deeds.carrier}", stage.deeds.wipe, model)
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("apply --yes --replace sentences")
    stage.run("plan")
    assert stage.deleted() == []


@story()
def copied_mark(stage: Stage) -> None:
    """A mark that was copied into another model counts for nothing there: shown, never touched."""
    trained(stage)
    what = f"trains a model and copies our {stage.deeds.carrier}"
    make(stage, what, "experiment", like=stage.id("sentences"))
    stage.run("plan")
    stage.run("plan -o json")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    assert list(stage.emulator.states()) == ["experiment"]


@story()
def newer_mark(stage: Stage) -> None:
    """A later version marked the model: ours, and not ours to read. Nothing is done to its address."""
    trained(stage)
    model = stage.id("sentences")
    stage.somebody("applies with version 2 of this program", stage.deeds.outdate, model)
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.run("apply --yes", 4)
    stage.run("outputs")
    stage.remove(MANIFEST)
    stage.run("plan")


@story()
def deleted_by_somebody(stage: Stage) -> None:
    """Somebody deletes our model: it is trained again, which the plan says before it is done."""
    trained(stage)
    stage.somebody("deletes our model", stage.deeds.delete, stage.id("sentences"))
    stage.run("plan")


@story(only="gemini", id_reuse="conflict")
def deleted_and_reserved(stage: Stage) -> None:
    """Somebody deleted our model and the service keeps its id: refused after a minute, with the flag that helps."""
    trained(stage)
    stage.somebody("deletes our model", stage.deeds.delete, stage.id("sentences"))
    stage.run("apply --yes", 4)
    stage.run("apply --yes --new-attempt sentences")
    stage.run("plan")


@story()
def taken_over_by_another_owner(stage: Stage) -> None:
    """Two workspaces declare one model; whose mark it carries, theirs it is: the other one is refused."""
    trained(stage)
    model = stage.id("sentences")
    stage.edit("manifests/workspace.yaml", "owner: acme-1", "owner: umbrella-2")
    stage.run(f"import sentences {model} --yes", 64)
    stage.run(f"import sentences {model} --yes --take-over")
    stage.edit("manifests/workspace.yaml", "owner: umbrella-2", "owner: acme-1")
    stage.run("plan")
    stage.run("apply --yes", 4)


@story(only="gemini", description_max=60)
def description_cut(stage: Stage) -> None:
    """The service cuts descriptions, and the mark with it: the run stops loudly; the id still shows whose it is."""
    sentences(stage, "description: Counts on by one, in digits and in words.")
    stage.run("apply --yes", 1)
    stage.run("plan")

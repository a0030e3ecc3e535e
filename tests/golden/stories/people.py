"""What people do at the service with clients of their own, and what the program makes of it."""

import json
from pathlib import Path

import pytest

from tests.golden.stage import Stage
from tests.golden.story import BASE, MANIFEST, WORKSPACE, sentences, story, trained, tuned

RECORDED = Path(__file__).parents[4] / "shared" / "samples" / "list-v1beta3.json"


def describe(stage: Stage, what: str, model: str, text: str) -> None:
    """Let somebody change a description."""
    stage.somebody(what, "PATCH", f"tunedModels/{model}?updateMask=description", {"description": text})


def make(stage: Stage, what: str, model: str, description: str = "") -> None:
    """Let somebody train a model, and wait until it is ACTIVE."""
    pairs = [{"textInput": str(number), "output": str(number + 1)} for number in range(20)]
    task = {"hyperparameters": {"epochCount": 1}, "trainingData": {"examples": {"examples": pairs}}}
    body = {"displayName": "Sentences", "baseModel": BASE, "description": description, "tuningTask": task}
    stage.somebody(what, "POST", f"tunedModels?tunedModelId={model}", body)
    stage.passes(60)


@story()
def remote_drift(stage: Stage) -> None:
    """Somebody changes declared values at the service: shown as drift and repaired with one PATCH."""
    trained(stage)
    model = stage.id("sentences")
    stage.somebody(
        "changes temperature and display name",
        "PATCH",
        f"tunedModels/{model}?updateMask=temperature,displayName",
        {"temperature": 0.9, "displayName": "Sätze \x1b[31m(neu)"},
    )
    stage.run("plan --detailed-exitcode", 2)
    stage.run("apply --yes")
    stage.run("plan")


@story()
def somebody_edits_an_undeclared_description(stage: Stage) -> None:
    """People write before, after and around the mark: it is found everywhere, and a later write keeps their words."""
    trained(stage)
    model = stage.id("sentences")
    mark = stage.description(model)
    for what, text in (
        ("writes before the mark", f"Do not delete! {mark}"),
        ("writes after the mark", f"{mark} Ask Ada."),
        ("writes right up to the mark, on both sides", f"Do not delete!{mark}Ask Ada."),
    ):
        describe(stage, what, model, text)
        stage.run("plan")
    stage.edit(MANIFEST, "temperature: 0.2\n", "temperature: 0.2\n  lifecycle:\n    protect: true\n")
    stage.run("apply --yes")
    stage.tell(f"The description is now: {stage.description(model)}")
    assert stage.description(model).startswith("Do not delete!")
    assert stage.description(model).endswith("Ask Ada.")
    stage.run("plan")


@story()
def somebody_edits_a_declared_description(stage: Stage) -> None:
    """The declared text is written again, and the plan prints the text that goes; the mark survives."""
    trained(stage, "description: Counts on by one.")
    model = stage.id("sentences")
    mark = stage.description(model).removeprefix("Counts on by one. ")
    text = "Handed to the search team in June: ask Ada before you change anything here, and Grace before you delete it."
    describe(stage, "rewrites the description", model, f"{text} {mark}")
    stage.run("plan")
    stage.run("apply --yes")
    assert stage.description(model) == f"Counts on by one. {mark}"
    stage.run("plan")


@story()
def somebody_writes_while_apply_waits(stage: Stage) -> None:
    """The text moved between plan and PATCH: nothing is overwritten, the row is stale; the next apply shows it."""
    trained(stage, "description: Counts on by one.")
    model = stage.id("sentences")
    mark = stage.description(model).removeprefix("Counts on by one. ")
    stage.edit(MANIFEST, "Counts on by one.", "Counts on.")
    stage.fault("the service is busy when the run looks at the model", "get:503:1")
    stage.meanwhile(0, lambda: describe(stage, "writes into the description", model, f"Mine! {mark}"))
    stage.run("apply --yes", 4)
    stage.run("apply --yes")


@story()
def similar_names(stage: Stage) -> None:
    """What is not ours is never touched, whatever it is called; not even when everything of ours goes."""
    trained(stage)
    ours = stage.id("sentences")
    make(stage, "trains a model with a name like ours", "sentences")
    make(stage, "trains a model whose id has the very shape of ours", "sentences-aaaaaa234567abc", "sentences, acme-1")
    stage.run("plan")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    stage.run("plan")
    assert stage.deleted() == [ours]
    assert set(stage.emulator.states()) == {"sentences", "sentences-aaaaaa234567abc"}


@story()
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
def wiped_description(stage: Stage) -> None:
    """The mark is gone and the manifest unchanged: the id proves the model, and the mark is written again."""
    trained(stage)
    model = stage.id("sentences")
    mark = stage.description(model)
    describe(stage, "empties the description", model, "")
    stage.run("plan")
    stage.run("apply --yes")
    assert stage.description(model) == mark
    stage.run("plan")


@story()
def wiped_description_and_changed_inputs(stage: Stage) -> None:
    """The mark is gone and a hyperparameter changed: refused, for it cannot be known what is meant."""
    trained(stage)
    model = stage.id("sentences")
    describe(stage, "empties the description", model, "")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes", 4)
    stage.tell("One way out: the model is marked again, and somebody vouches for its data.")
    stage.run(f"import sentences {model} --yes")
    stage.run(f"import sentences {model} --assume-data --yes")


@story()
def wiped_description_and_replaced(stage: Stage) -> None:
    """The other way out of a lost mark: a new training, asked for by name; the unmarked model is never deleted."""
    trained(stage)
    model = stage.id("sentences")
    describe(stage, "empties the description", model, "")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("apply --yes --replace sentences")
    stage.run("plan")
    assert stage.deleted() == []


@story()
def copied_mark(stage: Stage) -> None:
    """A mark that was copied into another model counts for nothing there: shown, never touched."""
    trained(stage)
    make(stage, "trains a model and copies our description", "experiment", stage.description(stage.id("sentences")))
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
    describe(stage, "applies with version 2 of this program", model, "reconciler:2:acme-1:sentences:of:the:future")
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
    stage.somebody("deletes our model", "DELETE", f"tunedModels/{stage.id('sentences')}")
    stage.run("plan")


@story(id_reuse="conflict")
def deleted_and_reserved(stage: Stage) -> None:
    """Somebody deleted our model and the service keeps its id: refused after a minute, with the flag that helps."""
    trained(stage)
    stage.somebody("deletes our model", "DELETE", f"tunedModels/{stage.id('sentences')}")
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


@story(description_max=60)
def description_cut(stage: Stage) -> None:
    """The service cuts descriptions, and the mark with it: the run stops loudly; the id still shows whose it is."""
    sentences(stage, "description: Counts on by one, in digits and in words.")
    stage.run("apply --yes", 1)
    stage.run("plan")

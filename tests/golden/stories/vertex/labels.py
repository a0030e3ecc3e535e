"""Labels: the mark lies in them, people edit them, and not every service filters by them."""

import json

from tests.golden.stage import Stage
from tests.golden.stories.people import make
from tests.golden.story import LINES, MANIFEST, sentences, story, trained
from tests.services.vertex import found, label


@story(only="vertex")
def somebody_edits_labels(stage: Stage) -> None:
    """People label our model: their labels stay, whatever we write; a label that is declared is written again."""
    trained(stage)
    model = stage.id("sentences")
    stage.somebody("sets a label of their own", stage.deeds.adorn, model)
    stage.run("plan")
    stage.edit(MANIFEST, LINES.cool, "labels: { tone: warm, team: search }")
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    target = f"/v1/{found(stage.emulator.ask, model)['tunedModel']['model']}"
    labels = stage.emulator.ask("GET", target)["labels"]
    stage.tell(f"The labels are now: {', '.join(sorted(labels))}")
    assert labels["reviewer"] == "ada"


@story(only="vertex")
def somebody_edits_while_apply_waits(stage: Stage) -> None:
    """A label changes between plan and PATCH: nothing is overwritten, the row is stale; the next apply shows it."""
    trained(stage)
    model = stage.id("sentences")
    stage.edit(MANIFEST, LINES.cool, LINES.warm)
    stage.at(r"GET /models/[0-9]+@1$", lambda _: stage.somebody("changes labels", stage.deeds.drift, model))
    stage.run("apply --yes", 4)
    stage.run("apply --yes")


@story(only="vertex")
def somebody_edits_in_the_last_moment(stage: Stage) -> None:
    """A label changes between our last look and the PATCH: the etag tells, and nothing is overwritten."""
    trained(stage)
    model = stage.id("sentences")
    stage.edit(MANIFEST, LINES.cool, LINES.warm)
    stage.at(r"PATCH /models/[0-9]+$", lambda _: stage.somebody("changes labels", stage.deeds.drift, model))
    stage.run("apply --yes", 4)
    stage.run("apply --yes")


@story(only="vertex")
def labels_copied_onto_a_model(stage: Stage) -> None:
    """Somebody pastes our labels onto their own model: no job of ours made it, so it is shown and never touched."""
    trained(stage)
    ours = stage.id("sentences")
    make(stage, "trains a model by hand", "experiment")
    labels = json.loads(stage.mark(ours))
    target = stage.deeds.handle(stage.emulator.ask, "experiment")
    kept = stage.emulator.ask("GET", f"/v1/{target}")["labels"]
    pasted = {"labels": {**kept, **labels}}
    stage.somebody("pastes our labels onto it", lambda ask: ask("PATCH", f"/v1/{target}?updateMask=labels", pasted))
    stage.run("plan")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    stage.run("plan")
    assert stage.deleted() == [ours]


@story(only="vertex")
def labels_of_another_owner(stage: Stage) -> None:
    """Somebody writes another owner into our labels: the model is theirs to look after, and no new one is trained."""
    trained(stage)
    model = stage.id("sentences")
    stage.somebody("writes themselves in as the owner", label, model, **{"reconciler-owner": "umbrella-2"})
    stage.run("plan")
    stage.run("apply --yes", 4)


@story(only="vertex", label_filter="refuse")
def lists_cannot_be_filtered(stage: Stage) -> None:
    """The list of jobs takes no filter on labels: all are listed then, and the same ones found."""
    make(stage, "trains a model by hand", "hand-made")
    sentences(stage, show=False)
    stage.run("apply --yes")
    stage.run("plan")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    assert list(stage.emulator.states()) == ["hand-made"]

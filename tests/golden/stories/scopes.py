"""What a run is asked to look at, and how much it may do."""

import json
from pathlib import Path

from tests.golden.stage import Stage
from tests.golden.story import (
    DATES_MODEL,
    LINES,
    MANIFEST,
    NUMBERS,
    SENTENCES,
    all_trained,
    story,
    three,
    trained,
    tuned,
    workspace,
)


def many(stage: Stage, number: int) -> None:
    """Start from so many small models, trained."""
    workspace(stage)
    stage.write("manifests/data/sentences.jsonl", NUMBERS, show=False)
    for n in range(number):
        text = SENTENCES.replace("name: sentences", f"name: m{n:02}")
        stage.write(f"manifests/m{n:02}.yaml", text, show=False)
    stage.quietly("apply --yes")
    stage.tell(f"{number} models are applied and trained: m00 to m{number - 1:02}.")


@story()
def a_subfolder_alone(stage: Stage) -> None:
    """A part of the folder is applied, or one file, or standard input: nothing outside of it is deleted."""
    three(stage)
    Path("manifests/team").mkdir()
    stage.write(
        "manifests/team/letters.yaml",
        SENTENCES.replace("sentences\n", "letters\n", 1).replace("data/", "../data/"),
        show=False,
    )
    stage.quietly("apply --yes")
    stage.tell("Four models are trained; manifests/team/letters.yaml is one of them.")
    stage.remove("manifests/dates.yaml")
    stage.run("plan manifests/team")
    stage.run("plan manifests/team -o json")
    stage.run("plan manifests/tickets.yaml")
    stage.edit("manifests/team/letters.yaml", LINES.cool, LINES.mild)
    stage.run("apply manifests/team --yes")
    stage.run("plan")
    assert stage.deleted() == []


@story()
def standard_input(stage: Stage) -> None:
    """Manifests can come from a pipe, workspace and all; nothing else is deleted."""
    all_trained(stage)
    text = Path("manifests/workspace.yaml").read_text() + "---\n" + DATES_MODEL.replace("Dates", "Days")
    stage.run("plan -", piped=text)
    stage.run("apply - --yes", piped=text)
    assert stage.deleted() == []


@story()
def select_by_name_and_label(stage: Stage) -> None:
    """--target, --exclude and -l narrow a run; a name that nobody has is an error, never `nothing to do`."""
    three(stage)
    labels = "  name: tickets\n  labels:\n    team: support\n"
    text = Path("manifests/tickets.yaml").read_text().replace("  name: tickets\n", labels)
    stage.write("manifests/tickets.yaml", text, show=False)
    stage.tell("tickets has the label team: support. Nothing is trained yet.")
    stage.run("plan --target sentences")
    stage.run("plan --exclude 'TunedModel/t*' --exclude dates")
    stage.run("plan -l team=support")
    stage.run("apply --yes --target dates")
    stage.remove("manifests/dates.yaml")
    stage.run("plan --target sentences")
    stage.run("plan --target sentence", 64)
    stage.run("plan -l team=sales", 64)
    stage.run("plan --replace sentense", 64)


@story()
def guards(stage: Stage) -> None:
    """A plan can be right and still be refused: the message has the arithmetic and the flag that lifts the guard."""
    many(stage, 12)
    for n in range(4):
        Path(f"manifests/m{n:02}.yaml").unlink()
    stage.tell("Four of twelve manifests are removed.")
    stage.run("plan", 4)
    stage.run("apply --yes", 4)
    stage.run("plan --max-share 40 --max-deletes 3", 4)
    for n in range(4, 12):
        Path(f"manifests/m{n:02}.yaml").unlink()
    other = SENTENCES.replace("name: sentences", "name: other").replace("epochCount: 3", "epochCount: 1")
    stage.write("manifests/other.yaml", other, show=False)
    stage.tell("All twelve are removed, and one other is declared.")
    stage.run("plan --max-share 100", 4)
    stage.remove("manifests/other.yaml")
    stage.run("plan --max-share 100", 4)
    assert stage.deleted() == []


@story()
def guards_on_trainings(stage: Stage) -> None:
    """The budget: steps and numbers of trainings; the workspace's limits can only be tightened."""
    three(stage)
    workspace(stage, "limits:", *LINES.budget, "  maxCreates: 5", show=True)
    stage.run("plan --max-steps 1000 --max-creates 2", 4)
    stage.run("plan --exclude dates --max-steps 24", 4)
    workspace(stage, "limits:", "  maxReplaces: 0")
    stage.quietly("apply --yes")
    stage.tell("The limits are lifted, all is trained, and then no model may be replaced any more.")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("apply --yes", 4)


@story()
def policies(stage: Stage) -> None:
    """upsert-only deletes nothing, create-only touches nothing that exists; and what is left alone is told."""
    all_trained(stage)
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.edit("manifests/tickets.yaml", "displayName: Tickets", "displayName: Support tickets")
    stage.remove("manifests/dates.yaml")
    stage.run("plan --policy upsert-only")
    stage.run("plan --policy create-only")
    stage.run("apply --yes --policy upsert-only")
    stage.run("plan --policy upsert-only --detailed-exitcode")
    stage.tell("The workspace's own policy is the strictest; an option cannot loosen it.")
    workspace(stage, "policy: create-only")
    stage.run("apply --yes --policy sync")
    assert stage.deleted() == []


@story()
def ignore_changes(stage: Stage) -> None:
    """lifecycle.ignoreChanges leaves differences alone, and says so; the rest is done."""
    trained(stage)
    stage.edit(
        MANIFEST,
        f"{LINES.cool}\n",
        f"{LINES.fresh}\n  lifecycle:\n    ignoreChanges: [{LINES.ignored}, dataset, hyperparameters.epochCount]\n",
    )
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.edit("manifests/data/sentences.jsonl", '"output": "21"', '"output": "22"')
    stage.run("plan --detailed-exitcode")
    stage.edit(MANIFEST, "displayName: Sentences", "displayName: Phrases")
    stage.run("apply --yes")


@story()
def saved_plan(stage: Stage) -> None:
    """A saved plan is applied without a question; half of it done is fine, one write more or other is stale."""
    all_trained(stage)
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.edit("manifests/tickets.yaml", "displayName: Tickets", "displayName: Support tickets")
    stage.run("plan --out plan.json")
    stage.run("apply plan.json --yes --no-wait", 3)
    stage.run("apply plan.json --no-wait", 3)
    stage.passes(60)
    stage.run("apply plan.json")
    stage.run("apply plan.json")
    stage.edit(MANIFEST, LINES.cool, LINES.mild)
    stage.run("apply plan.json", 4)
    stage.run("plan --out plan.json --target sentences")
    stage.run("apply plan.json")


@story()
def saved_plan_refused(stage: Stage) -> None:
    """A plan that was edited, made for another workspace, or is none at all is not applied."""
    trained(stage)
    stage.edit(MANIFEST, LINES.cool, LINES.mild)
    stage.run("plan --out plan.json")
    content = Path("plan.json").read_text()
    stage.tell("Somebody edits the plan: another id.")
    stage.write("edited.json", content.replace(stage.id("sentences"), "sentences-of-somebody"), show=False)
    stage.run("apply edited.json", 4)
    stage.tell("A later version of the program made the plan.")
    stage.write("later.json", content.replace('"formatVersion": "1.1"', '"formatVersion": "2.0"'), show=False)
    stage.run("apply later.json", 1)
    stage.write("broken.json", json.dumps({"formatVersion": "1.0", "digest": 7}), show=False)
    stage.run("apply --plan broken.json", 1)
    stage.run("apply --plan missing.json", 64)
    stage.run("apply plan.json --target sentences", 64)
    stage.edit("manifests/workspace.yaml", "owner: acme-1", "owner: acme-2")
    stage.run("apply plan.json", 4)


@story()
def plan_digest(stage: Stage) -> None:
    """--plan-digest applies exactly what was reviewed, and a digest that does not fit is stale."""
    trained(stage)
    stage.edit(MANIFEST, LINES.cool, LINES.mild)
    digest = json.loads(stage.run("plan -o json"))["digest"]
    stage.run(f"apply --plan-digest {digest[:-1]}0", 4)
    stage.run(f"apply --plan-digest {digest}")


@story(only="gemini")
def data_moved(stage: Stage) -> None:
    """The data changes between plan and training: what is sent is what was planned, or nothing."""
    stage.write("manifests/workspace.yaml", "", show=False)
    workspace(stage)
    stage.write("manifests/data/sentences.jsonl", NUMBERS, show=False)
    stage.write(MANIFEST, SENTENCES, show=False)
    stage.fault("the service is busy when it is asked for its base models", "models:503:1")
    data = "manifests/data/sentences.jsonl"
    stage.meanwhile(0, lambda: stage.edit(data, '"output": "21"', '"output": "22"'))
    stage.run("apply --yes", 4)
    assert stage.trained("sentences") == 0


@story()
def no_dataset(stage: Stage) -> None:
    """A manifest without data manages a model that exists, and never trains one."""
    workspace(stage)
    stage.write(MANIFEST, tuned("sentences", "displayName: Sentences", f"baseModel: {LINES.other}"))
    stage.run("plan")
    stage.run("apply --yes", 4)

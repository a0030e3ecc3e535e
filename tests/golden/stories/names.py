"""Models that change their name, their owner, or their place; and those that are let go."""

from pathlib import Path

from tests.golden.stage import Stage
from tests.golden.stories.people import make
from tests.golden.story import MANIFEST, SENTENCES, all_trained, story, trained, workspace


@story()
def renamed_manifest(stage: Stage) -> None:
    """metadata.name changes and nothing else: the model moves with one PATCH of its mark, and keeps its id."""
    all_trained(stage)
    model = stage.id("sentences")
    stage.edit(MANIFEST, "name: sentences", "name: phrases")
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("plan --target phrases")
    stage.run("apply --yes")
    stage.run("plan")
    stage.run("outputs")
    assert stage.ids("sentences") == [model]
    assert stage.deleted() == []


@story()
def renamed_and_changed(stage: Stage) -> None:
    """Name and inputs change: a create and a delete, unless an annotation says that it is the same model."""
    trained(stage)
    old = stage.id("sentences")
    text = SENTENCES.replace("name: sentences", "name: phrases").replace("epochCount: 3", "epochCount: 5")
    stage.write(MANIFEST, text)
    stage.run("plan --allow-delete-all")
    annotation = "  name: phrases\n  annotations:\n    reconciler.dev/renamed-from: sentences\n"
    stage.edit(MANIFEST, "  name: phrases\n", annotation)
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.deleted() == [old]


@story()
def renamed_and_protected(stage: Stage) -> None:
    """Name and inputs change, and the new manifest does not say protect: the old one's word holds until lifted."""
    trained(stage, "lifecycle:", "  protect: true")
    old = stage.id("sentences")
    annotated = "name: phrases\n  annotations:\n    reconciler.dev/renamed-from: sentences"
    renamed = SENTENCES.replace("name: sentences", annotated)
    stage.write(MANIFEST, renamed.replace("epochCount: 3", "epochCount: 5"))
    stage.run("plan")
    stage.run("apply --yes", 4)
    stage.run("plan --unprotect phrases")
    stage.tell("The other way: the name changes first, and the inputs later.")
    stage.write(MANIFEST, renamed)
    stage.run("apply --yes")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("apply --yes")
    assert stage.deleted() == [old]


@story()
def ambiguous_rename(stage: Stage) -> None:
    """Two new names for the same inputs: nothing is guessed, both are refused until an annotation decides."""
    trained(stage)
    stage.remove(MANIFEST)
    for name in ("left", "right"):
        stage.write(f"manifests/{name}.yaml", SENTENCES.replace("name: sentences", f"name: {name}"), show=False)
    stage.tell("left.yaml and right.yaml declare what sentences.yaml declared.")
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes", 4)
    annotation = "  name: left\n  annotations:\n    reconciler.dev/renamed-from: sentences\n"
    stage.edit("manifests/left.yaml", "  name: left\n", annotation)
    stage.run("plan")


@story()
def owner_renamed(stage: Stage) -> None:
    """The owner changes: without formerOwners its models are somebody else's, with it they are re-marked."""
    trained(stage)
    model = stage.id("sentences")
    stage.edit("manifests/workspace.yaml", "owner: acme-1", "owner: acme-2")
    stage.run("plan")
    stage.edit("manifests/workspace.yaml", "owner: acme-2", "owner: acme-2\n  formerOwners: [acme-1]")
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.trained("sentences") == 1
    assert stage.ids("sentences") == [model]


@story()
def former_owner_still_at_work(stage: Stage) -> None:
    """A workspace that formerOwners names is alive: its models are not deleted as what nobody declares any more."""
    trained(stage)
    model = stage.id("sentences")
    text = Path(MANIFEST).read_text()
    stage.remove(MANIFEST)
    stage.edit("manifests/workspace.yaml", "owner: acme-1", "owner: acme-2\n  formerOwners: [acme-1]")
    stage.run("plan")
    stage.run("apply --yes --allow-empty", 4)
    stage.run("destroy --workspace acme", 4)
    stage.run("plan --allow-empty --unprotect sentences")
    stage.tell("The other way: it is declared here once, and its manifest removed when it is ours.")
    stage.write(MANIFEST, text, show=False)
    stage.run("apply --yes")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    assert stage.deleted() == [model]


@story()
def import_a_model(stage: Stage) -> None:
    """A model made by hand comes under a manifest: its data is not known until somebody vouches for it."""
    workspace(stage)
    make(stage, "trains a model by hand", "hand-made", description='{"exampleInput": "1"}')
    theirs = stage.deeds.handle(stage.emulator.ask, "hand-made")
    stage.run("export --all")
    stage.run(f"export {theirs} --out manifests")
    stage.tell(f"It reads: {Path('manifests/sentences.yaml').read_text().splitlines()[0]}")
    stage.run("plan")
    stage.run(f"import sentences {theirs}", 64)
    stage.run(f"import sentences {theirs} --yes")
    stage.run("plan")
    stage.run("status")
    stage.tell("The data is found and declared.")
    stage.write(
        "manifests/data/sentences.jsonl", "".join(f'{{"text_input": "{n}", "output": "{n + 1}"}}\n' for n in range(20))
    )
    text = Path(MANIFEST).read_text().replace("spec:\n", "spec:\n  dataset:\n    path: data/sentences.jsonl\n")
    stage.write(MANIFEST, text)
    stage.run("plan")
    stage.run("plan -o json")
    stage.run(f"import sentences {theirs} --assume-data --yes")
    stage.run("plan")
    stage.run("status")
    stage.run("import sentences nothing-there", 1)
    stage.run(f"import sentenses {theirs}", 64)


@story()
def import_over_a_model(stage: Stage) -> None:
    """An address that has a model takes no second one; somebody else's model is taken only on purpose."""
    trained(stage)
    make(stage, "trains a model by hand", "hand-made")
    theirs = stage.deeds.handle(stage.emulator.ask, "hand-made")
    stage.run(f"import sentences {theirs} --yes", 4)
    stage.edit("manifests/workspace.yaml", "owner: acme-1", "owner: acme-2")
    stage.run(f"import sentences {stage.id('sentences')} --yes", 64)


@story()
def forget(stage: Stage) -> None:
    """Ceasing to manage a model takes the mark off it; the model stays, and is nobody's."""
    trained(stage)
    model = stage.id("sentences")
    stage.run("forget sentences --yes", 64)
    stage.remove(MANIFEST)
    stage.run("forget sentences --yes")
    stage.run("plan")
    stage.run("forget sentences --yes", 4)
    assert stage.ids("sentences") == [model]


@story()
def forget_that_fails(stage: Stage) -> None:
    """Whoever is told how to go on is told to go on with what was begun: `apply` would delete what was to be kept."""
    trained(stage)
    model = stage.id("sentences")
    stage.remove(MANIFEST)
    stage.fault("marks cannot be written", "patch:403:1")
    stage.run("forget sentences --yes", 1)
    stage.run("forget sentences --yes")
    stage.run("plan")
    assert stage.ids("sentences") == [model]


@story()
def on_removal_keep(stage: Stage) -> None:
    """lifecycle.onRemoval: keep: when the manifest goes, the mark goes and the model stays."""
    trained(stage, "lifecycle:", "  onRemoval: keep")
    model = stage.id("sentences")
    stage.remove(MANIFEST)
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.ids("sentences") == [model]


@story()
def protected(stage: Stage) -> None:
    """A protected model is neither replaced nor deleted, its manifest there or gone; two ways out."""
    trained(stage, "lifecycle:", "  protect: true")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.run("plan --unprotect sentences")
    text = Path(MANIFEST).read_text()
    stage.remove(MANIFEST)
    stage.run("plan")
    stage.run("apply --yes --allow-empty", 4)
    stage.run("destroy --workspace acme", 4)
    stage.run("plan --allow-empty --unprotect sentences")
    stage.tell("The other way: `protect: false` is committed and applied, then the manifest removed.")
    stage.write(MANIFEST, text.replace("protect: true", "protect: false").replace("epochCount: 5", "epochCount: 3"))
    stage.run("apply --yes")
    stage.remove(MANIFEST)
    stage.run("apply --yes --allow-empty")
    assert stage.ids("sentences") == []


@story(only="gemini")
def grants(stage: Stage) -> None:
    """Who may use the old model may use the new one, before the old one goes."""
    trained(stage)
    old = stage.id("sentences")
    target = f"/v1beta/tunedModels/{old}/permissions"
    ada = {"granteeType": "USER", "emailAddress": "ada@example.com", "role": "READER"}
    stage.somebody("lets Ada read", lambda ask: ask("POST", target, ada))
    everyone = {"granteeType": "EVERYONE", "role": "READER"}
    stage.somebody("lets everyone read", lambda ask: ask("POST", target, everyone))
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.run("apply --yes")
    listed = stage.emulator.ask("GET", f"/v1beta/tunedModels/{stage.id('sentences')}/permissions")
    assert len(listed["permissions"]) == 3
    assert stage.deleted() == [old]


@story(only="gemini")
def grants_lost(stage: Stage) -> None:
    """A grant cannot be copied: the old model stays, and keeps serving those who were granted it."""
    trained(stage)
    old = stage.id("sentences")
    ada = {"granteeType": "USER", "emailAddress": "ada@example.com", "role": "READER"}
    target = f"/v1beta/tunedModels/{old}/permissions"
    stage.somebody("lets Ada read", lambda ask: ask("POST", target, ada))
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.fault("nobody can be granted anything", "POST /permissions$:403:always")
    stage.run("apply --yes", 5)
    assert old in stage.ids("sentences")
    stage.mended()
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.deleted() == [old]

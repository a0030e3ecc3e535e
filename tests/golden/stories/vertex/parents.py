"""Models tuned from models: by the address of another manifest, or by name."""

from tests.golden.stage import Stage
from tests.golden.stories.people import make
from tests.golden.story import LINES, MANIFEST, NUMBERS, sentences, story, tuned
from tests.services.vertex import found

CHILD = "manifests/digits.yaml"


def family(stage: Stage, *, show: bool = False) -> None:
    """Write `sentences`, and `digits` that goes on from it."""
    sentences(stage, show=show)
    text = tuned(
        "digits",
        "displayName: Digits",
        "preTunedModel:",
        "  address: TunedModel/sentences",
        "dataset:",
        "  path: data/digits.jsonl",
        "hyperparameters:",
        "  epochCount: 1",
    )
    stage.write("manifests/data/digits.jsonl", NUMBERS.replace('"output": "', '"output": "+'), show=False)
    stage.write(CHILD, text, show=show)


def both(stage: Stage) -> None:
    """Start from both trained."""
    family(stage)
    stage.quietly("apply --yes")
    stage.tell("sentences and digits, which goes on from it, are applied and trained.")


@story(only="vertex")
def parent_and_child(stage: Stage) -> None:
    """Both are new: the child is trained from the model that its parent becomes, when that is ready."""
    family(stage, show=True)
    stage.run("validate")
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("apply --yes")
    stage.run("plan")
    stage.run("outputs")


@story(only="vertex")
def parent_changed(stage: Stage) -> None:
    """The parent is trained anew, and so is the child, from the new one; the old parent goes last of all."""
    both(stage)
    old = stage.id("sentences"), stage.id("digits")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    assert sorted(stage.deleted()) == sorted(old)
    assert stage.always_served("digits")


@story(only="vertex")
def child_changed(stage: Stage) -> None:
    """Only the child is trained anew: from the parent that serves, which stays as it is."""
    both(stage)
    stage.edit(CHILD, "epochCount: 1", "epochCount: 2")
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def parent_and_child_without_waiting(stage: Stage) -> None:
    """With --no-wait the child is not begun yet; the next apply begins it, and `wait` tells that it would."""
    family(stage)
    stage.run("apply --yes --no-wait", 3)
    stage.run("plan")
    stage.run("wait")
    stage.run("apply --yes")
    stage.run("plan")


@story(only="vertex", fail_after={"sentences": 5})
def parent_fails(stage: Stage) -> None:
    """The parent's training fails: the child is not begun, and the next plan says what it waits for."""
    family(stage)
    stage.run("apply --yes", 1)
    stage.run("plan")
    stage.behaves("The cause is found: the service trains again.", fail_after={})
    stage.run("apply --yes --retry-failed sentences")
    stage.run("plan")
    assert stage.trained("digits") == 1


@story(only="vertex", fail_after={"digits": 5})
def child_fails(stage: Stage) -> None:
    """The child's second training fails: its first model stays, and so does the parent's that it may start from."""
    stage.behaves("The service trains well.", fail_after={})
    both(stage)
    old = stage.id("sentences"), stage.id("digits")
    stage.behaves("The service has trouble from now on.", fail_after={"digits": 5})
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("apply --yes", 5)
    stage.run("plan")
    assert set(old) <= set(stage.emulator.states())
    stage.behaves("The trouble is over.", fail_after={})
    stage.run("apply --yes --retry-failed digits")
    stage.run("plan")
    assert sorted(stage.deleted()) == sorted(old)


@story(only="vertex")
def child_alone(stage: Stage) -> None:
    """Only the child is selected, and its parent is not there: refused, with what to apply first."""
    family(stage)
    stage.run("plan --target digits")
    stage.run("apply --yes --target digits", 4)
    stage.run("apply --yes --target sentences")
    stage.run("apply --yes --target digits")
    stage.run("plan")


@story(only="vertex")
def parent_protected(stage: Stage) -> None:
    """The parent may not be replaced, so the child is refused with it."""
    both(stage)
    stage.edit(MANIFEST, LINES.cool, f"{LINES.cool}\n  lifecycle:\n    protect: true")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.run("apply --yes", 4)


@story(only="vertex")
def parent_removed(stage: Stage) -> None:
    """The parent's manifest goes: an error while the child names it; named by resource the child keeps its model."""
    both(stage)
    model = found(stage.emulator.ask, stage.id("sentences"))["tunedModel"]["model"]
    stage.remove(MANIFEST)
    stage.run("plan", 1)
    stage.edit(CHILD, "address: TunedModel/sentences", f"name: {model}")
    stage.run("plan")


@story(only="vertex")
def parent_by_name(stage: Stage) -> None:
    """The parent is somebody else's model, named by resource; ours becomes a Model of its own, not a version of it."""
    make(stage, "trains a model by hand", "hand-made")
    theirs = found(stage.emulator.ask, "hand-made")["tunedModel"]["model"]
    sentences(stage, show=False)
    stage.edit(MANIFEST, "  baseModel: gemini-2.5-flash\n", f"  preTunedModel:\n    name: {theirs}\n")
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    versions = stage.emulator.ask("GET", f"/v1/{theirs.partition('@')[0]}:listVersions")["models"]
    assert len(versions) == 1


@story(only="vertex")
def circles_and_strangers(stage: Stage) -> None:
    """A circle of parents, a parent that is not declared, a base beside a parent: errors with their places."""
    family(stage)
    stage.edit(MANIFEST, "baseModel: gemini-2.5-flash", "preTunedModel:\n    address: TunedModel/digits")
    stage.run("validate", 1)
    stage.edit(MANIFEST, "address: TunedModel/digits", "address: TunedModel/digit")
    stage.run("validate", 1)
    stage.edit(MANIFEST, "  preTunedModel:", "  baseModel: gemini-2.5-flash\n  preTunedModel:")
    stage.run("validate", 1)

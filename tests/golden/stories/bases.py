"""Base models that the service tunes no more, or does not speak of."""

from tests.golden.stage import Stage
from tests.golden.story import MANIFEST, sentences, story, trained


@story(only="gemini")
def no_base_can_be_tuned(stage: Stage) -> None:
    """The service tunes no base any more: nothing is trained, and no model is deleted that could never come back."""
    trained(stage)
    model = stage.id("sentences")
    stage.behaves("The service offers no base model for tuning any more.", tunable_bases=())
    stage.run("plan")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.run("apply --yes", 4)
    stage.remove(MANIFEST)
    stage.run("plan --allow-empty")
    stage.run("plan --allow-empty -o json")
    stage.run("apply --yes --allow-empty", 4)
    stage.run("apply --yes --allow-empty --delete-irreplaceable sentences")
    assert stage.deleted() == [model]


@story(only="gemini")
def from_a_base_that_is_gone(stage: Stage) -> None:
    """The model moves to another base, and its old one is tuned no more: the old model stays until it is given up."""
    trained(stage)
    old = stage.id("sentences")
    stage.behaves("The service tunes gemini-1.0-pro-001 alone.", tunable_bases=("models/gemini-1.0-pro-001",))
    stage.edit(MANIFEST, "gemini-1.5-flash-001-tuning", "gemini-1.0-pro-001")
    stage.run("plan")
    stage.run("apply --yes", 5)
    stage.run("outputs")
    stage.run("apply --yes --delete-irreplaceable sentences")
    stage.run("plan")
    assert stage.deleted() == [old]


@story(only="gemini")
def the_service_does_not_say_what_it_tunes(stage: Stage) -> None:
    """Whether a base can be tuned cannot be learned: a warning, no refusal."""
    sentences(stage, show=False)
    stage.fault("the list of base models is closed to us", "models:403:always")
    stage.run("plan")

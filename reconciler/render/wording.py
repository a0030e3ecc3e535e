"""The sentences of a plan, as data: one for each reason, and the fixed last line."""

from collections.abc import Callable, Mapping

from reconciler.plan.change import Action, Change, Effect
from reconciler.plan.plan import Plan
from reconciler.render.sign import Sign, sign
from reconciler.resource.reason import Reason

SENTENCES: Mapping[Reason, str] = {
    Reason.ABSENT: "no model of ours was trained as declared",
    Reason.DRIFTED: "not as declared: {fields}",
    Reason.IMMUTABLE_FIELD: "{fields} can only be changed by training",
    Reason.DATA_CHANGED: "the examples are not those it was trained on",
    Reason.SERVER_DEFAULT: "the service reports another value than was sent: {fields}",
    Reason.NEXT_TRAINING: "of use to the next training only: {fields}",
    Reason.IGNORED: "left alone, as asked",
    Reason.UNDECLARED: "no manifest declares it any more",
    Reason.DESTROYED: "the whole workspace goes",
    Reason.UNSETTLED: "a declared model is missing, and what goes goes last",
    Reason.NOT_SELECTED: "not part of what was selected",
    Reason.SUPERSEDED: "another model of this name takes its place",
    Reason.DUPLICATE: "the same training was begun twice",
    Reason.RETAINED: "superseded, and kept by keepSuperseded",
    Reason.KEPT: "no longer managed: lifecycle.onRemoval keeps the model",
    Reason.TRAINING: "it is being trained",
    Reason.FAILED: "its training failed",
    Reason.UNKNOWN_STATE: "its state is not known to this version",
    Reason.PROTECTED: "lifecycle.protect is set",
    Reason.NO_DATASET: "there is nothing to train on",
    Reason.DATA_UNKNOWN: "nobody knows what it was trained on",
    Reason.DATA_MOVED: "the dataset changed after it was planned",
    Reason.MARK_LOST: "its mark of ownership is gone",
    Reason.MARK_REFUSED: "the service did not keep the mark of ownership",
    Reason.COPIED_MARK: "its mark of ownership was made for another model",
    Reason.NEWER_MARK: "its mark was written by a newer version",
    Reason.FOREIGN_OWNER: "it belongs to another owner",
    Reason.FORMER_OWNER: "it carries the mark of a former owner",
    Reason.RENAMED: "the same model under a new name",
    Reason.AMBIGUOUS_RENAME: "it may be a renamed model, or a new one",
    Reason.REQUESTED: "asked for on the command line",
    Reason.BASE_NOT_TUNABLE: "the service does not tune its base model",
    Reason.ADOPTED: "it was imported, not trained by us",
    Reason.IRREPLACEABLE: "it could never be trained again",
    Reason.GRANTS_LOST: "who may use the old model could not be granted the new one",
    Reason.ID_TAKEN: "its id is taken by something this identity cannot see",
    Reason.UNCERTAIN: "it is not known yet whether it was created",
    Reason.DEPENDENCY: "another model has to come first",
    Reason.NOT_SERVING: "the model exists, but nothing serves it",
    Reason.STALE: "it changed after it was planned",
    Reason.GUARD: "a limit is exceeded",
}
"""`{fields}` stands for the paths of the fields that gave the reason."""


def sentence(reason: Reason, change: Change, name: Callable[[str], str] = str) -> str:
    """Say one reason of a row; `name` writes the names of fields, which people may have chosen."""
    fields = [f for f in change.fields if f.reason is reason]
    named = [f for f in fields if f.effect is not Effect.IGNORED] or fields
    return SENTENCES[reason].replace("{fields}", ", ".join(name(f.path) for f in named) or "a field")


def headline(change: Change, name: Callable[[str], str] = str) -> str:
    """Say what happens to a row, and every reason for it, in words of ours; `name` writes the names of fields."""
    chosen = sign(change)
    word = chosen.word
    if change.refused and change.intended not in (Action.NOOP, Action.WAIT):
        word = f"refused to {change.intended.name.lower()}"
    if chosen is Sign.IGNORED and change.intended is not Action.NOOP:
        word = f"ignored ({change.intended.name.lower()})"
    reasons = [r for r in change.reasons if not (r is Reason.TRAINING and chosen is Sign.WAIT)]
    said = "; ".join(sentence(r, change, name) for r in reasons)
    return f"{word}: {said}" if said else word


def last_line(plan: Plan) -> str:
    """Sum the plan up in the line that scripts look for; its form is fixed."""
    if plan.empty:
        return "No changes."
    counts = plan.counts
    always = (
        f"Plan: {counts.create} to create, {counts.update} to update, {counts.replace} to replace, "
        f"{counts.delete} to delete"
    )
    others = (("training", counts.training), ("refused", counts.refused), ("ignored", counts.ignored))
    return always + "".join(f", {number} {word}" for word, number in others if number) + "."

"""What there is to say below the headline of a row, piece by piece; how it looks is the business of each renderer."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.plan.change import TRAININGS, Action, Change, Effect, FieldChange, deletes, unwanted
from reconciler.render import datachange
from reconciler.render.costs import taken, wasted
from reconciler.render.progress import training
from reconciler.render.sign import Sign, sign
from reconciler.render.style import Tone
from reconciler.render.value import data, written
from reconciler.render.wording import sentence
from reconciler.resource.observed import Observed, State
from reconciler.resource.prices import Prices
from reconciler.resource.reason import Reason

WORTH_SEEING = frozenset({Reason.RETAINED, Reason.COPIED_MARK, Reason.MARK_LOST})
"""Reasons for which a row that does nothing is shown all the same."""
TONES = {Effect.RETRAIN: Tone.REPLACE, Effect.IGNORED: Tone.FAINT, Effect.NOTE: Tone.FAINT}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to say about a row, not yet neutralised. `path` names what the text is about.

    Of a differing field there is no text: `field` is what differs.
    """

    text: str
    tone: Tone = Tone.PLAIN
    path: str = ""
    field: FieldChange | None = None


def worth_seeing(change: Change) -> bool:
    """Whether a row is shown: it acts, waits, is refused, ignores a difference, or has something to tell."""
    silent = change.action is Action.NOOP and not change.refused
    return not silent or change.ignores or change.remarks > 0 or bool(WORTH_SEEING & set(change.reasons))


def facts(change: Change, prices: Prices | None) -> Iterator[Fact]:
    """Why not, what changes, what it costs, which models, where declared."""
    if more := detail(change):
        yield Fact(more, Tone.REFUSED if change.refused else Tone.PLAIN)
    yield from _fields(change)
    yield from (Fact(line) for line in datachange.told(change.data))
    yield from (Fact(told) for told in (taken(change, prices), wasted(change, prices)) if told)
    yield from _models(change)
    if change.grants:
        who = ", ".join(map(str, change.grants))
        yield Fact(f"copied to {change.successor or 'the new model'} before the old one goes: {who}")
    yield from (Fact(f"note: {note}") for note in change.notes)
    if change.desired and change.desired.origin.file:
        yield Fact(f"declared in {change.desired.origin}", Tone.FAINT)


def detail(change: Change) -> str:
    """The detail of a row, without the sentence that its headline has already said."""
    for reason in change.reasons:
        if change.detail.startswith(said := sentence(reason, change)):
            return change.detail.removeprefix(said).lstrip(":; ")
    return change.detail


def _fields(change: Change) -> Iterator[Fact]:
    """All declared values of a new model; of any other the differences."""
    if sign(change) is Sign.CREATE and change.desired and not change.fields:
        yield from (Fact(written(value), path=path) for path, value in sorted(change.desired.fields.items()))
        if change.desired.dataset:
            yield Fact(data(change.desired.dataset), path="dataset")
        if change.desired.validation:
            yield Fact(data(change.desired.validation), path="validationDataset")
    for field in change.fields:
        yield Fact("", TONES.get(field.effect, Tone.PLAIN), field.path, field)


def _models(change: Change) -> Iterator[Fact]:
    """The remote models of a row: the one it is about, those that go, and when."""
    old, target = change.observed, change.target or "an id that the service chooses"
    tone = Tone.DELETE if deletes(change) and not change.refused else Tone.PLAIN
    if change.action is Action.REPLACE and old:
        goes = "; the old model is deleted when the new one is READY" if old in change.supersedes else ""
        yield Fact(f"the id changes: {old.name} -> {target}{goes}")
    elif old and (change.refused or old.name == change.target):
        yield Fact(f"id: {old.name}{_state(old)}", tone)
    elif change.target or (_trains(change) and not change.refused):
        yield Fact(f"id: {target}")
    if old and (change.refused or deletes(change) or change.action is Action.REPLACE):
        now = " now" if change.action is Action.REPLACE else ""
        yield from (Fact(f"{kind}{now}: {name}", tone) for kind, name in sorted(old.resources.items()))
    for other in change.supersedes if not change.refused else ():
        if change.action is not Action.REPLACE or other != old:
            yield Fact(f"deleted when {target} is READY: {other.name}{_state(other)}")
    yield from (Fact(f"protected until now: {each.name}", Tone.REFUSED) for each in _going(change) if _protected(each))
    if change.parent:
        yield Fact(f"tuned from: {change.parent}")
    if change.successor:
        yield Fact(f"in its place: {change.successor}")


def _going(change: Change) -> tuple[Observed, ...]:
    """The models that a row deletes, at once or later."""
    if change.refused:
        return ()
    return (*((change.observed,) if change.observed and unwanted(change) else ()), *change.supersedes)


def _protected(observed: Observed) -> bool:
    """Whether the mark of a model says that it must not be deleted: whoever lifts that should be seen."""
    return observed.ownership is not None and observed.ownership.protect


def _trains(change: Change) -> bool:
    """Whether the row begins a training, or would if it were not refused or ignored."""
    return change.action in TRAININGS or change.intended in TRAININGS


def _state(observed: Observed) -> str:
    """A model's state behind its name, and for a running training how far it is."""
    if observed.state is State.TRAINING and observed.progress:
        return f" ({training(observed.progress)})"
    return f" ({observed.state.value})"

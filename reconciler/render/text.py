"""A plan as text for a terminal, or for the log of a pipeline.

One block for each row that acts, waits, is refused, or is left alone for a reason worth knowing; then warnings, counts,
and a last line whose form is fixed. Pure: the same plan gives the same text.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.plan.change import TRAININGS, Action, Change, Effect, deletes
from reconciler.plan.plan import Plan
from reconciler.render.costs import summed, taken, wasted
from reconciler.render.layout import counted, flow, pack
from reconciler.render.progress import training
from reconciler.render.sign import Sign, legend, sign
from reconciler.render.style import Style, Tone
from reconciler.render.value import data, difference, overwritten, written
from reconciler.render.wording import headline, last_line, sentence
from reconciler.resource.observed import Observed, State
from reconciler.resource.prices import Prices
from reconciler.resource.reason import Reason

WORTH_SEEING = frozenset({Reason.RETAINED, Reason.COPIED_MARK, Reason.MARK_LOST})
"""Reasons for which a row that does nothing is shown all the same."""
WIDE = 80
"""Columns from which on the values of a row stand below each other."""
MARGIN = " " * 6
HANGING = " " * 8
TONES = {Effect.RETRAIN: Tone.REPLACE, Effect.IGNORED: Tone.FAINT, Effect.NOTE: Tone.FAINT}


@dataclass(frozen=True, slots=True)
class Line:
    """Something to say about a row, not yet broken into lines. Paths are padded to stand in columns."""

    text: str
    tone: Tone = Tone.PLAIN
    path: str = ""


def plan_text(plan: Plan, style: Style, width: int) -> str:
    """Write a plan in lines of `width` columns (at least 40), ending in a newline."""
    shown = [change for change in plan.changes if worth_seeing(change)]
    parts = [_block(change, plan.prices, style, width) for change in shown]
    if signs := legend(map(sign, shown)):
        parts.insert(0, "\n".join(pack(signs, width, "  ")))
    if remarks := list(_remarks(plan)):
        parts.append("\n".join(line for remark in remarks for line in flow(remark, width, rest="  ")))
    parts.append(style.paint(Tone.STRONG, last_line(plan)))
    return "\n\n".join(parts) + "\n"


def worth_seeing(change: Change) -> bool:
    """Whether a row is shown: it acts, waits, is refused, ignores a difference, or has something to tell."""
    silent = change.action is Action.NOOP and not change.refused
    return not silent or change.ignores or change.remarks > 0 or bool(WORTH_SEEING & set(change.reasons))


def _block(change: Change, prices: Prices | None, style: Style, width: int) -> str:
    """One row: its headline, and everything known about it below."""
    chosen = sign(change)
    head = f"{chosen.symbol:>3} "
    lines = flow(f"{change.address}  {headline(change)}", width, head, MARGIN)
    named = f"{head}{change.address}"
    lines[0] = style.paint(chosen.tone, named) + lines[0].removeprefix(named)
    facts = list(_facts(change, chosen, prices))
    column = max((len(fact.path) + 2 for fact in facts), default=0) if width >= WIDE else 0
    for fact in facts:
        path = f"{fact.path}: ".ljust(column) if fact.path else ""
        lines += [style.paint(fact.tone, line) for line in flow(path + fact.text, width, MARGIN, HANGING)]
    return "\n".join(lines)


def _facts(change: Change, chosen: Sign, prices: Prices | None) -> Iterator[Line]:
    """What there is to say below a headline: why not, what changes, what it costs, which models, where declared."""
    if detail := _detail(change):
        yield Line(detail, Tone.REFUSED if change.refused else Tone.PLAIN)
    yield from _fields(change, chosen)
    yield from (Line(told) for told in (taken(change, prices), wasted(change, prices)) if told)
    yield from _models(change)
    if change.grants:
        who = ", ".join(map(str, change.grants))
        yield Line(f"copied to {change.successor or 'the new model'} before the old one goes: {who}")
    yield from (Line(f"note: {note}") for note in change.notes)
    if change.desired and change.desired.origin.file:
        yield Line(f"declared in {change.desired.origin}", Tone.FAINT)


def _detail(change: Change) -> str:
    """The detail of a row, without the sentence that its headline has already said."""
    for reason in change.reasons:
        if change.detail.startswith(said := sentence(reason, change)):
            return change.detail.removeprefix(said).lstrip(":; ")
    return change.detail


def _trains(change: Change) -> bool:
    """Whether the row begins a training, or would if it were not refused or ignored."""
    return change.action in TRAININGS or change.intended in TRAININGS


def _fields(change: Change, chosen: Sign) -> Iterator[Line]:
    """All declared values of a new model; of any other the differences."""
    if chosen is Sign.CREATE and change.desired and not change.fields:
        yield from (Line(written(value), path=path) for path, value in sorted(change.desired.fields.items()))
        if change.desired.dataset:
            yield Line(data(change.desired.dataset), path="dataset")
        if change.desired.validation:
            yield Line(data(change.desired.validation), path="validationDataset")
    for field in change.fields:
        yield Line(difference(field, change), TONES.get(field.effect, Tone.PLAIN), field.path)
        if lost := overwritten(field):
            yield Line(lost)


def _models(change: Change) -> Iterator[Line]:
    """The remote models of a row: the one it is about, those that go, and when."""
    old, target = change.observed, change.target or "an id that the service chooses"
    if change.action is Action.REPLACE and old:
        goes = f"; {old.name} is deleted when {target} is READY" if old in change.supersedes else ""
        yield Line(f"the id changes: {old.name} -> {target}{goes}")
    elif old and (change.refused or old.name == change.target):
        yield Line(f"id: {old.name}{_state(old)}")
    elif change.target or (_trains(change) and not change.refused):
        yield Line(f"id: {target}")
    if old and (change.refused or deletes(change) or change.action is Action.REPLACE):
        now = " now" if change.action is Action.REPLACE else ""
        yield from (Line(f"{kind}{now}: {name}") for kind, name in sorted(old.resources.items()))
    for other in change.supersedes if not change.refused else ():
        if change.action is not Action.REPLACE or other != old:
            yield Line(f"deleted when {target} is READY: {other.name}{_state(other)}")
    if change.parent:
        yield Line(f"tuned from: {change.parent}")
    if change.successor:
        yield Line(f"in its place: {change.successor}")


def _state(observed: Observed) -> str:
    """A model's state behind its name, and for a running training how far it is."""
    if observed.state is State.TRAINING and observed.progress:
        return f" ({training(observed.progress)})"
    return f" ({observed.state.value})"


def _remarks(plan: Plan) -> Iterator[str]:
    """What concerns the plan as a whole."""
    yield from (f"Warning: {warning}" for warning in plan.warnings)
    if not plan.complete:
        yield "Only a part of the workspace was looked at, so nothing is deleted for want of a manifest."
    if unseen := sum(Reason.NOT_SELECTED in change.reasons for change in plan.changes):
        yield f"Left alone because not selected: {counted(unseen, 'model')}."
    yield from summed(plan)
    if plan.foreign:
        yield f"Left alone because not ours: {counted(plan.foreign, 'model')}."
    if plan.counts.notes:
        yield f"{counted(plan.counts.notes, 'note')}."

"""Every model of a workspace as a table: what it is doing, which one serves, and since when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from reconciler.plan.serving import Serving
from reconciler.render.layout import NARROWEST, flow, table
from reconciler.render.progress import bar, sparkline
from reconciler.render.style import Style, Tone
from reconciler.resource.address import Address
from reconciler.resource.observed import Observed, Progress, State

Data: TypeAlias = Literal["", "trained", "asserted", "unknown"]
HEADINGS = ("ADDRESS", "ID", "STATE", "SERVES", "PROGRESS", "LOSS", "CREATED", "DATA")
BAR, CURVE = 10, 12
"""Cells of a progress bar and of a loss curve."""
TONES: Mapping[State | None, Tone] = {
    State.READY: Tone.CREATE,
    State.TRAINING: Tone.WAIT,
    State.FAILED: Tone.REFUSED,
    State.UNKNOWN: Tone.REFUSED,
    None: Tone.FAINT,
}


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One model; a declared address without any has a row with an empty `id` and no state.

    `serves`: the model that `outputs` gives; `stale`: it is not what is declared now. `data` tells how the digest of
    its training data is known: recorded when it was trained, asserted by a person, or not at all. `resources` are what
    the model consists of, where it is several.
    """

    address: Address
    id: str = ""
    state: State | None = None
    progress: Progress | None = None
    created: str = ""
    serves: bool = False
    stale: bool = False
    declared: bool = True
    data: Data = ""
    notes: tuple[str, ...] = ()
    resources: Mapping[str, str] = field(default_factory=dict)


def rows(servings: Iterable[Serving], notes: Mapping[str, Sequence[str]]) -> tuple[StatusRow, ...]:
    """Make the rows of a status, in the order of `servings`.

    `notes` are the plan's: by remote name, or by address where they are about no model that exists. The latter stand at
    the first row of the address.
    """
    found: list[StatusRow] = []
    for each in servings:
        made = [_row(each, model, tuple(notes.get(model.name, ()))) for model in each.models]
        first, *others = made or [StatusRow(each.address, declared=each.declared)]
        found += [replace(first, notes=(*notes.get(str(each.address), ()), *first.notes)), *others]
    return tuple(found)


def status_text(rows: Sequence[StatusRow], style: Style, width: int) -> str:
    """Write the table, or below each other what does not fit beside; ids are never cut. Notes follow their model."""
    if not rows:
        return "No models.\n"
    cells = [_cells(row) for row in rows]
    used = [i for i in range(len(HEADINGS)) if any(each[i] for each in cells)]
    drawn = table([[each[i] for i in used] for each in (HEADINGS, *cells)])
    if max(map(len, drawn)) <= max(width, NARROWEST):
        return "\n".join([style.paint(Tone.STRONG, drawn[0]), *_lines(rows, drawn[1:], style, width)]) + "\n"
    blocks = ["\n".join(_block(row, each, style, width)) for row, each in zip(rows, cells, strict=True)]
    return "\n\n".join(blocks) + "\n"


def _row(serving: Serving, model: Observed, notes: tuple[str, ...]) -> StatusRow:
    """One model of an address."""
    serves = model == serving.model
    return StatusRow(
        serving.address,
        model.name,
        model.state,
        model.progress,
        model.created,
        serves,
        serves and serving.stale,
        serving.declared,
        _data(model),
        notes,
        model.resources,
    )


def _data(model: Observed) -> Data:
    """How it is known what the model was trained on."""
    if model.ownership is None or not model.ownership.digest:
        return "unknown"
    return "asserted" if model.ownership.asserted else "trained"


def _cells(row: StatusRow) -> tuple[str, ...]:
    """The row in the order of the headings."""
    percent = row.progress.percent if row.progress and row.state is State.TRAINING else None
    serves = "stale" if row.stale else "serves" if row.serves else ""
    return (
        str(row.address) + ("" if row.declared else " (not declared)"),
        row.id,
        row.state.value if row.state else "absent",
        serves,
        f"{bar(row.progress, BAR)} {int(percent)}%" if row.progress and percent is not None else "",
        sparkline([loss for _, loss in row.progress.losses], CURVE) if row.progress else "",
        row.created,
        row.data,
    )


def _lines(rows: Sequence[StatusRow], drawn: Sequence[str], style: Style, width: int) -> list[str]:
    """The lines of the table, each followed by its notes."""
    found: list[str] = []
    for row, line in zip(rows, drawn, strict=True):
        found.append(style.paint(TONES[row.state], line))
        found += _notes(row, width)
    return found


def _block(row: StatusRow, cells: Sequence[str], style: Style, width: int) -> list[str]:
    """The row as lines, for a terminal too narrow for the table."""
    lines = [style.paint(TONES[row.state], cells[0])]
    named = [f"{heading.lower()}: {cell}" for heading, cell in zip(HEADINGS, cells, strict=True) if cell]
    return [*lines, *(line for text in named[1:] for line in flow(text, width, "  ", "    ")), *_notes(row, width)]


def _notes(row: StatusRow, width: int) -> list[str]:
    return [line for note in row.notes for line in flow(f"note: {note}", width, "  ", "    ")]

"""A plan as a review document: Markdown that reads well on GitHub and GitLab, light and dark, and as plain text.

Counts first, then what a reviewer must not miss: deletes, replacements and refusals, open; the rest is folded. Never
longer than the host allows: then rows lose their details, then their lines, then their names, the least severe first;
how many there are of each kind always stays. What people or the remote have written is inside of code: see `fence`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import TypeAlias

from reconciler.plan.change import Change
from reconciler.plan.plan import Plan
from reconciler.render.budget import Round, fit, size
from reconciler.render.changelines import WIDTH, lines
from reconciler.render.facts import worth_seeing
from reconciler.render.fence import block, code, place, prose, tag
from reconciler.render.layout import counted, flow
from reconciler.render.remarks import remarks
from reconciler.render.sign import Sign, sign
from reconciler.render.wording import headline, last_line
from reconciler.resource.prices import Prices

LIMIT = 65_536
"""Characters of a comment on GitHub, which refuses longer ones."""
LEAST = 400
"""Characters in which the counts, the pointer to the whole and the digest always fit."""
LONGEST = 100
"""Characters of a name, which are more than any of ours has; the middle of a longer one is cut."""
HEAD = 180
"""Characters that are enough for the counts, and for the shortest of what concerns the whole plan."""
FRAME = 60
"""Characters that are enough for what stands around the rows of a section, but for its title."""
COUNTED, NAMED, TOLD, WHOLE = range(4)
"""How much of a row is shown."""

Rows: TypeAlias = Sequence[tuple[str, ...]]
"""Rows in all their lengths."""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind; those of an open one are seen without a click."""

    title: str
    signs: frozenset[Sign]
    open: bool = False


SECTIONS = (
    Section("Delete", frozenset({Sign.DELETE}), open=True),
    Section("Replace", frozenset({Sign.REPLACE}), open=True),
    Section("Refused", frozenset({Sign.REFUSED}), open=True),
    Section("Create", frozenset({Sign.CREATE})),
    Section("Update", frozenset({Sign.UPDATE, Sign.ADOPT, Sign.FORGET})),
    Section("In training", frozenset({Sign.WAIT})),
    Section("Left alone", frozenset({Sign.NONE, Sign.IGNORED})),
)
"""The most severe first: what is read if nothing else is."""


def plan_markdown(plan: Plan, limit: int = LIMIT, whole: str = "", objection: str = "") -> str:
    """Write a plan in at most `limit` characters (at least LEAST).

    `whole` says where all of it is, if it has to be cut; `objection` is why a guard refuses it.
    """
    forms = {section: _section_forms(plan, section) for section in SECTIONS}
    about = list(_about(plan, objection))
    body = [_section(section, rows, [WHOLE] * len(rows)) for section, rows in forms.items() if rows]
    end = _end(plan, objection)
    text = _document([_heading(plan, objection), *(full for _, full in about), *body, end])
    return text if size(text) <= limit else _cut(plan, forms, about, limit, whole, objection)


def _cut(
    plan: Plan,
    forms: Mapping[Section, Rows],
    about: Sequence[tuple[str, str]],
    limit: int,
    whole: str,
    objection: str,
) -> str:
    """Write as much as fits: a quarter is for what concerns the whole plan, and the rows have what is left."""
    head, tail = f"{_heading(plan, objection)}\n\n", _tail(plan, limit, whole, objection)
    pieces = [[form and f"{form}\n\n" for form in each] for each in about]
    room = limit - size(head) - size(tail) - 1
    for piece, form in zip(pieces, fit(pieces, min(room, limit // 4), [Round(1)]), strict=True):
        head, room = head + piece[form], room - size(piece[form])
    kept: dict[Section, Rows] = {}
    for section, rows in forms.items():
        needed = size(_section(section, rows, [COUNTED] * len(rows))) + FRAME
        if rows and needed <= room:
            kept[section], room = rows, room - needed
    chosen = iter(fit([row for rows in kept.values() for row in rows], room, _rounds(kept)))
    body = [_section(section, rows, [next(chosen) for _ in rows]) for section, rows in kept.items()]
    return head + _document([*body, tail])


def _heading(plan: Plan, objection: str) -> str:
    """The counts, and whether anything of that is done at all."""
    return f"### {'Refused by a guard. ' if objection else ''}{last_line(plan)}"


def _document(parts: Sequence[str]) -> str:
    """Put blocks below each other."""
    return "\n\n".join(parts) + "\n"


def _rounds(kept: Mapping[Section, Rows]) -> Sequence[Round]:
    """Deletes are named before anything else; half of what is left is for details, and then come the other names."""
    deletes = range(len(kept.get(SECTIONS[0], ())))
    return Round(NAMED, 0.75, deletes), Round(WHOLE, 0.5), Round(NAMED), Round(TOLD), Round(WHOLE)


def _about(plan: Plan, objection: str) -> Iterator[tuple[str, str]]:
    """What concerns the plan as a whole, the most important first: as short as can be, and in full."""
    context = plan.context
    if objection:
        yield "", block(flow(objection, WIDTH), "text")
    if plan.warnings:
        told = [line for warning in plan.warnings for line in flow(f"Warning: {warning}", WIDTH, rest="  ")]
        yield f"{counted(len(plan.warnings), 'warning')}.", block(told, "text")
    named = [f"environment {code(plan.environment)}"] if plan.environment else []
    where = [*named, f"workspace {code(context.workspace)}"]
    where += map(code, filter(None, (context.project, context.location)))
    yield "", f"For {', '.join(where)} at {code(context.provider)}."
    if told := list(remarks(plan)):
        yield "", "\n".join(f"- {prose(remark)}" for remark in told)


def _end(plan: Plan, objection: str) -> str:
    """Which plan this is, as the command that does exactly this, where one would."""
    if objection or not plan.acts:
        return f"{'Nothing of this is done. ' if objection else ''}Digest {code(plan.digest)}."
    chosen = f"-e {quote(plan.environment)} " if plan.environment else ""
    return f"{code(f'reconciler apply {chosen}--plan-digest {plan.digest}')} does exactly this."


def _tail(plan: Plan, limit: int, whole: str, objection: str) -> str:
    """The end of a plan that was cut: where all of it is, and which it is; shorter where there is no room for that."""
    note, nowhere = f"**Cut to {limit:,} characters.** All of it:", f"{code('reconciler plan')} shows it."
    endings = (
        f"{note} {place(whole) if whole else nowhere}\n\n{_end(plan, objection)}",
        f"{note} {nowhere}\n\n{_end(plan, objection)}",
        f"{note} {nowhere}\n\nDigest {code(plan.digest)}.",
    )
    return next((each for each in endings if size(each) <= limit - HEAD), endings[-1])


def _section(section: Section, rows: Rows, levels: Sequence[int]) -> str:
    """One kind of rows: whole ones, lines, names, and how many have neither."""
    of = {
        level: [row[level] for row, chosen in zip(rows, levels, strict=True) if chosen == level]
        for level in (COUNTED, NAMED, TOLD, WHOLE)
    }
    parts = [f"#### {section.title} ({len(rows):,})", "".join(of[WHOLE]), "".join(of[TOLD]), "".join(of[NAMED])]
    left = len(of[COUNTED])
    parts.append(f"And {left:,} that are not named here." if 0 < left < len(rows) else "")
    return "\n\n".join(part.rstrip(", \n") for part in parts if part)


def _section_forms(plan: Plan, section: Section) -> Rows:
    """The rows of a section in all their lengths."""
    rows = (row for row in plan.changes if sign(row) in section.signs and worth_seeing(row))
    return [_forms(row, section, plan.prices) for row in rows]


def _forms(row: Change, section: Section, prices: Prices | None) -> tuple[str, ...]:
    """A row in all its lengths, from nothing to everything, each with the characters that stand behind it."""
    address = _shortened(str(row.address))
    name, said = f"{sign(row).symbol} {address}".lstrip(), headline(row, code)
    details = block(lines(row, prices), "diff")
    if section.open:
        whole = f"**{code(name)}** {said}\n\n{details}\n\n"
    else:
        summary = f"<summary>{tag(name)} {headline(row, tag)}</summary>"
        whole = f"<details>{summary}\n\n{details}\n\n</details>\n\n"
    return "", f"{code(_shortened(row.address.name))}, ", f"- {code(name)} {said}\n", whole


def _shortened(name: str) -> str:
    """A name without its middle, if it is longer than names are."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST * 2 // 3]}…{name[-LONGEST // 3 :]}"

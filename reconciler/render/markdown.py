"""A plan as a review document: Markdown that reads well on GitHub and GitLab, light and dark, and as plain text.

Counts first, then what a reviewer must not miss: deletes, replacements and refusals, open; the rest is folded. Never
longer than the host allows: then rows lose their details, then their lines, then their names, the least severe first;
how many there are of each kind always stays. What people or the remote have written is inside of code: see `fence`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.plan.change import Change
from reconciler.plan.plan import Plan
from reconciler.render.budget import Round, fit, size
from reconciler.render.changelines import lines
from reconciler.render.facts import worth_seeing
from reconciler.render.fence import block, code, tag
from reconciler.render.frame import ALONE, Circumstances, about, end, heading, tail
from reconciler.render.sign import Sign, sign
from reconciler.render.wording import headline
from reconciler.resource.prices import Prices

LIMIT = 65_300
"""Characters: GitHub refuses comments of more than 65,536, and a comment has a marker and names its commit."""
LEAST = 400
"""Characters in which the counts, the pointer to the whole and the digest always fit."""
LONGEST = 100
"""Characters of a name, which are more than any of ours has; the middle of a longer one is cut."""
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


def plan_markdown(plan: Plan, limit: int = LIMIT, around: Circumstances = ALONE) -> str:
    """Write a plan in at most `limit` characters (at least LEAST)."""
    forms = {section: _section_forms(plan, section) for section in SECTIONS}
    head = list(about(plan, around))
    body = [_section(section, rows, [WHOLE] * len(rows)) for section, rows in forms.items() if rows]
    text = _document([heading(plan, around), *(full for _, full in head), *body, end(plan, around)])
    return text if size(text) <= limit else _cut(plan, forms, head, limit, around)


def _cut(
    plan: Plan, forms: Mapping[Section, Rows], about: Sequence[tuple[str, str]], limit: int, around: Circumstances
) -> str:
    """Write as much as fits: a quarter is for what concerns the whole plan, and the rows have what is left."""
    head, last = f"{heading(plan, around)}\n\n", tail(plan, limit, around)
    pieces = [[form and f"{form}\n\n" for form in each] for each in about]
    room = limit - size(head) - size(last) - 1
    for piece, form in zip(pieces, fit(pieces, min(room, limit // 4), [Round(1)]), strict=True):
        head, room = head + piece[form], room - size(piece[form])
    kept: dict[Section, Rows] = {}
    for section, rows in forms.items():
        needed = size(_section(section, rows, [COUNTED] * len(rows))) + FRAME
        if rows and needed <= room:
            kept[section], room = rows, room - needed
    chosen = iter(fit([row for rows in kept.values() for row in rows], room, _rounds(kept)))
    body = [_section(section, rows, [next(chosen) for _ in rows]) for section, rows in kept.items()]
    return head + _document([*body, last])


def _document(parts: Sequence[str]) -> str:
    """Put blocks below each other."""
    return "\n\n".join(parts) + "\n"


def _rounds(kept: Mapping[Section, Rows]) -> Sequence[Round]:
    """Deletes are named before anything else; half of what is left is for details, and then come the other names."""
    deletes = range(len(kept.get(SECTIONS[0], ())))
    return Round(NAMED, 0.75, deletes), Round(WHOLE, 0.5), Round(NAMED), Round(TOLD), Round(WHOLE)


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

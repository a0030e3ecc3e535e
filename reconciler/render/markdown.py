"""A plan as a review document: Markdown that reads well on GitHub and GitLab, light and dark, and as plain text.

Counts first, then what a reviewer must not miss: deletes, replacements and refusals, open; the rest is folded. Never
longer than the host allows: then rows lose their details, then their lines, then their names, the least severe first;
how many there are of each kind always stays. What people or the remote have written is inside of code: see `fence`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.plan.change import Change
from reconciler.plan.plan import Plan
from reconciler.render.budget import Round, fit, size
from reconciler.render.changelines import lines
from reconciler.render.facts import worth_seeing
from reconciler.render.fence import block, code, place, prose, tag, tagged_prose
from reconciler.render.remarks import remarks
from reconciler.render.sign import Sign, sign
from reconciler.render.wording import headline, last_line
from reconciler.resource.prices import Prices

LIMIT = 65_536
"""Characters of a comment on GitHub, which refuses longer ones."""
FRAME = 100
"""Characters that are enough for what stands around the rows of a section."""
COUNTED, NAMED, TOLD, WHOLE = range(4)
"""How much of a row is shown."""


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


def plan_markdown(plan: Plan, limit: int = LIMIT, whole: str = "") -> str:
    """Write a plan in at most `limit` characters; `whole` says where all of it is, if it has to be cut."""
    shown = [(section, row) for section in SECTIONS for row in plan.changes if _belongs(row, section)]
    pieces = [_forms(row, section, plan.prices) for section, row in shown]
    head, tail = _head(plan), _tail(plan, limit, whole)
    chosen = fit(pieces, limit - size(head) - size(tail) - FRAME * len(SECTIONS), _rounds(shown))
    forms: dict[Section, list[tuple[int, str]]] = {section: [] for section in SECTIONS}
    for (section, _), form, piece in zip(shown, chosen, pieces, strict=True):
        forms[section].append((form, piece[form]))
    body = [_section(section, rows) for section, rows in forms.items() if rows]
    if all(form == WHOLE for form in chosen):
        tail = _tail(plan)
    return "\n\n".join([head, *body, tail]) + "\n"


def _belongs(row: Change, section: Section) -> bool:
    """Whether a row is shown, and in this section."""
    return sign(row) in section.signs and worth_seeing(row)


def _rounds(shown: Sequence[tuple[Section, Change]]) -> Sequence[Round]:
    """Deletes are named before anything else; half of what is left is for details, and then come the other names."""
    deletes = [number for number, (section, _) in enumerate(shown) if section is SECTIONS[0]]
    return Round(NAMED, 0.75, deletes), Round(WHOLE, 0.5), Round(NAMED), Round(TOLD), Round(WHOLE)


def _head(plan: Plan) -> str:
    """The counts, where the plan is for, and what concerns it as a whole."""
    context = plan.context
    where = [f"workspace {code(context.workspace)}", context.provider]
    where += [code(each) for each in (context.project, context.location) if each]
    parts = [f"### {last_line(plan)}", f"For {', '.join(where)}."]
    if told := list(remarks(plan)):
        parts.append("\n".join(f"- {prose(remark)}" for remark in told))
    if plan.warnings:
        parts.append(block((f"Warning: {warning}" for warning in plan.warnings), "text"))
    return "\n\n".join(parts)


def _tail(plan: Plan, limit: int = 0, whole: str = "") -> str:
    """Which plan this is; where it was cut, and where all of it is."""
    digest = f"Digest {code(plan.digest)}: {code(f'reconciler apply --plan-digest {plan.digest}')} does exactly this."
    if not limit:
        return digest
    at = place(whole) if whole else f"{code('reconciler plan')} shows it"
    return f"**Cut to {limit:,} characters.** All of it: {at}.\n\n{digest}"


def _section(section: Section, rows: Sequence[tuple[int, str]]) -> str:
    """One kind of rows: whole ones, lines, names, and how many have neither."""
    of = {form: [text for each, text in rows if each == form] for form in (WHOLE, TOLD, NAMED)}
    parts = [f"#### {section.title} ({len(rows):,})", *of[WHOLE], "\n".join(of[TOLD]), ", ".join(of[NAMED])]
    if left := sum(form == COUNTED for form, _ in rows):
        parts.append(f"And {left:,} that are not named here.")
    return "\n\n".join(filter(None, parts))


def _forms(row: Change, section: Section, prices: Prices | None) -> tuple[str, str, str, str]:
    """A row in all its lengths, from nothing to everything, each with the characters that will stand behind it."""
    address, said = str(row.address), headline(row)
    symbol = f"{sign(row).symbol} ".lstrip()
    told = f"- {code(f'{symbol}{address}')} {prose(said)}"
    unfolded = " open" if section.open else ""
    summary = f"<summary>{tag(f'{symbol}{address}')} {tagged_prose(said)}</summary>"
    whole = f"<details{unfolded}>{summary}\n\n{block(lines(row, prices), 'diff')}\n\n</details>"
    return "", code(address), told, whole

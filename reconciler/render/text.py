"""A plan as text for a terminal, or for the log of a pipeline.

One block for each row that acts, waits, is refused, or is left alone for a reason worth knowing; then warnings, counts,
and a last line whose form is fixed. Pure: the same plan gives the same text.
"""

from collections.abc import Iterator

from reconciler.plan.change import Change
from reconciler.plan.plan import Plan
from reconciler.render.facts import Fact, facts, worth_seeing
from reconciler.render.layout import flow, pack
from reconciler.render.neutral import neutral
from reconciler.render.remarks import remarks
from reconciler.render.sign import legend, sign
from reconciler.render.style import Style, Tone
from reconciler.render.value import difference, overwritten
from reconciler.render.wording import headline, last_line
from reconciler.resource.prices import Prices

WIDE = 80
"""Columns from which on the values of a row stand below each other."""
MARGIN = " " * 6
HANGING = " " * 8


def plan_text(plan: Plan, style: Style, width: int) -> str:
    """Write a plan in lines of `width` columns (at least 40), ending in a newline."""
    shown = [change for change in plan.changes if worth_seeing(change)]
    parts = [_block(change, plan.prices, style, width) for change in shown]
    if signs := legend(map(sign, shown)):
        parts.insert(0, "\n".join(pack(signs, width, "  ")))
    if plan.environment:
        parts.insert(0, style.paint(Tone.STRONG, neutral(f"Environment {plan.environment}")))
    if told := [*(f"Warning: {warning}" for warning in plan.warnings), *remarks(plan)]:
        parts.append("\n".join(line for remark in told for line in flow(remark, width, rest="  ")))
    parts.append(style.paint(Tone.STRONG, last_line(plan)))
    return "\n\n".join(parts) + "\n"


def _block(change: Change, prices: Prices | None, style: Style, width: int) -> str:
    """One row: its headline, and everything known about it below."""
    chosen = sign(change)
    head = f"{chosen.symbol:>3} "
    lines = flow(f"{change.address}  {headline(change)}", width, head, MARGIN)
    named = f"{head}{change.address}"
    lines[0] = style.paint(chosen.tone, named) + lines[0].removeprefix(named)
    told = [line for fact in facts(change, prices) for line in _lines(fact, change)]
    column = max((len(fact.path) + 2 for fact in told), default=0) if width >= WIDE else 0
    for fact in told:
        path = f"{fact.path}: ".ljust(column) if fact.path else ""
        lines += [style.paint(fact.tone, line) for line in flow(path + fact.text, width, MARGIN, HANGING)]
    return "\n".join(lines)


def _lines(fact: Fact, change: Change) -> Iterator[Fact]:
    """A fact with its text; a long value that is about to be lost is told below, whole."""
    if fact.field is None:
        yield fact
        return
    yield Fact(difference(fact.field, change), fact.tone, fact.path)
    if lost := overwritten(fact.field):
        yield Fact(lost)

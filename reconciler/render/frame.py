"""What stands around the rows of a review document: the counts, what concerns the whole plan, and which plan it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shlex import quote

from reconciler.errors import Diagnostic, Silenced
from reconciler.plan.plan import Plan
from reconciler.render.budget import size
from reconciler.render.changelines import WIDTH
from reconciler.render.fence import block, code, place, prose
from reconciler.render.layout import counted, flow
from reconciler.render.remarks import remarks
from reconciler.render.wording import last_line

HEAD = 180
"""Characters that are enough for the counts, and for the shortest of what concerns the whole plan."""
MOST = 20
"""Findings in manifests and data that are told one by one."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a reader has to know that is not in the plan.

    `objection` is why a guard refuses it, `findings` are warnings about manifests and data, `silenced` those that they
    silence. `base` names what it was compared with, `whole` says where all of it is, should it have to be cut.
    """

    objection: str = ""
    findings: Sequence[Diagnostic] = ()
    silenced: Sequence[Silenced] = ()
    base: str = ""
    whole: str = ""


ALONE = Circumstances()


def heading(plan: Plan, around: Circumstances) -> str:
    """The counts, and whether anything of that is done at all."""
    return f"### {'Refused by a guard. ' if around.objection else ''}{last_line(plan)}"


def about(plan: Plan, around: Circumstances) -> Iterator[tuple[str, str]]:
    """What concerns the plan as a whole, the most important first: as short as can be, and in full."""
    if around.objection:
        yield "", block(flow(around.objection, WIDTH), "text")
    if plan.warnings:
        told = [line for warning in plan.warnings for line in flow(f"Warning: {warning}", WIDTH, rest="  ")]
        yield f"{counted(len(plan.warnings), 'warning')}.", block(told, "text")
    yield "", _where(plan, around.base)
    if told := list(remarks(plan)):
        yield "", "\n".join(f"- {prose(remark)}" for remark in told)
    if around.findings or around.silenced:
        yield _found(around)


def _where(plan: Plan, base: str) -> str:
    """Whose models it is about, where they are, and what the manifests were compared with."""
    context = plan.context
    named = [f"environment {code(plan.environment)}"] if plan.environment else []
    where = [*named, f"workspace {code(context.workspace)}"]
    where += map(code, filter(None, (context.project, context.location)))
    compared = f", compared with {code(base)}" if base else ""
    return f"For {', '.join(where)} at {code(context.provider)}{compared}."


def _found(around: Circumstances) -> tuple[str, str]:
    """What the rules find in manifests and data: how much, and the first of it, folded."""
    numbers = [counted(len(around.findings), "warning")] if around.findings else []
    numbers += [f"{len(around.silenced):,} silenced"] if around.silenced else []
    said = f"{', '.join(numbers)} in manifests and data"
    lines = [each.line for each in around.findings]
    lines += [f"silenced: {each.diagnostic.line}: {each.reason}" for each in around.silenced]
    more = [f"and {len(lines) - MOST:,} more: reconciler validate"] if len(lines) > MOST else []
    told = block([part for line in lines[:MOST] + more for part in flow(line, WIDTH, rest="  ")], "text")
    return f"{said}.", f"<details><summary>{said}</summary>\n\n{told}\n\n</details>"


def end(plan: Plan, around: Circumstances) -> str:
    """Which plan this is, as the command that does exactly this, where one would."""
    if around.objection or not plan.acts:
        return f"{'Nothing of this is done. ' if around.objection else ''}Digest {code(plan.digest)}."
    chosen = f"-e {quote(plan.environment)} " if plan.environment else ""
    return f"{code(f'reconciler apply {chosen}--plan-digest {plan.digest}')} does exactly this."


def tail(plan: Plan, limit: int, around: Circumstances) -> str:
    """The end of a plan that was cut: where all of it is, and which it is; shorter where there is no room for that."""
    note, nowhere = f"**Cut to {limit:,} characters.** All of it:", f"{code('reconciler plan')} shows it."
    endings = (
        f"{note} {place(around.whole) if around.whole else nowhere}\n\n{end(plan, around)}",
        f"{note} {nowhere}\n\n{end(plan, around)}",
        f"{note} {nowhere}\n\nDigest {code(plan.digest)}.",
    )
    return next((each for each in endings if size(each) <= limit - HEAD), endings[-1])

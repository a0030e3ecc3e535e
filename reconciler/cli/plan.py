"""`reconciler plan`: what apply would do. It gets a Reader, so it cannot write."""

import sys
from dataclasses import replace
from functools import partial

import click

from reconciler.cli import github, planning, reports, saved, session
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import (
    Asked,
    Comparison,
    Place,
    Safety,
    Selection,
    bounded,
    comparing,
    formats,
    in_place,
    option,
    selecting,
    wishing,
)
from reconciler.cli.reports import FORMS, Reporting, Shown, reporting
from reconciler.cli.session import Session
from reconciler.errors import UnsafePlan
from reconciler.plan.change import acts
from reconciler.plan.plan import Plan
from reconciler.providers.port import Reader
from reconciler.render.annotations import verbatim
from reconciler.render.frame import Circumstances
from reconciler.render.text import plan_text
from reconciler.source.datachanges import with_data
from reconciler.source.lint.every import EVERY
from reconciler.source.revisions import History

EPILOG = """\b
Examples:
  reconciler plan
  reconciler plan --out plan.json && reconciler apply plan.json
  reconciler plan --detailed-exitcode --target 'support-*'
  reconciler plan -o github --max-cost 50 --report markdown=plan.md
"""


@click.command("plan", epilog=EPILOG)
@in_place
@formats("text", "markdown", "json", "github")
@option("--out", type=click.Path(dir_okay=False), metavar="FILE", help="Save the plan for `apply FILE`.")
@option("--detailed-exitcode", is_flag=True, help="0 no changes, 2 changes, 3 only training, 4 only refusals.")
@reporting
@selecting
@wishing
@bounded
@comparing
@with_console
def command(
    place: Place,
    output: str,
    out: str | None,
    detailed_exitcode: bool,  # noqa: FBT001  (click passes it by name)
    reporting: Reporting,
    selection: Selection,
    asked: Asked,
    safety: Safety,
    comparison: Comparison,
    console: Console,
) -> int:
    """Show what apply would do; never writes."""
    reports.check_free(reporting.report, out)
    with github.annotating(output, console):
        declared = session.begin(place, EVERY)
        console.warn(declared.warnings)
        history = History(str(declared.folder), comparison.base or "")
        begun, loosened = planning.within_base(declared, history)
        terms = planning.terms(begun, planning.Request(selection, asked, safety))
        reader: Reader = connect(begun)
        look = partial(with_data, history=history, examples=comparison.show_examples)
        plan = planning.make(begun, reader, terms, look)
        plan = replace(plan, warnings=loosened + plan.warnings)
        refusal = _refusal(plan, begun, safety)
        around = Circumstances(
            objection=str(refusal or ""),
            findings=begun.warnings,
            silenced=begun.silenced,
            base=history.told,
            whole=reporting.details_at,
        )
        shown = Shown(plan, str(begun.folder), around)
        _show(shown, reporting, begun, console, output)
        reports.write(shown, reporting)
    if refusal:
        raise refusal
    if out:
        saved.write(out, plan, str(begun.folder))
    return _exit_code(plan) if detailed_exitcode else 0


def _refusal(plan: Plan, begun: Session, safety: Safety) -> UnsafePlan | None:
    """What the bounds of workspace and options have against a plan; it is told when the plan has been shown."""
    try:
        planning.check(plan, begun, safety)
    except UnsafePlan as refusal:
        return refusal
    return None


def _show(shown: Shown, how: Reporting, begun: Session, console: Console, output: str) -> None:
    """Print a plan as the result of a command."""
    if output not in ("text", "github"):
        console.print(FORMS[output](shown, how))
        return
    text = plan_text(shown.plan, console.style(sys.stdout), console.width(sys.stdout))
    if output == "text":
        console.print(text)
        return
    console.print(verbatim(text))
    code = UnsafePlan.exit_code if shown.around.objection else _exit_code(shown.plan)
    github.publish(shown, begun, code, console)


def _exit_code(plan: Plan) -> int:
    """What a pipeline wants to know: will something be written, is something in the way, is something under way."""
    if any(acts(row) for row in plan.changes if not row.finishes):
        return 2
    if plan.counts.refused:
        return 4
    return 3 if plan.counts.training else 0

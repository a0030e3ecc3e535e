"""`reconciler plan`: what apply would do. It gets a Reader, so it cannot write."""

import sys

import click

from reconciler.cli import planning, saved, session
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import (
    Asked,
    Place,
    Safety,
    Selection,
    bounded,
    formats,
    in_place,
    option,
    selecting,
    wishing,
)
from reconciler.cli.session import Session
from reconciler.plan.change import acts
from reconciler.plan.plan import Plan
from reconciler.providers.port import Reader
from reconciler.render.text import plan_text

EPILOG = """\b
Examples:
  reconciler plan
  reconciler plan --out plan.json && reconciler apply plan.json
  reconciler plan --detailed-exitcode --target 'support-*'
"""


@click.command("plan", epilog=EPILOG)
@in_place
@formats("text", "markdown", "json")
@option("--out", type=click.Path(dir_okay=False), metavar="FILE", help="Save the plan for `apply FILE`.")
@option("--detailed-exitcode", is_flag=True, help="0 no changes, 2 changes, 3 only training, 4 only refusals.")
@selecting
@wishing
@bounded
@with_console
def command(
    place: Place,
    output: str,
    out: str | None,
    detailed_exitcode: bool,  # noqa: FBT001  (click passes it by name)
    selection: Selection,
    asked: Asked,
    safety: Safety,
    console: Console,
) -> int:
    """Show what apply would do; never writes."""
    if out:
        saved.check_free(out)
    begun = session.begin(place)
    console.warn(begun.warnings)
    terms = planning.terms(begun, planning.Request(selection, asked, safety))
    reader: Reader = connect(begun)
    plan = planning.make(begun, reader, terms)
    _show(plan, begun, console, output)
    planning.check(plan, begun, safety)
    if out:
        saved.write(out, plan, str(begun.folder))
    return _exit_code(plan) if detailed_exitcode else 0


def _show(plan: Plan, begun: Session, console: Console, output: str) -> None:
    """Print a plan as the result of a command."""
    if output == "json":
        from reconciler.render.json_output import plan_json

        console.print(plan_json(plan, str(begun.folder)))
    elif output == "markdown":
        from reconciler.render.markdown import plan_markdown

        console.print(plan_markdown(plan))
    else:
        console.print(plan_text(plan, console.style(sys.stdout), console.width(sys.stdout)))


def _exit_code(plan: Plan) -> int:
    """What a pipeline wants to know: will something be written, is something in the way, is something under way."""
    if any(acts(row) for row in plan.changes if not row.finishes):
        return 2
    if plan.counts.refused:
        return 4
    return 3 if plan.counts.training else 0

"""`reconciler wait`: look at trainings until there are none. It gets a Reader, so it cannot write."""

import sys

import click

from reconciler.cli import planning, session
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.interruption import interruptible
from reconciler.cli.options import TIMEOUT, Place, Selection, formats, in_place, selecting
from reconciler.cli.running import follow
from reconciler.plan.change import Action, leaves
from reconciler.plan.plan import Plan
from reconciler.providers.port import Reader
from reconciler.render.report import report_text
from reconciler.render.wording import last_line
from reconciler.waiting import watch

EPILOG = """\b
Examples:
  reconciler apply --yes --no-wait; reconciler wait --timeout 45m
  reconciler wait --target support-tickets
  reconciler wait -o json | jq -r 'select(.type == "progressed") | .percent'
"""


@click.command("wait", epilog=EPILOG)
@in_place
@TIMEOUT
@formats("text", "json")
@selecting
@with_console
def command(place: Place, timeout: float | None, output: str, selection: Selection, console: Console) -> int:
    """Wait until no declared model is being trained; never writes.

    Ends 0 when nothing trains, 3 when the time is over, 1 when a training failed.
    """
    begun = session.begin(place)
    console.warn(begun.warnings)
    reader: Reader = connect(begun, losses=console.live or output == "json")
    terms = planning.terms(begun, planning.Request(selection))
    plan = planning.make(begun, reader, terms)
    rows = [row for row in plan.changes if row.action is Action.WAIT and not leaves(row)]
    with interruptible(timeout, announce=not console.live) as clock:
        report = follow(watch(rows, reader, clock, timeout), console, output)
    if output == "text":
        if report.outcomes:
            console.print(report_text(report, console.style(sys.stdout), console.width(sys.stdout)) + "\n")
        console.print(_rest(planning.make(begun, reader, terms) if report.outcomes else plan))
    return report.exit_code


def _rest(plan: Plan) -> str:
    """What apply would still do."""
    apply = f"reconciler apply -e {plan.environment}" if plan.environment else "reconciler apply"
    return "No changes.\n" if plan.empty else f"`{apply}` would still do this:\n{last_line(plan)}\n"

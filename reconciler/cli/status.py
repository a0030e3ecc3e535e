"""`reconciler status`: every model of the workspace as it is now."""

import sys
from collections.abc import Mapping
from dataclasses import replace

import click

from reconciler.cli import planning, session
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import Place, Selection, formats, in_place, selecting
from reconciler.plan.plan import Plan
from reconciler.plan.planner import plan
from reconciler.plan.serving import serving
from reconciler.preview import located
from reconciler.providers.port import Reader
from reconciler.render.json_output import status_json
from reconciler.render.status import rows, status_text
from reconciler.resource.observed import Observed

EPILOG = """\b
Examples:
  reconciler status
  reconciler status -l team=support
  reconciler status -o json | jq '.models[] | select(.state == "TRAINING")'
"""
ANY_WIDTH = 10_000
"""Columns: a table that is piped stays one line a model, for grep and awk."""


@click.command("status", epilog=EPILOG)
@in_place
@formats("text", "json")
@selecting
@with_console
def command(place: Place, output: str, selection: Selection, console: Console) -> int:
    """Show every model of the workspace: state, progress, loss, and which one serves."""
    begun = session.begin(place)
    console.warn(begun.warnings)
    terms = planning.terms(begun, planning.Request(selection))
    reader: Reader = connect(begun, losses=True)
    desired, snapshot = located(begun.desired, reader), reader.observe()
    planned = plan(desired, snapshot, terms)
    totals = {row.target: row.steps.number for row in planned.changes if row.steps}
    counted = tuple(_with_total(observed, totals) for observed in snapshot)
    table = rows(serving(desired, counted, terms), _notes(planned))
    if output == "json":
        console.print(status_json(table))
    else:
        console.print(status_text(table, console.style(sys.stdout), console.width(sys.stdout, piped=ANY_WIDTH)))
    return 0


def _with_total(observed: Observed, totals: Mapping[str, int]) -> Observed:
    """The model with the steps it was planned with, where the service does not tell them."""
    progress, total = observed.progress, totals.get(observed.name)
    if progress is None or progress.total or total is None:
        return observed
    return replace(observed, progress=replace(progress, total=total))


def _notes(planned: Plan) -> Mapping[str, tuple[str, ...]]:
    """What the plan has to say about models, or else addresses: notes, and why something is refused."""
    found: dict[str, tuple[str, ...]] = {}
    for row in planned.changes:
        about = row.observed.name if row.observed else str(row.address)
        found[about] = (*found.get(about, ()), *([row.detail] if row.refused and row.detail else []), *row.notes)
    return found

"""`reconciler apply`: plan, show, ask, do, report."""

import sys
from dataclasses import replace

import click

from reconciler.apply import execute
from reconciler.cli import planning, saved, session
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.interruption import interruptible
from reconciler.cli.options import (
    YES,
    Asked,
    Pace,
    Place,
    Safety,
    Selection,
    bounded,
    formats,
    in_place,
    option,
    paced,
    selecting,
    wishing,
)
from reconciler.cli.running import follow
from reconciler.cli.session import Session
from reconciler.errors import StalePlan, UsageError
from reconciler.plan.format import PlanDocument
from reconciler.plan.plan import Plan
from reconciler.plan.review import Moved, exactly, within
from reconciler.plan.terms import Terms
from reconciler.providers.port import Provider
from reconciler.render.json_output import version_line
from reconciler.render.report import report_text
from reconciler.render.stale import stale_line, stale_text
from reconciler.render.text import plan_text
from reconciler.run import Options
from reconciler.source.examples import FileExamples
from reconciler.source.lint.every import EVERY

EPILOG = """\b
Examples:
  reconciler apply
  reconciler apply --yes --timeout 45m --max-deletes 0
  reconciler plan --out plan.json && reconciler apply plan.json
"""
OTHERWISE = "give --yes, or a plan that was saved and reviewed"


@click.command("apply", epilog=EPILOG)
@in_place
@option("--plan", "plan_file", type=click.Path(), metavar="FILE", help="Do what this saved plan says, and no more.")
@option("--plan-digest", metavar="SHA", help="Go on only if the plan has this digest.")
@YES
@paced
@formats("text", "json")
@selecting
@wishing
@bounded
@with_console
def command(
    place: Place,
    plan_file: str | None,
    plan_digest: str | None,
    yes: bool,  # noqa: FBT001  (click passes it by name)
    pace: Pace,
    output: str,
    selection: Selection,
    asked: Asked,
    safety: Safety,
    console: Console,
) -> int:
    """Make the remote match the manifests: show the plan, ask, do it, wait for trainings, report.

    PATH may also be a plan saved by `plan --out`; the manifests are then those in manifests/.
    """
    if plan_file is None and saved.is_absent(place.path):
        raise UsageError(f"{place.path!r} does not exist", saved.ADVICE)
    if plan_file is None and saved.is_plan(place.path):
        plan_file, place = place.path, replace(place, path="manifests")
    request = planning.Request(selection, asked, safety)
    if plan_file is not None and request != planning.Request(safety=safety):
        raise UsageError("a saved plan says already what is selected and wished for", "plan again with these options")
    document = None if plan_file is None else saved.read(plan_file)
    begun = session.begin(place if document is None else saved.meant(place, document), EVERY)
    console.warn(begun.warnings)
    provider = connect(begun, losses=console.live or output == "json")
    plan = planning.make(begun, provider, _terms(begun, request, document))
    _hold(plan, document, plan_digest, console, output)
    show(plan, console, output)
    planning.check(plan, begun, safety)
    reviewed = yes or plan_file is not None or plan_digest is not None
    if plan.acts and not console.confirm("Apply?", OTHERWISE, yes=reviewed):
        console.insist("Nothing was done.")
        return 1
    return carry_out(plan, provider, pace, console, output)


def _terms(begun: Session, request: planning.Request, document: PlanDocument | None) -> Terms:
    """The terms that the options ask for, or those that a saved plan was made on."""
    return planning.terms(begun, request) if document is None else saved.terms(begun, document)


def _hold(plan: Plan, document: PlanDocument | None, digest: str | None, console: Console, output: str) -> None:
    """Raise StalePlan unless a saved plan, or a digest, allows what would be done; show before how that differs."""
    try:
        if document is not None:
            within(plan, document.writes, document.place)
        if digest is not None:
            exactly(plan, digest)
    except Moved as stale:
        console.insist(stale_text(stale.deviations, console.width(sys.stderr)))
        if output == "json":
            console.print(version_line() + stale_line(stale.message, stale.deviations))
        raise
    except StalePlan:
        show(plan, console, output)
        raise


def show(plan: Plan, console: Console, output: str = "text") -> None:
    """Show what is about to be done; where stdout is for events, on stderr."""
    stream = sys.stderr if output == "json" else sys.stdout
    text = plan_text(plan, console.style(stream), console.width(stream))
    if output == "json":
        console.say(text)
    else:
        console.print(text)
        sys.stdout.flush()


def write_marks(plan: Plan, provider: Provider, question: str, console: Console, *, yes: bool) -> int:
    """Ask, then carry out a plan that trains and deletes nothing; give the exit code."""
    if not console.confirm(question, "give --yes", yes=yes):
        console.insist("Nothing was done.")
        return 1
    return carry_out(plan, provider, Pace(parallelism=1, wait=False, timeout=None), console)


def carry_out(plan: Plan, provider: Provider, pace: Pace, console: Console, output: str = "text") -> int:
    """Do it; show what happens and how it ended; give the exit code."""
    options = Options(pace.parallelism, pace.wait, pace.timeout)
    with interruptible(pace.timeout, announce=not console.live) as clock:
        report = follow(execute(plan, provider, FileExamples(), clock, options), console, output)
    if output == "text" and report.outcomes:
        command = click.get_current_context().info_name or "apply"
        style, width = console.style(sys.stdout), console.width(sys.stdout)
        console.print("\n" + report_text(report, style, width, command))
    return report.exit_code

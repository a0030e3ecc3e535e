"""`reconciler destroy`: a plan in which nothing is declared, confirmed by typing what goes.

All environments share the workspace's name, so with one of them it is typed too: WORKSPACE/ENVIRONMENT.
"""

import click

from reconciler.cli import planning, session
from reconciler.cli.apply import carry_out, show
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import (
    DELETE_IRREPLACEABLE,
    MAX_DELETES,
    UNPROTECT,
    Asked,
    Pace,
    Place,
    Safety,
    formats,
    in_place,
    option,
    paced,
)
from reconciler.cli.session import Session
from reconciler.errors import UsageError
from reconciler.plan.demolition import demolish
from reconciler.plan.plan import Plan
from reconciler.providers.port import Provider
from reconciler.resource.address import Address

EPILOG = """\b
Examples:
  reconciler destroy
  reconciler destroy --workspace demo --max-deletes 3
  reconciler destroy -e staging --workspace demo/staging
  reconciler destroy --unprotect support-tickets
"""


@click.command("destroy", epilog=EPILOG)
@in_place
@option("--workspace", metavar="NAME", help="What would be asked for, typed beforehand: its name, or NAME/ENVIRONMENT.")
@paced
@formats("text", "json")
@UNPROTECT
@DELETE_IRREPLACEABLE
@MAX_DELETES
@with_console
def command(
    place: Place,
    workspace: str | None,
    pace: Pace,
    output: str,
    unprotect: tuple[str, ...],
    delete_irreplaceable: tuple[str, ...],
    max_deletes: int | None,
    console: Console,
) -> int:
    """Delete every model of the workspace, or of one environment of it, whether it is declared or not.

    It asks for the workspace's name; with -e, for WORKSPACE/ENVIRONMENT, as all of them share the name.
    Protected models stay, and so do those that could never be trained again.
    """
    begun = session.without_datasets(place)
    if not begun.loaded.complete:
        raise UsageError("destroy is about a whole workspace", f"give its folder: {begun.folder}")
    name = "/".join(filter(None, (begun.workspace.name, begun.loaded.environment)))
    if workspace is not None and workspace != name:
        raise UsageError(f"the workspace is {name!r}, not {workspace!r}", f"`--workspace {name}` if that is meant")
    provider = connect(begun, losses=console.live or output == "json")
    asked = Asked(unprotect=unprotect, delete_irreplaceable=delete_irreplaceable)
    plan = _planned(begun, provider, asked)
    show(plan, console, output)
    planning.check(plan, begun, Safety(max_deletes=max_deletes, max_share=100, allow_empty=True, allow_delete_all=True))
    if plan.acts and workspace is None and not _typed(name, console):
        console.insist("Nothing was done.")
        return 1
    return carry_out(plan, provider, pace, console, output)


def _planned(begun: Session, provider: Provider, asked: Asked) -> Plan:
    """The plan of a workspace without manifests; what a manifest protects or keeps is spared too."""
    terms = planning.terms(begun, planning.Request(asked=asked))
    manifests = [sourced.manifest for sourced in begun.loaded.manifests]
    protected = frozenset(Address(each.name) for each in manifests if each.lifecycle.protect)
    kept = frozenset(Address(each.name) for each in manifests if each.lifecycle.on_removal == "keep")
    return demolish(planning.make(begun, provider, terms), protected, kept)


def _typed(name: str, console: Console) -> bool:
    """Whether the person types the name of what goes."""
    if not console.answers:
        raise UsageError("this deletes models, and there is no terminal to ask on", f"give --workspace {name}")
    return console.ask(f"This cannot be undone. Type the workspace's name ({name}) to go on: ") == name

"""`reconciler forget`: take our mark off a model; the model stays."""

from dataclasses import replace

import click

from reconciler.cli import session
from reconciler.cli.apply import show, write_marks
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import YES, Place, complete_address, from_place
from reconciler.errors import UsageError
from reconciler.plan.adoption import release
from reconciler.resource.address import parse

EPILOG = """\b
Examples:
  git rm manifests/old.yaml && reconciler forget old
  reconciler forget TunedModel/old --yes
"""


@click.command("forget", epilog=EPILOG)
@click.argument("address", shell_complete=complete_address)
@YES
@from_place
@with_console
def command(
    address: str,
    yes: bool,  # noqa: FBT001  (click passes it by name)
    place: Place,
    console: Console,
) -> int:
    """Cease to manage the models of ADDRESS without deleting them. Remove its manifest first."""
    wanted = parse(address)
    begun = session.without_datasets(place)
    for sourced in begun.loaded.manifests:
        if sourced.manifest.name == wanted.name:
            raise UsageError(
                f"{wanted} is still declared in {sourced.origin}, so the next apply would take it back",
                f"remove its manifest first{_or_omit(begun.loaded.environment)}",
            )
    provider = connect(begun)
    plan = release(wanted, provider.observe(), begun.terms())
    # It is about one address; the rest need not be mentioned.
    show(replace(plan, complete=True, environment=begun.loaded.environment), console)
    return write_marks(plan, provider, "Forget?", console, yes=yes)


def _or_omit(environment: str) -> str:
    """The way out where a manifest is still needed elsewhere."""
    return f", or omit it in the environment {environment}" if environment else ""

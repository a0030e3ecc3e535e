"""`reconciler import`: put our mark on a model that somebody else made."""

from collections.abc import Mapping
from dataclasses import replace

import click

from reconciler.cli import selection, session
from reconciler.cli.apply import show, write_marks
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import YES, Place, complete_address, from_place, option
from reconciler.errors import NotFound, UsageError
from reconciler.plan.adoption import adopt, marked, neighbour, takes_over
from reconciler.plan.planner import plan
from reconciler.plan.terms import Terms
from reconciler.preview import located
from reconciler.providers.port import Reader
from reconciler.resource.address import Address, parse
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Observed, Snapshot

EPILOG = """\b
Examples:
  reconciler export sentiment-a1b2c3 --out manifests && reconciler import sentiment sentiment-a1b2c3
  reconciler import support-tickets tunedModels/support-x7k2 --assume-data
"""


@click.command("import", epilog=EPILOG)
@click.argument("address", shell_complete=complete_address)
@click.argument("model_id", metavar="ID")
@option("--assume-data", is_flag=True, help="Record the declared examples as those it was trained on.")
@option("--take-over", is_flag=True, help="Overwrite the mark of another owner.")
@YES
@from_place
@with_console
def command(
    address: str,
    model_id: str,
    assume_data: bool,  # noqa: FBT001  (click passes it by name)
    take_over: bool,  # noqa: FBT001  (click passes it by name)
    yes: bool,  # noqa: FBT001  (click passes it by name)
    place: Place,
    console: Console,
) -> int:
    """Make the existing model ID the one of ADDRESS, which a manifest declares: one write, into its description."""
    begun = session.begin(place)
    terms = begun.terms()
    provider = connect(begun)
    declared = located(begun.desired, provider)
    desired = _declared(parse(address), declared)
    snapshot, observed = _look(provider, provider.naming.resource(model_id))
    _check_owner(observed, terms, begun.loaded.neighbours, take_over=take_over)
    adoption = adopt(desired, observed, snapshot, terms, assume_data=assume_data)
    # It is about one address; the rest need not be mentioned.
    show(replace(adoption, complete=True, environment=begun.loaded.environment), console)
    console.print("\nThe next `reconciler apply` would then do this:\n\n")
    show(plan(declared, marked(snapshot, adoption), terms), console)
    return write_marks(adoption, provider, "Import?", console, yes=yes)


def _declared(address: Address, desired: tuple[Desired, ...]) -> Desired:
    """The manifest of an address."""
    by_address = {each.address: each for each in desired}
    if address not in by_address:
        raise selection.unknown(address, by_address)
    return by_address[address]


def _look(reader: Reader, name: str) -> tuple[Snapshot, Observed]:
    """Everything that exists, and the model to import, which lists may leave out."""
    snapshot = reader.observe()
    found = next((o for o in snapshot if o.name == name), None)
    if found is not None:
        return snapshot, found
    hidden = reader.read([name])
    if not hidden:
        raise NotFound(f"there is no {name}, or this identity cannot see it", "`reconciler export --all` lists models")
    return (*(o for o in snapshot if o.name != hidden[0].name), hidden[0]), hidden[0]


def _check_owner(observed: Observed, terms: Terms, neighbours: Mapping[str, str], *, take_over: bool) -> None:
    """Somebody else's model is taken only on purpose; one of another environment not at all, for that still owns it."""
    if observed.ownership and (owner := neighbour(observed, terms)):
        environment, name = neighbours[owner], observed.ownership.name
        message = f"{observed.name} belongs to the environment {environment} (owner {owner})"
        raise UsageError(message, f"`reconciler forget {name} -e {environment}` lets it go")
    owner = takes_over(observed, terms)
    if owner and not take_over:
        raise UsageError(f"{observed.name} belongs to owner {owner}", "`--take-over` if it is to change hands")

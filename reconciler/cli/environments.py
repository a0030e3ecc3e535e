"""`reconciler environments`: which there are, and what differs between two of them. Neither asks a service."""

from dataclasses import replace

import click
from click.core import ParameterSource

from reconciler.cli import session
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import Place, complete_environment, formats, from_every_place, option
from reconciler.cli.session import Session
from reconciler.errors import UsageError
from reconciler.plan.contrast import Side, contrast
from reconciler.render.contrast import Listed, contrast_json, contrast_text, environments_json, environments_text
from reconciler.resource.address import Address

EPILOG = """\b
Examples:
  reconciler environments
  reconciler environments -o json | jq -r '.environments[].name'
  reconciler environments diff staging prod
"""
DIFF_EPILOG = """\b
Examples:
  reconciler environments diff staging prod
  reconciler environments diff staging prod --exit-code -o json
"""
LISTS = {"text": environments_text, "json": environments_json}
CONTRASTS = {"text": contrast_text, "json": contrast_json}


@click.group("environments", epilog=EPILOG, invoke_without_command=True)
@from_every_place
@formats(*LISTS)
@with_console
def command(place: Place, output: str, console: Console) -> int:
    """List the environments of the manifests: name, owner, place, number of models, file."""
    if subcommand := click.get_current_context().invoked_subcommand:
        _check_order(subcommand)
        return 0
    begun = session.each_without_datasets(place)
    listed = [_listed(each) for each in begun if each.loaded.environment]
    if not listed and output == "text":
        console.print("No environments: the manifests are planned as they are.\n")
    else:
        console.print(LISTS[output](listed))
    return 0


@command.command("diff", epilog=DIFF_EPILOG)
@click.argument("left", shell_complete=complete_environment)
@click.argument("right", shell_complete=complete_environment)
@from_every_place
@formats(*CONTRASTS)
@option("--exit-code", is_flag=True, help="End with 1 if anything differs.")
@with_console
def diff(
    left: str,
    right: str,
    place: Place,
    output: str,
    exit_code: bool,  # noqa: FBT001  (click passes it by name)
    console: Console,
) -> int:
    """Print what differs between two environments: settings, models, fields, and data by its digest."""
    found = contrast(_side(left, place, console), _side(right, place, console))
    console.print(CONTRASTS[output](found))
    return int(exit_code and not found.equal)


def _check_order(subcommand: str) -> None:
    """Refuse options before a subcommand, which it would not get."""
    context = click.get_current_context()
    for parameter in context.command.params:
        if context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE:
            raise UsageError(f"{parameter.opts[-1]} stands before {subcommand}", "write options behind it")


def _listed(begun: Session) -> Listed:
    """What the list tells of one environment."""
    loaded = begun.loaded
    return Listed(loaded.environment, begun.workspace, begun.declared, loaded.declared.file)


def _side(name: str, place: Place, console: Console) -> Side:
    """Everything that an environment declares, with its data read."""
    begun = session.begin(replace(place, environment=name))
    console.warn(begun.warnings)
    desired = {each.address: each for each in begun.desired}
    manifests = {Address(each.manifest.name): each.manifest for each in begun.loaded.manifests}
    return Side(name, begun.workspace, {address: (manifests[address], each) for address, each in desired.items()})

"""`reconciler init`: a workspace that plans and applies at once, on the embedded emulator."""

import json
import re
import secrets
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import click
from click.core import ParameterSource

from reconciler.cli.connection import STATE_FOLDER, state_folder
from reconciler.cli.options import option
from reconciler.cli.schema import schema_text
from reconciler.cli.starters import STARTERS
from reconciler.errors import UsageError
from reconciler.providers.services import DEFAULT
from reconciler.render.neutral import neutral

EPILOG = """\b
Examples:
  reconciler init && reconciler plan
  reconciler init models/production --provider vertex --service
"""
SCHEMAS = f"{STATE_FOLDER}/schemas"
WORKSPACE = """\
# yaml-language-server: $schema={schemas}/workspace.json
apiVersion: reconciler.dev/v1alpha1
kind: Workspace
metadata:
  name: {name}
spec:
  provider: {provider} # one of: {providers}
{settings}  # On every model of this workspace. Never change it: models of another owner are never touched.
  owner: {owner}
{endpoint}"""
EMULATOR = """\
  # Inside the command: no account is needed, nothing costs money. Without this line: {called}.
  endpoint: emulator
"""
MODEL = """\
# yaml-language-server: $schema={schemas}/tunedmodel.json
apiVersion: reconciler.dev/v1alpha1
kind: TunedModel
metadata:
  name: next-number
spec:
  displayName: Next number
  baseModel: {base}
  dataset:
    path: data/next-number.jsonl
  hyperparameters:
{hyperparameters}"""
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")


@click.command("init", epilog=EPILOG)
@click.argument("folder", default="manifests", type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]")
@option("--provider", type=click.Choice(list(STARTERS)), default=DEFAULT, show_default=True, help="The remote service.")
@option("--service", is_flag=True, help="For the remote service itself; without it, for the embedded emulator.")
def command(
    folder: Path,
    provider: str,
    service: bool,  # noqa: FBT001  (click passes it by name)
) -> None:
    """Make a workspace in DIR (default: manifests/) with one example; overwrites nothing."""
    files = {folder / name: text for name, text in _files(folder, provider, embedded=not service).items()}
    if there := [str(path) for path in files if path.exists()]:
        raise UsageError(f"{', '.join(there)}: already there, and never overwritten", "name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    state_folder(folder)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if STATE_FOLDER not in path.parts:
            click.echo(neutral(f"Wrote {path}"))
    asked = click.get_current_context().get_parameter_source("provider") is not ParameterSource.DEFAULT
    if not asked and (hint := STARTERS[provider].elsewhere):
        click.echo("\n" + neutral(hint))
    given = "" if str(folder) == "manifests" else f" {folder}"
    click.echo("\n" + neutral(f"Next: reconciler plan{given}"))


def _files(folder: Path, provider: str, *, embedded: bool) -> Mapping[str, str]:
    """The files of a new workspace, by their paths in it."""
    name, starter = _name(folder), STARTERS[provider]
    workspace = WORKSPACE.format(
        schemas=SCHEMAS,
        name=name,
        provider=provider,
        providers=", ".join(STARTERS),
        settings="".join(f"  {line}\n" for line in starter.settings),
        owner=f"{name[:17].rstrip('-')}-{secrets.token_hex(3)}",
        endpoint=EMULATOR.format(called=starter.called) if embedded else "",
    )
    numbers = "".join(f"    {line}\n" for line in starter.hyperparameters)
    return {
        "workspace.yaml": workspace,
        "next-number.yaml": MODEL.format(schemas=SCHEMAS, base=starter.base, hyperparameters=numbers),
        "data/next-number.jsonl": _examples(),
        **{f"{SCHEMAS}/{kind}.json": schema_text(kind) for kind in ("workspace", "tunedmodel", "environment")},
    }


def _name(folder: Path) -> str:
    """A workspace's name made of the folder's; of the project's where the folder is called manifests."""
    path = folder.resolve()
    called = path.parent.name if path.name == "manifests" else path.name
    slug = re.sub(r"[^a-z0-9]+", "-", called.lower()).lstrip("0123456789-")[:40].strip("-")
    return slug or "models"


def _examples() -> str:
    """Small training data: what number comes next."""
    digits = [(str(n), str(n + 1)) for n in (*range(1, 86), 99, 365, 1999, -1, -8)]
    words = pairwise(WORDS)
    pairs = [{"text_input": asked, "output": answer} for asked, answer in (*digits, *words)]
    return "".join(json.dumps(pair) + "\n" for pair in pairs)

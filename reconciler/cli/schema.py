"""`reconciler schema`: the JSON Schemas of what we read and write, made from the models that do it."""

import json
from typing import Any

import click

from reconciler.cli.options import option

EPILOG = """\b
Examples:
  reconciler schema tunedmodel > tunedmodel.json
  reconciler schema plan | jq '.properties | keys'
"""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS = ("workspace", "tunedmodel", "environment", "plan")
TITLES = {
    "workspace": "Workspace",
    "tunedmodel": "TunedModel",
    "environment": "Environment",
    "plan": "Plan of a reconciler run",
}


@click.command("schema", epilog=EPILOG)
@click.argument("kind", type=click.Choice(KINDS), default="tunedmodel")
@option("--out", type=click.Path(dir_okay=False, writable=True), metavar="FILE", help="Instead of stdout.")
def command(kind: str, out: str | None) -> None:
    """Print the JSON Schema of a manifest or of a saved plan (default: tunedmodel)."""
    with click.open_file(out or "-", "w", encoding="utf-8") as stream:
        stream.write(schema_text(kind))


def schema_text(kind: str) -> str:
    """The schema of one kind of document, as it is published."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"


def schema(kind: str) -> dict[str, Any]:
    """The schema of one kind of document."""
    from pydantic import BaseModel

    from reconciler.plan.format import PlanDocument
    from reconciler.resource.manifest import API_VERSION
    from reconciler.resource.schema.environment import EnvironmentDocument
    from reconciler.resource.schema.tunedmodel import TunedModelDocument
    from reconciler.resource.schema.workspace import WorkspaceDocument

    models: dict[str, type[BaseModel]] = {
        "workspace": WorkspaceDocument,
        "tunedmodel": TunedModelDocument,
        "environment": EnvironmentDocument,
        "plan": PlanDocument,
    }
    made = models[kind].model_json_schema(by_alias=True)
    identity = f"https://{API_VERSION}/{kind}.json"
    return {"$schema": DIALECT, "$id": identity, **made, "title": TITLES[kind]}

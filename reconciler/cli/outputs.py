"""`reconciler outputs`: the ids that production is to call, and no others."""

import click

from reconciler.cli import planning, session
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import Place, Selection, formats, in_place, selecting
from reconciler.plan.serving import serving
from reconciler.preview import located
from reconciler.providers.port import Reader
from reconciler.render.json_output import outputs_json
from reconciler.render.outputs import outputs, outputs_dotenv, outputs_text

EPILOG = """\b
Examples:
  reconciler outputs
  reconciler outputs -o dotenv >> .env
  reconciler outputs -o json | jq -r '.models["support-tickets"].id'
"""
FORMS = {"text": outputs_text, "json": outputs_json, "dotenv": outputs_dotenv}


@click.command("outputs", epilog=EPILOG)
@in_place
@formats(*FORMS)
@selecting
@with_console
def command(place: Place, output: str, selection: Selection, console: Console) -> int:
    """Print the ids of the models that serve.

    That is the model as declared once it is ready; until then the newest ready one, marked as stale in JSON.
    """
    begun = session.begin(place)
    console.warn(begun.warnings)
    reader: Reader = connect(begun)
    terms = planning.terms(begun, planning.Request(selection))
    found = serving(located(begun.desired, reader), reader.observe(), terms)
    for each in found:
        if each.declared and each.model is None:
            console.say(f"{each.address}: no model is ready yet")
        elif each.stale:
            console.say(f"{each.address}: stale, what is declared now is not ready yet")
    console.print(FORMS[output](outputs(found)))
    return 0

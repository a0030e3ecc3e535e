"""`reconciler generate`: ask the model that serves an address."""

import sys

import click

from reconciler.cli import selection, session
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import Place, complete_address, from_place
from reconciler.errors import ReconcilerError, UsageError
from reconciler.plan.serving import serving
from reconciler.preview import located
from reconciler.render.neutral import neutral
from reconciler.resource.address import parse

EPILOG = """\b
Examples:
  reconciler generate next-number 41
  echo "My invoice is wrong" | reconciler generate support-tickets
"""


@click.command("generate", epilog=EPILOG)
@click.argument("address", shell_complete=complete_address)
@click.argument("prompt", required=False)
@from_place
@with_console
def command(address: str, prompt: str | None, place: Place, console: Console) -> int:
    """Ask the model that serves ADDRESS; without PROMPT, standard input is asked."""
    wanted = parse(address)
    begun = session.begin(place)
    if prompt is None and sys.stdin.isatty():
        raise UsageError("there is no prompt", f"reconciler generate {wanted.name} 'YOUR PROMPT'")
    provider = connect(begun)
    desired = located(begun.desired, provider)
    servings = {each.address: each for each in serving(desired, provider.observe(), begun.terms())}
    if wanted not in servings:
        raise selection.unknown(wanted, servings)
    found = servings[wanted]
    if found.model is None:
        raise ReconcilerError(f"no model of {wanted} is ready", "`reconciler status` shows what there is")
    if found.stale:
        console.say(f"{wanted}: {found.model.name} answers; what is declared now is not ready yet")
    text = provider.generate(found.model, sys.stdin.read() if prompt is None else prompt)
    console.print((_safe(text) if sys.stdout.isatty() else text) + "\n")
    return 0


def _safe(text: str) -> str:
    """What a model says is untrusted: on a terminal its control characters are shown, not obeyed."""
    return "\n".join(neutral(line) for line in text.split("\n"))

"""`reconciler completion`: shells complete commands, options, and the addresses of the manifests."""

import sys

import click
from click.shell_completion import get_completion_class

EPILOG = """\b
Examples:
  source <(reconciler completion bash)
  reconciler completion zsh > ~/.zfunc/_reconciler
  reconciler completion fish > ~/.config/fish/completions/reconciler.fish
"""


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    script = kind(ctx.find_root().command, {}, "reconciler", "_RECONCILER_COMPLETE")
    sys.stdout.write(script.source() + "\n")

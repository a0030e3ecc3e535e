"""`reconciler comment`: a plan as the one comment of a pull request, brought up to date in place."""

import os
import sys
from pathlib import Path

import click

from reconciler.cli.console import Console, with_console
from reconciler.cli.options import option
from reconciler.errors import UsageError
from reconciler.forge.target import Kind
from reconciler.render.neutral import neutral

EPILOG = """\b
Examples:
  reconciler plan -o markdown > plan.md && reconciler comment plan.md
  reconciler plan -o markdown | reconciler comment --forge github --repository acme/models --pull-request 12
  reconciler comment --delete

\b
The token comes from GITHUB_TOKEN or GITLAB_TOKEN and goes to GITHUB_API_URL or CI_API_V4_URL alone. In a pipeline
of a pull request, everything else is known. Only comments of that token's own account, with the name, are touched.
"""
LONGEST = 8 << 20
"""Bytes that are read; no plan that a person reads is longer."""


@click.command("comment", epilog=EPILOG)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), default="-", metavar="[FILE]")
@option("--forge", type=click.Choice(["github", "gitlab"]), help="Which one; from the pipeline if not given.")
@option("--repository", metavar="OWNER/NAME", help="From the pipeline if not given.")
@option("--pull-request", type=click.IntRange(min=1), metavar="N", help="From the pipeline if not given.")
@option("--name", default="plan", show_default=True, help="Of the comment; another name is another comment.")
@option("--update-only", is_flag=True, help="Begin no comment: for a plan without changes.")
@option("--delete", is_flag=True, help="Remove the comment; FILE is not read.")
@with_console
def command(
    file: str,
    forge: Kind | None,
    repository: str | None,
    pull_request: int | None,
    name: str,
    update_only: bool,  # noqa: FBT001  (click passes it by name)
    delete: bool,  # noqa: FBT001  (likewise)
    console: Console,
) -> int:
    """Post Markdown as the one comment of a pull request, or update it."""
    from reconciler.forge.http import Time
    from reconciler.forge.publish import publish, withdraw
    from reconciler.forge.target import target, thread

    text = "" if delete else _read(file)
    where = target(os.environ, forge, repository, pull_request)
    text = f"For commit {where.commit}.\n\n{text}" if where.commit else text
    comments = thread(where, os.environ, Time())
    whole, begin = where.run, not update_only
    done = withdraw(comments, name) if delete else publish(comments, name, text, whole=whole, begin=begin)
    at = done.comment.url if done.comment else ""
    console.print(neutral(f"{done.outcome.value} {at}".rstrip()) + "\n")
    return 0


def _read(file: str) -> str:
    """Read the Markdown; raise UsageError for none, for too much, and for what is no text."""
    if file == "-":
        content = sys.stdin.buffer.read(LONGEST + 1)
    else:
        with Path(file).open("rb") as stream:
            content = stream.read(LONGEST + 1)
    source = "standard input" if file == "-" else file
    if len(content) > LONGEST:
        raise UsageError(f"{source} is longer than {LONGEST >> 20} MiB", "give the Markdown of a plan")
    try:
        text = content.decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    except UnicodeDecodeError:
        raise UsageError(f"{source} is not text in UTF-8", "give the Markdown of a plan") from None
    if not text.strip():
        raise UsageError(f"{source} is empty", "give the Markdown of a plan; --delete removes the comment")
    return text

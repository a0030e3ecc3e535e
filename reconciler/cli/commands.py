"""The commands by name, with the line that `--help` shows; each module is loaded when its command runs."""

import sys
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import NamedTuple

import click


class Entry(NamedTuple):
    """Where a command is found, and what it does in a few words."""

    module: str
    summary: str


COMMANDS: Mapping[str, Entry] = {
    "init": Entry("init", "Make a workspace with a first model."),
    "validate": Entry("validate", "Check manifests and training data, offline."),
    "environments": Entry("environments", "List environments, or what differs between two."),
    "plan": Entry("plan", "Show what apply would do; never writes."),
    "comment": Entry("comment", "Post a plan as the one comment of a pull request."),
    "apply": Entry("apply", "Make the remote match the manifests."),
    "wait": Entry("wait", "Wait for trainings; never writes."),
    "status": Entry("status", "Show models, trainings, and what serves."),
    "outputs": Entry("outputs", "Print the ids that production is to use."),
    "generate": Entry("generate", "Ask the model that serves."),
    "import": Entry("adopt", "Take a model that exists under a manifest."),
    "forget": Entry("forget", "Cease to manage a model without deleting it."),
    "export": Entry("export", "Write manifests of models that exist."),
    "destroy": Entry("destroy", "Delete every model of the workspace."),
    "schema": Entry("schema", "Print the JSON Schema of a document."),
    "emulator": Entry("emulator", "Serve what tuning needs of the services on this machine."),
    "completion": Entry("completion", "Print the completion script of a shell."),
}


class ReaderLeft(Exception):
    """Whoever read our output has closed the pipe."""


class Commands(click.Group):
    """A group whose commands are a table, not imports."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command of the line, to its last byte of output."""
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise ReaderLeft from None
        return result

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Give the names in the order of a first use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        """Load one command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = import_module(f"reconciler.cli.{entry.module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the line, or say which one may have been meant."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, n=1)
            advice = f"did you mean {near[0]}?" if near else "`reconciler --help` lists them"
            raise click.UsageError(f"there is no command {name!r}; {advice}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's signature)
        """List the commands without loading one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

"""What a step of GitHub Actions takes besides its log: annotations of files in the repository, a summary, outputs.

The runner names the files of summary and outputs in the environment; where it does not, there is only stdout.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.cli.console import Console
from reconciler.cli.reports import Shown
from reconciler.cli.session import Session
from reconciler.errors import InvalidManifests, ReconcilerError
from reconciler.render.annotations import Annotation, Level, commands, of
from reconciler.render.github import annotations, assignments, outputs
from reconciler.render.markdown import LEAST, plan_markdown
from reconciler.source.places import finder
from reconciler.source.tree import upward

LARGEST_SUMMARY = 1024 * 1024
"""Bytes of all summaries of a step; GitHub shows none of them if there are more."""
WIDEST = 3
"""Bytes that one UTF-16 unit of a text takes in UTF-8 at most."""


def publish(shown: Shown, begun: Session, exit_code: int, console: Console) -> None:
    """Print annotations of a plan and of what was found on the way; write the summary of the step, and its outputs."""
    plan, around, find = shown.plan, shown.around, finder(begun.loaded.manifests)
    console.print(commands([*annotations(plan, find, around.objection), *map(of, around.findings)], locate))
    room = (LARGEST_SUMMARY - _used("GITHUB_STEP_SUMMARY")) // WIDEST
    if room >= LEAST:
        _append("GITHUB_STEP_SUMMARY", plan_markdown(plan, room, around))
    _append("GITHUB_OUTPUT", assignments(outputs(plan, exit_code)))


@contextmanager
def annotating(output: str, console: Console) -> Iterator[None]:
    """Let errors be annotations too, where the output is for GitHub."""
    try:
        yield
    except ReconcilerError as error:
        if output == "github":
            found = map(of, error.diagnostics) if isinstance(error, InvalidManifests) else [_bare(error)]
            console.print(commands(found, locate))
            _append("GITHUB_OUTPUT", assignments({"exit-code": str(error.exit_code)}))
        raise


def _bare(error: ReconcilerError) -> Annotation:
    """An error that is about no file."""
    return Annotation(Level.ERROR, str(error))


def locate(file: str) -> str:
    """The path of a file from the root of its repository; without one from GITHUB_WORKSPACE; empty outside of that."""
    path = Path(os.path.realpath(Path(file).absolute().parent)) / Path(file).name
    root = next((each for each in upward(str(path.parent)) if os.path.lexists(Path(each, ".git"))), "")
    root = root or os.environ.get("GITHUB_WORKSPACE", "")
    if not root or not path.is_relative_to(os.path.realpath(root)):
        return ""
    return path.relative_to(os.path.realpath(root)).as_posix()


def _used(variable: str) -> int:
    """Bytes of the file that the environment names; 0 where there is none yet."""
    path = Path(os.environ.get(variable, ""))
    return path.stat().st_size if path.is_file() else 0


def _append(variable: str, text: str) -> None:
    """Add to the file that the environment names, if it names one."""
    if name := os.environ.get(variable):
        with Path(name).open("a", encoding="utf-8") as stream:
            stream.write(text)

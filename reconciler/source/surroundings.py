"""What belongs to the manifests at a path and is not below it: their Workspace, Environments, what links point at."""

import os
from collections.abc import Iterable

from reconciler.errors import Diagnostic, Origin
from reconciler.source import tree
from reconciler.source.reading import Reading
from reconciler.source.tree import File


def home(reading: Reading, folder: str, name: str) -> str:
    """Give the folder of the Workspace: the given one, or one around it; one below it is a mistake.

    So is a second one around it: what that one declares would be undeclared here, and deleted.
    """
    if not reading.homes and not reading.obscure:
        return around(reading, os.path.dirname(folder)) if _may_leave(folder) else folder
    if len(reading.homes) == 1 and (home := reading.homes[0]).folder != folder:
        message = f"this workspace is not in {name} itself but in a folder below it"
        advice = f"give {os.path.relpath(home.folder)} as the path, or move the workspace up"
        reading.problems.append(Diagnostic(home.origin, message, advice))
        return home.folder
    if _may_leave(folder):
        around(reading, os.path.dirname(folder))
    return folder


def _may_leave(folder: str) -> bool:
    """Whether there is a folder around this one in the same repository."""
    folders = tree.upward(folder)
    next(folders)  # itself
    return next(folders, None) is not None


def around(reading: Reading, folder: str) -> str:
    """Find the next Workspace in the folder or around it, never above the git root; give the folder that holds it."""
    known, obscure = len(reading.homes), reading.obscure
    for each in tree.upward(folder):
        for name in sorted(os.listdir(each)) if os.access(each, os.R_OK | os.X_OK) else ():
            path = os.path.join(each, name)
            if tree.counts(name) and os.path.isfile(path):
                reading.workspace_only(File(os.path.relpath(path), path, os.path.realpath(path)))
        if len(reading.homes) > known or reading.obscure != obscure:
            return each
    return folder


def follow(reading: Reading, links: Iterable[File], boundary: str) -> None:
    """Read what links point at elsewhere in the workspace; refuse those that leave it."""
    files: list[File] = []
    for link in links:
        if not tree.inside(link.real, (boundary,)):
            reading.problems.append(_leaves(link))
        elif os.path.isdir(link.real):
            found = tree.below(link.path, link.name)
            files += [*found.files, *(inner for inner in found.links if tree.inside(inner.real, (boundary,)))]
        else:
            files.append(link)
    reading.files(sorted(files))


def _leaves(link: File) -> Diagnostic:
    """Refuse a link that leads out of the workspace."""
    message = "is a link that leaves the workspace's folder"
    return Diagnostic(Origin(link.name), message, "put what it points at in its place")


def environments(reading: Reading, home: str) -> None:
    """Find the Environments of a workspace of which only a part was read, if it has a Workspace at all."""
    if not reading.homes:
        return
    name = os.path.relpath(home)
    found = tree.below(home, "" if name == os.curdir else name)
    real = os.path.realpath(home)
    known = {each.draft.file.path for each in reading.environments}
    reading.problems += found.faults
    for file in sorted([*found.files, *found.links, *found.outward]):
        if file.real and not tree.inside(file.real, (real,)):
            reading.problems.append(_leaves(file))
        elif file.path not in known:
            reading.environments_only(file)

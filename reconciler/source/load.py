"""Everything that the manifests at a path say: the workspace, the tuned models, and all that is wrong with them.

Every `.yaml`, `.yml` and `.json` file below the path, unless it is hidden, is a manifest of ours or a finding, because
a file that silently does not count would be read as a wish to delete. What is not declared may be deleted only if the
path is the folder that holds the Workspace, and git checked out all of it, so that everything it could declare was
read: `Loaded.complete`.
"""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from reconciler.errors import Diagnostic, Origin, UsageError
from reconciler.resource.workspace import OWNER_PATTERN, Workspace
from reconciler.source import tree
from reconciler.source.cache import Cache
from reconciler.source.checkout import is_sparse
from reconciler.source.collector import collector_resting
from reconciler.source.document import Locate
from reconciler.source.reading import Reading
from reconciler.source.sourced import Home, Sourced
from reconciler.source.text import LARGEST_FILE
from reconciler.source.tree import File

STDIN = "<stdin>"


def _nowhere(*_: str | int) -> Origin:
    """Where the parts of a document stand that does not exist."""
    return Origin("")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read. `folder` is absolute and holds the Workspace; without one it is the folder that was given."""

    workspace: Workspace | None
    folder: Path
    manifests: tuple[Sourced, ...]
    complete: bool
    diagnostics: tuple[Diagnostic, ...]
    locate: Locate = _nowhere
    """Finds the parts of the Workspace document again."""
    provider: str = ""
    """What a Workspace with faults says of that."""


def load(path: str, stdin: TextIO | None = None, cache: Cache | None = None) -> Loaded:
    """Read the manifests at a path: a folder, a file, or `-` for standard input.

    Raises UsageError if there is nothing at the path; everything that is wrong inside of files is a diagnostic. Files
    that the cache knows to be valid are not parsed again.
    """
    with collector_resting():
        if path == "-":
            return _stream(STDIN, stdin, Reading(cache))
        mode = _mode(path)
        if stat.S_ISDIR(mode):
            return _folder(path, Reading(cache))
        if stat.S_ISREG(mode):
            return _file(path, Reading(cache))
        with open(path, encoding="utf-8") as pipe:
            return _stream(path, pipe, Reading(cache))


def _mode(path: str) -> int:
    """Look what is at the path."""
    try:
        return os.stat(path).st_mode
    except (OSError, ValueError) as error:
        what = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        advice = "give the folder of your manifests, or make one with `reconciler init`"
        raise UsageError(f"{path!r} {what}", advice) from error


def _stream(name: str, stream: TextIO | None, reading: Reading) -> Loaded:
    """Read a stream; its relative paths, and the search for the Workspace, start from the current directory."""
    folder = os.getcwd()
    reading.content(File(name, os.path.join(folder, name)), _beginning(stream))
    home = folder if reading.homes else _search_upward(reading, folder)
    return _loaded(reading, home, name)


def _beginning(stream: TextIO | None) -> bytes:
    """Read a stream, which may have no end, just so far that its being too large shows."""
    if stream is None:
        return b""
    below: BinaryIO | None = getattr(stream, "buffer", None)
    return below.read(LARGEST_FILE + 1) if below else stream.read(LARGEST_FILE + 1).encode("utf-8", "surrogatepass")


def _file(path: str, reading: Reading) -> Loaded:
    """Read one file, as if no other manifest stood beside it."""
    file = File(os.path.normpath(path), os.path.abspath(path), os.path.realpath(path))
    reading.file(file)
    folder = os.path.dirname(file.path)
    home = folder if reading.homes else _search_upward(reading, folder)
    return _loaded(reading, home, file.name)


def _folder(path: str, reading: Reading) -> Loaded:
    """Read a folder and everything below it."""
    folder, name = os.path.abspath(path), os.path.normpath(path)
    found = tree.below(folder, "" if name == os.curdir else name)
    real = os.path.realpath(folder)
    reading.problems += found.faults
    reading.files(sorted([*found.files, *(link for link in found.links if tree.inside(link.real, (real,)))]))
    home = _home(reading, folder, name)
    outward = [link for link in (*found.links, *found.outward) if not tree.inside(link.real, (real,))]
    _follow(reading, outward, os.path.realpath(home))
    whole = home == folder and len(reading.homes) == 1
    if whole and is_sparse(Path(real)):
        message = "is part of a sparse git checkout, so manifests may be missing"
        advice = "nothing is deleted for being undeclared; check out the whole folder for that"
        reading.problems.append(Diagnostic(Origin(name), message, advice, "warning"))
        whole = False
    return _loaded(reading, home, name, complete=whole)


def _home(reading: Reading, folder: str, name: str) -> str:
    """Give the folder of the Workspace: the given one, or one around it; one below it is a mistake.

    So is a second one around it: what that one declares would be undeclared here, and deleted.
    """
    if not reading.homes and not reading.obscure:
        return _search_upward(reading, os.path.dirname(folder)) if _may_leave(folder) else folder
    if len(reading.homes) == 1 and (home := reading.homes[0]).folder != folder:
        message = f"this workspace is not in {name} itself but in a folder below it"
        advice = f"give {os.path.relpath(home.folder)} as the path, or move the workspace up"
        reading.problems.append(Diagnostic(home.origin, message, advice))
        return home.folder
    if _may_leave(folder):
        _search_upward(reading, os.path.dirname(folder))
    return folder


def _may_leave(folder: str) -> bool:
    """Whether there is a folder around this one in the same repository."""
    folders = tree.upward(folder)
    next(folders)  # itself
    return next(folders, None) is not None


def _search_upward(reading: Reading, folder: str) -> str:
    """Find the next Workspace in the folder or around it, never above the git root; give the folder that holds it."""
    known, obscure = len(reading.homes), reading.obscure
    for around in tree.upward(folder):
        for name in sorted(os.listdir(around)) if os.access(around, os.R_OK | os.X_OK) else ():
            path = os.path.join(around, name)
            if tree.counts(name) and os.path.isfile(path):
                reading.workspace_only(File(os.path.relpath(path), path, os.path.realpath(path)))
        if len(reading.homes) > known or reading.obscure != obscure:
            return around
    return folder


def _follow(reading: Reading, links: Iterable[File], boundary: str) -> None:
    """Read what links point at elsewhere in the workspace; refuse those that leave it."""
    files: list[File] = []
    for link in links:
        if not tree.inside(link.real, (boundary,)):
            message = "is a link that leaves the workspace's folder"
            reading.problems.append(Diagnostic(Origin(link.name), message, "put what it points at in its place"))
        elif os.path.isdir(link.real):
            found = tree.below(link.path, link.name)
            files += [*found.files, *(inner for inner in found.links if tree.inside(inner.real, (boundary,)))]
        else:
            files.append(link)
    reading.files(sorted(files))


def _loaded(reading: Reading, home: str, name: str, *, complete: bool = False) -> Loaded:
    """Join what was read with the workspace it belongs to."""
    homes = sorted(reading.homes, key=lambda found: found.origin)
    if not homes and not reading.obscure:
        message, advice = "no Workspace here, nor in a folder around it", "make one with `reconciler init`"
        reading.problems.append(Diagnostic(Origin(name), message, advice))
    for second in homes[1:]:
        message = f"a second Workspace; the first is at {homes[0].origin}"
        advice = "keep one, or give a path that has only one in it and around it"
        reading.problems.append(Diagnostic(second.origin, message, advice))
    reading.problems += filter(None, map(_owner, homes))
    workspace = homes[0].manifest if len(homes) == 1 else None
    manifests = tuple(sorted(reading.manifests, key=lambda sourced: sourced.origin))
    problems = tuple(sorted(set(reading.problems)))
    locate, provider = (homes[0].locate, homes[0].provider) if homes else (_nowhere, "")
    return Loaded(workspace, Path(home), manifests, complete, problems, locate, provider)


def _owner(home: Home) -> Diagnostic | None:
    """An owner that is taken from metadata.name must fit into every mark."""
    if home.manifest is None or re.fullmatch(OWNER_PATTERN, home.manifest.owner):
        return None
    message = f"metadata.name has {len(home.manifest.owner)} characters; as the owner it may have 24"
    return Diagnostic(home.locate("metadata", "name"), message, "shorten it, or set spec.owner")

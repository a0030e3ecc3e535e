"""Which files below a folder count, in one order on every machine, and how they are opened without being surprised.

Hidden files and folders are skipped; endings count in any case of letters. A link counts once, under the name it has,
and only if what it points at is allowed; whether a link may leave the folder is decided by whoever knows the workspace.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from reconciler.errors import Diagnostic, Origin

ENDINGS = (".yaml", ".yml", ".json")
EXCEPTIONS = frozenset(("kustomization.yaml", "kustomization.yml"))

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC
"""Nothing is followed, and nothing waited for."""


@dataclass(frozen=True, slots=True, order=True)
class File:
    """A file: how the user calls it, its absolute path, and for a link the real path behind it."""

    name: str
    path: str = field(compare=False)
    real: str = field(default="", compare=False)


@dataclass(slots=True)
class Tree:
    """What was found below a folder: files, links to files, links to folders elsewhere (not searched)."""

    files: list[File] = field(default_factory=list)
    links: list[File] = field(default_factory=list)
    outward: list[File] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)


def below(folder: str, name: str) -> Tree:
    """Find every manifest file below a folder, sorted by name; links to folders are searched after real folders."""
    tree = Tree()
    seen: set[str] = set()
    later: list[File] = []
    root = os.path.realpath(folder)
    _search(File(name, folder, root), tree, seen, later)
    while later:
        link = later.pop(0)
        if not inside(link.real, (root,)):
            tree.outward.append(link)
        elif link.real not in seen:
            _search(link, tree, seen, later)
    known = {file.path for file in tree.files}
    tree.links = [link for link in sorted(tree.links) if link.real not in known]
    tree.files.sort()
    return tree


def counts(name: str) -> bool:
    """Whether a file of this name is a manifest or a finding."""
    return name.lower().endswith(ENDINGS) and name not in EXCEPTIONS and not name.startswith(".")


def is_json(name: str) -> bool:
    """Whether a file of this name holds JSON."""
    return name.lower().endswith(".json")


def _search(folder: File, tree: Tree, seen: set[str], later: list[File]) -> None:
    """Add what one folder, and the real folders in it, hold, however deep. `folder.real` is the path without links."""
    folders = [folder]
    while folders:
        here = folders.pop()
        seen.add(here.real)
        try:
            with os.scandir(here.path) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            tree.faults.append(Diagnostic(Origin(here.name or "."), f"cannot be read: {error.strerror}"))
            continue
        folders += reversed(_sort(here, found, tree, later))


def _sort(folder: File, found: list[os.DirEntry[str]], tree: Tree, later: list[File]) -> list[File]:
    """Add the entries of one folder to where they belong; give the folders among them."""
    folders: list[File] = []
    linked = folder.real != folder.path
    for entry in found:
        if entry.name.startswith("."):
            continue
        name = os.path.join(folder.name, entry.name)
        if entry.is_symlink():
            _link(File(name, entry.path, os.path.realpath(entry.path)), entry, tree, later)
        elif entry.is_dir():
            folders.append(File(name, entry.path, os.path.join(folder.real, entry.name)))
        elif counts(entry.name):
            if not entry.is_file():
                tree.faults.append(Diagnostic(Origin(name), "is not a regular file", "remove it"))
            elif linked:
                tree.links.append(File(name, entry.path, os.path.join(folder.real, entry.name)))
            else:
                tree.files.append(File(name, entry.path))
    return folders


def _link(file: File, entry: os.DirEntry[str], tree: Tree, later: list[File]) -> None:
    """Add a link: to a folder, to be searched last; or to a file of ours by name. Links in a circle are to nothing."""
    if os.path.isdir(entry.path):
        later.append(file)
    elif counts(entry.name):
        if os.path.isfile(entry.path):
            tree.links.append(file)
        else:
            tree.faults.append(
                Diagnostic(Origin(file.name), "is a link to nothing, or not to a regular file", "remove it")
            )


def inside(path: str, folders: tuple[str, ...]) -> bool:
    """Whether a real path is one of these real folders or lies below one."""
    return any(path == folder or path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def upward(folder: str) -> Iterator[str]:
    """Give the folder and those around it, up to the root of the git repository, or of the file system."""
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return
        folder = parent


def open_regular(path: str) -> BinaryIO:
    """Open the regular file at a real path; raise OSError for everything else, without waiting for a pipe or a device.

    Where the kernel tells what it opened (/proc/self/fd of Linux), that has to be this path: a folder on the way may
    have been exchanged for a link after it was looked at.
    """
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(0, "not a regular file")
    stream = os.fdopen(os.open(path, _FLAGS), "rb")
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode) or _opened(stream.fileno()) not in ("", path):
        stream.close()
        raise OSError(0, "was exchanged while it was opened")
    return stream


def contents(path: str, most: int) -> bytes:
    """Read the regular file at a real path, `most` bytes of it; raise OSError for everything else.

    What is added to the file while it is read does not count. Half a file of manifests can be a valid one that declares
    fewer models: so reading goes on where a file system gives less at once, and a file that is cut meanwhile is none.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(0, "not a regular file")
        data, size = b"", min(most, found.st_size)
        while len(data) < size and (block := os.read(descriptor, size - len(data))):
            data += block
        if len(data) < size:
            raise OSError(0, "became shorter while it was read")
        return data
    finally:
        os.close(descriptor)


def _opened(descriptor: int) -> str:
    """The path of an open file; empty where the system doesn't tell."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""

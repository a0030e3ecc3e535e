"""Everything that the manifests at a path say: the workspace, the tuned models, and all that is wrong with them.

Every `.yaml`, `.yml` and `.json` file below the path is a manifest of ours or a finding, because a file that silently
does not count would be read as a wish to delete. What is not declared may be deleted only if the path is the folder
that holds the Workspace, so that everything it could declare was read: `Loaded.complete`.
"""

import gc
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from reconciler.errors import Diagnostic, Origin, UsageError
from reconciler.resource.manifest import TunedModelManifest
from reconciler.resource.workspace import OWNER_PATTERN, WorkspaceManifest
from reconciler.source import documents, tree
from reconciler.source.documents import Document
from reconciler.source.tree import File
from reconciler.source.validation import Locate, locator, validate

STDIN = "<stdin>"
HEAD = 65536
"""Bytes of a JSON file that are looked at to tell a manifest from training data."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A manifest, where it starts, the folder its relative paths start from, and how to find its parts again."""

    manifest: TunedModelManifest
    origin: Origin
    base: Path
    locate: Locate


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read. `folder` is absolute and holds the Workspace; without one it is the folder that was given."""

    workspace: WorkspaceManifest | None
    folder: Path
    manifests: tuple[Sourced, ...]
    complete: bool
    diagnostics: tuple[Diagnostic, ...]


def load(path: str, stdin: TextIO | None = None) -> Loaded:
    """Read the manifests at a path: a folder, a file, or `-` for standard input.

    Raises UsageError if there is nothing at the path; everything that is wrong inside of files is a diagnostic.
    """
    with collector_resting():
        reading = _Reading()
        if path == "-":
            reading.stream(STDIN, stdin.read() if stdin else "")
            return _loaded(reading, os.getcwd(), "")
        mode = _mode(path)
        if stat.S_ISDIR(mode):
            return _folder(reading, path)
        if stat.S_ISREG(mode):
            return _file(reading, path)
        reading.bytes(File(path, os.path.join(os.getcwd(), os.path.basename(path))), Path(path).read_bytes())
        return _loaded(reading, os.getcwd(), "")


def _mode(path: str) -> int:
    """Look what is at the path."""
    try:
        return os.stat(path).st_mode
    except (OSError, ValueError) as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise UsageError(
            f"{path!r} {reason}", "give the folder of your manifests, or make one with `reconciler init`"
        ) from error


def _folder(reading: "_Reading", path: str) -> Loaded:
    """Read a folder and everything below it."""
    folder = os.path.abspath(path)
    name = os.path.normpath(path)
    found = tree.below(folder, "" if name == "." else name)
    reading.problems += found.faults
    real = os.path.realpath(folder)
    reading.files([*found.files, *(link for link in found.links if tree.inside(link.real, (real,)))])
    outward = [link for link in (*found.links, *found.outward) if not tree.inside(link.real, (real,))]
    return _loaded(reading, folder, name, outward)


def _file(reading: "_Reading", path: str) -> Loaded:
    """Read one file, as if nothing stood beside it."""
    file = File(os.path.normpath(path), os.path.abspath(path))
    try:
        reading.bytes(file, Path(path).read_bytes())
    except OSError as error:
        reading.problems.append(Diagnostic(Origin(file.name), f"cannot be read: {error.strerror}"))
    return _loaded(reading, os.path.dirname(file.path), "")


def _loaded(reading: "_Reading", folder: str, name: str, outward: Iterable[File] = ()) -> Loaded:
    """Join what was read with the workspace it belongs to."""
    home = folder
    if not reading.workspaces:
        home = _search_upward(reading, folder)
    elif len(reading.workspaces) == 1 and name:
        home = os.path.dirname(reading.workspaces[0].path)
        if home != folder:
            advice = f"give {os.path.relpath(home)} as the path, or move the workspace up"
            reading.problems.append(
                Diagnostic(reading.workspaces[0].origin, f"this workspace is not in {name} but below it", advice)
            )
    _links(reading, outward, home)
    reading.check_workspaces(name or os.path.relpath(folder))
    workspace = reading.workspaces[0].manifest if len(reading.workspaces) == 1 else None
    complete = bool(name) and home == folder and bool(reading.workspaces)
    manifests = tuple(sorted(reading.manifests, key=lambda sourced: sourced.origin))
    return Loaded(workspace, Path(home), manifests, complete, tuple(sorted(set(reading.problems))))


def _search_upward(reading: "_Reading", folder: str) -> str:
    """Find the Workspace in the folder or around it, never above the git root; give the folder that holds it."""
    for around in tree.upward(folder):
        for entry in sorted(os.listdir(around)) if os.access(around, os.R_OK | os.X_OK) else ():
            path = os.path.join(around, entry)
            if entry.endswith(tree.ENDINGS) and not entry.startswith(".") and os.path.isfile(path):
                reading.workspace_only(File(os.path.relpath(path), path))
        if reading.workspaces:
            return around
    return folder


def _links(reading: "_Reading", links: Iterable[File], home: str) -> None:
    """Read what links point at elsewhere in the workspace; refuse those that leave it."""
    boundary = (os.path.realpath(home),)
    files: list[File] = []
    for link in links:
        if not tree.inside(link.real, boundary):
            reading.problems.append(
                Diagnostic(Origin(link.name), "links out of the workspace's folder", "replace the link by the file")
            )
        elif os.path.isdir(link.real):
            found = tree.below(link.path, link.name)
            files += [*found.files, *(inner for inner in found.links if tree.inside(inner.real, boundary))]
        else:
            files.append(link)
    reading.files(sorted(files))


@dataclass(slots=True)
class _Home:
    """A Workspace document; `manifest` is None when it has faults."""

    manifest: WorkspaceManifest | None
    origin: Origin
    path: str
    locate: Locate


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    manifests: list[Sourced] = field(default_factory=list)
    workspaces: list[_Home] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    datasets: set[str] = field(default_factory=set)

    def files(self, files: Iterable[File]) -> None:
        """Read files. JSON comes last, when the manifests have said which of it is training data."""
        unsure: list[tuple[File, "_Reading"]] = []
        later: list[File] = []
        for file in files:
            if not file.name.endswith(".json"):
                self._file(file)
            elif (head := self._head(file)) is None:
                continue
            elif not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
                later.append(file)
            elif b'"apiVersion"' in head:
                self._file(file)
            elif file.path not in self.datasets:
                apart = _Reading()
                apart._file(file)  # noqa: SLF001 - the same class
                unsure.append((file, apart))
        for file in later:
            if file.path not in self.datasets:
                self._file_or(file)
        for file, apart in unsure:
            if file.path not in self.datasets:
                self.problems += apart.problems

    def _file_or(self, file: File) -> None:
        """Report a JSON file that begins as no manifest does, and that no manifest names."""
        self.problems.append(
            Diagnostic(
                Origin(file.name),
                "is neither a manifest nor named as a dataset by one",
                "name it in spec.dataset.path, or move it out of the manifests' folder",
            )
        )

    def _head(self, file: File) -> bytes | None:
        """Read the beginning of a file."""
        try:
            with open(file.path, "rb") as stream:
                return stream.read(HEAD)
        except OSError as error:
            self.problems.append(Diagnostic(Origin(file.name), f"cannot be read: {error.strerror}"))
            return None

    def _file(self, file: File) -> None:
        """Read one file."""
        try:
            with open(file.path, "rb", buffering=0) as stream:
                data = stream.read(documents.LARGEST_FILE + 1) or b""
        except OSError as error:
            self.problems.append(Diagnostic(Origin(file.name), f"cannot be read: {error.strerror}"))
            return
        self.bytes(file, data)

    def bytes(self, file: File, data: bytes) -> None:
        """Take the content of a file."""
        text = documents.decode(file.name, data)
        if isinstance(text, Diagnostic):
            self.problems.append(text)
            return
        for document in documents.parse(file.name, text):
            self._document(document, file, text)

    def stream(self, name: str, text: str) -> None:
        """Take text that has no file; its relative paths start from the current directory."""
        self.bytes(File(name, os.path.join(os.getcwd(), name)), text.encode("utf-8", "surrogateescape"))

    def _document(self, document: Document, file: File, text: str) -> None:
        """Sort one document to where it belongs."""
        self._note_dataset(document.value, file)
        manifest = validate(document, file.name, text)
        locate = locator(file.name, text, document.index)
        if isinstance(manifest, TunedModelManifest):
            self.manifests.append(Sourced(manifest, document.origin, Path(os.path.dirname(file.path)), locate))
            return
        if isinstance(manifest, tuple):
            self.problems += manifest
        if type(document.value) is dict and document.value.get("kind") == "Workspace":
            valid = manifest if isinstance(manifest, WorkspaceManifest) else None
            self.workspaces.append(_Home(valid, document.origin, file.path, locate))

    def _note_dataset(self, value: object, file: File) -> None:
        """Remember a file that a manifest names as training data, even when the manifest has faults."""
        match value:
            case {"spec": {"dataset": {"path": str(path)}}}:
                self.datasets.add(os.path.normpath(os.path.join(os.path.dirname(file.path), path)))

    def workspace_only(self, file: File) -> None:
        """Read a file around the given path for its Workspace; what else is in it is not ours to judge now."""
        head = self._head(file)
        if head is None or b"Workspace" not in head:
            return
        apart = _Reading()
        apart._file(file)  # noqa: SLF001 - the same class
        self.workspaces += apart.workspaces
        if any(home.manifest is None for home in apart.workspaces):
            self.problems += apart.problems

    def check_workspaces(self, name: str) -> None:
        """There is exactly one Workspace, and it has an owner that fits into every mark."""
        if not self.workspaces:
            self.problems.append(
                Diagnostic(Origin(name), "no Workspace here or in the folders around it", "make one: `reconciler init`")
            )
        first, *others = sorted(self.workspaces, key=lambda home: home.origin) or [None]
        for other in others:
            if first and other:
                message = f"a second Workspace; the first one is at {first.origin}"
                self.problems.append(Diagnostic(other.origin, message, "one folder has one workspace: remove one of them"))
        if first and first.manifest:
            self._check_owner(first.manifest, first.locate)

    def _check_owner(self, workspace: WorkspaceManifest, locate: Locate) -> None:
        """An owner that is taken from metadata.name keeps the owner's rule."""
        import re

        if not re.fullmatch(OWNER_PATTERN, workspace.owner):
            message = f"metadata.name has {len(workspace.metadata.name)} characters; as the owner it may have 24"
            self.problems.append(Diagnostic(locate("metadata", "name"), message, "shorten it, or set spec.owner"))


@contextmanager
def collector_resting() -> Iterator[None]:
    """Let the garbage collector rest: nothing made here is garbage, and looking for it costs half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()

"""Reads file after file and sorts what the documents say: manifests, workspaces, problems.

Paths are strings in this package: making Path objects of 10,000 names costs about as much as reading the files.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.manifest import TunedModelManifest
from reconciler.resource.workspace import WorkspaceManifest
from reconciler.source import documents
from reconciler.source.builder import Document
from reconciler.source.positions import Locate, locator
from reconciler.source.tree import File
from reconciler.source.validation import validate

HEAD = 65_536
"""Bytes at the beginning of a file that are looked at to tell a manifest from something else."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A manifest, where it starts, the folder its relative paths start from, and how to find its parts again."""

    manifest: TunedModelManifest
    origin: Origin
    base: Path
    locate: Locate


@dataclass(frozen=True, slots=True)
class Home:
    """A Workspace document and the folder that holds it; `manifest` is None when it has faults."""

    manifest: WorkspaceManifest | None
    origin: Origin
    folder: str
    locate: Locate


@dataclass(slots=True)
class Reading:
    """What has been read so far.

    `datasets` are the absolute paths that manifests name as training data. `obscure` tells that a document which may
    well be the Workspace could not be read, `claims` that a document has
    an apiVersion, so that it means to be a manifest.
    """

    manifests: list[Sourced] = field(default_factory=list)
    homes: list[Home] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    datasets: set[str] = field(default_factory=set)
    obscure: bool = False
    claims: bool = False
    folders: dict[str, Path] = field(default_factory=dict)

    def files(self, files: Iterable[File]) -> None:
        """Read files; JSON last, when the YAML manifests have said which of it is training data."""
        json: list[File] = []
        for file in files:
            if file.name.endswith(".json"):
                json.append(file)
            else:
                self.file(file)
        self._json(json)

    def file(self, file: File) -> None:
        """Read one file of manifests."""
        data = self._bytes(file, documents.LARGEST_FILE + 1)
        if data is not None:
            self.content(file, data)

    def content(self, file: File, data: bytes) -> None:
        """Take the content of a file."""
        text = documents.decode(file.name, data)
        if isinstance(text, Diagnostic):
            self.problems.append(text)
            self.obscure = self.obscure or b"Workspace" in data
            return
        for document in documents.parse(file.name, text):
            self._document(document, file, text)

    def workspace_only(self, file: File) -> None:
        """Read a file for its Workspace; what else is in it is not asked for."""
        head = self._bytes(file, HEAD)
        if head is None or b"Workspace" not in head:
            return
        apart = Reading()
        apart.file(file)
        self.homes += apart.homes
        if apart.obscure or any(home.manifest is None for home in apart.homes):
            self.problems += apart.problems
            self.obscure = self.obscure or apart.obscure

    def _json(self, files: Iterable[File]) -> None:
        """Read JSON files: manifests first, since they too name training data; then what no manifest named."""
        unsure: list[tuple[File, Reading]] = []
        for file in files:
            apart = self._apart(file)
            if apart.claims:
                self._join(apart)
            else:
                unsure.append((file, apart))
        for file, apart in unsure:
            if file.path not in self.datasets:
                self._join(apart)

    def _apart(self, file: File) -> "Reading":
        """Read a file that may be training data. What can't be a manifest is not parsed to find that out."""
        apart = Reading()
        data = apart._bytes(file, documents.LARGEST_FILE + 1)
        if data is None:
            return apart
        if data[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
            message = "is neither a manifest nor named as a dataset by one"
            advice = "name it in spec.dataset.path, or move it out of the manifests' folder"
            apart.problems.append(Diagnostic(Origin(file.name), message, advice))
        elif b"apiVersion" in data or file.path not in self.datasets:
            apart.content(file, data)
        return apart

    def _join(self, other: "Reading") -> None:
        """Take over what was read apart."""
        self.manifests += other.manifests
        self.homes += other.homes
        self.problems += other.problems
        self.datasets |= other.datasets
        self.obscure = self.obscure or other.obscure

    def _bytes(self, file: File, most: int) -> bytes | None:
        """Read the beginning of a file."""
        try:
            with open(file.path, "rb", buffering=0) as stream:
                return stream.read(most) or b""
        except OSError as error:
            self.problems.append(Diagnostic(Origin(file.name), f"cannot be read: {error.strerror}"))
            return None

    def _document(self, document: Document, file: File, text: str) -> None:
        """Sort one document to where it belongs."""
        folder, value = os.path.dirname(file.path), document.value
        self._note_dataset(value, folder)
        self.claims = self.claims or (type(value) is dict and "apiVersion" in value)
        manifest = validate(document, file.name, text)
        locate = locator(file.name, text, document.position)
        if isinstance(manifest, TunedModelManifest):
            base = self.folders.get(folder) or self.folders.setdefault(folder, Path(folder))
            self.manifests.append(Sourced(manifest, document.origin, base, locate))
            return
        if isinstance(manifest, tuple):
            self.problems += manifest
        if type(value) is dict and value.get("kind") == "Workspace":
            valid = manifest if isinstance(manifest, WorkspaceManifest) else None
            self.homes.append(Home(valid, document.origin, folder, locate))
        elif value is None and "Workspace" in text:
            self.obscure = True

    def _note_dataset(self, value: object, folder: str) -> None:
        """Remember a file that a manifest names as training data, even when the manifest has faults."""
        match value:
            case {"spec": {"dataset": {"path": str(path)}}}:
                self.datasets.add(os.path.normpath(os.path.join(folder, path)))
            case _:
                pass

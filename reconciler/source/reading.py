"""Reads file after file and sorts what the documents say: manifests, workspaces, problems.

Paths are strings in this package: making Path objects of 10,000 names costs about as much as reading the files.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.manifest import manifest
from reconciler.resource.workspace import workspace
from reconciler.source import tree
from reconciler.source.cache import Cache, key
from reconciler.source.document import Document, locator
from reconciler.source.findings import few
from reconciler.source.sourced import Home, Sourced
from reconciler.source.text import LARGEST_FILE, decode
from reconciler.source.tree import File

HEAD = 65_536
"""Bytes at the beginning of a file that are looked at to tell a manifest from something else."""

SCHEMAS = "a803442f6485"
"""Fingerprint of the schemas: what the cache knows to be valid was valid under these."""


@dataclass(slots=True)
class Reading:
    """What has been read so far.

    `datasets` are the absolute paths that manifests name as training data. `obscure`: a document that may well be the
    Workspace could not be read. `claims`: a document has an apiVersion, so it means to be a manifest.
    """

    cache: Cache | None = None
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
            if tree.is_json(file.name):
                json.append(file)
            else:
                self.file(file)
        self._json(json)

    def file(self, file: File) -> None:
        """Read one file of manifests."""
        data = self._bytes(file, LARGEST_FILE + 1)
        if data is not None:
            self.content(file, data)

    def content(self, file: File, data: bytes) -> None:
        """Take the content of a file."""
        text = decode(file.name, data)
        if isinstance(text, Diagnostic):
            self.problems.append(text)
            self.obscure = self.obscure or b"Workspace" in data
            return
        name = key(data, SCHEMAS, tree.is_json(file.name))
        if self.cache and (known := self.cache.get(name)):
            for at, line, column, value in known:
                self._valid(Document(at, Origin(file.name, line, column), value, ()), file, text)
            return
        read = self._judged(file, text)
        if self.cache and all(not wrong and _may_be_kept(document.value) for document, wrong in read):
            self.cache.put(name, [(d.position, d.origin.line, d.origin.column, d.value) for d, _ in read])

    def workspace_only(self, file: File) -> None:
        """Read a file for its Workspace; what else is in it is not asked for."""
        head = self._bytes(file, HEAD)
        if head is None or b"Workspace" not in head:
            return
        apart = Reading(self.cache)
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
        apart = Reading(self.cache)
        data = apart._bytes(file, LARGEST_FILE + 1)
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
            return tree.contents(file.real or file.path, most)
        except OSError as error:
            self.problems.append(Diagnostic(Origin(file.name), f"cannot be read: {error.strerror}"))
            return None

    def _judged(self, file: File, text: str) -> list[tuple[Document, tuple[Diagnostic, ...]]]:
        """Parse a file and sort its documents; give each with what is wrong with it."""
        from reconciler.source.documents import parse
        from reconciler.source.validation import faults

        read = [(document, faults(document, file.name, text)) for document in parse(file.name, text)]
        self.problems += few(file.name, (problem for _, wrong in read for problem in wrong))
        if any(document.value is None for document, wrong in read if wrong) and "Workspace" in text:
            self.obscure = True
        for document, wrong in read:
            if wrong:
                self._faulty(document, file, text)
            else:
                self._valid(document, file, text)
        return read

    def _valid(self, document: Document, file: File, text: str) -> None:
        """Sort one valid document to where it belongs."""
        folder, value = os.path.dirname(file.path), document.value
        self._note_datasets(value, folder)
        self.claims = True
        locate = locator(file.name, text, document.position)
        if value["kind"] == "Workspace":
            self.homes.append(Home(workspace(value), document.origin, folder, locate))
        else:
            base = self.folders.get(folder) or self.folders.setdefault(folder, Path(folder))
            self.manifests.append(Sourced(manifest(value), document.origin, base, locate))

    def _faulty(self, document: Document, file: File, text: str) -> None:
        """Note what a document with faults may have meant to be."""
        folder, value = os.path.dirname(file.path), document.value
        self._note_datasets(value, folder)
        self.claims = self.claims or (type(value) is dict and "apiVersion" in value)
        if type(value) is dict and value.get("kind") == "Workspace":
            spec = value.get("spec")
            provider = spec.get("provider") if type(spec) is dict else None
            locate = locator(file.name, text, document.position)
            self.homes.append(Home(None, document.origin, folder, locate, provider if type(provider) is str else ""))

    def _note_datasets(self, value: object, folder: str) -> None:
        """Remember the files that a manifest names as data, even when the manifest has faults."""
        for part in _data(value):
            if type(path := part.get("path")) is str:
                self.datasets.add(os.path.normpath(os.path.join(folder, path)))


def _data(value: object) -> Iterator[dict[str, object]]:
    """The parts of a document that name data, or hold it."""
    match value:
        case {"spec": dict(spec)}:
            parts = (spec.get("dataset"), spec.get("validationDataset"))
            yield from (part for part in parts if type(part) is dict)
        case _:
            pass


def _may_be_kept(value: object) -> bool:
    """Whether a document may lie in the cache: training examples are other people's texts and may not."""
    return not any("examples" in part for part in _data(value))

"""Reads file after file and sorts what the documents say: models, workspaces, environments, problems.

Paths are strings in this package: making Path objects of 10,000 names costs about as much as reading the files.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.environment import environment
from reconciler.resource.workspace import workspace
from reconciler.source import tree
from reconciler.source.cache import Cache, key
from reconciler.source.document import Document
from reconciler.source.draft import DATA, Draft, folder_of, told
from reconciler.source.homes import Declared, Home
from reconciler.source.text import LARGEST_FILE, decode
from reconciler.source.tree import File

HEAD = 65_536
"""Bytes at the beginning of a file that are looked at to tell a manifest from something else."""

SCHEMAS = "f5dff3801094"
"""Fingerprint of the schemas: what the cache knows to be valid was valid under these."""


@dataclass(slots=True)
class Reading:
    """What has been read so far.

    `models` are valid documents of tuned models; `faulty` documents of any kind with faults, which a patch may mend.
    `datasets` are the absolute paths that manifests name as training data. `obscure`: a document that may well be the
    Workspace could not be read. `claims`: a document has an apiVersion, so it means to be a manifest.
    """

    cache: Cache | None = None
    models: list[Draft] = field(default_factory=list)
    homes: list[Home] = field(default_factory=list)
    environments: list[Declared] = field(default_factory=list)
    faulty: list[Draft] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    datasets: set[str] = field(default_factory=set)
    obscure: bool = False
    claims: bool = False

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
                self._valid(Draft(Document(at, Origin(file.name, line, column), value, ()), file, text))
            return
        read = self._judged(file, text)
        if self.cache and all(not draft.wrong and _may_be_kept(draft.document.value) for draft in read):
            documents = [draft.document for draft in read]
            self.cache.put(name, [(d.position, d.origin.line, d.origin.column, d.value) for d in documents])

    def workspace_only(self, file: File) -> None:
        """Read a file for its Workspace; what else is in it is not asked for."""
        head = self._bytes(file, HEAD)
        if head is None or b"Workspace" not in head:
            return
        apart = Reading(self.cache)
        apart.file(file)
        self.homes += apart.homes
        if apart.obscure or any(home.manifest is None for home in apart.homes):
            self.problems += [*apart.problems, *told(apart.faulty)]
            self.obscure = self.obscure or apart.obscure

    def environments_only(self, file: File) -> None:
        """Read a file for its Environments, or what may be some and can't be read; what else is in it is not asked for.

        It has to be read to its end: what is not seen here would be planned in the wrong workspace.
        """
        data = self._bytes(file, LARGEST_FILE + 1)
        if data is None or b"Environment" not in data or b"apiVersion" not in data:
            return
        apart = Reading(self.cache)
        apart.content(file, data)
        self.environments += apart.environments
        meant = [draft for draft in apart.faulty if draft.kind in ("", "Environment")]
        self.problems += [*apart.problems, *told(meant)]

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
        self.models += other.models
        self.homes += other.homes
        self.environments += other.environments
        self.faulty += other.faulty
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

    def _judged(self, file: File, text: str) -> list[Draft]:
        """Parse a file and sort its documents; give each with what is wrong with it."""
        from reconciler.source.documents import parse
        from reconciler.source.validation import faults

        parsed = (Draft(document, file, text) for document in parse(file.name, text))
        read = [draft._replace(wrong=faults(draft.document, draft.finder)) for draft in parsed]
        if any(draft.document.value is None for draft in read if draft.wrong) and "Workspace" in text:
            self.obscure = True
        for draft in read:
            if draft.wrong:
                self._faulty(draft)
            else:
                self._valid(draft)
        return read

    def _valid(self, draft: Draft) -> None:
        """Sort one valid document to where it belongs."""
        value = draft.document.value
        self._note_datasets(value, folder_of(draft))
        self.claims = True
        match value["kind"]:
            case "Workspace":
                self.homes.append(Home(workspace(value), draft))
            case "Environment":
                self.environments.append(Declared(environment(value), draft))
            case _:
                self.models.append(draft)

    def _faulty(self, draft: Draft) -> None:
        """Note what a document with faults may have meant to be."""
        value = draft.document.value
        self.faulty.append(draft)
        self._note_datasets(value, folder_of(draft))
        self.claims = self.claims or (type(value) is dict and "apiVersion" in value)
        if draft.kind == "Workspace":
            self.homes.append(Home(None, draft))

    def _note_datasets(self, value: object, folder: str) -> None:
        """Remember the files that a manifest names as data, even when the manifest has faults."""
        for part in _data(value):
            if type(path := part.get("path")) is str:
                self.datasets.add(os.path.normpath(os.path.join(folder, path)))


def _data(value: object) -> Iterator[dict[str, object]]:
    """The parts of a document that name data, or hold it: of its own spec, or of what it patches others with."""
    match value:
        case {"kind": "Environment", "spec": {"patches": list(patches)}}:
            for each in patches:
                match each:
                    case {"patch": {"spec": dict()} as patch}:
                        yield from _data({"spec": patch["spec"]})
                    case _:
                        pass
        case {"spec": dict(spec)}:
            yield from (part for name in DATA if type(part := spec.get(name)) is dict)
        case _:
            pass


def _may_be_kept(value: object) -> bool:
    """Whether a document may lie in the cache: training examples are other people's texts and may not."""
    return not any("examples" in part for part in _data(value))

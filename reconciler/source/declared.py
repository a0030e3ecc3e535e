"""What the manifests of a commit say about the data of a model: nothing of it is in the work tree."""

import os.path
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.address import KIND
from reconciler.resource.dataset import REMOTE, Locator
from reconciler.resource.manifest import Manifest, manifest
from reconciler.resource.rules import DataLimits
from reconciler.resource.schema.tunedmodel import TunedModelDocument
from reconciler.source import locators, tree
from reconciler.source.documents import parse
from reconciler.source.formats import FORMATS
from reconciler.source.locators import CONVERSATIONS, Named
from reconciler.source.repository import Repository
from reconciler.source.rows import INPUT_FIELD, OUTPUT_FIELD
from reconciler.source.sourced import Sourced
from reconciler.source.text import LARGEST_FILE, decode

LARGEST_TREE = 64 * 1024 * 1024
"""Bytes of manifests of one commit that are read."""

_NAME = re.compile(rb"name[\"']?\s*:\s*[\"']?([a-z0-9-]+)")
"""What may be a metadata.name, and is looked at more closely."""

_ANY = DataLimits(0, 0, 0, conversations=True, remote=True)
"""Whatever a service takes today: what it took then is not the question."""


class Source(NamedTuple):
    """Data that a manifest named: their path below the top, empty for examples in the manifest; and how to read them.

    `forms` are to be tried one after the other. `manifest` is the path of the manifest.
    """

    path: str
    forms: tuple[Locator, ...]
    manifest: str


@dataclass(slots=True)
class Manifests:
    """The manifests that a commit has below one folder."""

    repository: Repository
    commit: str
    folder: str
    _files: Mapping[str, str] = field(init=False)
    _contents: dict[str, bytes] = field(default_factory=dict, init=False)
    _named: dict[str, list[str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """List the files and read those that may be manifests: many models are looked for."""
        self._files = self.repository.files(self.commit, self.folder)
        for path, data in sorted(self._manifests()):
            self._contents[path] = data
            for name in {*_NAME.findall(data)}:
                self._named.setdefault(name.decode(), []).append(path)

    def source(self, names: Iterable[str], first: str) -> Source | None:
        """What the data of a model were, by one of its names; looked for at the path `first`, then everywhere."""
        wanted = tuple(names)
        paths = sorted((path for name in wanted for path in self._named.get(name, ())), key=lambda path: path != first)
        return next(filter(None, (source_in(path, self._contents[path], wanted) for path in paths)), None)

    def mentioning(self, *words: bytes) -> Iterator[tuple[str, bytes]]:
        """The files in which one of the words stands."""
        for path, data in self._contents.items():
            if any(word in data for word in words):
                yield path, data

    def blob(self, path: str) -> str | None:
        """The name of the content of a file."""
        return self._files.get(path) or self.repository.files(self.commit, path).get(path)

    def _manifests(self) -> Iterator[tuple[str, bytes]]:
        """The files that may be manifests, as many as are read."""
        files = self._files.items()
        paths = {path: blob for path, blob in files if tree.counts(posixpath.basename(path))}
        sizes = self.repository.sizes(sorted({*paths.values()}))
        contents = dict(self.repository.contents(within_bounds(sizes)))
        return ((path, contents[blob]) for path, blob in paths.items() if blob in contents)


def within_bounds(sizes: Mapping[str, int]) -> list[str]:
    """The contents that may be manifests by their sizes in bytes, in their order as many of them as are read."""
    small = [(blob, size) for blob, size in sizes.items() if size <= LARGEST_FILE]
    totals = accumulate(size for _, size in small)
    return [blob for (blob, _), total in zip(small, totals, strict=True) if total <= LARGEST_TREE]


def source_in(path: str, data: bytes, names: Iterable[str]) -> Source | None:
    """What a file of manifests says about the data of a model with one of these names."""
    wanted = [name for name in names if name.encode() in data]
    text = decode(path, data) if wanted and len(data) <= LARGEST_FILE else None
    if not isinstance(text, str):
        return None
    found = (_manifest(document.value) for document in parse(path, text))
    sources = (_source(path, each) for each in found if each and each.name in wanted)
    return next(filter(None, sources), None)


def _manifest(value: object) -> Manifest | None:
    """Read a valid document of a tuned model."""
    if not isinstance(value, dict) or value.get("kind") != KIND:
        return None
    try:
        TunedModelDocument.model_validate(value)
    except ValidationError:
        return None
    return manifest(value)


def _source(file: str, declared: Manifest) -> Source | None:
    """The data of one manifest; None if it names none that git could have."""
    given = declared.dataset
    if given is None:
        return None
    if given.examples is not None:
        return Source("", (Locator("", "inline", INPUT_FIELD, OUTPUT_FIELD, inline=given.examples),), file)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), given.path or ""))
    if (given.path or "").startswith(REMOTE) or path.startswith(("../", "/")):
        return None
    sourced = Sourced(declared, Origin(file), Path(), lambda *_: Origin(file))
    found = locators.local(Named(sourced, "dataset", given), _ANY, "the service")
    if isinstance(found, Diagnostic):
        return None
    free = found.format == "jsonl" and not (given.format or given.input_field or given.output_field)
    return Source(path, (found, CONVERSATIONS) if free else (found,), file)


def forms(path: str, known: Iterable[Locator]) -> tuple[Locator, ...]:
    """How a file may be read of which nothing but its path is known: as others were, and as its ending says."""
    ending = FORMATS.get(os.path.splitext(path)[1].lower())
    usual = [Locator("", ending, INPUT_FIELD, OUTPUT_FIELD)] if ending else []
    turns = [CONVERSATIONS] if ending == "jsonl" else []
    others = (unplaced(each) for each in known if each.format != "inline")
    return tuple(dict.fromkeys((*others, *usual, *turns)))


def unplaced(locator: Locator) -> Locator:
    """How data are read, wherever they are."""
    return replace(locator, path="", generation="")

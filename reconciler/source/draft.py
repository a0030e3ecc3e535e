"""A document together with what it was read from: what it says may still be patched."""

import os.path
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.manifest import manifest
from reconciler.source.document import Document, Finder, Locate, locator
from reconciler.source.findings import few
from reconciler.source.layers import Layer, place, writer
from reconciler.source.sourced import Sourced
from reconciler.source.tree import File

DATA = ("dataset", "validationDataset")
"""The parts of a spec that name data."""


class Draft(NamedTuple):
    """One document, with all that is wrong with it.

    `layers` say what the document consists of once it is patched: itself, then the patches.
    """

    document: Document
    file: File
    text: str
    wrong: tuple[Diagnostic, ...] = ()
    layers: tuple[Layer, ...] = ()

    @property
    def name(self) -> str:
        """The metadata.name; empty where there is none."""
        match self.document.value:
            case {"metadata": {"name": str(name)}}:
                return name
            case _:
                return ""

    @property
    def kind(self) -> str:
        """The kind; empty where there is none that can be read."""
        match self.document.value:
            case {"kind": str(kind)}:
                return kind
            case _:
                return ""

    @property
    def finder(self) -> Finder:
        """Find the places of parts."""
        if self.layers:
            return partial(place, self.layers)
        from reconciler.source import positions

        return partial(positions.find, self.file.name, self.text, self.document.position)

    @property
    def locate(self) -> Locate:
        """Find the places of parts, by something that holds on to no more than it needs."""
        if not self.layers:
            return locator(self.file.name, self.text, self.document.position)
        find = self.finder

        def locate(*path: str | int) -> Origin:
            return find(path).origin

        return locate

    def sourced(self, base: Path) -> Sourced:
        """Read the manifest of a valid document; `base` is the folder of its file."""
        document = self.document
        return Sourced(manifest(document.value), document.origin, base, self.locate, dict(self._foreign()))

    def _foreign(self) -> Iterator[tuple[str, File]]:
        """The parts of the spec that name data by a path which another file than the document's own has written."""
        for part in DATA if self.layers else ():
            file = writer(self.layers, ("spec", part, "path"))
            if file is not None and file.path != self.file.path:
                yield part, file


def told(drafts: Iterable[Draft]) -> Iterator[Diagnostic]:
    """Say what is wrong with documents, those of one file beside each other: of each file as much as helps."""
    for name, together in groupby(drafts, key=lambda draft: draft.file.name):
        yield from few(name, (problem for draft in together for problem in draft.wrong))


def folder_of(draft: Draft) -> str:
    """The folder of the file that a document stands in."""
    return os.path.dirname(draft.file.path)

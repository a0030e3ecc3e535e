"""From what a manifest says about data to a Dataset: find the file, make sure it may be read, read it, judge it.

A manifest in a pull request decides which file is read and sent away, so only regular files below the workspace's
folder (or a root from the command line) count, after every link has been followed. Data in Cloud Storage is named, and
not read: the service says what lies there when it is asked.
"""

import io
import os
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any, BinaryIO, NamedTuple

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.dataset import REMOTE, VERSION, Dataset, Locator
from reconciler.resource.lint import RULES
from reconciler.resource.manifest import DatasetSource
from reconciler.resource.rules import DataLimits
from reconciler.source import cache, locators, tree
from reconciler.source.cache import Cache
from reconciler.source.checks import Examination, Numbers, Where
from reconciler.source.formats import holds_conversations, rows
from reconciler.source.hashing import BLOCK, Hashing, sha256
from reconciler.source.locators import CONVERSATIONS, WRITE_PAIRS, Named
from reconciler.source.observer import Observer, Spot, Warned
from reconciler.source.paths import real_path, unavailable
from reconciler.source.rows import INPUT_FIELD, OUTPUT_FIELD
from reconciler.source.sourced import Sourced
from reconciler.source.text import LFS_POINTER

ONLY_FILES = {"format": "format", "input_field": "inputField", "output_field": "outputField", "header": "header"}
"""Fields of a dataset that say how a file is read, and their names in the manifest."""
LARGEST_DATASET = 1024 * 1024 * 1024
"""Bytes of one file: a minute of reading, and more than any service takes."""
NO_TEXT = {
    LFS_POINTER: ("a Git LFS pointer, not the data itself", "run `git lfs pull`"),
    b"\x1f\x8b": ("compressed with gzip", "unpack it"),
    b"PK\x03\x04": ("a zip archive, such as an Excel workbook", "unpack it, or save the sheet as CSV UTF-8"),
    b"PAR1": ("a Parquet file", "write it as JSONL or CSV"),
    b"\xff\xfe": ("UTF-16 or UTF-32", "save it as UTF-8"),
    b"\xfe\xff": ("UTF-16", "save it as UTF-8"),
}
"""How files begin that are something else than text in UTF-8, what they are, and what helps."""


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one dataset: it, or errors; and warnings in any case."""

    dataset: Dataset | None
    diagnostics: tuple[Diagnostic, ...]


class Entry(NamedTuple):
    """What reading a dataset without errors gave."""

    numbers: Numbers
    warnings: tuple[Warned, ...]


@dataclass(slots=True)
class Library:
    """Reads each dataset once, however many manifests name it.

    `roots` are real paths: the workspace's folder first, then those that the command line allows. `service` is what is
    said to take the data, `part` the part of the spec that names it, `use` what it is for. `observers` makes those who
    look at the examples of one dataset; `edition` tells what they find from what others, or none, would find.
    """

    limits: DataLimits
    roots: tuple[str, ...]
    digests: Cache | None = None
    service: str = "the service"
    part: str = "dataset"
    use: str = "training"
    observers: Callable[[], Sequence[Observer]] = tuple
    edition: str = ""
    known: dict[tuple[Locator, bool], Read] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)

    def read(self, sourced: Sourced, source: DatasetSource) -> Read:
        """Resolve the dataset of one manifest."""
        named, path = Named(sourced, self.part, source), source.path or ""
        if source.examples is not None:
            return self._inline(named)
        if path.startswith(REMOTE):
            found = locators.remote(named, self.limits, self.service)
            if isinstance(found, Diagnostic):
                return Read(None, (found,))
            return Read(Dataset("", 0, 0, 0, 0, found, origin=named.at("path")), ())
        real = real_path(sourced.folder(self.part)[0], path, self.roots, self.folders)
        if isinstance(real, tuple):
            return Read(None, (named.wrong("path", *real),))
        form = locators.local(named, self.limits, self.service)
        return Read(None, (form,)) if isinstance(form, Diagnostic) else self._file(named, replace(form, path=real))

    def _file(self, named: Named, locator: Locator) -> Read:
        """Read a file, unless it was read in the same way before; what JSONL holds may be left to its first line."""
        source = named.source
        open_to = locator.format == "jsonl" and not (source.format or source.input_field or source.output_field)
        if (locator, open_to) not in self.known:
            name = os.path.normpath(os.path.join(named.sourced.folder(self.part)[1], source.path or ""))
            try:
                with tree.open_regular(locator.path) as stream:
                    conversations = open_to and holds_conversations(stream)
                    form = replace(CONVERSATIONS, path=locator.path) if conversations else locator
                    self.known[locator, open_to] = self._stream(stream, form, name)
            except OSError as error:
                return Read(None, (named.wrong("path", *unavailable(locator.path, name, error)),))
        return self.known[locator, open_to]

    def _inline(self, named: Named) -> Read:
        """Take the examples that stand in the manifest itself."""
        if stray := [name for name in ONLY_FILES if getattr(named.source, name) is not None]:
            name = ONLY_FILES[stray[0]]
            message = f"{name} is for files; here the examples stand in the manifest"
            return Read(None, (named.wrong(name, message, "remove it"),))
        locator = Locator("", "inline", INPUT_FIELD, OUTPUT_FIELD, inline=named.source.examples or ())

        def row(_line: int, _column: int, number: int) -> Origin:
            return named.at("examples", number - 1)

        where = Where(named.at("examples"), row, "example", self.use)
        examination = Examination(where, self.limits, self.observers())
        numbers = examination.examine(rows(io.BytesIO(), locator))
        errors = examination.errors.told(where.noun)
        return _judged(errors, Entry(numbers, tuple(examination.warnings)), where, locator)

    def _stream(self, stream: BinaryIO, locator: Locator, name: str) -> Read:
        """Digest and judge an open file, or find what it gave the last time it had these bytes."""
        whole = Origin(name)
        stream.seek(0)
        size, head = os.fstat(stream.fileno()).st_size, stream.read(BLOCK)
        if foreign := _foreign(head, size):
            return Read(None, (Diagnostic(whole, *foreign),))
        if locator.format == "contents" and not self.limits.conversations:
            message = f"holds conversations, and {self.service} takes only pairs"
            return Read(None, (Diagnostic(whole, message, WRITE_PAIRS),))
        noun = "example" if locator.format == "json" else "line"
        where = Where(whole, lambda line, column, _: Origin(name, line, column), noun, self.use)
        if self.digests and (entry := _entry(self.digests.get(self._key(sha256(head, stream, size), locator)))):
            return _judged((), entry, where, locator)
        stream.seek(0)
        hashing = Hashing(stream, size)
        examination = Examination(where, self.limits, self.observers())
        numbers = examination.examine(rows(io.BufferedReader(hashing, BLOCK), locator))
        entry = Entry(numbers, tuple(examination.warnings))
        errors = examination.errors.told(noun)
        if self.digests and not errors:
            # The hash is that of the bytes just digested: the file may have changed since the first look.
            self.digests.put(self._key(hashing.hash.digest(), locator), (astuple(numbers), entry.warnings))
        return _judged(errors, entry, where, locator)

    def _key(self, content: bytes, locator: Locator) -> str:
        """Key of a file's content, read in this way, under these limits, by these observers."""
        how = (locator.format, locator.input_field, locator.output_field, locator.header)
        return cache.key(content, VERSION, how, self.limits, self.edition)


def _foreign(head: bytes, size: int) -> tuple[str, str] | None:
    """Say what a file is if it can't be training data, by how it begins and how large it is."""
    if size > LARGEST_DATASET:
        return f"is larger than {LARGEST_DATASET // 1024**3} GB", "leave out what is not for training"
    found = next((told for start, told in NO_TEXT.items() if head.startswith(start)), None)
    return found and (f"is {found[0]}", found[1])


def _entry(known: Any) -> Entry | None:
    """Read what the cache has of a dataset."""
    return known and Entry(
        Numbers(*known[0]), tuple(Warned(rule, text, advice, Spot(*spot)) for rule, text, advice, spot in known[1])
    )


def _judged(errors: tuple[Diagnostic, ...], entry: Entry, where: Where, locator: Locator) -> Read:
    """Make the Dataset, unless there are errors."""
    warnings = tuple(_found(warning, where) for warning in entry.warnings)
    if errors:
        return Read(None, (*errors, *warnings))
    of = entry.numbers
    dataset = Dataset(
        of.digest, of.count, of.input_characters, of.output_characters, of.request_bytes, locator, of.tokens
    )
    return Read(dataset, warnings)


def _found(warning: Warned, where: Where) -> Diagnostic:
    """Point at the first row that a finding is about, or at the whole."""
    origin = where.row(*warning.spot) if any(warning.spot) else where.whole
    return Diagnostic(origin, warning.message, warning.advice, RULES[warning.rule].severity, warning.rule)

"""From `spec.dataset` to a Dataset: find the file, make sure it may be read, read it, judge it.

A manifest in a pull request decides which file is read and sent away, so only regular files below the workspace's
folder (or a root from the command line) count, after every link has been followed.
"""

import io
import os
from dataclasses import astuple, dataclass, field
from typing import Any, BinaryIO, NamedTuple

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.dataset import VERSION, Dataset, Format, Locator
from reconciler.resource.manifest import DatasetSource
from reconciler.resource.rules import DataLimits
from reconciler.source import cache, tree
from reconciler.source.cache import Cache
from reconciler.source.checks import Examination, Numbers, Warned, Where
from reconciler.source.formats import rows
from reconciler.source.hashing import BLOCK, Hashing, sha256
from reconciler.source.paths import real_path, unavailable
from reconciler.source.sourced import Sourced
from reconciler.source.text import LFS_POINTER
from reconciler.source.wording import shown

INPUT_FIELD = "text_input"
OUTPUT_FIELD = "output"
FORMATS: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
}
ONLY_FILES = {"format": "format", "input_field": "inputField", "output_field": "outputField", "header": "header"}
"""Fields of a dataset that say how a file is read, and their names in the manifest."""
LARGEST_DATASET = 1024 * 1024 * 1024
"""Bytes of one file: a minute of reading. Of its two columns the services take less than a hundredth of that."""
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

    `roots` are real paths: the workspace's folder first, then those that the command line allows.
    """

    limits: DataLimits
    roots: tuple[str, ...]
    digests: Cache | None = None
    known: dict[Locator, Read] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)

    def read(self, sourced: Sourced, spec: DatasetSource) -> Read:
        """Resolve the dataset of one manifest."""
        if spec.examples is not None:
            return self._inline(sourced, spec)
        found = self._locate(sourced, spec, spec.path or "")
        if isinstance(found, Diagnostic):
            return Read(None, (found,))
        if found not in self.known:
            name = os.path.normpath(os.path.join(os.path.dirname(sourced.origin.file), spec.path or ""))
            try:
                with tree.open_regular(found.path) as stream:
                    self.known[found] = self._stream(stream, found, name)
            except OSError as error:
                origin = sourced.locate("spec", "dataset", "path")
                return Read(None, (Diagnostic(origin, *unavailable(found.path, name, error)),))
        return self.known[found]

    def _inline(self, sourced: Sourced, spec: DatasetSource) -> Read:
        """Take the examples that stand in the manifest itself."""
        if stray := [name for name in ONLY_FILES if getattr(spec, name) is not None]:
            name = ONLY_FILES[stray[0]]
            message = f"{name} is for files; here the examples stand in the manifest"
            return Read(None, (Diagnostic(sourced.locate("spec", "dataset", name), message, "remove it"),))
        locator = Locator("", "inline", INPUT_FIELD, OUTPUT_FIELD, inline=spec.examples or ())

        def row(_line: int, _column: int, number: int) -> Origin:
            return sourced.locate("spec", "dataset", "examples", number - 1)

        where = Where(sourced.locate("spec", "dataset", "examples"), row, "example")
        examination = Examination(where, self.limits)
        numbers = examination.examine(rows(io.BytesIO(), locator))
        return _judged(examination.diagnostics(), Entry(numbers, tuple(examination.warnings)), where.whole, locator)

    def _locate(self, sourced: Sourced, spec: DatasetSource, path: str) -> Locator | Diagnostic:
        """Find the file that a manifest means, and how it is to be read."""

        def wrong(name: str, message: str, advice: str) -> Diagnostic:
            return Diagnostic(sourced.locate("spec", "dataset", name), message, advice)

        real = real_path(str(sourced.base), path, self.roots, self.folders)
        if isinstance(real, tuple):
            return wrong("path", *real)
        left, right = spec.input_field or INPUT_FIELD, spec.output_field or OUTPUT_FIELD
        form = spec.format or FORMATS.get(os.path.splitext(path)[1].lower())
        if form is None:
            choices = ", ".join(sorted(set(FORMATS.values())))
            return wrong("path", f"the ending of {shown(path)} names no format", f"set format: one of {choices}")
        if left == right:
            return wrong("inputField", f"inputField and outputField are both {shown(left)}", "name two fields")
        if spec.header is not None and form not in ("csv", "tsv"):
            return wrong("header", f"header is for csv and tsv, not {form}", "remove it")
        if spec.header is False and (spec.input_field or spec.output_field):
            name = "inputField" if spec.input_field else "outputField"
            message = f"{name} names a column, and with header: false there are no names"
            return wrong(name, message, "remove one of them")
        return Locator(real, form, left, right, spec.header is not False)

    def _stream(self, stream: BinaryIO, locator: Locator, name: str) -> Read:
        """Digest and judge an open file, or find what it gave the last time it had these bytes."""
        whole = Origin(name)
        size, head = os.fstat(stream.fileno()).st_size, stream.read(BLOCK)
        if foreign := _foreign(head, size):
            return Read(None, (Diagnostic(whole, *foreign),))
        if self.digests and (entry := _entry(self.digests.get(self._key(sha256(head, stream, size), locator)))):
            return _judged((), entry, whole, locator)
        stream.seek(0)
        hashing = Hashing(stream, size)
        noun = "example" if locator.format == "json" else "line"
        where = Where(whole, lambda line, column, _: Origin(name, line, column), noun)
        examination = Examination(where, self.limits)
        numbers = examination.examine(rows(io.BufferedReader(hashing, BLOCK), locator))
        entry = Entry(numbers, tuple(examination.warnings))
        errors = examination.diagnostics()
        if self.digests and not errors:
            # The hash is that of the bytes just digested: the file may have changed since the first look.
            self.digests.put(self._key(hashing.hash.digest(), locator), (astuple(numbers), entry.warnings))
        return _judged(errors, entry, whole, locator)

    def _key(self, content: bytes, locator: Locator) -> str:
        """Key of a file's content, read in this way, under these limits."""
        how = (locator.format, locator.input_field, locator.output_field, locator.header)
        return cache.key(content, VERSION, how, self.limits)


def _foreign(head: bytes, size: int) -> tuple[str, str] | None:
    """Say what a file is if it can't be training data, by how it begins and how large it is."""
    if size > LARGEST_DATASET:
        return f"is larger than {LARGEST_DATASET // 1024**3} GB", "leave out what is not for training"
    found = next((told for start, told in NO_TEXT.items() if head.startswith(start)), None)
    return found and (f"is {found[0]}", found[1])


def _entry(known: Any) -> Entry | None:
    """Read what the cache has of a dataset."""
    return known and Entry(Numbers(*known[0]), tuple(Warned(*warning) for warning in known[1]))


def _judged(errors: tuple[Diagnostic, ...], entry: Entry, whole: Origin, locator: Locator) -> Read:
    """Make the Dataset, unless there are errors."""
    warnings = tuple(Diagnostic(whole, message, advice, "warning") for message, advice in entry.warnings)
    if errors:
        return Read(None, (*errors, *warnings))
    of = entry.numbers
    dataset = Dataset(of.digest, of.count, of.input_characters, of.output_characters, of.request_bytes, locator)
    return Read(dataset, warnings)

"""One pass over the rows of a dataset, for all that comparing two of them takes: hashes, numbers, lengths; no texts."""

import hashlib
import io
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import BinaryIO

from reconciler.resource.conversation import characters, estimated_tokens
from reconciler.resource.dataset import Example, Locator, combine, fingerprint
from reconciler.source import tree
from reconciler.source.formats import rows
from reconciler.source.rows import Flaw, Row

MOST_ROWS = 1_000_000
"""Rows of one dataset: as many as any service takes."""


@dataclass(frozen=True, slots=True)
class Content:
    """Data that can be read, more than once: how they are opened, and how they are read."""

    open: Callable[[], BinaryIO]
    locator: Locator

    def rows(self) -> Iterator[Row]:
        """Yield every row in file order."""
        with closing(self.open()) as stream:
            yield from rows(stream, self.locator)

    def pick(self, wanted: Iterable[int]) -> Iterator[tuple[int, Example]]:
        """Yield the rows with these ordinals (from 0), in file order, and their ordinals."""
        left = set(wanted)
        for ordinal, (_, _, item) in enumerate(self.rows() if left else ()):
            if ordinal in left and isinstance(item, Example):
                left.discard(ordinal)
                yield ordinal, item
            if not left:
                return


def present(locator: Locator) -> Content:
    """The data at a real path, or in the manifest itself, as they are now."""
    if locator.format == "inline":
        return Content(io.BytesIO, locator)
    return Content(lambda: tree.open_regular(locator.path), locator)


@dataclass
class Census:
    """What is known of each example, by its ordinal.

    `marks` are fingerprints, `asked` hashes of all but the output; `numbers` are lines, or ordinals from 1 where rows
    have no lines of their own; `inputs` and `outputs` are lengths in code points, `tokens` an estimate of all.
    """

    marks: list[bytes] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    numbers: "array[int]" = field(default_factory=lambda: array("L"))
    inputs: "array[int]" = field(default_factory=lambda: array("L"))
    outputs: "array[int]" = field(default_factory=lambda: array("L"))
    tokens: int = 0

    @cached_property
    def digest(self) -> str:
        """The digest of the dataset."""
        return combine(self.marks)

    def count(self, content: Content) -> Flaw | None:
        """Take every row; give the first flaw, after which nothing is taken."""
        by_line = content.locator.format not in ("json", "inline")
        sha256, read = hashlib.sha256, content.rows()
        for ordinal, (line, _, item) in enumerate(islice(read, MOST_ROWS + 1), 1):
            if not isinstance(item, Example):
                return item
            if ordinal > MOST_ROWS:
                return Flaw(f"has more than {MOST_ROWS:,} examples")
            try:
                self.marks.append(fingerprint(item))
            except UnicodeEncodeError:
                return Flaw("has half of a surrogate pair")
            self.asked.append(sha256(f"{item.context}\0{item.input}".encode()).digest())
            self.numbers.append(line if by_line else ordinal)
            length = characters(item)
            self.inputs.append(length - len(item.output))
            self.outputs.append(len(item.output))
            self.tokens += estimated_tokens(length)
        return None


def census(content: Content) -> Census | Flaw:
    """Count data; give the flaw of those that can't be read. Raises OSError where the file can't."""
    made = Census()
    return made.count(content) or made

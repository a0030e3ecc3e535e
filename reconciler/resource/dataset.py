"""Training data as the reconciler knows it: examples, and the digest that names a set of them.

The services never give training data back, so whether data changed is decided by comparing digests.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

VERSION = "1"
"""Of the canonical form below. A change of the form is a new version; old marks are compared in theirs."""

Format: TypeAlias = Literal["jsonl", "json", "csv", "tsv", "inline"]


class Example(NamedTuple):
    """One pair to learn from. A tuple, because there are millions."""

    input: str
    output: str


@dataclass(frozen=True, slots=True)
class Locator:
    """Where the examples of a dataset are read from, and how: enough to read them again.

    `path` is absolute; for inline examples it is empty and `inline` holds them.
    """

    path: str
    format: Format
    input_field: str
    output_field: str
    header: bool = True
    inline: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """A resolved dataset: how many examples, how large, and which. Never the examples themselves.

    `characters` counts inputs and outputs in Unicode code points; `request_bytes` is the size of the examples as JSON
    on the wire; `digest` is `<version>:<64 hex>`.
    """

    digest: str
    count: int
    input_characters: int
    output_characters: int
    request_bytes: int
    locator: Locator


class ExampleSource(Protocol):
    """Opens a dataset again, one example after the other, when it is time to send it."""

    def open(self, dataset: Dataset) -> Iterable[Example]:
        """Yield every example in file order; raise ReconcilerError if the file cannot be read."""
        ...


def fingerprint(example: Example) -> bytes:
    """Hash one example: each field as UTF-8 after its length in eight bytes, so that no two pairs run together."""
    left, right = example.input.encode(), example.output.encode()
    return hashlib.sha256(len(left).to_bytes(8, "big") + left + len(right).to_bytes(8, "big") + right).digest()


def combine(fingerprints: Iterable[bytes]) -> str:
    """Digest of a multiset of examples: SHA-256 of their count and their sorted hashes; order does not matter."""
    ordered = sorted(fingerprints)
    return f"{VERSION}:{hashlib.sha256(len(ordered).to_bytes(8, 'big') + b''.join(ordered)).hexdigest()}"


def digest(examples: Iterable[Example]) -> str:
    """Digest of examples in any order."""
    return combine(fingerprint(example) for example in examples)

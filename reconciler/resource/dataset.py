"""Training data as the reconciler knows it: examples, and the digest that names a set of them.

The services never give training data back, so whether data changed is decided by comparing digests.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, TypeAlias

from reconciler.errors import Origin

VERSION = "1"
"""Of the canonical form below. A change of the form is a new version; old marks are compared in theirs."""

REMOTE = "gs://"
"""How the address of an object in Cloud Storage begins."""

Format: TypeAlias = Literal["jsonl", "contents", "json", "csv", "tsv", "inline"]
"""`contents` is JSONL with a conversation a line, as generateContent takes it, the model's turn last."""


class Example(NamedTuple):
    """One pair to learn from. A tuple, because there are millions.

    `context` is what comes before the pair, as the canonical JSON of an object (`systemInstruction` and the earlier
    turns, `contents`); empty where there is nothing. Module `conversation` reads and writes it.
    """

    input: str
    output: str
    context: str = ""


class Stored(NamedTuple):
    """An object in Cloud Storage: bytes, CRC32C in 8 hex, and the generation that names exactly this content."""

    size: int
    checksum: str
    generation: str


@dataclass(frozen=True, slots=True)
class Locator:
    """Where the examples of a dataset are read from, and how: enough to read them again.

    `path` is absolute, or `gs://bucket/object` with the `generation` that was looked at; for inline examples it is
    empty and `inline` holds them.
    """

    path: str
    format: Format
    input_field: str
    output_field: str
    header: bool = True
    inline: tuple[Example, ...] = ()
    generation: str = ""

    @property
    def remote(self) -> bool:
        """Whether the data lies in Cloud Storage, where nobody reads the examples."""
        return self.path.startswith(REMOTE)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A resolved dataset: how many examples, how large, and which. Never the examples themselves.

    `characters` counts inputs, with what comes before them, and outputs in Unicode code points; `request_bytes` is the
    size of the examples as JSON on the wire; `digest` is `<version>:<64 hex>`; `tokens` is an estimate. Of data in
    Cloud Storage only the bytes are counted, and before it was looked at the digest is empty.
    """

    digest: str
    count: int
    input_characters: int
    output_characters: int
    request_bytes: int
    locator: Locator
    tokens: int = 0
    origin: Origin = field(default=Origin(""), compare=False)
    """Where a manifest names it: what only the service can tell is found later than all else."""

    @property
    def characters(self) -> int:
        """Of inputs and outputs; 0 for what nobody reads."""
        return self.input_characters + self.output_characters


class ExampleSource(Protocol):
    """Opens a dataset again, one example after the other, when it is time to send it."""

    def open(self, dataset: Dataset) -> Iterable[Example]:
        """Yield every example in file order; raise ReconcilerError if the file cannot be read."""
        ...


def fingerprint(example: Example) -> bytes:
    """Hash one example: each field as UTF-8 after its length in eight bytes, so that no two pairs run together."""
    left, right = example.input.encode(), example.output.encode()
    framed = len(left).to_bytes(8, "big") + left + len(right).to_bytes(8, "big") + right
    return hashlib.sha256(framed + example.context.encode()).digest()


def combine(fingerprints: Iterable[bytes]) -> str:
    """Digest of a multiset of examples: SHA-256 of their count and their sorted hashes; order does not matter."""
    ordered = sorted(fingerprints)
    return f"{VERSION}:{hashlib.sha256(len(ordered).to_bytes(8, 'big') + b''.join(ordered)).hexdigest()}"


def stored_digest(stored: Stored) -> str:
    """Digest of an object in Cloud Storage: of its size and checksum, so that the same bytes stay the same data.

    It never equals the digest of examples that were read.
    """
    return f"g{VERSION}:{hashlib.sha256(f'{stored.size} {stored.checksum}'.encode()).hexdigest()}"


def is_stored(digest: str) -> bool:
    """Whether a digest, or the beginning of one, is of an object that was not read."""
    return digest.startswith("g")


def digest(examples: Iterable[Example]) -> str:
    """Digest of examples in any order."""
    return combine(fingerprint(example) for example in examples)

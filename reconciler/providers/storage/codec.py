"""Objects of Cloud Storage and what identifies them, between our values and the JSON API. Pure.

Numbers of 64 bits are text in this JSON; checksums are base64, the CRC32C of four bytes, the most significant first.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from reconciler.errors import RemoteError
from reconciler.providers.protojson import Json, nested, string
from reconciler.resource.dataset import REMOTE, Stored

_URI = re.compile(rf"{REMOTE}([a-z0-9][a-z0-9._-]{{1,220}}[a-z0-9])/([^\r\n]{{1,1024}})")
_DECIMAL = re.compile(r"[0-9]{1,19}")
_CRC32C_BYTES = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object lies, whether or not there is one."""

    bucket: str
    name: str

    def __str__(self) -> str:
        """Write it as people and Vertex AI do."""
        return f"{REMOTE}{self.bucket}/{self.name}"

    @property
    def path(self) -> str:
        """The object in the JSON API; its name is one segment, whatever is in it."""
        return f"{self.bucket_path}/{quote(self.name, safe='')}"

    @property
    def bucket_path(self) -> str:
        """The objects of the bucket in the JSON API."""
        return f"/storage/v1/b/{self.bucket}/o"

    @property
    def upload(self) -> str:
        """Where objects of the bucket are sent."""
        return f"/upload{self.bucket_path}"


@dataclass(frozen=True, slots=True)
class Blob:
    """An object as it is: content by size and checksums, `md5` in base64 (none of composite ones), our metadata.

    `generation` names this content and no other; `updated` is when it came to be.
    """

    size: int
    crc32c: str
    md5: str
    generation: str
    updated: str
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def stored(self) -> Stored:
        """What identifies the data in it."""
        return Stored(self.size, self.crc32c, self.generation)


def place(uri: str) -> Place:
    """Read `gs://bucket/object`; raise RemoteError for anything else."""
    found = _URI.fullmatch(uri)
    if found is None:
        raise RemoteError(f"{uri[:200]!r} is not an object in Cloud Storage", "write gs://BUCKET/OBJECT")
    return Place(found[1], found[2])


def decode(resource: Json) -> Blob:
    """Read the resource of an object; raise RemoteError for what is none."""
    size, generation = string(resource, "size"), string(resource, "generation")
    checksum = _hexadecimal(string(resource, "crc32c"))
    if not _DECIMAL.fullmatch(size) or not _DECIMAL.fullmatch(generation) or not checksum:
        what = "Cloud Storage described an object without size, checksum or generation"
        raise RemoteError(what, "is the endpoint right?")
    metadata = nested(resource, "metadata")
    return Blob(
        int(size),
        checksum,
        string(resource, "md5Hash"),
        generation,
        string(resource, "updated"),
        {key: value for key, value in metadata.items() if isinstance(value, str)},
    )


def related(metadata: Json, data: bytes, boundary: str) -> bytes:
    """Write metadata and data as one body of two parts; `boundary` must not be in the data."""
    head = f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(metadata)}\r\n"
    between = f"--{boundary}\r\nContent-Type: {metadata['contentType']}\r\n\r\n"
    return f"{head}{between}".encode() + data + f"\r\n--{boundary}--\r\n".encode()


def received(header: str, size: int) -> int:
    """How many bytes of an upload have arrived: none without a Range; raise RemoteError where that cannot be."""
    if not header:
        return 0
    found = re.fullmatch(r"bytes=0-([0-9]{1,15})", header)
    if found is None or int(found[1]) >= size:
        raise RemoteError("Cloud Storage does not say how much of an upload has arrived", "run again")
    return int(found[1]) + 1


def _hexadecimal(checksum: str) -> str:
    """Write a CRC32C as 8 hex digits; empty for what is none."""
    try:
        raw = base64.b64decode(checksum, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == _CRC32C_BYTES else ""

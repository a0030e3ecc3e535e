"""objects.insert: media alone, metadata and media in one request, or the beginning of a resumable upload.

Source: the reference of objects.insert and the guides on uploads. The parameter `name` goes before the name in the
metadata. Checksums may come in the metadata or in the header `x-goog-hash`, and must fit.
"""

import email
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from email.message import Message

from reconciler.emulator.storage import bodies, conditions, errors, placement, resource
from reconciler.emulator.storage.ask import Ask, as_object
from reconciler.emulator.storage.bodies import Digest
from reconciler.emulator.wire import JsonObject

PARAMETERS = ("name", *conditions.names())


@dataclass(frozen=True, slots=True)
class Plan:
    """An object that is to be: metadata, the checksums that were announced, and the conditions, as sent."""

    bucket: str
    name: str
    given: JsonObject
    checksums: Mapping[str, str]
    conditions: Mapping[str, str]

    def as_json(self) -> JsonObject:
        """Give it as JSON, which the constructor reads back."""
        return asdict(self)


def plan(ask: Ask, bucket: str, metadata: JsonObject, content_type: str | None) -> Plan:
    """Read what is to be uploaded; raise StorageError for what cannot be."""
    name = ask.query.get("name") or metadata.get("name")
    if not isinstance(name, str) or not name:
        raise errors.required("name")
    announced = {"crc32c": metadata.get("crc32c"), "md5": metadata.get("md5Hash")}
    made = Plan(
        bucket,
        name,
        resource.given({"contentType": content_type or placement.CONTENT_TYPE}) | resource.given(metadata),
        {**_hashes(ask.headers), **{kind: text for kind, text in announced.items() if text}},
        {name: ask.query[name] for name in conditions.names() if name in ask.query},
    )
    placement.check(ask, bucket, name, made.conditions)
    return made


def media(ask: Ask, bucket: str) -> JsonObject:
    """Store a body as an object (`uploadType=media`)."""
    made = plan(ask, bucket, {}, ask.headers.get("content-type"))
    return finish(ask, made, bodies.create(ask.db, ask.body))


def multipart(ask: Ask, bucket: str) -> JsonObject:
    """Store the second part of a body with the metadata in the first (`uploadType=multipart`)."""
    metadata, content_type, data = parts(ask.headers.get("content-type", ""), ask.body)
    made = plan(ask, bucket, metadata, content_type)
    return finish(ask, made, bodies.create(ask.db, data))


def finish(ask: Ask, made: Plan, body: int) -> JsonObject:
    """Make an object of a body that is complete; raise StorageError where checksums or conditions do not hold."""
    placement.check(ask, made.bucket, made.name, made.conditions)
    digest = bodies.digest(ask.db, body)
    _verify({**made.checksums, **_hashes(ask.headers)}, digest)
    return placement.put(ask, made.bucket, made.name, made.given, body, digest)


def parts(content_type: str, body: bytes) -> tuple[JsonObject, str | None, memoryview]:
    """Take a `multipart/related` body apart: metadata, type of the media, and the media where they lie.

    Raises ApiError 400 for a body that does not have these two parts.
    """
    header = Message()
    header["Content-Type"] = content_type
    boundary = f"--{header.get_boundary('')}".encode(errors="replace")
    first = body.find(boundary)
    second = body.find(b"\r\n" + boundary, first)
    last = body.rfind(b"\r\n" + boundary + b"--")
    if boundary == b"--" or not 0 <= first < second < last:
        raise errors.invalid("Invalid multipart request: expected two parts, metadata and media.")
    _, metadata = _part(body, first + len(boundary), second)
    head, data = _part(body, second + 2 + len(boundary), last)
    return as_object(bytes(metadata)), head.get("Content-Type"), data


def _part(body: bytes, start: int, end: int) -> tuple[Message, memoryview]:
    blank = body.find(b"\r\n\r\n", start, end)
    if blank < 0:
        raise errors.invalid("Invalid multipart request: a part without headers.")
    return email.message_from_bytes(body[start:blank].lstrip()), memoryview(body)[blank + 4 : end]


def _hashes(headers: Mapping[str, str]) -> dict[str, str]:
    """Read `x-goog-hash: crc32c=...,md5=...`."""
    pairs = (pair.strip().partition("=") for pair in headers.get("x-goog-hash", "").split(",") if pair.strip())
    return {kind: text for kind, _, text in pairs}


def _verify(announced: Mapping[str, str], digest: Digest) -> None:
    for kind, shown, actual in (("crc32c", "CRC32C", digest.crc32c_text()), ("md5", "MD5 hash", digest.md5_text())):
        if announced.get(kind, actual) != actual:
            raise errors.invalid(f'Provided {shown} "{announced[kind]}" doesn\'t match calculated {shown} "{actual}".')

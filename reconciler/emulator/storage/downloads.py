"""One object: its metadata, its content or a range of it, and its end."""

import re

from reconciler.emulator.storage import bodies, conditions, errors, objects, resource
from reconciler.emulator.storage.ask import Ask
from reconciler.emulator.storage.objects import Row
from reconciler.emulator.wire import JsonObject, Response

PARAMETERS = ("generation", *conditions.names())
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def metadata(ask: Ask, bucket: str, name: str) -> JsonObject:
    """Give the resource of an object."""
    return resource.object_json(_object(ask, bucket, name, "storage.objects.get"), ask.base)


def content(ask: Ask, bucket: str, name: str) -> Response:
    """Give the content, with the checksums of the whole: 200, or 206 for the range that was asked for."""
    row = _object(ask, bucket, name, "storage.objects.get")
    first, end = _range(ask.headers.get("range"), row.size)
    data = bodies.cut(ask.db, row.body, first, end)
    headers = _headers(row)
    if (first, end) == (0, row.size) and "range" not in ask.headers:
        return Response(200, headers, data)
    return Response(206, {**headers, "Content-Range": f"bytes {first}-{end - 1}/{row.size}"}, data)


def delete(ask: Ask, bucket: str, name: str) -> Response:
    """Delete an object, or the one generation that was named: 204."""
    row = _object(ask, bucket, name, "storage.objects.delete")
    present = objects.find(ask.db, bucket, name) == row
    named = "generation" in ask.query
    if present:
        objects.delete(ask.db, row, keep=ask.settings.object_versioning and not named)
    else:
        objects.erase(ask.db, row)
    return Response(204, {}, b"")


def _object(ask: Ask, bucket: str, name: str, permission: str) -> Row:
    ask.allow(bucket, permission)
    generation = conditions.integer(ask.query, "generation")
    row = objects.find(ask.db, bucket, name, generation, stale=ask.stale)
    if row is None:
        raise errors.no_object(bucket, name)
    conditions.read(ask.query).check(row)
    return row


def _range(header: str | None, size: int) -> tuple[int, int]:
    """Give where the content asked for begins and ends; a header that is none asks for all.

    Raises StorageError 416 for a range that lies behind the content.
    """
    found = _RANGE.fullmatch(header) if header else None
    first, last = found.groups() if found else ("", "")
    if not first and not last:
        return 0, size
    if not first:
        begin, end = max(size - int(last), 0), size
    else:
        begin, end = int(first), min(int(last) + 1, size) if last else size
    if begin >= end:
        raise errors.StorageError(416, "The requested range cannot be satisfied.")
    return begin, end


def _headers(row: Row) -> dict[str, str]:
    digest = row.digest
    md5 = digest.md5_text()
    hashes = f"crc32c={digest.crc32c_text()}" + (f",md5={md5}" if md5 else "")
    shown = resource.object_json(row, "")
    return {
        "Content-Type": shown.get("contentType", "application/octet-stream"),
        "ETag": resource.etag(row),
        "X-Goog-Generation": str(row.generation),
        "X-Goog-Metageneration": str(resource.METAGENERATION),
        "X-Goog-Hash": hashes,
        "X-Goog-Storage-Class": shown["storageClass"],
        "X-Goog-Stored-Content-Encoding": shown.get("contentEncoding", "identity"),
        "X-Goog-Stored-Content-Length": str(row.size),
    }

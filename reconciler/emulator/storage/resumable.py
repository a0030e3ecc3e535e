"""Resumable uploads: a session, to which the object is sent in as many requests as it takes.

Source: the guide on resumable uploads. A request that is not the last holds 256 KiB or more, of which whole
multiples are kept. Bytes that are already there are passed over; a gap is 503, as plain text. The answer of the last
request can be asked for again. Whoever has the URI of a session may use it, without another credential.
"""

import json
import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from reconciler.emulator import codes
from reconciler.emulator.storage import bodies, conditions, errors, uploads
from reconciler.emulator.storage.ask import Ask
from reconciler.emulator.wire import JsonObject, Response

QUANTUM = 256 * 1024
_RANGE = re.compile(r"bytes (?:\*|([0-9]{1,15})-([0-9]{1,15}))/(?:\*|([0-9]{1,15}))")


class _Session(NamedTuple):
    """A session as it is kept. `answer` is the JSON of the object that came of it, `created` is in nanoseconds."""

    id: str
    plan: str
    created: int
    body: int
    received: int
    answer: str | None


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What a request says it sends: bytes from `start` to before `end`, of `total` if that is known."""

    start: int
    end: int
    total: int | None

    @property
    def last(self) -> bool:
        """Whether the object ends with it."""
        return self.end == self.total


def begin(ask: Ask, bucket: str) -> Response:
    """Open a session and give its URI in the header `Location`."""
    made = uploads.plan(ask, bucket, ask.json(), ask.headers.get("x-upload-content-type"))
    session = codes.code(f"{ask.settings.seed}/upload/{bodies.count(ask.db, 'uploads')}")
    plan = {"plan": made.as_json(), "total": conditions.integer(ask.headers, "x-upload-content-length")}
    query = "INSERT INTO storage_uploads VALUES (?, ?, ?, ?, ?, 0, NULL)"
    ask.db.sql.execute(query, (session, bucket, json.dumps(plan), ask.now, bodies.create(ask.db)))
    path = f"/upload/storage/v1/b/{quote(bucket, safe='')}/o"
    uri = f"{ask.base}{path}?uploadType=resumable&name={quote(made.name, safe='')}&upload_id={session}"
    return Response(200, {"Location": uri, "X-GUploader-UploadID": session}, b"")


def send(ask: Ask, bucket: str, session_id: str) -> JsonObject | Response:
    """Take in bytes, or say how many there are: 308 until the object is complete, then its resource."""
    session = _find(ask, bucket, session_id)
    if session.answer is not None:
        return _object(session.answer)
    known = json.loads(session.plan)["total"]
    chunk = _chunk(ask, session, known)
    if chunk.total is not None and known not in (None, chunk.total):
        raise errors.invalid(f"Content-Range gives {chunk.total} bytes in all, where {known} were announced.")
    if chunk.start > session.received:
        return _gap(chunk.start, session.received)
    received = _keep(ask, session, chunk)
    if received == chunk.total:
        return _complete(ask, session)
    return _incomplete(received)


def cancel(ask: Ask, bucket: str, session_id: str) -> Response:
    """End a session without an object: 499, as is documented for it."""
    session = _find(ask, bucket, session_id)
    if session.answer is None:
        ask.db.sql.execute("DELETE FROM storage_uploads WHERE id = ?", (session.id,))
        bodies.release(ask.db, [session.body])
    return Response(499, {}, b"")


def _find(ask: Ask, bucket: str, session_id: str) -> _Session:
    """Give a session that lives; raise StorageError 404 or 410, as the settings have it, for another."""
    columns = ", ".join(_Session._fields)
    query = f"SELECT {columns} FROM storage_uploads WHERE id = ? AND bucket = ?"  # noqa: S608 - constants
    found = ask.db.sql.execute(query, (session_id, bucket)).fetchone()
    session = _Session._make(found) if found else None
    if session is None or ask.now - session.created >= ask.settings.upload_seconds * 1_000_000_000:
        raise errors.StorageError(ask.settings.upload_gone, "The upload session is not there, or has expired.")
    return session


def _chunk(ask: Ask, session: _Session, known: int | None) -> _Chunk:
    """Read what the request sends; raise StorageError 400 where header and body do not fit each other."""
    length = len(ask.body)
    header = ask.headers.get("content-range")
    if header is None:
        return _Chunk(0, length, length)
    found = _RANGE.fullmatch(header.strip())
    if found is None:
        raise errors.invalid("Failed to parse Content-Range header.")
    first, last, total = (None if text is None else int(text) for text in found.groups())
    start, end = (session.received, session.received) if first is None or last is None else (first, last + 1)
    if end - start != length or (first is not None and not length) or (total is not None and end > total):
        raise errors.invalid(f"Content-Range {header!r} does not fit a body of {length} bytes.")
    return _Chunk(start, end, known if total is None and first is not None else total)


def _keep(ask: Ask, session: _Session, chunk: _Chunk) -> int:
    """Keep what is new of a chunk, and give how many bytes there are now."""
    length = chunk.end - chunk.start
    if 0 < length < QUANTUM and not chunk.last:
        message = f"Invalid request.  The number of bytes uploaded is required to be equal or greater than {QUANTUM}"
        raise errors.invalid(f"{message}, except for the final request. The received request contained {length} bytes.")
    end = chunk.end if chunk.last else max(chunk.end // QUANTUM * QUANTUM, session.received)
    if ask.settings.upload_keeps is not None:
        end = min(end, session.received + ask.settings.upload_keeps)
    if end <= session.received:
        return session.received
    new = memoryview(ask.body)[session.received - chunk.start : end - chunk.start]
    bodies.append(ask.db, session.body, session.received, new)
    ask.db.sql.execute("UPDATE storage_uploads SET received = ? WHERE id = ?", (end, session.id))
    return end


def _complete(ask: Ask, session: _Session) -> JsonObject:
    made = uploads.finish(ask, uploads.Plan(**json.loads(session.plan)["plan"]), session.body)
    answer = json.dumps(made)
    ask.db.sql.execute("UPDATE storage_uploads SET answer = ? WHERE id = ?", (answer, session.id))
    return made


def _object(answer: str) -> JsonObject:
    made: JsonObject = json.loads(answer)
    return made


def _incomplete(received: int) -> Response:
    return Response(308, {"Range": f"bytes=0-{received - 1}"} if received else {}, b"")


def _gap(start: int, received: int) -> Response:
    text = (
        f"Invalid request.  According to the Content-Range header, the upload offset is {start} byte(s), "
        f"which exceeds already uploaded size of {received} byte(s)."
    )
    return Response(503, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())

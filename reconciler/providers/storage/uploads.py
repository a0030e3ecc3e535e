"""Large objects: sent piece by piece into a session, which is resumed where it broke off.

Source: the guide on resumable uploads. A piece is a multiple of 256 KiB unless it is the last. After a lost answer the
service is asked how much has arrived; a session that it no longer knows is begun anew. What a session is called comes
in the header Location; only its path and query count, since our credentials go to no other host.
"""

import logging
from http import HTTPStatus
from typing import IO
from urllib.parse import parse_qsl, urlsplit

from reconciler.errors import NotFound, RemoteError, Unreachable
from reconciler.providers.http import Http
from reconciler.providers.outcome import Answered
from reconciler.providers.protojson import Json
from reconciler.providers.retry import Repeat
from reconciler.providers.storage.codec import Blob, Place, decode, received
from reconciler.providers.storage.objects import ABSENT

LOG = logging.getLogger("reconciler.storage")

PIECE = 8 * 1024 * 1024
"""Bytes sent at a time; what is smaller is sent in one request without a session."""

SESSIONS, LAPSES = 3, 8
"""Sessions that one upload may take, and broken-off requests in a row within one of them."""

TOLD = 5.0
"""Seconds between two lines about an upload that takes long."""

_MEBI = 1024 * 1024
_COMPLETE = frozenset((HTTPStatus.OK, HTTPStatus.CREATED))


def upload(http: Http, place: Place, data: IO[bytes], size: int, md5: str, kind: str) -> Blob | None:
    """Send `size` bytes to where there is no object; None if one is there. The service checks the MD5 (base64)."""
    for left in reversed(range(SESSIONS)):
        session = _begin(http, place, size, {"contentType": kind, "md5Hash": md5})
        if session is None:
            return None
        try:
            return _Upload(http, place, data, size, *session).run()
        except NotFound:
            if not left:
                raise
            LOG.warning("%s: the upload is begun anew", place)
    raise AssertionError  # the last session returns or raises


def _begin(http: Http, place: Place, size: int, metadata: Json) -> tuple[str, dict[str, str]] | None:
    """Begin a session: path and query to send to; None if there is an object."""
    answer = http.exchange(
        "POST",
        place.upload,
        {"uploadType": "resumable", "name": place.name, "ifGenerationMatch": ABSENT},
        metadata,
        headers={"X-Upload-Content-Type": metadata["contentType"], "X-Upload-Content-Length": str(size)},
        accept={HTTPStatus.PRECONDITION_FAILED},
    )
    if answer.status == HTTPStatus.PRECONDITION_FAILED:
        return None
    try:
        parts = urlsplit(answer.headers.get("Location", ""))
    except ValueError:
        parts = urlsplit("")
    if not parts.path.startswith("/upload/"):
        raise RemoteError("Cloud Storage began an upload without saying where", "is the endpoint right?")
    return parts.path, dict(parse_qsl(parts.query))


class _Upload:
    """One session and what is sent to it."""

    def __init__(self, http: Http, place: Place, data: IO[bytes], size: int, path: str, query: dict[str, str]) -> None:
        self._http = http
        self._place = place
        self._data = data
        self._size = size
        self._path = path
        self._query = query
        self._told = http.clock()

    def run(self) -> Blob | None:
        """Send piece after piece from where the service is, until the object is there; None if another one is.

        Raise NotFound when the service has forgotten the session.
        """
        start = farthest = lapses = 0
        asks = False
        while lapses <= LAPSES:
            try:
                answer = self._ask() if asks else self._put(start)
            except Unreachable:
                lapses, asks = lapses + 1, True
                if lapses > LAPSES or self._http.sleep(min(30.0, 2.0 ** (lapses - 1))):
                    raise
                continue
            if answer.status == HTTPStatus.PRECONDITION_FAILED:
                return None
            if answer.status in _COMPLETE:
                return decode(answer.content or {})
            start = received(answer.headers.get("Range", ""), self._size)
            lapses, asks = (0 if start > farthest else lapses + 1), start == self._size
            farthest = max(farthest, start)
            self._tell(start)
        raise Unreachable(f"the upload of {self._place} does not get on", "run again")

    def _put(self, start: int) -> Answered:
        """Send the piece that begins at `start`; it is repeated only where the service surely did not take it."""
        self._data.seek(start)
        piece = self._data.read(min(PIECE, self._size - start))
        content_range = f"bytes {start}-{start + len(piece) - 1}/{self._size}"
        return self._send(piece, content_range)

    def _ask(self) -> Answered:
        """Ask how much has arrived."""
        return self._send(b"", f"bytes */{self._size}")

    def _send(self, piece: bytes, content_range: str) -> Answered:
        answer = self._http.exchange(
            "PUT",
            self._path,
            self._query,
            piece,
            headers={"Content-Type": "application/octet-stream", "Content-Range": content_range},
            accept={HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.GONE},
            repeat=Repeat.REFUSED,
        )
        if answer.status == HTTPStatus.GONE:
            raise NotFound("Cloud Storage has given the upload up", "run again", status=answer.status)
        if answer.status in _COMPLETE and answer.content is None:
            raise Unreachable("the answer to an upload was cut", "run again", status=answer.status)
        return answer

    def _tell(self, start: int) -> None:
        """Say how far it is, not too often."""
        now = self._http.clock()
        if now - self._told >= TOLD:
            self._told = now
            LOG.warning("%s: %d of %d MiB are uploaded", self._place, start // _MEBI, -(-self._size // _MEBI))

"""Objects of Cloud Storage: looked at, written, copied and deleted, each on a condition.

A condition on the generation is what makes every act here safe to repeat: whoever comes second is told so (None, or
False). That may be we ourselves, after an answer that was lost; the caller can tell by what it wrote.
"""

import email.utils
import secrets
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import NamedTuple

from reconciler.errors import AlreadyExists, PermissionDenied, RemoteError
from reconciler.providers.http import Http
from reconciler.providers.outcome import Answered
from reconciler.providers.paging import pages
from reconciler.providers.protojson import items, string
from reconciler.providers.storage.advice import BY_REASON
from reconciler.providers.storage.codec import Blob, Place, decode, related

ABSENT = "0"
"""As a generation: that there is no object."""

_COLLISIONS = 3
"""Collisions in a row that one write may have."""

_REWRITES = 10_000
"""Requests that one copy may take; each does at least a megabyte, and mostly everything."""


class Found(NamedTuple):
    """An object, and the service's time (Unix seconds) when it was looked at; 0 where it does not tell."""

    blob: Blob
    now: float


class Objects:
    """The objects that one identity can reach; may be used from several threads at once."""

    def __init__(self, http: Http) -> None:
        """`http` speaks to the host of Cloud Storage."""
        self.http = http

    def find(self, place: Place) -> Found | None:
        """Look at an object; None if there is none."""
        answer = self.http.exchange("GET", place.path, accept={HTTPStatus.NOT_FOUND})
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return Found(_blob(answer), _date(answer))

    def visible(self, place: Place) -> Found | None:
        """Look at an object that may not be ours: None also if it is hidden from this identity."""
        try:
            return self.find(place)
        except PermissionDenied as error:
            if error.reason in BY_REASON:
                raise
            return None

    def below(self, folder: Place) -> Iterator[tuple[Place, Blob]]:
        """Everything whose name begins so; such lists never lag (cloud.google.com/storage/docs/consistency)."""
        for page in pages(self.http, folder.bucket_path, {"prefix": folder.name}, "maxResults"):
            for content in items(page, "items"):
                yield Place(folder.bucket, string(content, "name")), decode(content)

    def write(
        self, place: Place, data: bytes, generation: str, metadata: Mapping[str, str], *, md5: str = "", kind: str
    ) -> Blob | None:
        """Write an object in one request, over this generation of it; None if another one is there.

        A collision with another write (409) says nothing of that yet, so it is tried again.
        """
        boundary = f"reconciler-{secrets.token_hex(16)}"
        described = {"contentType": kind, "metadata": dict(metadata), **({"md5Hash": md5} if md5 else {})}
        body = related(described, data, boundary)
        for _ in range(_COLLISIONS):
            try:
                return self._write(place, body, generation, boundary)
            except AlreadyExists:
                if self.http.sleep(1.0):
                    raise
        return self._write(place, body, generation, boundary)

    def _write(self, place: Place, body: bytes, generation: str, boundary: str) -> Blob | None:
        answer = self.http.exchange(
            "POST",
            place.upload,
            {"uploadType": "multipart", "name": place.name, "ifGenerationMatch": generation},
            body,
            headers={"Content-Type": f"multipart/related; boundary={boundary}"},
            accept={HTTPStatus.PRECONDITION_FAILED},
        )
        return None if answer.status == HTTPStatus.PRECONDITION_FAILED else _blob(answer)

    def copy(self, source: Place, generation: str, target: Place) -> Blob | None:
        """Copy a generation of an object to where there is none; None if either is not so (any more).

        The bytes stay in the service. Large ones take several requests, each with the token of the one before.
        """
        path = f"{source.path}/rewriteTo{target.path.removeprefix('/storage/v1')}"
        query = {"sourceGeneration": generation, "ifSourceGenerationMatch": generation, "ifGenerationMatch": ABSENT}
        refusals = {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.NOT_FOUND}
        token: dict[str, str] = {}
        for _ in range(_REWRITES):
            answer = self.http.exchange("POST", path, {**query, **token}, {}, accept=refusals)
            if answer.status in refusals:
                return None
            content = answer.content or {}
            if isinstance(resource := content.get("resource"), dict):
                return decode(resource)
            if not isinstance(more := content.get("rewriteToken"), str):
                break
            token = {"rewriteToken": more}
        raise RemoteError(f"{source} could not be copied to {target}", "run again")

    def delete(self, place: Place, generation: str) -> bool:
        """Delete this generation of an object; False if it was not there any more."""
        gone = {HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED}
        answer = self.http.exchange("DELETE", place.path, {"ifGenerationMatch": generation}, accept=gone)
        return answer.status not in gone


def _blob(answer: Answered) -> Blob:
    """Read an answer that describes an object."""
    return decode(answer.content or {})


def _date(answer: Answered) -> float:
    """Read the service's time."""
    try:
        return email.utils.parsedate_to_datetime(answer.headers.get("Date", "")).timestamp()
    except (TypeError, ValueError, OverflowError):
        return 0.0

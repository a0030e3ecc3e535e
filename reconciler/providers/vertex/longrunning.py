"""Long-running operations: undeploying and deleting take a while, and the next step must not begin before."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from reconciler.errors import NotFound, RemoteError, Unreachable
from reconciler.providers.paging import pages
from reconciler.providers.protojson import Json, items, nested, string
from reconciler.providers.redaction import quotable
from reconciler.providers.vertex.reference import operation_path
from reconciler.providers.vertex.service import Service

LOG = logging.getLogger("reconciler.vertex")

LONGEST = 900.0
"""Seconds that one operation is waited for."""
FIRST, SLOWEST = 1.0, 15.0
"""Seconds between looks, at the beginning and at the end."""
TOLD = 60.0
"""Seconds between two lines about an operation that takes long."""

_NOT_FOUND = 5
"""google.rpc.Code of what is already gone."""


def wait(service: Service, operation: Json, about: str) -> None:
    """Look at an operation until it is done.

    Raises RemoteError if it failed, with status 409 if the service has forgotten it, so that nobody knows; Unreachable
    when the run or the time is over: it goes on without us.
    """
    path = operation_path(string(operation, "name"), service.location)
    pause, waited, told = FIRST, 0.0, TOLD
    while operation.get("done") is not True:
        if not path:
            raise Unreachable(f"the service gave no operation to wait for ({about})", "apply again")
        operation = _look(service, f"{service.root}/{path}", about)
        if operation.get("done") is True:
            break
        if waited >= LONGEST or service.http.sleep(pause):
            raise Unreachable(f"{about}: still going on after {waited:.0f} s", "apply again: it is finished then")
        waited, pause = waited + pause, min(SLOWEST, pause * 1.5)
        if waited >= told:
            LOG.warning("%s: going on for %.0f s", about, waited)
            told = waited + TOLD
    error = nested(operation, "error")
    if error and error.get("code") != _NOT_FOUND:
        raise RemoteError(
            f"{about}: {quotable(string(error, 'message')) or 'failed'}", "apply again", status=_status(error)
        )


def begin(
    service: Service, method: str, path: str, again: Callable[[], object], body: Json | None = None
) -> Json | None:
    """Begin an act; None if what it is about is gone."""
    try:
        return service.http.send(method, f"{service.root}/{path}", None, body, again=again)
    except NotFound:
        return None


def under_way(service: Service, resource: str) -> Json | None:
    """An operation on a resource that is not done yet, whoever began it; None also where that is not told."""
    try:
        for page in pages(service.http, f"{service.root}/{resource}/operations"):
            going: list[Json] = [each for each in items(page, "operations") if each.get("done") is not True]
            if going:
                return going[0]
    except RemoteError as error:
        LOG.info("what goes on at %s is not told: %s", resource, error.message)
    return None


def _look(service: Service, path: str, about: str) -> Json:
    """The operation as it is now."""
    try:
        return service.http.send("GET", path)
    except NotFound as error:
        message = f"{about}: the service has forgotten the operation"
        raise RemoteError(message, "apply again", status=HTTPStatus.CONFLICT) from error


def _status(error: Json) -> int:
    """The HTTP status that an error of an operation would have had."""
    precondition = 9
    return HTTPStatus.BAD_REQUEST if error.get("code") == precondition else 0

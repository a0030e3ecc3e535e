"""Between the program and the service: requests are shown to the judge, and go wrong on time.

A crash is a BaseException, which nothing may catch.
"""

import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any, Literal, Protocol, TypeAlias
from urllib.parse import parse_qsl

import requests
from urllib3 import HTTPResponse

from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request, Response
from tests.properties.remote import Sent

Trouble: TypeAlias = Literal[
    "", "crash-before", "crash-after", "lost-before", "lost-after", "503", "429", "401", "403", "html", "cut", "odd"
]
REFUSALS = {
    "503": Response(503, {}, b'{"error": {"message": "not now"}}'),
    "429": Response(429, {"Retry-After": "3"}, b'{"error": {"message": "not now"}}'),
    "401": Response(401, {}, b'{"error": {"status": "UNAUTHENTICATED", "message": "who?"}}'),
    "403": Response(403, {}, b'{"error": {"status": "PERMISSION_DENIED", "message": "not you"}}'),
    "html": Response(502, {"Content-Type": "text/html"}, b"<html><title>Bad gateway</title></html>"),
}
"""Answers of a service, or of something before it, that did nothing."""


class Crash(BaseException):
    """The process is gone."""


class Witness(Protocol):
    """Who is shown each request on its way."""

    def sent(self, sent: Sent, forward: Callable[[], Response]) -> None:
        """Look, and let it pass."""
        ...


class Wire(requests.adapters.BaseAdapter):
    """Passes requests on to the emulator, or not. With the second of `odd` for the first, an answer is odd."""

    def __init__(self, emulator: Emulator, witness: Witness, odd: tuple[bytes, bytes]) -> None:
        super().__init__()
        self.emulator = emulator
        self.witness = witness
        self.odd = odd
        self.trouble: Trouble = ""
        self.countdown: range = range(0)
        self.count = itertools.count()
        self.aim = ""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Deliver one request, or not."""
        counts = re.search(self.aim, f"{request.method} {request.path_url}") is not None
        struck = self.trouble if counts and next(self.count) in self.countdown else ""
        if struck == "crash-before":
            raise Crash
        if struck in REFUSALS:
            return _given(REFUSALS[struck], request)
        if struck == "lost-before":
            raise requests.exceptions.ConnectionError("reset", request=request)
        answer = self._deliver(request)
        if struck == "crash-after":
            raise Crash
        if struck == "lost-after":
            raise requests.exceptions.ConnectionError("reset", request=request)
        if struck == "cut":
            answer = replace(answer, body=answer.body[: len(answer.body) // 2])
        if struck == "odd":
            answer = replace(answer, body=answer.body.replace(*self.odd))
        return _given(answer, request)

    def close(self) -> None:
        """Nothing is held."""

    def _deliver(self, request: requests.PreparedRequest) -> Response:
        path, _, query = request.path_url.partition("?")
        raw = request.body or b""
        body = raw.encode() if isinstance(raw, str) else bytes(raw)
        sent = Sent(str(request.method), path, dict(parse_qsl(query)), _read(body))
        answers: list[Response] = []

        def forward() -> Response:
            answers.append(self.emulator.handle(Request(sent.method, request.path_url, dict(request.headers), body)))
            return answers[0]

        self.witness.sent(sent, forward)
        return answers[0]


class Anonymous:
    """No credentials: the emulator asks for none."""

    def headers(self, url: str) -> Mapping[str, str]:
        assert url.startswith("http://emulator/")
        return {}

    def renew(self) -> bool:
        return False

    def describe(self) -> str:
        return "none"


def _read(body: bytes) -> Any:
    """What a body says; nothing if it is not JSON."""
    try:
        return json.loads(body or b"null")
    except ValueError:
        return None


def _given(response: Response, request: requests.PreparedRequest) -> requests.Response:
    given = requests.Response()
    given.status_code = response.status
    given.headers.update(response.headers)
    given.raw = HTTPResponse(BytesIO(response.body), dict(response.headers), response.status, preload_content=False)
    given.url = request.url or ""
    given.request = request
    return given

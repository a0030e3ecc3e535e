"""The emulator mounted on a `requests` session: no socket, no thread.

`session.mount("http://emulator", adapter(emulator))`. Faults of the connection become the exceptions that
`requests` raises for them.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request, Response

_Timeout = float | tuple[float | None, float | None] | None


def adapter(emulator: Emulator, sleep: Callable[[float], None] = time.sleep) -> BaseAdapter:
    """Give a transport adapter that asks the emulator; `sleep` spends the delays of faults."""
    return _Adapter(emulator, sleep)


class _Adapter(BaseAdapter):
    def __init__(self, emulator: Emulator, sleep: Callable[[float], None]) -> None:
        super().__init__()
        self._emulator = emulator
        self._sleep = sleep

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - the signature of requests
        timeout: _Timeout = None,
        verify: bool | str = True,  # noqa: ARG002, FBT001, FBT002 - the signature of requests
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,  # noqa: ARG002 - the signature of requests
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - the signature of requests
    ) -> requests.Response:
        """Ask the emulator; raise ConnectionError or ReadTimeout where its answer is cut or late."""
        response = self._emulator.handle(_asked(request))
        self._wait(response.delay, timeout, request)
        if response.delivery == "cut":
            message = "Remote end closed connection without response"
            raise requests.exceptions.ConnectionError(message, request=request)
        return _given(response, request)

    def close(self) -> None:
        """Nothing is held."""

    def _wait(self, delay: float, timeout: _Timeout, request: requests.PreparedRequest) -> None:
        limit = timeout[1] if isinstance(timeout, tuple) else timeout
        if limit is not None and delay > limit:
            self._sleep(limit)
            message = f"Read timed out. (read timeout={limit})"
            raise requests.exceptions.ReadTimeout(message, request=request)
        if delay:
            self._sleep(delay)


def _asked(request: requests.PreparedRequest) -> Request:
    body: object = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif isinstance(body, Iterable) and not isinstance(body, bytes):
        body = b"".join(body)  # a generator or a file, sent in chunks
    assert isinstance(body, bytes)  # noqa: S101 - requests allows no other
    parts = urlsplit(request.url or "")
    where = {"Host": str(parts.netloc), "X-Forwarded-Proto": str(parts.scheme)}
    headers = {**where, **{name: _text(value) for name, value in request.headers.items()}}
    return Request(request.method or "GET", request.path_url, headers, body)


def _given(response: Response, request: requests.PreparedRequest) -> requests.Response:
    whole = response.delivery == "whole"
    sent = response.body if whole else response.body[: len(response.body) // 2]
    headers = {**response.headers, "Content-Length": str(len(response.body))}
    given = requests.Response()
    given.status_code = response.status
    given.headers = CaseInsensitiveDict(headers)
    given.raw = HTTPResponse(BytesIO(sent), headers, response.status, preload_content=False)
    given.url = request.url or ""
    given.encoding = requests.utils.get_encoding_from_headers(given.headers)
    given.request = request
    return given


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")

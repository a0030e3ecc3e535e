"""What came of one request: a complete answer, or none, and why.

Whatever a server says is untrusted: it is read up to a limit and for a limited time, and quoted as `redaction` has it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from reconciler.errors import RemoteError, Unreachable, Unsent
from reconciler.providers.redaction import QUOTED, blanked, quotable

if TYPE_CHECKING:
    import requests

Json: TypeAlias = Mapping[str, Any]

CONNECT_TIMEOUT, READ_TIMEOUT, ANSWER_TIMEOUT = 10.0, 60.0, 90.0
"""Seconds: until there is a connection, of silence, and for a whole answer, however steadily it trickles in."""

MAX_ANSWER = 256 * 1024 * 1024
"""Bytes. Nothing we ask has a longer answer; a longer one would fill the memory."""


class Overlong(ValueError):
    """The answer is longer than anything we asked for."""


class Overdue(TimeoutError):
    """The answer was not complete in time."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A complete answer; `content` is its JSON object, None if it is something else, described by `text`."""

    status: int
    headers: Mapping[str, str]
    content: Json | None
    text: str

    @property
    def error(self) -> Json:
        """The `error` object, as Google's services report refusals; empty if there is none."""
        error = (self.content or {}).get("error")
        return error if isinstance(error, dict) else {}

    @property
    def cut(self) -> bool:
        """Whether a success came without the object that belongs to it. A 204, and where to send what, have none."""
        bare = self.status == HTTPStatus.NO_CONTENT or "Location" in self.headers
        return succeeded(self.status) and self.content is None and not bare and self.text[:1] in ("", "{")

    @property
    def told(self) -> str:
        """The outcome in a word."""
        return str(self.status)


@dataclass(frozen=True, slots=True)
class Lost:
    """No complete answer. `undone`: the request never left; `hopeless`: it never will."""

    why: str
    undone: bool
    hopeless: bool

    @property
    def told(self) -> str:
        """The outcome in a few words."""
        return self.why


Outcome: TypeAlias = Answered | Lost


def read(response: "requests.Response") -> bytes:
    """Read a body; raise Overlong for one that announces, or turns out, to be longer than MAX_ANSWER."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > MAX_ANSWER:
        raise Overlong
    body = bytearray()
    for chunk in response.iter_content(1 << 16):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise Overlong
    return bytes(body)


def received(
    session: "requests.Session",
    method: str,
    url: str,
    content: bytes | None,
    headers: Mapping[str, str],
    secrets: Sequence[str],
) -> "tuple[requests.Response, bytes] | Lost":
    """Send a request once and read all of its answer: bounded in size and time, and led to no other place."""
    from requests import RequestException

    try:
        with session.request(
            method,
            url,
            data=content,
            headers=headers,
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            allow_redirects=False,
            stream=True,
        ) as response:
            return response, read(response)
    except (RequestException, ValueError) as error:  # the latter: Overlong, and of requests a redirect to no URL
        return lost(error, secrets)


def unanswered(host: str, outcome: Lost, advice: str) -> RemoteError:
    """The error for a request without an answer: whether it was done is known only if it never left."""
    kind = Unsent if outcome.undone else Unreachable
    return kind(f"no answer from {host}: {outcome.why}", advice)


def redirected(host: str, status: int, headers: Mapping[str, str], advice: str) -> RemoteError | None:
    """The error for an answer that leads elsewhere; None for any other."""
    if not HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return None
    place = quotable(named(headers.get("Location", "")) or "another place")
    return RemoteError(f"{host} redirects to {place}", advice, status=status)


def answered(response: "requests.Response", body: bytes, secrets: Sequence[str]) -> Answered:
    """Parse an answer; streaming methods wrap their errors in a list of one. Secrets that it echoes are taken out."""
    body = blanked(body, secrets)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    match content:
        case [{"error": _} as content]:
            pass
        case dict():
            pass
        case _:
            content = None
    error = (content or {}).get("error")
    message = error.get("message") if isinstance(error, dict) else None
    text = message if isinstance(message, str) else body[: 4 * QUOTED].decode(errors="replace")
    return Answered(response.status_code, response.headers, content, quotable(text, secrets))


def lost(error: Exception, secrets: Sequence[str]) -> Lost:
    """Say in a few words why there was no answer, and whether the request had left."""
    from requests import exceptions
    from urllib3.exceptions import NewConnectionError

    causes = tuple(_causes(error))
    meant = (why for kinds, why in _meanings() if any(isinstance(cause, kinds) for cause in causes))
    unconnected = next((cause for cause in causes if isinstance(cause, NewConnectionError)), None)
    why = next(meant, "")
    if not why and unconnected:
        why = re.sub(r".*\[Errno -?[0-9]+\] ", "", quotable(str(unconnected), secrets)).lower()
    if not why:
        told = getattr(error.args[0], "reason", None) if error.args else None
        why = quotable(str(told or error) or type(error).__name__, secrets)
    if isinstance(error, exceptions.ProxyError):
        why = f"the proxy: {why}"
    undone = isinstance(error, exceptions.ConnectTimeout) or unconnected is not None
    return Lost(why, undone, hopeless=isinstance(error, exceptions.SSLError | ValueError))


def _meanings() -> tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...]:
    """What is said of an error: the first kind that is found among its causes counts."""
    from http.client import HTTPException, RemoteDisconnected

    from requests import exceptions
    from urllib3.exceptions import NameResolutionError, ReadTimeoutError

    return (
        (Overlong, f"the answer is longer than {MAX_ANSWER >> 20} MiB"),
        (exceptions.ConnectTimeout, f"no connection within {CONNECT_TIMEOUT:.0f} s"),
        (Overdue, f"the answer was not complete after {ANSWER_TIMEOUT:.0f} s"),
        ((exceptions.ReadTimeout, ReadTimeoutError), f"silence for {READ_TIMEOUT:.0f} s"),
        (exceptions.ChunkedEncodingError, "the answer broke off"),
        (NameResolutionError, "its name cannot be resolved"),
        (RemoteDisconnected, "the connection was closed without an answer"),
        ((ConnectionResetError, BrokenPipeError), "the connection was reset"),
        (HTTPException, "the answer is not HTTP"),
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and those it was made of: as its arguments, its reason, or what was being handled."""
    yield error
    parts = (*error.args, getattr(error, "reason", None), error.__cause__ or error.__context__)
    for part in parts:
        if isinstance(part, BaseException):
            yield from _causes(part)


def kind(text: str) -> str:
    """Name what came instead of a JSON object."""
    match text.lstrip()[:1]:
        case "":
            return "nothing"
        case "<":
            return "HTML"
        case "{":
            return "cut JSON"
        case _:
            return "something else than a JSON object"


def named(location: str) -> str:
    """The host that a redirect names; none if it is not even a URL."""
    try:
        return urlsplit(location).hostname or ""
    except ValueError:
        return ""


def succeeded(status: int) -> bool:
    """Whether a status is one of success."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES

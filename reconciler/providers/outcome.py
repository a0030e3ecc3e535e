"""What came of one request: a complete answer, or none, and why.

Whatever a server says is untrusted: it is read up to a limit, and quoted short, on one line, without secrets.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import requests

Json: TypeAlias = Mapping[str, Any]

CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 60.0
"""Seconds; the second is the longest silence, not the longest answer."""

MAX_ANSWER = 256 * 1024 * 1024
"""Bytes. Nothing we ask has a longer answer; a longer one would fill the memory."""

QUOTED = 500
"""Characters of a server's text that a message shows."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_SECRET = re.compile(
    r"AIza[\w-]{10,}|ya29\.[\w.-]+|(?<=bearer )[^\s'\"]+|(?<=://)[^/\s@]+(?=@)|(?<=[?&]key=)[^&\s]+", re.IGNORECASE
)


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


@dataclass(frozen=True, slots=True)
class Lost:
    """No complete answer. `undone`: the request never left; `hopeless`: it never will."""

    why: str
    undone: bool
    hopeless: bool


Outcome: TypeAlias = Answered | Lost


def quotable(text: str, secrets: Sequence[str] = ()) -> str:
    """Make a remote text fit for a message: one line, at most 500 characters, no control characters, no secrets."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    text = _SECRET.sub("***", _UNSEEN.sub(" ", text[: 4 * QUOTED])).strip()
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"


def read(response: "requests.Response") -> bytes:
    """Read a body; one that is too long counts as no answer."""
    from requests.exceptions import ContentDecodingError

    body = bytearray()
    for chunk in response.iter_content(1 << 16):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise ContentDecodingError(f"the answer is longer than {MAX_ANSWER >> 20} MiB")
    return bytes(body)


def answered(response: "requests.Response", body: bytes, secrets: Sequence[str]) -> Answered:
    """Parse an answer; streaming methods wrap their errors in a list of one."""
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
    from urllib3.exceptions import NameResolutionError, NewConnectionError

    cause = getattr(error.args[0], "reason", None) if error.args else None
    match error:
        case exceptions.ConnectTimeout():
            why = f"no connection within {CONNECT_TIMEOUT:.0f} s"
        case exceptions.ReadTimeout():
            why = f"silence for {READ_TIMEOUT:.0f} s"
        case exceptions.ChunkedEncodingError():
            why = "the answer broke off"
        case _ if isinstance(cause, NameResolutionError):
            why = "its name cannot be resolved"
        case _ if isinstance(cause, NewConnectionError):
            why = re.sub(r".*\[Errno -?[0-9]+\] ", "", quotable(str(cause), secrets)).lower()
        case _:
            why = quotable(str(cause or error) or type(error).__name__, secrets)
    undone = isinstance(error, exceptions.ConnectTimeout) or isinstance(cause, NewConnectionError)
    return Lost(why, undone, hopeless=isinstance(error, exceptions.SSLError | ValueError))


def kind(text: str) -> str:
    """Name what came instead of a JSON object."""
    start = text.lstrip().lower()
    return "HTML" if start.startswith("<") else "cut JSON" if start.startswith("{") else "something else than JSON"


def succeeded(status: int) -> bool:
    """Whether a status is one of success."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES

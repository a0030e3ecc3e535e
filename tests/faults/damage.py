"""The faults of a remote, as data: what the person at the other end would call it, and what is done to the wire.

Whatever a fault says, it says the caller's API key with it: no message of ours may repeat that.
"""

import itertools
import json
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from reconciler.emulator.wire import Response
from tests.faults.server import Strike, Wire, head, whole

GROUPS = ("The service refuses", "The connection breaks", "The answer is wrong", "The answer is too much")

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "CANCELLED",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
JSON = "application/json; charset=UTF-8"
DRIPS = 92
"""Bytes, and seconds: longer than any answer may take, and not so long that there is no time to ask again."""
HEARD = 0.02
"""Real seconds until a client that has sent a request surely listens; and a pause that costs nothing."""
HUGE = 1 << 40


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a request goes wrong. No `strike`: nobody listens."""

    group: str
    name: str
    strike: Strike | None


def _answer(status: int, body: bytes, media: str = JSON, headers: dict[str, str] | None = None) -> Response:
    return Response(status, {"Content-Type": media, **(headers or {})}, body)


def _status(code: int, wire: Wire, headers: dict[str, str] | None = None, details: Any = ()) -> None:
    """Refuse, in the shape of the service's own refusals; nothing is done."""
    error = {"code": code, "message": f"Made up, for {wire.caller}.", "status": STATUS[code]}
    if details:
        error["details"] = details
    wire.send(whole(_answer(code, json.dumps({"error": error}).encode(), headers=headers)))


def _reset(wire: Wire) -> None:
    wire.reset()


def _reset_after(wire: Wire) -> None:
    wire.act()
    wire.reset()


def _lost(wire: Wire) -> None:
    wire.act()
    wire.close()


def _cut(wire: Wire) -> None:
    """Promise a whole body, send half; where there is none, the headers do not end."""
    data = whole(wire.act())
    end = data.index(b"\r\n\r\n") + 4
    body = data[end:]
    wire.send(data[: end if body else end - 2])
    wire.send(body[: len(body) // 2])
    wire.close()


def _cut_chunked(wire: Wire) -> None:
    """Send a body in chunks, and no last one."""
    response = wire.act()
    half = response.body[: len(response.body) // 2]
    wire.send(head(response.status, {"Content-Type": JSON, "Transfer-Encoding": "chunked"}))
    if half:  # an empty chunk would be the last one
        wire.send(f"{len(half):x}\r\n".encode() + half + b"\r\n")
    wire.close()


def _cut_head(wire: Wire) -> None:
    """Stop in the middle of the headers."""
    wire.act()
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: appl")
    wire.close()


def _html(status: int, wire: Wire) -> None:
    """What a login page or a proxy says."""
    page = f"<!DOCTYPE html><title>Sign in</title><p>Your key: {wire.key}</html>"
    wire.send(whole(_answer(status, page.encode(), "text/html")))


def _half(wire: Wire) -> None:
    """Send half of the JSON as if it were all."""
    response = wire.act()
    wire.send(whole(_answer(response.status, response.body[: len(response.body) // 2])))


def _other(text: str, wire: Wire) -> None:
    """Answer with JSON that is no object."""
    wire.send(whole(_answer(200, text.replace("KEY", wire.key).encode())))


def _redirect(wire: Wire) -> None:
    place = f"{wire.elsewhere}/login?key={wire.key}"
    wire.send(whole(_answer(302, b"", headers={"Location": place})))


def _gigantic(wire: Wire) -> None:
    """Promise a terabyte."""
    wire.act()
    wire.send(head(200, {"Content-Type": JSON, "Content-Length": str(HUGE)}) + b"{" + b" " * 4096)
    wire.linger()


def _drip(wire: Wire, beginning: bytes, drop: bytes) -> None:
    """Send a byte a second until the client leaves: hurriedly at first, as no real second has to pass."""
    wire.act()
    wire.send(beginning)
    time.sleep(HEARD)
    for number in itertools.count():
        wire.time.advance(1)
        wire.send(drop[number % len(drop) :][:1])
        if number > DRIPS:
            time.sleep(HEARD)


def _drip_body(wire: Wire) -> None:
    _drip(wire, head(200, {"Content-Type": JSON, "Content-Length": "100000"}), b" ")


def _drip_head(wire: Wire) -> None:
    _drip(wire, b"HTTP/1.1 200 OK\r\n", b"X-Slow: y\r\n")


_RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}
_REFUSES, _BREAKS, _WRONG, _MUCH = GROUPS

FAULTS = {
    fault.name: fault
    for fault in (
        *(Fault(_REFUSES, str(code), partial(_status, code)) for code in (400, 401, 403, 404, 408, 409)),
        Fault(_REFUSES, "429", partial(_status, 429)),
        Fault(_REFUSES, "429, Retry-After: 40", partial(_status, 429, headers={"Retry-After": "40"})),
        Fault(_REFUSES, "429, RetryInfo: 17s", partial(_status, 429, details=[_RETRY])),
        *(Fault(_REFUSES, str(code), partial(_status, code)) for code in (500, 502, 503, 504)),
        Fault(_BREAKS, "connection refused", None),
        Fault(_BREAKS, "reset before the act", _reset),
        Fault(_BREAKS, "reset after the act", _reset_after),
        Fault(_BREAKS, "done, answer lost", _lost),
        Fault(_BREAKS, "cut in the headers", _cut_head),
        Fault(_BREAKS, "cut in the body", _cut),
        Fault(_BREAKS, "cut between chunks", _cut_chunked),
        Fault(_WRONG, "HTML with 200", partial(_html, 200)),
        Fault(_WRONG, "HTML with 502", partial(_html, 502)),
        Fault(_WRONG, "half of the JSON", _half),
        Fault(_WRONG, "a JSON list", partial(_other, "[]")),
        Fault(_WRONG, "a JSON string", partial(_other, '"KEY"')),
        Fault(_WRONG, "a JSON number", partial(_other, "1")),
        Fault(_WRONG, "JSON null", partial(_other, "null")),
        Fault(_WRONG, "redirect to another host", _redirect),
        Fault(_MUCH, "a terabyte is announced", _gigantic),
        Fault(_MUCH, "a body of a byte a second", _drip_body),
        Fault(_MUCH, "headers of a byte a second", _drip_head),
    )
}

"""Faults as data: which requests they hit, how often, and what happens then.

`before` the act the service has done nothing; `after` it the act is done and the client does not learn it.
The text form is `CALL:ACTION[:OPTION...]`, for example `create:503:after:1` or `list:quota=10/60`:
CALL is one of `CALLS`, or `VERB /regex`; ACTION is an HTTP status (`429=34` adds a retry delay, `429=bare` has
no details, `403=scope`), `cut`, `truncate`, `html`, `stale`, `delay=SECONDS` or `quota=NUMBER/SECONDS`;
OPTION is `before`, `after`, a number of times, `always`, or `skip=N` to let N requests pass first.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from reconciler.emulator import status
from reconciler.emulator.wire import JsonObject

When: TypeAlias = Literal["before", "after"]

_ID = r"/tunedModels/[^/:]+"
CALLS: Mapping[str, tuple[str, str]] = {
    "any": ("*", "^/v"),
    "create": ("POST", "/tunedModels$"),
    "list": ("GET", "/tunedModels$"),
    "get": ("GET", f"{_ID}$"),
    "patch": ("PATCH", f"{_ID}$"),
    "delete": ("DELETE", f"{_ID}$"),
    "generate": ("POST", f"{_ID}:(stream)?[gG]enerate"),
    "permissions": ("*", f"{_ID}/permissions"),
    "operation": ("GET", f"{_ID}/operations"),
    "cancel": ("POST", ":cancel$"),
    "models": ("GET", r"/models(/[^/]+)?$"),
}


@dataclass(frozen=True, slots=True)
class Status:
    """Answer with a status; without a body the usual one of that status."""

    code: int
    body: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    when: When = "before"


@dataclass(frozen=True, slots=True)
class Html:
    """Answer with a page of HTML instead of JSON, as proxies do."""

    code: int = 502
    when: When = "before"


@dataclass(frozen=True, slots=True)
class Delay:
    """Answer truly, but late."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """End the connection without an answer; `after` is the answer lost of an act that was done."""

    when: When = "before"


@dataclass(frozen=True, slots=True)
class Truncate:
    """Do the act and send the first half of the answer."""


@dataclass(frozen=True, slots=True)
class Stale:
    """Answer a read as if the last write had not been."""


@dataclass(frozen=True, slots=True)
class Quota:
    """Allow a number of requests in a span of seconds; answer 429 with the time to wait beyond it."""

    limit: int
    seconds: float


Strike: TypeAlias = Status | Html | Delay | Cut | Truncate | Stale
Action: TypeAlias = Strike | Quota


@dataclass(frozen=True, slots=True)
class Fault:
    """An action for requests of a verb (`*` for all) whose path the regex is found in.

    The first `after` such requests pass; `times` are hit, all if None. A Quota counts by itself.
    """

    method: str
    path: str
    action: Action
    after: int = 0
    times: int | None = 1

    def meets(self, method: str, path: str) -> bool:
        """Tell whether a request is meant."""
        return self.method in ("*", method) and re.search(self.path, path) is not None


@dataclass(slots=True)
class _Pending:
    fault: Fault
    seen: int = 0
    granted: deque[float] = field(default_factory=deque)

    def next(self, now: float) -> Strike | None:
        """Count one matching request and give what happens to it."""
        self.seen += 1
        if isinstance(self.fault.action, Quota):
            return self._meter(self.fault.action, now)
        nth = self.seen - self.fault.after
        return self.fault.action if nth > 0 and (self.fault.times is None or nth <= self.fault.times) else None

    def _meter(self, quota: Quota, now: float) -> Status | None:
        while self.granted and self.granted[0] <= now - quota.seconds:
            self.granted.popleft()
        if len(self.granted) < quota.limit:
            self.granted.append(now)
            return None
        wait = round(self.granted[0] + quota.seconds - now, 3) if self.granted else quota.seconds
        return Status(429, status.exhausted(wait).body())


class Faults:
    """The faults in force, asked once for each request; the first that hits decides."""

    def __init__(self) -> None:
        self._pending: list[_Pending] = []

    def inject(self, fault: Fault) -> None:
        """Put a fault behind those in force."""
        self._pending.append(_Pending(fault))

    def clear(self) -> None:
        """Take all faults away."""
        self._pending.clear()

    def strike(self, method: str, path: str, now: float) -> Strike | None:
        """Give what happens to a request at a time in seconds, None for nothing."""
        for pending in self._pending:
            if pending.fault.meets(method, path):
                action = pending.next(now)
                if action is not None:
                    return action
        return None


def parse(text: str) -> Fault:
    """Read the text form of a fault; raise ValueError, saying what is wrong, if it is none."""
    match text.split(":"):
        case [call, action, *options]:
            method, path = _call(call)
            fault = Fault(method, path, _action(action))
        case _:
            message = f"fault {text!r}: expected CALL:ACTION[:OPTION...], such as create:503:after:1"
            raise ValueError(message)
    for option in options:
        fault = _with_option(fault, option)
    return fault


def _call(text: str) -> tuple[str, str]:
    if text in CALLS:
        return CALLS[text]
    verb, _, path = text.partition(" ")
    if not path:
        message = f"fault call {text!r}: expected one of {', '.join(CALLS)}, or VERB /regex"
        raise ValueError(message)
    re.compile(path)
    return verb, path


_PLAIN: Mapping[str, Action] = {"cut": Cut(), "truncate": Truncate(), "html": Html(), "stale": Stale()}


def _action(text: str) -> Action:
    name, _, value = text.partition("=")
    if text in _PLAIN:
        return _PLAIN[text]
    if name == "delay":
        return Delay(float(value))
    if name == "quota":
        limit, _, seconds = value.partition("/")
        return Quota(int(limit), float(seconds or 60))
    if name.isdigit():
        return _status(int(name), value)
    message = f"fault action {text!r}: expected a status, cut, truncate, html, stale, delay=S or quota=N/S"
    raise ValueError(message)


def _status(code: int, value: str) -> Status:
    if value == "scope":
        return Status(code, status.scope_insufficient("google.ai.generativelanguage").body())
    if code == 429:  # noqa: PLR2004 - an HTTP status
        wait = None if value in ("", "bare") else float(value)
        headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
        return Status(code, status.exhausted(wait).body(), headers)
    usual = {401: status.unauthenticated, 404: status.not_found}
    return Status(code, usual[code]().body() if code in usual else None)


def _with_option(fault: Fault, option: str) -> Fault:
    if option == "always":
        return replace(fault, times=None)
    if option.isdigit():
        return replace(fault, times=int(option))
    if option.startswith("skip="):
        return replace(fault, after=int(option.removeprefix("skip=")))
    if option in ("before", "after") and isinstance(fault.action, Status | Html | Cut):
        when: When = "after" if option == "after" else "before"
        return replace(fault, action=replace(fault.action, when=when))
    message = f"fault option {option!r}: expected before, after, a number of times, always or skip=N"
    raise ValueError(message)

"""Faults as data: which requests they hit, how often, and what happens then.

`before` the act the service has done nothing; `after` it the act is done and the client does not learn it.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reconciler.emulator import status
from reconciler.emulator.wire import JsonObject

When: TypeAlias = Literal["before", "after"]


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
    Raises ValueError for a path that is no regex.
    """

    method: str
    path: str
    action: Action
    after: int = 0
    times: int | None = 1

    def __post_init__(self) -> None:
        """Check the regex before it meets a request."""
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"fault path {self.path!r}: {error}") from error

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

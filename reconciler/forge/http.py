"""One request at a time to the API of one forge: JSON in and out, with patience, and a token that goes nowhere else.

Redirects are not followed. The API is https, or on this machine. The logger `reconciler.http` has a line for each
repetition at WARNING, for each request at INFO; bodies and headers never.
"""

import json
import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlencode, urlsplit

from reconciler import __version__
from reconciler.errors import RemoteError, Unauthenticated, UsageError
from reconciler.forge.answer import Answer, parsed
from reconciler.forge.patience import PATIENCE, TRIES, pause
from reconciler.providers.credentials import LOOPBACK
from reconciler.providers.outcome import Json, Lost, received, redirected, succeeded, unanswered
from reconciler.providers.redaction import blanked, quotable

if TYPE_CHECKING:
    import requests

Explain: TypeAlias = Callable[[Answer], RemoteError]
"""Makes the error for a refusal."""

LOG = logging.getLogger("reconciler.http")
_API = re.compile(
    r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?|" + LOOPBACK.pattern + r"(/[A-Za-z0-9._/-]*)?"
)


@dataclass(frozen=True, slots=True)
class Token:
    """What lets us in, and the variable that it comes from."""

    variable: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Time:
    """How a client waits: `wall` is the Unix time, `chance` gives numbers from 0 to 1."""

    sleep: Callable[[float], object] = time.sleep
    wall: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random


class Http:
    """Requests below one address."""

    def __init__(
        self,
        api: str,
        token: Token,
        session: "requests.Session",
        explain: Explain,
        headers: Mapping[str, str],
        pace: Time,
    ) -> None:
        """`api` is the address of the API, with the path before all others; raise UsageError if none may be there."""
        self._api = checked(api)
        self._host = urlsplit(api).netloc
        if not token.value.isascii() or not token.value.isprintable() or " " in token.value:
            raise Unauthenticated(f"{token.variable} holds characters that no token has", "set it again")
        self._token = token
        self._session = session
        self._explain = explain
        self._headers = {"User-Agent": f"reconciler/{__version__}", **headers}
        self._pace = pace

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        *,
        twice: bool = True,
    ) -> Answer:
        """Send a request until it is answered for good; return the answer of a success.

        `path` is made of parts that are encoded already. `twice`: whether doing it twice is doing it once. Raises what
        `explain` makes of a refusal, and Unreachable when it is not known whether the act happened.
        """
        url = f"{self._api}{path}" + (f"?{urlencode(query)}" if query else "")
        waited = 0.0
        for attempt in range(1, TRIES + 1):
            outcome = self._once(method, url, body)
            wait = pause(outcome, attempt, self._pace.wall(), self._pace.chance, twice=twice)
            if wait is None or attempt == TRIES or waited + wait > PATIENCE:
                return self._conclude(outcome)
            why = outcome.status if isinstance(outcome, Answer) else outcome.why
            LOG.warning("%s %s: %s; again in %.1f s", method, path, why, wait)
            self._pace.sleep(wait)
            waited += wait
        raise AssertionError  # the last try concludes

    def _once(self, method: str, url: str, body: Json | None) -> Answer | Lost:
        """Send once and read the whole answer."""
        content = None if body is None else json.dumps(body).encode()
        typed = {} if content is None else {"Content-Type": "application/json"}
        headers = {**self._headers, **typed, "Authorization": f"Bearer {self._token.value}"}
        secrets = [self._token.value]
        got = received(self._session, method, url, content, headers, secrets)
        if isinstance(got, Lost):
            return got
        response, answer = got
        LOG.info("%s %s: %d", method, urlsplit(url).path, response.status_code)
        return parsed(response.status_code, response.headers, blanked(answer, secrets), secrets)

    def _conclude(self, outcome: Answer | Lost) -> Answer:
        """Return a success; raise an error for anything else."""
        if isinstance(outcome, Lost):
            raise unanswered(self._host, outcome, "check the network, then run again")
        if succeeded(outcome.status):
            return outcome
        advice = "the token is sent to no other place; was the repository renamed, or is the address of the API wrong?"
        raise redirected(self._host, outcome.status, outcome.headers, advice) or self._explain(outcome)


def checked(api: str) -> str:
    """Give the address of an API without a slash at its end; raise UsageError for one that a token may not go to."""
    if not _API.fullmatch(api):
        raise UsageError(
            f"{quotable(api)!r} is not the address of an API that a token may go to",
            "it begins with https://, or with http:// on this machine, and has no password in it",
        )
    return api.rstrip("/")

"""One request at a time to one host: JSON objects in and out, repeated where that is safe, never leaking a secret.

A request is repeated after a lost or temporary answer only if its act may be done twice (`Repeat`), with exponential
backoff and full jitter, or after what the service asks for (Retry-After, google.rpc.RetryInfo). Redirects are not
followed: the credentials are for one host. What a server says is quoted short, without control characters or secrets.
The logger `reconciler.http` has a line for each repetition at WARNING, for each request at INFO, sizes at DEBUG;
bodies and headers never.
"""

import itertools
import json
import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, TypeAlias, assert_never
from urllib.parse import urlencode, urlsplit

from reconciler import __version__
from reconciler.errors import RemoteError, Unreachable
from reconciler.providers.outcome import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    Answered,
    Json,
    Lost,
    Outcome,
    answered,
    asked,
    kind,
    lost,
    quotable,
    read,
)

if TYPE_CHECKING:
    import requests

Explain: TypeAlias = Callable[[int, Json, str], RemoteError]
"""Makes the error for a refusal: HTTP status, the `error` object of the answer, and its text, fit to be quoted."""

LOG = logging.getLogger("reconciler.http")

TRIES, PATIENCE = 6, 120.0
BACKOFF, BACKOFF_LIMIT = 1.0, 30.0
"""At most so many requests, and seconds in all; the n-th wait is random, up to BACKOFF * 2**n seconds."""

TEMPORARY = frozenset((408, 429, 500, 502, 503, 504))

_SENSITIVE = frozenset(("authorization", "x-goog-api-key"))
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~:-]+)+")


class Repeat(Enum):
    """When a request may be sent again."""

    SAFE = "doing it twice is doing it once"
    REFUSED = "only if the service surely did not do it"


class Credentials(Protocol):
    """What authorises requests to one host."""

    def headers(self, url: str) -> Mapping[str, str]:
        """Headers for a request to `url`; raise RemoteError if these are for another host."""
        ...

    def renew(self) -> bool:
        """Replace them, because the service no longer takes them; False if that cannot help."""
        ...

    def describe(self) -> str:
        """Say which they are, without any secret."""
        ...


class Http:
    """Requests to one endpoint; may be used from several threads at once."""

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        session: "requests.Session",
        explain: Explain,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`endpoint` is scheme and host; `clock` gives Unix seconds, `chance` numbers from 0 to 1."""
        self.endpoint = endpoint.rstrip("/")
        self.sleep = sleep
        self._host = urlsplit(self.endpoint).netloc
        self._credentials = credentials
        self._session = session
        self._explain = explain
        self._clock = clock
        self._chance = chance

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Json | bytes | None = None,
        repeat: Repeat = Repeat.SAFE,
    ) -> Json:
        """Send a request until it is answered for good; return the JSON object of a success.

        Raises what `explain` makes of a refusal, and Unreachable when it is not known whether the act happened.
        """
        if not _PATH.fullmatch(path):
            raise RemoteError(f"{quotable(path)!r} is not the path of a resource", "check the name")
        url = self.endpoint + path + (f"?{urlencode(query)}" if query else "")
        content = json.dumps(body, ensure_ascii=False).encode() if isinstance(body, Mapping) else body
        deadline = self._clock() + PATIENCE
        for attempt in itertools.count(1):
            outcome = self._authorised(method, url, content)
            wait = self._wait(outcome, attempt)
            if attempt == TRIES or not _repeatable(outcome, repeat) or self._clock() + wait > deadline:
                return self._conclude(outcome)
            LOG.warning("%s %s: %s; again in %.1f s", method, path, _told(outcome), wait)
            self.sleep(wait)
        raise AssertionError  # count() does not end

    def _authorised(self, method: str, url: str, content: bytes | None) -> Outcome:
        """Send once, or twice if the credentials had run out: a 401 means that nothing was done."""
        outcome = self._once(method, url, content)
        if isinstance(outcome, Answered) and outcome.status == HTTPStatus.UNAUTHORIZED and self._credentials.renew():
            return self._once(method, url, content)
        return outcome

    def _once(self, method: str, url: str, content: bytes | None) -> Outcome:
        """Send once and read the whole answer."""
        from requests import RequestException

        headers = {"User-Agent": f"reconciler/{__version__}", **self._credentials.headers(url)}
        secrets = [value.removeprefix("Bearer ") for key, value in headers.items() if key.lower() in _SENSITIVE]
        if content is not None:
            headers["Content-Type"] = "application/json"
        started, path = self._clock(), urlsplit(url).path
        try:
            with self._session.request(
                method,
                url,
                data=content,
                headers=headers,
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = read(response)
        except RequestException as error:
            outcome = lost(error, secrets)
            LOG.info("%s %s: %s, %.0f ms", method, path, outcome.why, 1000 * (self._clock() - started))
            return outcome
        LOG.info("%s %s: %d, %.0f ms", method, path, response.status_code, 1000 * (self._clock() - started))
        LOG.debug("%s %s: %d bytes sent, %d received", method, path, len(content or b""), len(body))
        return answered(response, body, secrets)

    def _wait(self, outcome: Outcome, attempt: int) -> float:
        """Seconds before the next try: a random share of the backoff, but not less than the service asks for."""
        backoff = self._chance() * min(BACKOFF_LIMIT, BACKOFF * 2.0 ** (attempt - 1))
        return max(backoff, asked(outcome, self._clock())) if isinstance(outcome, Answered) else backoff

    def _conclude(self, outcome: Outcome) -> Json:
        """Return the object of a success; raise an error for anything else."""
        match outcome:
            case Lost(why=why):
                raise Unreachable(f"no answer from {self._host}: {why}", "check network and endpoint, then run again")
            case Answered(status=status, content=dict() as content) if _succeeded(status):
                return content
            case Answered(status=status, text=text) if _succeeded(status):
                raise Unreachable(
                    f"{self._host} answered with {kind(text)}: {text!r}", "is the endpoint right?", status=status
                )
            case Answered(status=status, headers=headers) if (
                HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
            ):
                target = quotable(urlsplit(headers.get("Location", "")).hostname or "another place")
                raise RemoteError(
                    f"{self._host} redirects to {target}",
                    "credentials are sent to no other host; is the endpoint right?",
                    status=status,
                )
            case Answered():
                raise self._explain(outcome.status, outcome.error, outcome.text)
            case _:
                assert_never(outcome)


def _succeeded(status: int) -> bool:
    """Whether a status is one of success."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def _repeatable(outcome: Outcome, repeat: Repeat) -> bool:
    """Whether sending again may help, and cannot hurt."""
    match outcome:
        case Lost(hopeless=True):
            return False
        case Lost(undone=undone):
            return undone or repeat is Repeat.SAFE
        case Answered(status=429):
            return True
        case Answered(status=status, content=content, text=text):
            cut = _succeeded(status) and content is None and text.startswith("{")
            return (cut or status in TEMPORARY) and repeat is Repeat.SAFE
        case _:
            assert_never(outcome)


def _told(outcome: Outcome) -> str:
    """Say shortly why a request is sent again."""
    match outcome:
        case Lost(why=why):
            return why
        case Answered(status=status):
            return str(status)
        case _:
            assert_never(outcome)

"""One request at a time to one host: JSON in and out, or bytes, repeated where that is safe, never leaking a secret.

`retry` decides what is sent again. Redirects are not followed: the credentials are for one host. What a server says is
quoted short, without control characters or secrets. The logger `reconciler.http` has a line for each repetition at
WARNING, for each request at INFO, sizes at DEBUG; bodies and headers never.
"""

import itertools
import json
import logging
import random
import re
import time
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias, assert_never
from urllib.parse import urlencode, urlsplit

from reconciler import __version__
from reconciler.errors import RemoteError, Unreachable
from reconciler.providers import retry
from reconciler.providers.credentials import Credentials
from reconciler.providers.outcome import (
    Answered,
    Json,
    Lost,
    Outcome,
    answered,
    kind,
    received,
    redirected,
    succeeded,
    unanswered,
)
from reconciler.providers.redaction import quotable
from reconciler.providers.retry import Repeat

if TYPE_CHECKING:
    import requests

Explain: TypeAlias = Callable[[int, Json, str], RemoteError]
"""Makes the error for a refusal: HTTP status, the `error` object of the answer, and its text, fit to be quoted."""

LOG = logging.getLogger("reconciler.http")

_SENSITIVE = frozenset(("authorization", "x-goog-api-key"))
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9._~:@-]|%(?!2E)[0-9A-F]{2})+)+")
"""Percent-encoded dots are as bad as dots: whoever normalises the URL would climb out of the collection."""


class Http:
    """Requests to one endpoint; may be used from several threads at once."""

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        session: "requests.Session",
        explain: Explain,
        *,
        sleep: Callable[[float], bool | None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`endpoint` is scheme and host; `chance` gives numbers from 0 to 1.

        `clock` gives seconds that only pass; `wall` the Unix time, which may be set meanwhile, for dates alone.
        `sleep` returns True when it was cut short because the run shall end: nothing is tried again then.
        """
        self.endpoint = endpoint.rstrip("/")
        self.sleep = sleep
        self._host = urlsplit(self.endpoint).netloc
        self._credentials = credentials
        self._session = session
        self._explain = explain
        self.clock = clock
        self._wall = wall
        self._chance = chance

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Json | bytes | None = None,
        repeat: Repeat = Repeat.SAFE,
        again: Callable[[], object] = lambda: None,
    ) -> Json:
        """Send a request until it is answered for good; return the JSON object of a success.

        `again` is called each time before the request is repeated; what it raises ends the matter.
        Raises what `explain` makes of a refusal, and Unreachable when it is not known whether the act happened.
        """
        answer = self.exchange(method, path, query, body, repeat=repeat, again=again)
        if answer.content is None:
            said = f"{kind(answer.text)}: {answer.text!r}"
            raise Unreachable(f"{self._host} answered with {said}", "is the endpoint right?", status=answer.status)
        return answer.content

    def exchange(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Json | bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        repeat: Repeat = Repeat.SAFE,
        again: Callable[[], object] = lambda: None,
    ) -> Answered:
        """Send as `send` does; return the whole answer, of success or of a status in `accept`."""
        if not _PATH.fullmatch(path):
            raise RemoteError(f"{quotable(path)!r} is not the path of a resource", "check the name")
        url = self.endpoint + path + (f"?{urlencode(query)}" if query else "")
        content = _encoded(body) if isinstance(body, Mapping) else body
        typed = {} if content is None else {"Content-Type": "application/json"}
        ours = {**typed, **(headers or {})}
        deadline = self.clock() + retry.PATIENCE
        for attempt in itertools.count(1):
            outcome = self._authorised(method, url, content, ours)
            wait = retry.pause(outcome, attempt, self._wall(), self._chance)
            if attempt == retry.TRIES or not retry.repeatable(outcome, repeat) or self.clock() + wait > deadline:
                return self._conclude(outcome, accept)
            LOG.warning("%s %s: %s; again in %.1f s", method, path, outcome.told, wait)
            if self.sleep(wait):
                return self._conclude(outcome, accept)
            again()
        raise AssertionError  # count() does not end

    def _authorised(self, method: str, url: str, content: bytes | None, ours: Mapping[str, str]) -> Outcome:
        """Send once, or twice if the credentials had run out: a 401 means that nothing was done."""
        outcome = self._once(method, url, content, ours)
        if isinstance(outcome, Answered) and outcome.status == HTTPStatus.UNAUTHORIZED and self._credentials.renew():
            return self._once(method, url, content, ours)
        return outcome

    def _once(self, method: str, url: str, content: bytes | None, ours: Mapping[str, str]) -> Outcome:
        """Send once and read the whole answer."""
        headers = {"User-Agent": f"reconciler/{__version__}", **ours, **self._credentials.headers(url)}
        secrets = [value.removeprefix("Bearer ") for key, value in headers.items() if key.lower() in _SENSITIVE]
        started, path = self.clock(), urlsplit(url).path
        got = received(self._session, method, url, content, headers, secrets)
        if isinstance(got, Lost):
            LOG.info("%s %s: %s, %.0f ms", method, path, got.why, 1000 * (self.clock() - started))
            return got
        response, body = got
        LOG.info("%s %s: %d, %.0f ms", method, path, response.status_code, 1000 * (self.clock() - started))
        LOG.debug("%s %s: %d bytes sent, %d received", method, path, len(content or b""), len(body))
        return answered(response, body, secrets)

    def _conclude(self, outcome: Outcome, accept: Collection[int]) -> Answered:
        """Return a success, or what is accepted as one; raise an error for anything else."""
        match outcome:
            case Lost():
                raise unanswered(self._host, outcome, "check network and endpoint, then run again")
            case Answered(status=status) if succeeded(status) or status in accept:
                return outcome
            case Answered(status=status, headers=headers):
                advice = "credentials are sent to no other host; is the endpoint right?"
                away = redirected(self._host, status, headers, advice)
                raise away or self._explain(status, outcome.error, outcome.text)
            case _:
                assert_never(outcome)


def _encoded(body: Json) -> bytes:
    """A body as JSON in UTF-8; lone surrogates, which a service may have given us, stay escapes, as JSON has them."""
    return json.dumps(body, ensure_ascii=False).encode(errors="backslashreplace")

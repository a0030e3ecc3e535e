"""The emulator: requests in, responses out, no socket; the state in SQLite, the time from a given clock."""

import json
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any, assert_never

from reconciler.emulator import control, faults, fields, frontend, loading
from reconciler.emulator.call import Call
from reconciler.emulator.decoding import decode
from reconciler.emulator.route import Route
from reconciler.emulator.routes import find
from reconciler.emulator.settings import Settings
from reconciler.emulator.status import ApiError, server_error, unusable
from reconciler.emulator.storage import errors as storage_errors
from reconciler.emulator.storage import service as storage
from reconciler.emulator.store import Store
from reconciler.emulator.vertex import loading as vertex
from reconciler.emulator.wire import JsonObject, Recorded, Request, Response

_REMEMBERED = 100_000
_END_OF_TIME = 250_000_000_000.0
"""Unix seconds in the year 9892: trainings that begin before it end before the year 10000."""


class Emulator:
    """One emulated service. Threads may share it; processes may share its state file."""

    def __init__(
        self,
        state: Path | None = None,
        clock: Callable[[], float] = time.time,
        settings: Settings | None = None,
        request_log: Path | None = None,
    ) -> None:
        """Open the state (None: in memory). `clock` gives unix seconds; `request_log` is appended to.

        Raises OSError or sqlite3.Error for a file that cannot be used.
        """
        if request_log is not None:
            request_log.open("ab").close()
        self.settings = settings or Settings()
        self._clock = clock
        self._store = Store(state)
        self._faults = faults.Faults()
        self._lock = threading.RLock()
        self._requests: deque[Recorded] = deque(maxlen=_REMEMBERED)
        self._log = request_log

    @property
    def requests(self) -> list[Recorded]:
        """The requests so far (at most the last 100,000), oldest first, without those to the control door."""
        with self._lock:
            return list(self._requests)

    def forget_requests(self) -> None:
        """Empty the record of requests."""
        with self._lock:
            self._requests.clear()

    def now(self) -> float:
        """Give the service's time in unix seconds: the clock, and what it was advanced by."""
        with self._lock:
            return self._clock() + self._store.number("offset")

    def advance(self, seconds: float) -> None:
        """Move the service's time on, for every process that shares the state.

        Raises ValueError for a time that no timestamp can show: the years are 1970 to 9999.
        """
        with self._lock, self._store.writing():
            if not 0 <= self._clock() + self._store.add("offset", seconds) < _END_OF_TIME:
                message = f"the service's time cannot be moved by {seconds:g} s"
                raise ValueError(message)

    def inject(self, fault: faults.Fault) -> None:
        """Put a fault in force in this process."""
        with self._lock:
            self._faults.inject(fault)

    def clear_faults(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._faults.clear()

    def load(self, listed: JsonObject, owner: str | None = None) -> int:
        """Take in the models of a `tunedModels` list as they are, and give their number.

        They come back equal, belong to `owner` (default: the settings' account) and have no training data.
        Raises ApiError 409 for an id that is taken.
        """
        with self._lock:
            return loading.load(self._store, self.settings, listed, owner or self.settings.account)

    def load_vertex(
        self,
        jobs: Iterable[JsonObject] = (),
        models: Iterable[JsonObject] = (),
        endpoints: Iterable[JsonObject] = (),
    ) -> int:
        """Take in tuning jobs, models and endpoints of Vertex AI as they are, and give their number.

        Raises ApiError 400 for what is none, 409 for a name that is taken.
        """
        with self._lock:
            return vertex.load(self._store, self.settings, jobs, models, endpoints)

    def put_object(self, bucket: str, name: str, data: bytes) -> JsonObject:
        """Store an object in emulated Cloud Storage and give its resource; raise ApiError for a name that cannot be."""
        with self._lock:
            return self._storage().put(bucket, name, data)

    def close(self) -> None:
        """Close the state."""
        with self._lock:
            self._store.close()

    def handle(self, request: Request) -> Response:
        """Answer a request; never raises for what a client may send."""
        parsed = frontend.take_apart(request)
        if control.is_door(parsed.path):
            return control.answer(self, parsed)
        with self._lock:
            try:
                strike = self._faults.strike(parsed.method, parsed.path, self.now())
                if storage.serves(parsed.path):
                    body, response = self._store_objects(parsed, request.target, strike)
                else:
                    body, response = self._respond(parsed, strike)
                self._record(parsed, body, response)
                date = formatdate(self.now(), usegmt=True)
            except (sqlite3.Error, OSError) as error:
                return frontend.error_response(unusable(str(error)))
        return replace(response, headers={"Date": date, **response.headers})

    def _store_objects(
        self, parsed: frontend.Parsed, target: str, strike: faults.Strike | None
    ) -> tuple[object, Response]:
        """Do as `_respond`, for Cloud Storage."""
        service = self._storage(stale=isinstance(strike, faults.Stale))
        response = _struck(strike, lambda: service.handle(parsed, target), storage_errors.usual)
        return storage.recorded(parsed), response

    def _storage(self, *, stale: bool = False) -> storage.Service:
        return storage.Service(self._store, self.settings, round(self.now() * 1_000_000) * 1_000, stale=stale)

    def _respond(self, parsed: frontend.Parsed, strike: faults.Strike | None) -> tuple[Any, Response]:
        """Give the body as read, and the answer as the fault leaves it."""
        try:
            body = frontend.read_json(parsed, self.settings)
        except ApiError as error:
            refusal = frontend.error_response(error)
            return parsed.body.decode(errors="replace"), _struck(strike, lambda: refusal)
        stale = isinstance(strike, faults.Stale)
        return body, _struck(strike, lambda: self._serve(parsed, body, stale=stale))

    def _serve(self, parsed: frontend.Parsed, body: object, *, stale: bool) -> Response:
        found = find(parsed.method, parsed.path, self.settings)
        if found is None:
            return frontend.html_response(404)
        route, variables = found
        version = variables["version"]
        stream = "streamGenerateContent" in route.template
        try:
            wanted = frontend.format_of(parsed, self.settings)
            call = self._call(parsed, route, version, body)
            answer = route.answer(replace(call, path=variables, stale=stale))
            if isinstance(answer, dict):
                answer = call.selection.cut(answer)
            return frontend.answer_response(answer, route, version, wanted)
        except ApiError as error:
            return frontend.error_response(error, pretty=self.settings.pretty_print, stream=stream)

    def _call(self, parsed: frontend.Parsed, route: Route, version: str, body: object) -> Call:
        caller = route.identify(parsed.headers, parsed.query, self.settings)
        query = frontend.method_query(parsed, route)
        decoded: JsonObject = {}
        if route.request is not None:
            decoded = decode(route.request, {} if body is None else body, version, route.root)
        return Call(
            store=self._store,
            settings=self.settings,
            caller=caller,
            version=version,
            # Microseconds, so that createTime reads as the service writes it.
            now=round(self.now() * 1_000_000) * 1_000,
            path={},
            query=query,
            body=decoded,
            selection=fields.parse(parsed.option("fields"), route.reply, version),
        )

    def _record(self, parsed: frontend.Parsed, body: object, response: Response) -> None:
        seen = Recorded(parsed.method, parsed.path, parsed.public_query(), body, response.status)
        self._requests.append(seen)
        if self._log is not None:
            line = json.dumps(seen.as_json())
            with self._log.open("a", encoding="utf-8") as log:
                log.write(f"{line}\n")


def _usual(code: int) -> JsonObject:
    """Give the body of an error that strikes from outside."""
    return server_error(code).body()


def _struck(
    strike: faults.Strike | None, act: Callable[[], Response], usual: Callable[[int], JsonObject] = _usual
) -> Response:
    """Do the act, or not, and change its answer, as the fault has it; `usual` gives the body of an error."""
    match strike:
        case None | faults.Stale():
            return act()
        case faults.Delay(seconds):
            return replace(act(), delay=seconds)
        case faults.Truncate():
            return replace(act(), delivery="truncated")
        case faults.Cut(when):
            done = act() if when == "after" else frontend.error_response(server_error(503))
            return replace(done, delivery="cut")
        case faults.Html(code, when):
            _act_if_after(when, act)
            return frontend.html_response(code, "<html><title>Error</title><p>Bad gateway.</html>")
        case faults.Status(code, body, headers, when):
            _act_if_after(when, act)
            return frontend.json_response(code, body or usual(code), headers=headers)
        case _:
            assert_never(strike)


def _act_if_after(when: faults.When, act: Callable[[], Response]) -> None:
    if when == "after":
        act()

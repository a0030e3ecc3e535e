"""The emulator under observation: what was asked of it, one line a request, and what served after each delete."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from reconciler.emulator.faults import Faults
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Recorded, Request, Response
from tests.services.dialect import dialect

WRITES = ("POST", "PATCH", "DELETE")
LOST = 503
"""The status an emulator records for a request that was cut before it did anything."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of ours, and whether its answer arrived.

    `beside`: it came from another run at the same time. `again`: a model of the id was there already.
    """

    request: Recorded
    delivered: bool
    beside: bool
    model: str
    """The id of the model that was made or meant; empty for lists."""
    again: bool = False

    @property
    def writes(self) -> bool:
        """Whether the request asks for a change."""
        asks = ":generate" in self.request.path
        return self.request.method in WRITES and not asks

    @property
    def creates(self) -> bool:
        """Whether the request began a training."""
        return dialect().wire.creates(self.request)

    @property
    def deletes(self) -> bool:
        """Whether the request deleted a model."""
        return dialect().wire.deletes(self.request)


class Watched(Emulator):
    """An emulator that keeps what our client asks, and looks after each of its deletes at what is left."""

    def __init__(self, clock: Callable[[], float], settings: Settings, state: Path | None = None) -> None:
        super().__init__(state, clock, settings)
        self.exchanges: list[Exchange] = []
        self.left: list[dict[str, str]] = []
        self.beside = False
        self.interject: Callable[[Request, str], None] = lambda _request, _when: None

    def handle(self, request: Request) -> Response:
        """Answer our client; `interject` is called "before" and "after" each request."""
        self.interject(request, "before")
        path, _, query = request.target.partition("?")
        meant = Recorded(request.method, path, dict(parse_qsl(query)), _json(request.body), 0)
        model = dialect().wire.model(meant, self._look) if request.method in WRITES else ""
        again = request.method == "POST" and path.endswith(dialect().collection) and model in self.states()
        response = super().handle(request)
        exchange = Exchange(self.requests[-1], response.delivery == "whole", self.beside, model, again)
        self.exchanges.append(exchange)
        if dialect().wire.withdraws(exchange.request):
            self.left.append(self.states())
        self.interject(request, "after")
        return response

    def ask(self, method: str, target: str, body: object = None) -> Any:
        """Answer somebody else, whom no fault hits."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self._faults, kept = Faults(), self._faults
        response = super().handle(Request(method, target, {}, data))
        self._faults = kept
        assert 200 <= response.status < 300, response.body.decode()
        return json.loads(response.body) if response.body else None

    def states(self) -> dict[str, str]:
        """Every model's state by its id, oldest first; a list that lags does not notice this look."""
        return dict(dialect().wire.states(self._look))

    def _look(self, method: str, target: str, body: object = None) -> Any:
        """Ask as somebody else, of a service whose lists tell the truth."""
        settings, self.settings = self.settings, Settings()
        try:
            return self.ask(method, target, body)
        finally:
            self.settings = settings


def _json(body: bytes) -> Any:
    """A body as it was meant; None if it is no JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def lines(exchanges: list[Exchange]) -> Iterator[str]:
    """Write requests; the same one several times in a row is one line."""
    for text, same in groupby(exchanges, _line):
        number = len(list(same))
        yield text + (f"  x{number}" if number > 1 else "")


def _line(exchange: Exchange) -> str:
    request = exchange.request
    target = f"{request.method:<6} {dialect().wire.target(request)}"
    if not exchange.delivered:
        said = "no answer, nothing done" if request.status == LOST else f"{request.status}, but the answer is lost"
    else:
        said = str(request.status)
    content = dialect().wire.content(request.body)
    body = f"\n         {', '.join(_flat(content))}" if isinstance(content, dict) and content else ""
    return f"{target} -> {said}{body}"


def _flat(body: dict[str, Any], path: str = "") -> Iterator[str]:
    """Name every value of a body; examples, which are somebody's texts, are counted."""
    for key, value in sorted(body.items()):
        match value:
            case {"examples": {"examples": list() as examples}}:
                yield f"{path}{key}: {len(examples)} examples"
            case dict():
                yield from _flat(value, f"{path}{key}.")
            case str():
                yield f'{path}{key}="{value}"'
            case _:
                yield f"{path}{key}={json.dumps(value)}"

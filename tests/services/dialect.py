"""What a test has to know of a service to follow it: one `Dialect` for each.

Stories, faults, crashes, races and histories are told once, in the words of `Dialect`; `--service` chooses whose.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol, TypeAlias

from reconciler.emulator.wire import Recorded
from tests import tested

Ask: TypeAlias = Callable[..., Any]
"""Ask the service as somebody else would: method, target, body -> the JSON of the answer, which has to be a success."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of manifests. `warm` is `cool` after a change that a PATCH can make; `size` takes a whole number."""

    workspace: tuple[str, ...]
    base: str
    cool: str
    warm: str
    size: str


class Wire(Protocol):
    """What requests do. Models are called by their computed ids, without anything before."""

    def model(self, request: Recorded, ask: Ask) -> str:
        """The model that a request makes or means; empty if it is about none. Asked before the request is done."""
        ...

    def creates(self, request: Recorded) -> bool:
        """Whether a request that was done began a training."""
        ...

    def deletes(self, request: Recorded) -> bool:
        """Whether a request that was done deleted a model."""
        ...

    def withdraws(self, request: Recorded) -> bool:
        """Whether a model served before a request that was done, and serves no more: deleting it is the last such."""
        ...

    def states(self, ask: Ask) -> Mapping[str, str]:
        """ACTIVE, CREATING, FAILED or HALF of every model, oldest first: HALF is there and does not serve."""
        ...

    def shown(self, path: str) -> str:
        """A path as golden files show it."""
        ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """One service."""

    lines: Lines
    wire: Wire


@cache
def dialect() -> Dialect:
    """That of the service the tests run against."""
    spoken: Dialect = import_module(f"tests.services.{tested.name()}").DIALECT
    return spoken

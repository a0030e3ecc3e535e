"""What the tests of faults have to know of a service beside its dialect: one `Service` for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias

from reconciler.emulator.wire import Request
from tests import tested
from tests.services.dialect import Ask

PAGES = Path(__file__).resolve().parents[2] / "docs"


APPLY = ("apply", "--yes")
PLAN = ("plan",)


@dataclass(frozen=True, slots=True)
class Scene:
    """What was applied once, what is declared since, how it was begun, and the command to be tried.

    `data` are files beside the manifests; `deed` is what somebody else did before all this.
    """

    name: str
    argv: tuple[str, ...]
    declared: Mapping[str, str]
    applied: Mapping[str, str] = field(default_factory=dict)
    begun: tuple[str, ...] = ()
    repair: tuple[str, ...] = APPLY
    data: Mapping[str, str] = field(default_factory=dict)
    deed: Callable[[Ask], object] = lambda _: None

    def trainings(self, name: str) -> int:
        """How many trainings of a name there may be: one, and one more where the first is made to fail."""
        return 2 if name == "failing" else 1


@dataclass(frozen=True, slots=True)
class Column:
    """A kind of request: in which scene it is made, as the which of its kind, and what it is for."""

    head: str
    scene: str
    kind: str
    nth: int
    says: str


Moment: TypeAlias = Literal["first", "after the list", "creates", "rereads", "waits", "waits on", "replaces", "removes"]
"""A request of the scene in which something happens: see `meanwhile`."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service under faults.

    `page` is written by the tests. In it, `does` tells what the commands do in the scenes, and `secret` what may not
    become known; `here` stands before every kind of request and is left out.

    `scenes` are those that only this service has. `columns` are the kinds of request by command, `kind` gives that of
    a request: verb and resource, without ids. `moments` are each a kind, and the which of it. `quick` are the faults
    that are played at every kind of request where there is little time.

    `grant` lets somebody else use a model, if the service knows such a thing; `hibernate` puts the model `created` into
    a state that nobody knows, in an answer. `everything` is all that a command that only reads may not change.
    `sends_key`: whether the API key of the environment is sent. `hosts` are the service's own.
    """

    page: Path
    title: str
    does: str
    secret: str
    here: str
    scenes: tuple[Scene, ...]
    columns: Mapping[str, tuple[Column, ...]]
    moments: Mapping[Moment, tuple[str, int]]
    kind: Callable[[Request], str]
    neutral: Callable[[str], str]
    grant: Callable[[Ask, str], object]
    hibernate: Callable[[dict[str, Any]], None]
    everything: Callable[[Ask], object]
    sends_key: bool
    hosts: tuple[str, ...]
    quick: tuple[str, ...] = ()


@cache
def service() -> Service:
    """The one that the tests run against."""
    found: Service = import_module(f"tests.faults.{tested.name()}").SERVICE
    return found

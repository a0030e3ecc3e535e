"""What a test has to know of a service to follow it: one `Dialect` for each.

Stories, faults, crashes, races and histories are told once, in the words of `Dialect`; `--service` chooses whose.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Protocol, TypeAlias

from reconciler.emulator.wire import Recorded
from tests import tested

Ask: TypeAlias = Callable[..., Any]
"""Ask the service as somebody else would: method, target, body -> the JSON of the answer, which has to be a success."""

DRIFTED = "Sätze \x1b[31m(neu)"
"""The display name that somebody gives: with letters beyond ASCII, and what must not reach a terminal."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of manifests. `fresh`, `mild` and `warm` are `cool` after changes that a PATCH can make.

    `path` is the field that all four set, `ignored` what ignoreChanges calls it; `size` takes a whole number; `other`
    is another base. `budget` are limits that only a service has which counts steps.
    """

    workspace: tuple[str, ...]
    base: str
    other: str
    path: str
    ignored: str
    cool: str
    mild: str
    fresh: str
    warm: str
    size: str
    budget: tuple[str, ...] = ()


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

    def target(self, request: Recorded) -> str:
        """Path and query of a request as golden files show them."""
        ...

    def content(self, body: Any) -> Any:
        """The body of a request as golden files show it."""
        ...


class Deeds(Protocol):
    """What people do at the service with clients of their own.

    Our models are called by their computed ids, others by the names they were made under. A service may need time, and
    another request, before a deed has its effect.
    """

    @property
    def carrier(self) -> str:
        """Where the mark is kept, in words."""
        ...

    @property
    def extras(self) -> str:
        """What `adorn` sets, in words."""
        ...

    def make(self, ask: Ask, name: str, description: str = "", like: str = "", title: str = "Sentences") -> None:
        """Begin to train a model of this title; with the mark of the model `like`, if one is given."""
        ...

    def handle(self, ask: Ask, model: str) -> str:
        """What a model is called on the command line by those who do not know our names for it."""
        ...

    def text(self, ask: Ask, model: str) -> str:
        """The description of a model, without the mark."""
        ...

    def mark(self, ask: Ask, model: str) -> str:
        """The mark of a model as it is written there."""
        ...

    def describe(self, ask: Ask, model: str, text: str) -> None:
        """Change the description, and leave the mark."""
        ...

    def wipe(self, ask: Ask, model: str) -> None:
        """Empty what carries the mark."""
        ...

    def take(self, ask: Ask, model: str) -> None:
        """Put something of their own in the place of the mark."""
        ...

    def outdate(self, ask: Ask, model: str) -> None:
        """Mark a model as a later version of the program would."""
        ...

    def drift(self, ask: Ask, model: str) -> None:
        """Change the field of `Lines.path`, and the display name."""
        ...

    def adorn(self, ask: Ask, model: str) -> None:
        """Set what no manifest declares."""
        ...

    def delete(self, ask: Ask, model: str) -> None:
        """Delete a model and all that belongs to it."""
        ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """One service.

    `calls` gives the names of its kinds of request, as `faulttext` has them, by the neutral ones; `collection` ends the
    path of the list that is looked at while waiting; `examples` is how many a training had better have; `settings` are
    what its emulator needs to train as fast as the others.
    """

    lines: Lines
    wire: Wire
    deeds: Deeds
    calls: Mapping[str, str]
    collection: str
    examples: int
    settings: Mapping[str, Any] = field(default_factory=dict)


def queried(path: str, query: Mapping[str, str]) -> str:
    """A path with its query. Which fields are asked for is left out: it is long, and changes nothing."""
    text = "&".join(f"{key}={'…' if key == 'fields' else value}" for key, value in query.items())
    return f"{path}?{text}" if text else path


@cache
def dialect() -> Dialect:
    """That of the service the tests run against."""
    spoken: Dialect = import_module(f"tests.services.{tested.name()}").DIALECT
    return spoken

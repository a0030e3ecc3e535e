"""What a history has to know of a service, besides what every test knows: one `Remote` for each.

It reads the service's own answers and what was sent, and never asks the program. The emulator's clock is the history's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Literal, Protocol, TypeAlias

import requests
from hypothesis.strategies import SearchStrategy

from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Response
from reconciler.providers.port import Provider
from tests import tested

OWNER = tested.OWNER
DOOMED = "doomed"
"""A display name whose trainings fail."""
FINE = "fine"

Inputs: TypeAlias = tuple[str, int | None, "Inputs | None"]
"""What only training can change: data, epochs, and the inputs of what the training starts from."""

State = Literal["CREATING", "ACTIVE", "FAILED", "HALF"]
"""HALF is there and does not serve."""

Lines: TypeAlias = Mapping[str, tuple[Any, ...]]
"""What can be declared, by the fields of `Declare`, each with its values; the more often one is named, the likelier."""

Meant = Literal["", "taken", "defaced", "halted", "cloned"]
"""What a deed by hand has done to a model: taken it or its mark away, made it serve no more, trained it once more."""


@dataclass(frozen=True)
class Sent:
    """A request as it goes over the wire."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Mark:
    """What a word of ours on a model says."""

    address: str
    protect: bool
    keep: bool


@dataclass(frozen=True)
class Model:
    """A model as the service has it. `name` is its own for ever; `carrier` is where its mark has to be.

    Of a record nothing is left that anybody could delete; what is empty can never serve again. `identity` is what its
    request was to make only once; empty where the service itself sees to that. Not `legible`: somebody has made a part
    of the mark unreadable, which says what it was trained from.
    """

    name: str
    state: State
    carrier: str
    title: str
    text: str
    temperature: float | None = None
    epochs: int | None = None
    identity: str = ""
    record: bool = False
    empty: bool = False
    legible: bool = True


@dataclass(frozen=True)
class Birth:
    """A training that the service accepted: of which model, with which word on it, for what.

    `source` is the model that it starts from, where that is none of the service's own.
    """

    model: str
    word: str
    data: str
    epochs: int | None
    source: str = ""
    identity: str = ""


@dataclass(frozen=True)
class Deed:
    """What somebody has done to a model by hand; `clone` is the new one beside it."""

    meant: Meant = ""
    model: str = ""
    clone: str = ""


@dataclass(frozen=True)
class Create:
    """A request to train."""


@dataclass(frozen=True)
class Write:
    """A request to change a model. `words` are the marks in it, None where it does not touch the carrier of marks.

    `loses` is what else it would take away, that is not ours.
    """

    model: str
    words: tuple[str, ...] | None
    loses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Withdraw:
    """A request that takes a model away, or a step on the way to that. `others` would be taken away with it."""

    model: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stop:
    """A request to end a training early."""

    model: str


Act: TypeAlias = Create | Write | Withdraw | Stop


class Remote(Protocol):
    """One service, as histories see it."""

    emulator: Emulator

    def models(self) -> list[Model]:
        """What the service really has, not what a list shows; the oldest first."""
        ...

    def model(self, name: str) -> Model | None:
        """One model."""
        ...

    def users(self, model: str) -> set[str]:
        """Who has been granted the use of a model."""
        ...

    def read(self, word: str) -> Mark:
        """What a word of ours says."""
        ...

    def means(self, sent: Sent) -> Act | None:
        """What a request is about to do to models; None if nothing. Asked before it is done."""
        ...

    def born(self, sent: Sent, answer: Response) -> Birth:
        """What came of a request to train that was done."""
        ...

    def deed(self, deed: str, nth: int) -> Deed:
        """Do something to the nth model by hand."""
        ...

    def doom(self, names: set[str]) -> None:
        """From now on trainings that begin under these names fail, and no others."""
        ...

    def part(self) -> None:
        """Let people take away what of theirs is in our way."""
        ...

    def strange(self) -> None:
        """Let somebody else's model come to be."""
        ...

    def fields(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a manifest says in the fields of this service, by the names of `tests.build`."""
        ...

    def provider(
        self, wire: requests.adapters.BaseAdapter, sleep: Callable[[float], Any], clock: Callable[[], float]
    ) -> Provider:
        """The provider of one process, whose requests all go over this wire."""
        ...


@dataclass(frozen=True)
class Land:
    """Where histories happen: the switches of the service, what people can declare and do, and how to open it.

    `reach` are the numbers of requests within which trouble strikes, of a short and of a long run; `aims` are kinds of
    request (patterns of method and target) that it is aimed at besides, where only a few of many are of that kind.
    `odd` is a pair of bytes: with the second in place of the first, an answer is odd. `moments` are the seconds that
    may go by. After `rounds` peaceful runs everything is at rest, where `pause` seconds go by after each that has done
    something. `lists` are how many lists, one after the other, a new model has to get into before it shows,
    and `listed` is where they are.
    """

    open: Callable[[Settings, Callable[[], float]], Remote]
    settings: SearchStrategy[Settings]
    deeds: tuple[str, ...]
    lines: Lines
    reach: tuple[int, int]
    odd: tuple[bytes, bytes]
    moments: tuple[int, ...] = (1, 10, 100)
    rounds: int = 10
    pause: float = 0.0
    aims: tuple[str, ...] = ()
    lists: int = 1
    listed: tuple[str, ...] = ()


@cache
def land() -> Land:
    """That of the service the tests run against."""
    found: Land = import_module(f"tests.properties.{tested.name()}").LAND
    return found

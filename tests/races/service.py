"""What the judge of a race has to know of a service beside its dialect: one `Service` for each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import NamedTuple

from reconciler.emulator.wire import Recorded
from tests import tested
from tests.services.dialect import Ask


class Inputs(NamedTuple):
    """What only training can change: the word that every example of the data ends in, and the epochs."""

    data: str
    epochs: int | None

    def fit(self, wanted: "Inputs") -> bool:
        """Whether a model made from these is what is wanted; epochs that nobody declares may be any."""
        return self.data == wanted.data and wanted.epochs in (None, self.epochs)


class Signed(NamedTuple):
    """Whose a model is, and under which name, as its mark says."""

    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service that is raced for.

    `inputs` are those of a request to train, `signed` what a request to train or to change a model writes as its mark,
    None if it leaves that alone. `tone` is a value for the field that can be patched. Trouble strikes within `reach`
    requests of a run; `few` races are run of each kind where there is little time.
    """

    inputs: Callable[[Recorded, Ask], Inputs]
    signed: Callable[[Recorded], Signed | None]
    tone: Callable[[float], float | str]
    reach: int
    few: int


@cache
def service() -> Service:
    """The one that the tests run against."""
    found: Service = import_module(f"tests.races.{tested.name()}").SERVICE
    return found

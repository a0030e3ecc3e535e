"""What the tests of crashes have to know of a service beside its dialect: one `Service` for each."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Literal, TypeAlias

from tests import tested
from tests.services.dialect import Ask

When: TypeAlias = Literal["before", "after"]
Kind: TypeAlias = tuple[signal.Signals, When]


@dataclass(frozen=True, slots=True)
class Service:
    """One service whose clients are struck.

    `trainings` gives the id of each that there ever was, as far as is known. `world` is what of everything that exists
    must not depend on how it came to be: times and numbers do. Where there is no time for all, `scenario` is struck
    with `kinds` of blows, and `at_once`, which has requests in flight at once, at each so manieth request (`every`).
    """

    trainings: Callable[[Ask], list[str]]
    world: Callable[[Ask], list[tuple[object, ...]]]
    scenario: str
    kinds: tuple[Kind, ...]
    at_once: str
    every: int


@cache
def service() -> Service:
    """The one that the tests run against."""
    found: Service = import_module(f"tests.process.{tested.name()}").SERVICE
    return found

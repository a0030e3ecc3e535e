"""Request preconditions: `ifGenerationMatch` and its relatives.

Source: the guide on request preconditions. A `...Match` that does not hold is 412, a `...NotMatch` 304; generation
0 stands for no live object, and a `...NotMatch` does not hold where there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.emulator.storage import errors
from reconciler.emulator.storage.objects import Row
from reconciler.emulator.storage.resource import METAGENERATION

_BEYOND = 2**63
_DIGITS = len(str(_BEYOND))


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be so of an object; None asks nothing."""

    generation: int | None = None
    not_generation: int | None = None
    metageneration: int | None = None
    not_metageneration: int | None = None

    def check(self, found: Row | None) -> None:
        """Raise StorageError 412 or NotModified unless all of them hold."""
        generation, metageneration = (found.generation, METAGENERATION) if found else (0, 0)
        if self.generation not in (None, generation) or self.metageneration not in (None, metageneration):
            raise errors.condition_not_met()
        unwanted = (self.not_generation, generation), (self.not_metageneration, metageneration)
        if any(refused is not None and (found is None or refused == actual) for refused, actual in unwanted):
            raise errors.NotModified


def names(prefix: str = "if") -> tuple[str, ...]:
    """Give the names of the parameters: of the object itself (`if`) or of what it is made of (`ifSource`)."""
    kinds = ("Generation", "Metageneration")
    return tuple(f"{prefix}{kind}{relation}" for kind in kinds for relation in ("Match", "NotMatch"))


def read(query: Mapping[str, object], prefix: str = "if") -> Conditions:
    """Read the parameters; raise StorageError 400 for one that is no number."""
    return Conditions(*(integer(query, name) for name in names(prefix)))


def integer(values: Mapping[str, object], name: str) -> int | None:
    """Read a number of 64 bits that is not negative, None if it is not there; raise StorageError 400 for another."""
    value = values.get(name)
    if value is None:
        return None
    text = str(value)
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else _BEYOND
    if number >= _BEYOND:
        raise errors.invalid(f'Invalid value "{text}" for {name}: expected a whole number.')
    return number

"""How each field may change, as data.

A provider publishes one FieldRule for each field it knows, keyed by the field's path in the manifest's spec
(`hyperparameters.epochCount`); the keys of a map share one (`labels.*`). The planner compares by these rules and knows
no field by name.
"""

import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | tuple[str, ...]
"""What a field can hold. A tuple is a set of strings: sorted, without duplicates."""

Fields: TypeAlias = Mapping[str, Value]
"""Values by field path. A path that is missing was not declared, or not reported."""


class Mutability(Enum):
    """What it takes to change a field on a model that exists."""

    IN_PLACE = "in place"
    RETRAIN = "retrain"
    INPUT_ONLY = "input only"
    """Matters to a training alone: another value is worth a note, and never a training by itself."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field behaves at one provider, and why.

    `defaults` are the values the service is documented to choose among when the field is not declared;
    `alternative` is the field that takes this one's place when it is declared; `pattern` (RE2) is what the provider
    accepts; `why` is said to the user beside a forced replacement; `readable` is false for what is never reported.
    `choices` are the only numbers that it may be, `longest` the most characters, `most` the most keys of a map; none
    and 0 where anything goes.
    What is `late` the service takes only when the model is there: it is written when the training is over.
    `telling` (RE2) has one group: the part of a text that tells it from others; the whole text where it is empty.
    """

    path: str
    mutability: Mutability
    why: str
    defaults: tuple[float, ...] = ()
    alternative: str = ""
    pattern: str = ""
    example: str = ""
    readable: bool = True
    choices: tuple[float, ...] = ()
    longest: int = 0
    most: int = 0
    late: bool = False
    telling: str = ""


Rules: TypeAlias = Mapping[str, FieldRule]


@dataclass(frozen=True, slots=True)
class SettingRule:
    """How a provider uses one setting of the workspace; settings without a rule it does not have.

    `pattern` (RE2) is what it takes: some settings become part of a URL.
    """

    name: str
    why: str
    required: bool = False
    default: str = ""
    pattern: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class DataLimits:
    """What a provider takes as training data. Lengths are in characters, sizes in bytes of what is sent.

    `tokens` are the most of one example, `validation_examples` the most of a validation set; 0 is no limit everywhere.
    `conversations`: examples may have instructions and several turns, and are sent as module `conversation` writes
    them. `remote`: data may lie in Cloud Storage.
    """

    input_characters: int
    output_characters: int
    request_bytes: int
    recommended_examples: int = 20
    examples: int = 0
    tokens: int = 0
    validation_examples: int = 0
    conversations: bool = False
    remote: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider at one API version accepts: validation reads this, never the provider itself.

    `host` is the service's own, `settings` those of a workspace by name. `lists_bases`: the service can be asked which
    base models it tunes. `grants`: who may use a model is told with the model, so it has to be handed over.
    """

    provider: str
    rules: Rules
    limits: DataLimits
    host: str = ""
    settings: Mapping[str, SettingRule] = field(default_factory=dict)
    lists_bases: bool = True
    grants: bool = True

    @property
    def counts_steps(self) -> bool:
        """Whether it can be known how many steps a training takes: not where the service alone sizes the batches."""
        return "hyperparameters.batchSize" in self.rules

    def rule(self, path: str) -> FieldRule | None:
        """The rule of a field; None for a field that the provider does not have."""
        return self.rules.get(path) or self.rules.get(f"{path.partition('.')[0]}.*")


def float32(number: float) -> float:
    """Round to what survives the wire: the services keep 32-bit floats. Overflow becomes infinity."""
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return math.inf
    return rounded


def equal(left: Value | None, right: Value | None) -> bool:
    """Compare as the services store: numbers as 32-bit floats, everything else exactly."""
    if left is right:
        return True
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right or float32(left) == float32(right)
    return left == right


def alike(left: Value | None, right: Value | None, telling: str) -> bool:
    """Compare two values of a field by the part of a text that tells it from others, as its rule has it."""
    return equal(left, right) or (bool(telling) and _told(left, telling) == _told(right, telling) is not None)


def _told(value: Value | None, telling: str) -> str | None:
    """The part of a value that tells it from others; None if it has none."""
    found = re.fullmatch(telling, value) if isinstance(value, str) else None
    return found[1] if found else None


def shortest(number: float) -> str:
    """Write a number in the fewest digits that give the same 32-bit float: 0.001, not 0.0010000000474974513."""
    if float(number).is_integer() and abs(number) < 10**10:
        return str(int(number))
    rounded = float32(number)
    return next(text for digits in range(1, 18) if float32(float(text := f"{number:.{digits}g}")) == rounded)


def training_steps(examples: int, epochs: float, batch: float) -> int:
    """Count optimiser steps: ceil(examples * epochs / batch); batches run across the borders of epochs.

    The formula reproduces every figure of the recorded responses: 15 * 3 / 2 -> 23, 15 * 50 / 4 -> 188.
    """
    return math.ceil(examples * epochs / batch)

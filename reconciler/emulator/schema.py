"""The fields of a message in one version of the API, and their names in JSON and in the protos."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from reconciler.emulator import messages
from reconciler.emulator.vertex import messages as vertex

MESSAGES: Mapping[str, str] = {**messages.MESSAGES, **vertex.MESSAGES}
"""The messages of both APIs; those of Vertex AI are prefixed, since some names are in both."""
ENUMS: Mapping[str, tuple[str, ...]] = {**messages.ENUMS, **vertex.ENUMS}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message; `kind` is a scalar type, a message, an enum, or `json`.

    A field that is `mapped` is a map from strings to its kind.
    """

    name: str
    kind: str
    repeated: bool
    mapped: bool
    behaviours: frozenset[str]
    oneof: str | None

    @property
    def is_message(self) -> bool:
        """Tell whether the value is itself a message."""
        return self.kind in MESSAGES


@cache
def fields_of(message: str, version: str) -> dict[str, Field]:
    """Give the fields of a message in one API version, by their camelCase name."""
    rows = (line.split() for line in MESSAGES[message].strip().splitlines())
    return {row[0]: _field(row) for row in rows if _is_in(row[2:], version)}


@lru_cache(maxsize=4096)
def camel(name: str) -> str:
    """Give the JSON name of a field written in snake_case or camelCase."""
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """Give the proto name of a field written in camelCase."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _field(row: list[str]) -> Field:
    name, kind, *marks = row
    oneof = next((mark.removeprefix("oneof=") for mark in marks if mark.startswith("oneof=")), None)
    behaviours = frozenset(marks) & {"output", "input", "immutable"}
    plain = kind.removesuffix("[]").removeprefix("map<").removesuffix(">")
    return Field(name, plain, kind.endswith("[]"), kind.startswith("map<"), behaviours, oneof)


def _is_in(marks: list[str], version: str) -> bool:
    if f"not={version}" in marks:
        return False
    return all(mark == f"only={version}" for mark in marks if mark.startswith("only="))

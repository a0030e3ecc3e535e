"""A request's JSON into canonical form, strictly: an unknown name or a wrong type is refused, all at once.

Accepted as proto3 JSON has it: names in snake_case or camelCase, enums as name or number, integers as number
or string, null as absent.
"""

import math
from collections.abc import Callable
from typing import Any

from reconciler.emulator.jsontext import float32
from reconciler.emulator.schema import ENUMS, Field, camel, fields_of, snake
from reconciler.emulator.status import bad_fields
from reconciler.emulator.wire import JsonObject

_BITS = {"int32": 31, "int64": 63}
_INVALID = object()


def decode(message: str, value: object, version: str, root: str = "") -> JsonObject:
    """Give the message as a dict of camelCase names and canonical values.

    `root` is the proto name of the body's field (`tuned_model`), under which errors are reported.
    Raises ApiError 400 with one violation for each wrong field.
    """
    found: list[tuple[str, str]] = []
    decoded = _message(message, value, version, root, found)
    if found:
        raise bad_fields(found)
    return decoded


def _message(message: str, value: object, version: str, path: str, found: list[tuple[str, str]]) -> JsonObject:
    if not isinstance(value, dict):
        found.append((path, f"Invalid value at '{path}' ({_shown(message)}), {value!r}"))
        return {}
    fields = fields_of(message, version)
    decoded: JsonObject = {}
    taken: dict[str, str] = {}
    for key, item in value.items():
        field = fields.get(camel(key))
        if field is None:
            at = f" at '{path}'" if path else ""
            text = f'Invalid JSON payload received. Unknown name "{key}"{at}: Cannot find field.'
            found.append((path, text))
        elif item is not None:
            _claim(field, taken, path, found)
            decoded[field.name] = _value(field, item, version, _join(path, snake(field.name)), found)
    return decoded


def _claim(field: Field, taken: dict[str, str], path: str, found: list[tuple[str, str]]) -> None:
    if field.oneof is None:
        return
    if field.oneof in taken:
        text = (
            f"Invalid value at '{path}' (oneof), oneof field '{field.oneof}' is already set. Cannot set '{field.name}'"
        )
        found.append((path, text))
    taken[field.oneof] = field.name


def _value(field: Field, item: Any, version: str, path: str, found: list[tuple[str, str]]) -> Any:
    if field.mapped:
        return _map(field, item, version, path, found)
    if not field.repeated:
        return _single(field, item, version, path, found)
    if not isinstance(item, list):
        # Google's parser takes a lone value for a list of one.
        return [_single(field, item, version, path, found)]
    return [_single(field, one, version, f"{path}[{at}]", found) for at, one in enumerate(item)]


def _map(field: Field, item: Any, version: str, path: str, found: list[tuple[str, str]]) -> JsonObject:
    if not isinstance(item, dict):
        found.append((path, f"Invalid value at '{path}' (Map), Cannot bind a scalar or a list to a map."))
        return {}
    return {key: _single(field, one, version, f"{path}[{key}]", found) for key, one in item.items()}


def _single(field: Field, item: Any, version: str, path: str, found: list[tuple[str, str]]) -> Any:
    if field.is_message:
        return _message(field.kind, item, version, path, found)
    value = _scalar(field.kind, item)
    if value is _INVALID:
        found.append((path, f"Invalid value at '{path}' (TYPE_{_shown(field.kind).upper()}), {item!r}"))
        return None
    return value


def _scalar(kind: str, item: Any) -> Any:
    match kind:
        case "json":
            return item
        case "string":
            return item if isinstance(item, str) and _is_unicode(item) else _INVALID
        case "bool":
            return item if isinstance(item, bool) else _INVALID
        case "int32" | "int64":
            return _integer(item, _BITS[kind])
        case "float" | "double":
            return _float(item, float32 if kind == "float" else float)
        case _:
            return _enum(kind, item)


def _is_unicode(text: str) -> bool:
    """Tell whether a text can be sent: a lone half of a surrogate pair cannot."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _integer(item: object, bits: int) -> object:
    if isinstance(item, bool) or not isinstance(item, int | float | str):
        return _INVALID
    try:
        number = int(item)
    except (ValueError, OverflowError):
        return _INVALID
    if isinstance(item, float) and item != number:
        return _INVALID
    return number if -(2**bits) <= number < 2**bits else _INVALID


def _float(item: object, width: Callable[[float], float]) -> object:
    if isinstance(item, bool) or not isinstance(item, int | float | str):
        return _INVALID
    try:
        number = width(float(item))
    except (ValueError, OverflowError):
        return _INVALID
    return number if math.isfinite(number) else _INVALID


def _enum(kind: str, item: object) -> object:
    names = ENUMS[kind]
    if isinstance(item, str):
        return item if item in names else _INVALID
    if isinstance(item, int) and not isinstance(item, bool) and 0 <= item < len(names):
        return names[item]
    return _INVALID


def _shown(kind: str) -> str:
    """Give the name of a type as the service has it, without the prefix of our tables."""
    return kind.rpartition(".")[2]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def enum_numbers(message: str, value: JsonObject, version: str) -> JsonObject:
    """Give an answer with its enums as numbers, for `$alt=json;enum-encoding=int`."""
    fields = fields_of(message, version)
    return {name: _numbered(fields.get(name), item, version) for name, item in value.items()}


def _numbered(field: Field | None, item: Any, version: str) -> Any:
    if field is None:
        return item
    if isinstance(item, list):
        return [_numbered(field, one, version) for one in item]
    if field.mapped:
        return item
    if field.kind in ENUMS and item in ENUMS[field.kind]:
        return ENUMS[field.kind].index(item)
    if field.is_message:
        return enum_numbers(field.kind, item, version)
    return item

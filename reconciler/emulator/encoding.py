"""A message in canonical form as the JSON that the service writes.

proto3 JSON: zero and empty values are left out, but not a message that was set; int64 is a string; a double without
a fraction has no point.
"""

from typing import Any

from reconciler.emulator.schema import ENUMS, Field, fields_of
from reconciler.emulator.wire import JsonObject


def encode(message: str, value: JsonObject, version: str) -> JsonObject:
    """Give the JSON of a decoded message; what was decoded as null or zero is not in it."""
    fields = fields_of(message, version)
    shown = {name: _value(fields[name], item, version) for name, item in value.items() if item is not None}
    return {name: item for name, item in shown.items() if _is_set(fields[name], item)}


def _value(field: Field, item: Any, version: str) -> Any:
    if isinstance(item, list):
        return [_value(field, one, version) for one in item]
    if field.mapped:
        return dict(item)
    if field.is_message:
        return encode(field.kind, item, version)
    match field.kind:
        case "int64":
            return str(item)
        case "double" | "float":
            return int(item) if item == int(item) else item
        case _:
            return item


def _is_set(field: Field, item: Any) -> bool:
    """Tell whether a value is written: messages and members of a oneof are, when they were set at all."""
    if field.repeated or field.mapped:
        return bool(item)
    if field.is_message or field.oneof is not None or field.kind == "json":
        return True
    if field.kind == "int64":
        return bool(item != "0")
    if field.kind in ENUMS:
        return bool(item != ENUMS[field.kind][0])
    return item not in ("", 0, False)

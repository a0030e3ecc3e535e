"""`updateMask` and `etag` of a PATCH: which fields are written, and onto what."""

from collections.abc import Collection

from reconciler.emulator import status
from reconciler.emulator.call import Call
from reconciler.emulator.masks import split_mask
from reconciler.emulator.schema import fields_of, snake
from reconciler.emulator.wire import JsonObject


def masked(call: Call, message: str, mutable: Collection[str]) -> list[str]:
    """Give the fields to write, in camelCase: those of the mask that are mutable.

    What is output only is passed over. Raises ApiError 400 without a mask, for a path that the message does not
    have, and for one that cannot be updated.
    """
    paths = split_mask(call.query.get("updateMask", ""))
    if not paths:
        raise status.bad_field("update_mask", "update_mask is required.")
    known = fields_of(message, call.version)
    faults = []
    for path in paths:
        if path not in known and path != "*":
            faults.append(("update_mask", f'Invalid field path "{snake(path)}" in update_mask.'))
        elif path in known and "immutable" in known[path].behaviours:
            faults.append(("update_mask", f'"{snake(path)}" is immutable and cannot be updated.'))
    if faults:
        raise status.bad_fields(faults)
    return [name for name in mutable if name in paths or "*" in paths]


def check_etag(call: Call, current: str | None) -> None:
    """Raise ApiError 409 (ABORTED) where the request carries an etag that is no longer the current one."""
    sent = call.body.get("etag")
    if sent and sent != current:
        raise status.ApiError(409, "The etag does not match the current version of the resource.", status="ABORTED")


def written(shown: JsonObject, body: JsonObject, names: Collection[str]) -> JsonObject:
    """Give a resource with the named fields as the body has them; those that it lacks are cleared."""
    stay = {name: value for name, value in shown.items() if name not in names}
    return stay | {name: body[name] for name in names if body.get(name)}

"""Putting an object in its place: what every upload and every copy ends with."""

import json
from collections.abc import Mapping

from reconciler.emulator.storage import conditions, errors, objects, resource
from reconciler.emulator.storage.ask import Ask
from reconciler.emulator.storage.bodies import Digest
from reconciler.emulator.storage.objects import Row
from reconciler.emulator.wire import JsonObject

CONTENT_TYPE = "application/octet-stream"
"""Of an object for which none was given."""
_NAME_BYTES = 1024


def check(ask: Ask, bucket: str, name: str, query: Mapping[str, str]) -> None:
    """Raise StorageError unless an object may be put there now: its name, its bucket, the conditions."""
    if not name or len(name.encode()) > _NAME_BYTES or name in (".", "..") or {"\r", "\n"} & set(name):
        raise errors.invalid(f"Invalid object name: 1 to {_NAME_BYTES} bytes without line ends.")
    ask.allow(bucket, "storage.objects.create")
    found = objects.find(ask.db, bucket, name)
    conditions.read(query).check(found)
    if found is not None:
        ask.allow(bucket, "storage.objects.delete")


def put(
    ask: Ask, bucket: str, name: str, given: JsonObject, body: int, digest: Digest, components: int | None = None
) -> JsonObject:
    """Put a new generation there, which `check` has allowed, and give its resource."""
    made = Row(bucket, name, 0, body, digest.size, digest.crc32c, digest.md5, components, json.dumps(given), ask.now)
    return resource.object_json(objects.insert(ask.db, made, keep_old=ask.settings.object_versioning), ask.base)

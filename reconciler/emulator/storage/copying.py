"""Objects made of objects, without their bytes passing through the client: copyTo, rewriteTo, compose.

Source: the reference of these methods. Metadata that are sent replace those of the source; without any, they are
copied. A rewrite may take several requests, each but the first with the token of the one before.
"""

import json
from dataclasses import replace

from reconciler.emulator.storage import bodies, conditions, errors, objects, placement, resource, tokens
from reconciler.emulator.storage.ask import Ask
from reconciler.emulator.storage.objects import Row
from reconciler.emulator.wire import JsonObject

_MEBIBYTE = 1024 * 1024
_COMPONENTS = 32
PARAMETERS = ("sourceGeneration", *conditions.names(), *conditions.names("ifSource"))
REWRITE_PARAMETERS = (*PARAMETERS, "rewriteToken", "maxBytesRewrittenPerCall")


def copy(ask: Ask, bucket: str, name: str, target_bucket: str, target_name: str) -> JsonObject:
    """Copy an object and give the resource of the copy."""
    return _copy(ask, _source(ask, bucket, name), target_bucket, target_name)


def rewrite(ask: Ask, bucket: str, name: str, target_bucket: str, target_name: str) -> JsonObject:
    """Copy an object, or a part of the work, and say how far it is."""
    row = _source(ask, bucket, name)
    placement.check(ask, target_bucket, target_name, ask.query)
    made_for = (row.generation, target_bucket, target_name)
    done = min(_done(ask, made_for) + _share(ask, row), row.size)
    answer: JsonObject = {
        "kind": "storage#rewriteResponse",
        "totalBytesRewritten": str(done),
        "objectSize": str(row.size),
        "done": done == row.size,
    }
    if done < row.size:
        return {**answer, "rewriteToken": tokens.write([done], made_for)}
    return {**answer, "resource": _copy(ask, row, target_bucket, target_name)}


def compose(ask: Ask, bucket: str, name: str) -> JsonObject:
    """Make an object of up to 32 others of its bucket, one behind the other; it has no MD5."""
    sent = ask.json()
    sources, destination = sent.get("sourceObjects"), sent.get("destination") or {}
    if not (isinstance(sources, list) and isinstance(destination, dict) and 1 <= len(sources) <= _COMPONENTS):
        raise errors.invalid(f"Expected 1 to {_COMPONENTS} source components.")
    placement.check(ask, bucket, name, ask.query)
    rows = [_component(ask, bucket, source) for source in sources]
    body = bodies.join(ask.db, ((row.body, row.size) for row in rows))
    digest = replace(bodies.digest(ask.db, body), md5=None)
    given = {"contentType": placement.CONTENT_TYPE, **resource.given(destination)}
    return placement.put(ask, bucket, name, given, body, digest, sum(row.components or 1 for row in rows))


def _source(ask: Ask, bucket: str, name: str) -> Row:
    """Give what is to be copied; raise StorageError 404, or 412 where it is not what the client takes it for."""
    ask.allow(bucket, "storage.objects.get")
    row = objects.find(ask.db, bucket, name, conditions.integer(ask.query, "sourceGeneration"))
    if row is None:
        raise errors.no_object(bucket, name)
    conditions.read(ask.query, "ifSource").check(row)
    return row


def _copy(ask: Ask, row: Row, bucket: str, name: str) -> JsonObject:
    placement.check(ask, bucket, name, ask.query)
    sent = ask.json()
    given = resource.given(sent) if sent else json.loads(row.given)
    return placement.put(ask, bucket, name, given, row.body, row.digest, row.components)


def _component(ask: Ask, bucket: str, source: object) -> Row:
    """Give one source of a compose, by name and perhaps by generation or condition."""
    sent: JsonObject = source if isinstance(source, dict) else {}
    name, wanted = sent.get("name"), sent.get("objectPreconditions")
    if not isinstance(name, str):
        raise errors.required("sourceObjects.name")
    ask.allow(bucket, "storage.objects.get")
    row = objects.find(ask.db, bucket, name, conditions.integer(sent, "generation"))
    if row is None:
        raise errors.no_object(bucket, name)
    conditions.read(wanted if isinstance(wanted, dict) else {}).check(row)
    return row


def _share(ask: Ask, row: Row) -> int:
    """Give how many bytes this request does: all, unless client or settings set a limit."""
    asked = conditions.integer(ask.query, "maxBytesRewrittenPerCall")
    if asked is not None and (asked == 0 or asked % _MEBIBYTE):
        raise errors.invalid("maxBytesRewrittenPerCall must be a multiple of 1048576.")
    return min(limit for limit in (asked, ask.settings.rewrite_bytes, row.size) if limit is not None)


def _done(ask: Ask, made_for: tuple[str | int, ...]) -> int:
    """Give how many bytes the requests before this one did; raise StorageError 400 for a token of another rewrite."""
    text = ask.query.get("rewriteToken")
    return int(tokens.read(text, made_for)[0]) if text else 0

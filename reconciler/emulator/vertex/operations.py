"""Long-running operations on models and endpoints: begun by a request, done after a while, kept for good.

The effect comes when the operation is done; what then stands against it is the operation's error.
"""

import json
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from reconciler.emulator import paging, status
from reconciler.emulator.call import Call
from reconciler.emulator.codes import number
from reconciler.emulator.jsontext import timestamp
from reconciler.emulator.settings import Settings
from reconciler.emulator.status import ApiError
from reconciler.emulator.store import Store
from reconciler.emulator.vertex import deployment, names, resources
from reconciler.emulator.vertex.course import MICRO, after
from reconciler.emulator.vertex.deployment import Write
from reconciler.emulator.vertex.names import Name
from reconciler.emulator.wire import JsonObject

Act: TypeAlias = Literal["undeploy", "deploy", "delete endpoint", "delete model", "delete version"]
_Rule: TypeAlias = Callable[[Store, Settings, Name, JsonObject], list[Write]]

_CANCELLED = 1
_PAGE = 100
_RPC_CODES = {"INVALID_ARGUMENT": 3, "NOT_FOUND": 5, "ALREADY_EXISTS": 6, "FAILED_PRECONDITION": 9}
_EMPTY = {"@type": "type.googleapis.com/google.protobuf.Empty"}
_RULES: Mapping[Act, _Rule] = {
    "undeploy": deployment.undeploy,
    "deploy": deployment.deploy,
    "delete endpoint": deployment.delete_endpoint,
    "delete model": deployment.delete_model,
    "delete version": deployment.delete_version,
}


class Operation(NamedTuple):
    """An operation as it is kept; `due` is in microseconds, None once it is done."""

    seq: int
    name: str
    target: str
    kept: str
    due: int | None


def begin(call: Call, act: Act, target: Name, asked: JsonObject | None = None) -> JsonObject:
    """Begin an operation on a resource, and answer with it, not yet done.

    Raises ApiError where the act is not allowed now, and 400 (FAILED_PRECONDITION) while another one is under way.
    """
    wanted = asked or {}
    with call.store.writing():
        _RULES[act](call.store, call.settings, target, wanted)
        _refuse_busy(call, target)
        made = int(call.store.add("made"))
        name = f"{target}/operations/{number(f'operation {call.settings.seed} {made}')}"
        kept = {"act": act, "asked": wanted, "version": call.version, "created": call.now, "updated": call.now}
        due = after(call.now, call.settings.operation_seconds) // MICRO
        insert = "INSERT INTO vertex_operations (name, target, kept, due) VALUES (?, ?, ?, ?)"
        call.store.sql.execute(insert, (name, str(target), json.dumps(kept), due))
    return _shown(name, kept)


def _refuse_busy(call: Call, target: Name) -> None:
    query = "SELECT name FROM vertex_operations WHERE target = ? AND due IS NOT NULL"
    busy = call.store.sql.execute(query, (str(target),)).fetchone()
    if busy and call.settings.busy == "refuse":
        raise status.precondition(f"There are other operations running on {target}. Operation(s) are: {busy[0]}.")


def finish(store: Store, settings: Settings, seq: int, due: int) -> None:
    """Let an operation have its effect at a time in nanoseconds, within a transaction."""
    operation = _one(store, "seq", seq)
    assert operation is not None  # noqa: S101 - it was just selected
    kept = json.loads(operation.kept)
    target = names.parse(operation.target, settings)
    kept |= {"updated": due, "done": True}
    try:
        writes = _RULES[kept["act"]](store, settings, target, kept["asked"])
    except ApiError as error:
        kept["error"] = {"code": _RPC_CODES.get(error.status, 2), "message": error.message}
    else:
        for write in writes:
            _write(store, settings, write, due, target)
    _keep(store, operation, kept)


def _write(store: Store, settings: Settings, write: Write, at: int, target: Name) -> None:
    """Write a resource; only what the operation is of has changed for those who hold an etag."""
    kind, row, kept = write
    if kept is None:
        resources.remove(store, settings, kind, row)
        return
    if (kind, row.id) == (target.collection, target.id):
        kept["shown"] |= {"etag": resources.etag(store, row.id), "updateTime": timestamp(at)}
    resources.change(store, kind, row, kept)


def _keep(store: Store, operation: Operation, kept: JsonObject) -> None:
    update = "UPDATE vertex_operations SET kept = ?, due = NULL WHERE seq = ?"
    store.sql.execute(update, (json.dumps(kept), operation.seq))


def _one(store: Store, column: str, value: str | int) -> Operation | None:
    query = f"SELECT seq, name, target, kept, due FROM vertex_operations WHERE {column} = ?"  # noqa: S608 - our column names
    found = store.sql.execute(query, (value,)).fetchone()
    return Operation._make(found) if found else None


def get(call: Call) -> JsonObject:
    """Answer `operations.get`, and `operations.wait`, which may answer at once."""
    operation = _asked(call)
    return _shown(operation.name, json.loads(operation.kept))


def cancel(call: Call) -> JsonObject:
    """Answer `operations.cancel`: one that is under way has no effect any more; one that is done stays as it is."""
    with call.store.writing():
        operation = _asked(call)
        if operation.due is not None:
            error = {"code": _CANCELLED, "message": "The operation was cancelled."}
            _keep(call.store, operation, {**json.loads(operation.kept), "done": True, "error": error})
    return {}


def _asked(call: Call) -> Operation:
    """Give the operation that the path names: under the resource it is of, or by its id alone."""
    parent = names.parent_of(call)
    if "resource" in call.path:
        kind, resource = call.path["kind"], call.path["resource"].partition("@")[0]
        operation = _one(call.store, "name", f"{parent}/{kind}/{resource}/operations/{call.path['operation']}")
    else:
        query = "SELECT seq, name, target, kept, due FROM vertex_operations WHERE name LIKE ? AND target LIKE ?"
        found = call.store.sql.execute(query, (f"%/operations/{call.path['operation']}", f"{parent}/%")).fetchone()
        operation = Operation._make(found) if found else None
    if operation is None:
        raise names.missing(f"operation {call.path['operation']}")
    return operation


def list_operations(call: Call) -> JsonObject:
    """Answer `operations.list` of one resource, or of all of a location; oldest first. A filter is not served."""
    parent = names.parent_of(call)
    if call.query.get("filter"):
        raise status.bad_field("filter", "Filtering operations is not supported.")
    if "resource" in call.path:
        parent = f"{parent}/{call.path['kind']}/{call.path['resource'].partition('@')[0]}"
    after, _ = paging.read_token(call.query, "operations", parent) or (0, 0)
    size = paging.page_size(call.query, _PAGE, call.settings.vertex_page_max)
    query = """SELECT seq, name, kept FROM vertex_operations
        WHERE seq > ?1 AND (target = ?2 OR target LIKE ?2 || '/%') ORDER BY seq LIMIT ?3"""
    found = call.store.sql.execute(query, (after, parent, size + 1)).fetchall()
    shown: JsonObject = {"operations": [_shown(name, json.loads(kept)) for _, name, kept in found[:size]]}
    if len(found) > size:
        shown["nextPageToken"] = paging.write_token((found[size - 1][0], 0), "operations", parent)
    return shown if found else {}


def _shown(name: str, kept: JsonObject) -> JsonObject:
    """Give an operation as the service shows it, its types of the version that began it."""
    package = f"type.googleapis.com/google.cloud.aiplatform.{kept['version']}."
    act: Act = kept["act"]
    verb = {"undeploy": "UndeployModel", "deploy": "DeployModel"}.get(act)
    shown: JsonObject = {
        "name": name,
        "metadata": {
            "@type": f"{package}{verb or 'Delete'}OperationMetadata",
            "genericMetadata": {
                "createTime": timestamp(kept["created"]),
                "updateTime": timestamp(kept["updated"]),
            },
        },
    }
    if "error" in kept:
        return {**shown, "done": True, "error": kept["error"]}
    if not kept.get("done"):
        return shown
    response: JsonObject = {"@type": f"{package}{verb}Response"} if verb else dict(_EMPTY)
    if act == "deploy":
        response["deployedModel"] = kept["asked"]["deployedModel"]
    return {**shown, "done": True, "response": response}

"""`models` get, list, listVersions, patch, delete and deleteVersion."""

from reconciler.emulator import fields, status
from reconciler.emulator.call import Call
from reconciler.emulator.jsontext import timestamp
from reconciler.emulator.vertex import deployment, filters, listing, names, operations, resources, updates, versions
from reconciler.emulator.vertex.labels import label_faults, title_faults
from reconciler.emulator.vertex.names import Name
from reconciler.emulator.wire import JsonObject

_OF_MODEL = ("displayName", "description")
_OF_VERSION = ("versionDescription", "defaultCheckpointId")
_OF_EITHER = ("labels",)
_WHOLE = "-"
"""The version in a name that stands for the Model as a whole."""


def get(call: Call) -> JsonObject:
    """Answer `models.get`, of the version that the name says or of the default one."""
    target = _target(call)
    kept = resources.live(call, "models", target.id).value
    return versions.shown(kept, deployment.version_named(kept, target))


def list_models(call: Call) -> JsonObject:
    """Answer `models.list`: each Model once, at its default version."""
    return listing.page(call, "models", "vertex.Model", lambda row: versions.at_default(row.value))


def list_versions(call: Call) -> JsonObject:
    """Answer `models.listVersions`: all on one page, oldest first, their names with the version."""
    kept = resources.live(call, "models", _target(call).id).value
    tests = filters.parse(call.query.get("filter", ""), "models")
    reading = fields.parse(call.query.get("readMask"), "vertex.Model", call.version)
    every = [versions.shown(kept, version) for version in sorted(kept["versions"], key=int)]
    named = [{**one, "name": f"{one['name']}@{one['versionId']}"} for one in every if all(test(one) for test in tests)]
    return {"models": [reading.cut(one) for one in named]} if named else {}


def patch(call: Call) -> JsonObject:
    """Answer `models.patch`: of the Model, or of one version where the name says it.

    Raises ApiError 400 for the mask (FAILED_PRECONDITION where a field is not of what the name says), or for values;
    409 (ABORTED) for an old etag.
    """
    target = _target(call)
    whole = target.version in ("", _WHOLE)
    wanted = updates.masked(call, "vertex.Model", (*_OF_MODEL, *_OF_VERSION, *_OF_EITHER))
    _check(call.body, wanted)
    with call.store.writing():
        row = resources.live(call, "models", target.id)
        kept = row.value
        version = deployment.version_named(kept, target._replace(version="") if whole else target)
        updates.check_etag(call, kept["shown"].get("etag"))
        _change(kept, version, call.body, wanted, timestamp(call.now), whole=whole)
        kept["shown"] |= {"updateTime": timestamp(call.now), "etag": resources.etag(call.store, row.id)}
        resources.change(call.store, "models", row, kept)
    return versions.shown(kept, version)


def _change(kept: JsonObject, version: str, body: JsonObject, wanted: list[str], at: str, *, whole: bool) -> None:
    """Write the fields where they belong; the default checkpoint is the default version's where none is named."""
    own = kept["versions"][version]
    misplaced = [name for name in wanted if name in (("versionDescription",) if whole else _OF_MODEL)]
    if misplaced:
        level = "the model" if whole else "a version"
        raise status.precondition(f"{', '.join(misplaced)} cannot be updated through the name of {level}.")
    checkpoint = body.get("defaultCheckpointId")
    if "defaultCheckpointId" in wanted and checkpoint not in {
        one["checkpointId"] for one in own.get("checkpoints", [])
    }:
        raise status.bad_field("model.default_checkpoint_id", "The model has no such checkpoint.")
    of_version = [name for name in wanted if name in _OF_VERSION or (name in _OF_EITHER and not whole)]
    kept["shown"] = updates.written(kept["shown"], body, [name for name in wanted if name not in of_version])
    kept["versions"][version] = updates.written(own, body, of_version)
    if of_version:
        kept["versions"][version]["versionUpdateTime"] = at


def _check(body: JsonObject, wanted: list[str]) -> None:
    faults = label_faults("model.labels", body.get("labels", {})) if "labels" in wanted else []
    if "displayName" in wanted:
        faults += title_faults("model.display_name", body.get("displayName", ""))
        if not body.get("displayName"):
            faults.append(("model.display_name", "display_name is required."))
    if faults:
        raise status.bad_fields(faults)


def delete(call: Call) -> JsonObject:
    """Answer `models.delete` with an operation: the Model goes with all its versions."""
    target = _target(call)
    if target.version:
        raise status.bad_field("name", f"{target} names a version; use deleteVersion.")
    return operations.begin(call, "delete model", target)


def delete_version(call: Call) -> JsonObject:
    """Answer `models.deleteVersion` with an operation; the name must say the version."""
    target = _target(call)
    if not target.version:
        raise status.bad_field("name", f"{target} does not say which version.")
    row = resources.live(call, "models", target.id)
    version = deployment.version_named(row.value, target)
    return operations.begin(call, "delete version", target._replace(version=""), {"version": version})


def _target(call: Call) -> Name:
    resource, _, version = call.path["model"].partition("@")
    return Name(names.parent_of(call), "models", resource, version)

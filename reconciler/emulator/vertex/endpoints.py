"""`endpoints` get, list, patch, delete, deployModel and undeployModel."""

from reconciler.emulator import status
from reconciler.emulator.call import Call
from reconciler.emulator.codes import number
from reconciler.emulator.jsontext import timestamp
from reconciler.emulator.vertex import deployment, listing, names, operations, resources, updates
from reconciler.emulator.vertex.labels import label_faults, title_faults
from reconciler.emulator.vertex.names import Name
from reconciler.emulator.vertex.resources import Row
from reconciler.emulator.wire import JsonObject

_MUTABLE = ("displayName", "description", "labels", "trafficSplit")


def get(call: Call) -> JsonObject:
    """Answer `endpoints.get`."""
    return _shown(resources.live(call, "endpoints", call.path["endpoint"]))


def list_endpoints(call: Call) -> JsonObject:
    """Answer `endpoints.list`."""
    return listing.page(call, "endpoints", "vertex.Endpoint", _shown)


def patch(call: Call) -> JsonObject:
    """Answer `endpoints.patch`; raise ApiError 400 for mask or values, 409 (ABORTED) for an old etag."""
    wanted = updates.masked(call, "vertex.Endpoint", _MUTABLE)
    _check(call.body, wanted)
    with call.store.writing():
        row = resources.live(call, "endpoints", call.path["endpoint"])
        kept = row.value
        updates.check_etag(call, kept["shown"].get("etag"))
        if "trafficSplit" in wanted:
            deployed = [one["id"] for one in kept["shown"].get("deployedModels", [])]
            deployment.check_split(call.body.get("trafficSplit", {}), deployed)
        shown = updates.written(kept["shown"], call.body, wanted)
        shown |= {"updateTime": timestamp(call.now), "etag": resources.etag(call.store, row.id)}
        resources.change(call.store, "endpoints", row, {**kept, "shown": shown})
    return _visible(shown)


def delete(call: Call) -> JsonObject:
    """Answer `endpoints.delete` with an operation."""
    return operations.begin(call, "delete endpoint", _target(call))


def undeploy_model(call: Call) -> JsonObject:
    """Answer `endpoints.undeployModel` with an operation."""
    if not call.body.get("deployedModelId"):
        raise status.bad_field("deployed_model_id", "deployed_model_id is required.")
    return operations.begin(call, "undeploy", _target(call), call.body)


def deploy_model(call: Call) -> JsonObject:
    """Answer `endpoints.deployModel` with an operation; the machines asked for are not looked into."""
    asked = call.body.get("deployedModel", {})
    if not asked.get("model"):
        raise status.bad_field("deployed_model.model", "deployed_model.model is required.")
    name = names.parse(asked["model"], call.settings)
    row = resources.find(call.store, "models", name.parent, name.id)
    if row is None:
        raise names.missing(str(name))
    version = name._replace(version=deployment.version_named(row.value, name))
    title = asked.get("displayName") or row.value["shown"].get("displayName", "")
    made = int(call.store.number("made"))
    deployed = asked.get("id") or number(f"deployed {call.settings.seed} {call.path['endpoint']} {made}", 10)
    shown = deployment.deployed_model(version, deployed, title, call.now, call.settings)
    if asked.get("checkpointId"):
        shown["checkpointId"] = asked["checkpointId"]
    wanted = {"deployedModel": shown, "trafficSplit": call.body.get("trafficSplit", {})}
    return operations.begin(call, "deploy", _target(call), wanted)


def _check(body: JsonObject, wanted: list[str]) -> None:
    faults = label_faults("endpoint.labels", body.get("labels", {})) if "labels" in wanted else []
    if "displayName" in wanted:
        faults += title_faults("endpoint.display_name", body.get("displayName", ""))
        if not body.get("displayName"):
            faults.append(("endpoint.display_name", "display_name is required."))
    if faults:
        raise status.bad_fields(faults)


def _target(call: Call) -> Name:
    return Name(names.parent_of(call), "endpoints", call.path["endpoint"], "")


def _shown(row: Row) -> JsonObject:
    return _visible(row.value["shown"])


def _visible(shown: JsonObject) -> JsonObject:
    """Give an Endpoint without its empty fields."""
    return {name: value for name, value in shown.items() if value not in ([], {}, "")}

"""Models on endpoints: what deploying, undeploying and deleting would write, or why they may not.

Nothing is written here: the same rules are asked when an operation is begun and when it is done.
"""

from typing import NamedTuple

from reconciler.emulator import status
from reconciler.emulator.jsontext import timestamp
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.emulator.vertex import names, resources, versions
from reconciler.emulator.vertex.names import Name
from reconciler.emulator.vertex.resources import Collection, Row
from reconciler.emulator.wire import JsonObject

_WHOLE = 100


class Write(NamedTuple):
    """A resource to be written anew; None for `kept` takes it away."""

    kind: Collection
    row: Row
    kept: JsonObject | None


def deployed_model(name: Name, deployed: str, title: str, at: int, settings: Settings) -> JsonObject:
    """Give the DeployedModel of a version of a Model."""
    shown = name if settings.deployed_name == "version" else name._replace(version="")
    return {
        "id": deployed,
        "model": str(shown),
        "modelVersionId": name.version,
        "displayName": title,
        "createTime": timestamp(at),
    }


def undeploy(store: Store, settings: Settings, target: Name, asked: JsonObject) -> list[Write]:
    """Take a DeployedModel off an Endpoint, and the pointer to it off its Model.

    The last one takes all traffic with it. Raises ApiError 400 (FAILED_PRECONDITION) where it has traffic and others
    are there, 404 where it is not deployed.
    """
    row = _found(store, "endpoints", target)
    kept = row.value
    gone = asked.get("deployedModelId", "")
    rest = [one for one in kept["shown"].get("deployedModels", []) if one["id"] != gone]
    ours = [one for one in kept["shown"].get("deployedModels", []) if one["id"] == gone]
    if not ours:
        raise names.missing(f"DeployedModel {gone} of {target}")
    split = _split(asked.get("trafficSplit") or kept["shown"].get("trafficSplit", {}), rest, gone)
    shown = {**kept["shown"], "deployedModels": rest, "trafficSplit": split if rest else {}}
    return [Write("endpoints", row, {**kept, "shown": shown}), *_unpointed(store, settings, ours[0], str(target))]


def _split(asked: JsonObject, rest: list[JsonObject], gone: str) -> JsonObject:
    """Give the traffic of what stays; raise ApiError 400 where what goes has traffic while others are there."""
    if rest and asked.get(gone):
        raise status.precondition(f"DeployedModel {gone} has traffic; give it to others with traffic_split first.")
    split = {key: share for key, share in asked.items() if key != gone}
    check_split(split, [one["id"] for one in rest])
    return split


def check_split(split: JsonObject, deployed: list[str]) -> None:
    """Raise ApiError 400 unless a split is empty or gives 100 % to what is deployed."""
    unknown = sorted(set(split) - set(deployed))
    if deployed and (unknown or (split and sum(split.values()) != _WHOLE) or min(split.values(), default=0) < 0):
        raise status.bad_field("traffic_split", "traffic_split must give 100 in sum to models that are deployed.")


def _unpointed(store: Store, settings: Settings, deployed: JsonObject, endpoint: str) -> list[Write]:
    name = names.parse(deployed["model"], settings)
    row = resources.find(store, "models", name.parent, name.id)
    version = deployed.get("modelVersionId") or name.version
    if row is None or version not in row.value["versions"]:
        return []
    pair = (endpoint, deployed["id"])
    return [Write("models", row, _repointed(row.value, version, [], pair))]


def _repointed(kept: JsonObject, version: str, more: list[JsonObject], less: tuple[str, str]) -> JsonObject:
    """Give a Model with pointers to deployments of a version added, and one taken away."""
    own = kept["versions"][version]
    stay = [one for one in own.get("deployedModels", []) if (one["endpoint"], one["deployedModelId"]) != less]
    return {**kept, "versions": {**kept["versions"], version: {**own, "deployedModels": [*stay, *more]}}}


def deploy(store: Store, settings: Settings, target: Name, asked: JsonObject) -> list[Write]:
    """Put a Model on an Endpoint; `asked` has the DeployedModel as it will be shown, and the traffic."""
    row = _found(store, "endpoints", target)
    kept, deployed = row.value, asked["deployedModel"]
    name = names.parse(deployed["model"], settings)
    model = _found(store, "models", name)
    there = kept["shown"].get("deployedModels", [])
    if any(one["id"] == deployed["id"] for one in there):
        raise status.ApiError(409, f"DeployedModel {deployed['id']} already exists.")
    split = asked.get("trafficSplit") or kept["shown"].get("trafficSplit", {})
    split = {deployed["id"] if key == "0" else key: share for key, share in split.items()}
    check_split(split, [one["id"] for one in [*there, deployed]])
    shown = {**kept["shown"], "deployedModels": [*there, deployed], "trafficSplit": split}
    pointer = {"endpoint": str(target), "deployedModelId": deployed["id"]}
    pointed = _repointed(model.value, deployed["modelVersionId"], [pointer], ("", ""))
    return [Write("endpoints", row, {**kept, "shown": shown}), Write("models", model, pointed)]


def delete_endpoint(store: Store, _settings: Settings, target: Name, _asked: JsonObject) -> list[Write]:
    """Delete an Endpoint on which nothing is deployed."""
    row = _found(store, "endpoints", target)
    if deployed := row.value["shown"].get("deployedModels"):
        text = f"The endpoint {target} has {len(deployed)} deployed models; undeploy them before it is deleted."
        raise status.precondition(text)
    return [Write("endpoints", row, None)]


def delete_model(store: Store, _settings: Settings, target: Name, _asked: JsonObject) -> list[Write]:
    """Delete a Model of which no version is deployed."""
    row = _found(store, "models", target)
    for version in row.value["versions"].values():
        _refuse_deployed(str(target), version)
    return [Write("models", row, None)]


def delete_version(store: Store, _settings: Settings, target: Name, asked: JsonObject) -> list[Write]:
    """Delete a version that is not deployed and not the only one; the newest left is the default if it was that."""
    row = _found(store, "models", target)
    kept, version = row.value, asked["version"]
    if version not in kept["versions"]:
        raise names.missing(f"{target}@{version}")
    if len(kept["versions"]) == 1:
        raise status.precondition(f"{target}@{version} is the only version of the model; delete the model instead.")
    _refuse_deployed(f"{target}@{version}", kept["versions"][version])
    rest = {key: each for key, each in kept["versions"].items() if key != version}
    default = max(rest, key=int) if kept["default"] == version else kept["default"]
    return [Write("models", row, {**kept, "versions": rest, "default": default})]


def _refuse_deployed(name: str, version: JsonObject) -> None:
    if pointers := version.get("deployedModels"):
        where = ", ".join(sorted({pointer["endpoint"] for pointer in pointers}))
        raise status.precondition(f"{name} cannot be deleted: it is deployed on {where}.")


def _found(store: Store, kind: Collection, target: Name) -> Row:
    row = resources.find(store, kind, target.parent, target.id)
    if row is None:
        raise names.missing(f"{target.parent}/{kind}/{target.id}")
    return row


def version_named(kept: JsonObject, target: Name) -> str:
    """Give the id of the version that a name says; raise ApiError 404 where there is none."""
    version = versions.resolve(kept, target.version)
    if version is None:
        raise names.missing(str(target))
    return version

"""A Model and its versions: which one a name means, and how it is shown.

Display name and description belong to the Model, checkpoints and deployments to a version; labels can be of
either, and both are shown merged. The alias `default` stands at one version.
"""

from reconciler.emulator import status
from reconciler.emulator.call import Call
from reconciler.emulator.vertex import names, resources
from reconciler.emulator.wire import JsonObject


def resolve(kept: JsonObject, text: str) -> str | None:
    """Give the id of the version that a name says (`2`, an alias, or nothing), None where there is none."""
    if text in ("", "default"):
        default: str = kept["default"]
        return default
    if text in kept["versions"]:
        return text
    return next((key for key, each in kept["versions"].items() if text in each.get("versionAliases", [])), None)


def shown(kept: JsonObject, version: str) -> JsonObject:
    """Give the Model as it is shown at one of its versions."""
    own: JsonObject = kept["versions"][version]
    labels = {**kept["shown"].get("labels", {}), **own.get("labels", {})}
    aliases = [alias for alias in own.get("versionAliases", []) if alias != "default"]
    if kept["default"] == version:
        aliases = ["default", *aliases]
    merged = {**kept["shown"], **own, "versionId": version, "versionAliases": aliases, "labels": labels}
    return {name: value for name, value in merged.items() if name != "job" and value not in ([], {}, "")}


def source(call: Call, given: JsonObject) -> JsonObject:
    """Give the base that a job comes down to, and of which Model it makes a new version, if it does.

    Completes `preTunedModel`, which tells its base. Raises ApiError 404 for a Model that is not there, 400 for a
    checkpoint that it does not have.
    """
    asked = given.get("preTunedModel")
    if asked is None:
        return {"base": given["baseModel"]}
    name = names.parse(asked["tunedModelName"], call.settings)
    row = resources.find(call.store, "models", name.parent, name.id)
    version = resolve(row.value, name.version) if row and name.parent == names.parent_of(call) else None
    if row is None or version is None:
        raise names.missing(asked["tunedModelName"])
    kept = row.value
    known = {one["checkpointId"] for one in kept["versions"][version].get("checkpoints", [])}
    if asked.get("checkpointId") and asked["checkpointId"] not in known:
        raise status.bad_field("tuning_job.pre_tuned_model.checkpoint_id", "The model has no such checkpoint.")
    given["preTunedModel"] = {**asked, "baseModel": kept["base"]}
    title = kept["shown"].get("displayName", "")
    same = given.get("tunedModelDisplayName", "") in ("", title)
    return {"base": kept["base"], "title": title, **({"extends": row.id} if same else {})}


def at_default(kept: JsonObject) -> JsonObject:
    """Give the Model as it is shown where no version is asked for."""
    return shown(kept, kept["default"])

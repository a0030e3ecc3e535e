"""Resources of Vertex AI taken in as they are, in bulk: a project with a past becomes part of the state.

A loaded job keeps its state for good, unless it is cancelled. A Model that is loaded once for each of several
versions has all of them. What an Endpoint serves is pointed to by its Model, if that is there and does not say so.
"""

import sqlite3
from collections.abc import Iterable

from reconciler.emulator.decoding import decode
from reconciler.emulator.schema import ENUMS
from reconciler.emulator.settings import Settings
from reconciler.emulator.status import ApiError
from reconciler.emulator.store import Store
from reconciler.emulator.vertex import names, resources
from reconciler.emulator.vertex.names import Name
from reconciler.emulator.vertex.resources import Collection
from reconciler.emulator.wire import JsonObject

_OF_VERSION = (
    *("versionId", "versionAliases", "versionCreateTime", "versionUpdateTime", "versionDescription"),
    *("deployedModels", "checkpoints", "defaultCheckpointId"),
)


def load(
    store: Store,
    settings: Settings,
    jobs: Iterable[JsonObject],
    models: Iterable[JsonObject],
    endpoints: Iterable[JsonObject],
) -> int:
    """Keep resources, all or none, and give their number.

    Raises ApiError 400 for what is none, 409 for a name that is taken.
    """
    plain = [(_name(job, "tuningJobs", settings), {"shown": job}) for job in jobs]
    kept = list(_models(models, settings).items())
    serving = [(_name(endpoint, "endpoints", settings), {"shown": endpoint}) for endpoint in endpoints]
    given: tuple[tuple[Collection, list[tuple[Name, JsonObject]]], ...] = (
        ("tuningJobs", plain),
        ("models", kept),
        ("endpoints", serving),
    )
    try:
        with store.writing():
            for kind, named in given:
                resources.insert_loaded(store, kind, [(name.parent, name.id, value) for name, value in named])
            for name, endpoint in serving:
                _point(store, settings, name, endpoint["shown"])
    except sqlite3.IntegrityError as error:
        raise ApiError(409, f"A resource of that name already exists: {error}") from error
    return sum(len(named) for _, named in given)


def _name(shown: JsonObject, kind: Collection, settings: Settings) -> Name:
    """Give the name of a resource; raise ApiError 400 unless it is one of that kind."""
    message = {"tuningJobs": "vertex.TuningJob", "models": "vertex.Model", "endpoints": "vertex.Endpoint"}[kind]
    if not isinstance(shown, dict):
        raise ApiError(400, f"{shown!r} is not a resource.")
    # A state may be one that is not invented yet.
    known = shown.get("state") in (None, *ENUMS["vertex.JobState"])
    decode(message, shown if known else {**shown, "state": None}, "v1", kind)
    name = names.parse(shown.get("name", ""), settings)
    if name.collection != kind:
        raise ApiError(400, f"{name} is not in the collection {kind}.")
    return name


def _models(models: Iterable[JsonObject], settings: Settings) -> dict[Name, JsonObject]:
    """Gather the versions of each Model; the one with the alias `default` is that, else the last."""
    gathered: dict[Name, JsonObject] = {}
    for shown in models:
        name = _name(shown, "models", settings)
        whole = name._replace(version="")
        version = shown.get("versionId") or name.version or "1"
        own = {key: shown[key] for key in _OF_VERSION if key in shown}
        model = {key: value for key, value in shown.items() if key not in _OF_VERSION} | {"name": str(whole)}
        public = shown.get("baseModelSource", {}).get("modelGardenSource", {}).get("publicModelName", "")
        kept = gathered.setdefault(whole, {"versions": {}, "default": version})
        kept |= {"shown": model, "base": public.rpartition("/")[2]}
        kept["versions"][version] = own
        if "default" in own.get("versionAliases", []):
            kept["default"] = version
    return gathered


def _point(store: Store, settings: Settings, endpoint: Name, shown: JsonObject) -> None:
    for deployed in shown.get("deployedModels", []):
        name = names.parse(deployed.get("model", ""), settings)
        row = resources.find(store, "models", name.parent, name.id)
        version = deployed.get("modelVersionId") or name.version
        if row is None or version not in (kept := row.value)["versions"]:
            continue
        pointers = kept["versions"][version].setdefault("deployedModels", [])
        pointer = {"endpoint": str(endpoint), "deployedModelId": deployed["id"]}
        if all((one["endpoint"], one["deployedModelId"]) != tuple(pointer.values()) for one in pointers):
            pointers.append(pointer)
            resources.settle(store, "models", row, kept)

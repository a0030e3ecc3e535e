"""What a job that succeeded makes: a Model, or a new version of one, and an Endpoint for each checkpoint."""

from reconciler.emulator.jsontext import timestamp
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.emulator.vertex import deployment, resources
from reconciler.emulator.vertex.names import Name
from reconciler.emulator.vertex.resources import Row
from reconciler.emulator.wire import JsonObject


def serve(store: Store, settings: Settings, job: Row, at: int) -> JsonObject:
    """Make Model and Endpoints within a transaction; give the job's `tunedModel`.

    The last checkpoint's Endpoint is that of the job. The Model to be extended may be gone: then there is a new one.
    """
    kept = job.value
    parent = resources.find(store, "models", job.parent, kept["extends"]) if "extends" in kept else None
    if parent is None:
        name = Name(job.parent, "models", kept["made"]["model"], "1")
    else:
        name = Name(job.parent, "models", parent.id, str(max(map(int, parent.value["versions"])) + 1))
    shared = _shared(job, kept, at)
    endpoints = [
        _endpoint(store, settings, name, kept, number, shared, at) for number in range(len(kept["made"]["endpoints"]))
    ]
    own: JsonObject = {
        "versionCreateTime": timestamp(at),
        "versionUpdateTime": timestamp(at),
        "deployedModels": [pointer for _, pointer in endpoints],
    }
    if checkpoints := kept["made"]["checkpoints"]:
        own |= {"checkpoints": checkpoints, "defaultCheckpointId": checkpoints[-1]["checkpointId"]}
    if parent is None:
        _make_model(store, settings, name, kept, shared, own)
    else:
        _extend_model(store, settings, parent, name, {**own, "job": job.id, "labels": shared["labels"]})
    tuned: JsonObject = {"model": str(name), "endpoint": endpoints[-1][0]}
    if checkpoints:
        tuned["checkpoints"] = [
            {**checkpoint, "endpoint": where} for checkpoint, (where, _) in zip(checkpoints, endpoints, strict=True)
        ]
    return tuned


def _shared(job: Row, kept: JsonObject, at: int) -> JsonObject:
    """Give what Model and Endpoints have in common: the job's labels and the service's own, title, key and times."""
    given = kept["shown"]
    title = given.get("tunedModelDisplayName") or kept.get("title") or f"tuned-model-{job.id}"
    service = {
        "google-vertex-llm-tuning-base-model-id": kept["base"].replace(".", "_").rpartition("/")[2],
        "google-vertex-llm-tuning-job-id": job.id,
        "tune-type": "sft",
    }
    shared = {
        "displayName": title,
        "labels": {**given.get("labels", {}), **service},
        "createTime": timestamp(at),
        "updateTime": timestamp(at),
    }
    return shared | ({"encryptionSpec": given["encryptionSpec"]} if "encryptionSpec" in given else {})


def _endpoint(
    store: Store, settings: Settings, model: Name, kept: JsonObject, number: int, shared: JsonObject, at: int
) -> tuple[str, JsonObject]:
    """Make an Endpoint that serves one checkpoint; give its name, and the Model's pointer to the deployment."""
    made = kept["made"]
    checkpoint = {"checkpointId": made["checkpoints"][number]["checkpointId"]} if made["checkpoints"] else {}
    deployed = deployment.deployed_model(model, made["deployed"][number], shared["displayName"], at, settings)
    endpoint = made["endpoints"][number]
    name = str(model._replace(collection="endpoints", id=endpoint, version=""))
    shown = {
        "name": name,
        **shared,
        "deployedModels": [{**deployed, **checkpoint}],
        "trafficSplit": {deployed["id"]: 100},
        "etag": resources.etag(store, endpoint),
    }
    resources.insert(store, settings, "endpoints", model.parent, endpoint, {"shown": shown})
    return name, {"endpoint": name, "deployedModelId": deployed["id"]}


def _make_model(
    store: Store, settings: Settings, name: Name, kept: JsonObject, shared: JsonObject, own: JsonObject
) -> None:
    job = kept["shown"]["name"].rpartition("/")[2]
    base = kept["base"].removeprefix("publishers/google/models/")
    shown = {
        "name": str(name._replace(version="")),
        **shared,
        "baseModelSource": {"modelGardenSource": {"publicModelName": f"publishers/google/models/{base}"}},
        "modelSourceInfo": {"sourceType": "MODEL_GARDEN"},
        "etag": resources.etag(store, name.id),
    }
    if description := kept["shown"].get("description"):
        shown["description"] = description
    version = {**own, "job": job}
    if settings.label_level == "version":
        version["labels"] = shown.pop("labels")
    model = {"shown": shown, "base": kept["base"], "default": "1", "versions": {"1": version}}
    resources.insert(store, settings, "models", name.parent, name.id, model)


def _extend_model(store: Store, settings: Settings, row: Row, name: Name, own: JsonObject) -> None:
    kept = row.value
    kept["versions"][name.version] = own
    kept["shown"] |= {"updateTime": own["versionCreateTime"], "etag": resources.etag(store, row.id)}
    if settings.default_version == "newest":
        kept["default"] = name.version
    resources.change(store, "models", row, kept)

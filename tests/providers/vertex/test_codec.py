"""Answers of the service, well-formed or not, and the names in them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import RemoteError
from reconciler.providers.vertex import codec, serving
from reconciler.providers.vertex.fold import fits, fold, join
from reconciler.providers.vertex.labels import encode
from reconciler.providers.vertex.reference import Reference, operation_path, parse
from reconciler.resource.observed import Ownership, State

AT = "projects/123/locations/us-central1"
IDENTITY = "numbers-aaaaaabbbbbbbbb"
LABELS = encode(Ownership("acme", "numbers", f"1:{'a' * 64}", "b" * 64), IDENTITY)


def a_job(**changes: Any) -> dict[str, Any]:
    """A job as the service shows it; fields changed to None are left out."""
    job = {
        "name": f"{AT}/tuningJobs/7",
        "tunedModelDisplayName": IDENTITY,
        "labels": {**LABELS, "team": "blue"},
        "baseModel": "publishers/google/models/gemini-2.5-flash",
        "supervisedTuningSpec": {
            "trainingDatasetUri": "gs://b/x.jsonl",
            "hyperParameters": {
                "epochCount": "3",
                "learningRateMultiplier": 0.5,
                "adapterSize": "ADAPTER_SIZE_SIXTEEN",
            },
            "exportLastCheckpointOnly": True,
        },
        "encryptionSpec": {"kmsKeyName": "k"},
        "serviceAccount": "x@y",
        "state": "JOB_STATE_SUCCEEDED",
        "createTime": "2025-01-01T00:00:00.1Z",
        "endTime": "2025-01-01T01:00:00Z",
        "updateTime": "2025-01-01T01:00:01Z",
        "tunedModel": {
            "model": f"{AT}/models/11@1",
            "endpoint": f"{AT}/endpoints/13",
            "checkpoints": [
                {"checkpointId": "1", "epoch": "1", "step": "5", "endpoint": f"{AT}/endpoints/12"},
                {"checkpointId": "2", "epoch": "2", "step": "10", "endpoint": f"{AT}/endpoints/13"},
            ],
        },
        "newField": {"of": "tomorrow"},
        **changes,
    }
    return {key: value for key, value in job.items() if value is not None}


def a_model(**changes: Any) -> dict[str, Any]:
    model = {
        "name": f"{AT}/models/11",
        "versionId": "1",
        "displayName": "Numbers",
        "labels": LABELS,
        "etag": "e",
        "createTime": "2025-01-01T01:00:00Z",
        "updateTime": "2025-01-01T02:00:00Z",
        "deployedModels": [{"endpoint": f"{AT}/endpoints/13", "deployedModelId": "1"}],
        **changes,
    }
    return {key: value for key, value in model.items() if value is not None}


def an_endpoint(**changes: Any) -> dict[str, Any]:
    endpoint = {
        "name": f"{AT}/endpoints/13",
        "deployedModels": [{"id": "1", "model": f"{AT}/models/11@1"}],
        "trafficSplit": {"1": 100},
        **changes,
    }
    return {key: value for key, value in endpoint.items() if value is not None}


def test_a_job_is_read() -> None:
    job = codec.decode_job(a_job())
    assert job.problems == ()
    assert job.identity == IDENTITY
    assert fits(job)
    assert job.fields == {
        "baseModel": "gemini-2.5-flash",
        "hyperparameters.epochCount": 3,
        "hyperparameters.learningRateMultiplier": 0.5,
        "hyperparameters.adapterSize": 16,
        "exportLastCheckpointOnly": True,
        "kmsKeyName": "k",
        "serviceAccount": "x@y",
    }
    assert job.model == Reference("us-central1", "models", "11", "1")
    assert job.endpoints == (Reference("us-central1", "endpoints", "12"), Reference("us-central1", "endpoints", "13"))
    assert job.resources == {
        "job": f"{AT}/tuningJobs/7",
        "model": f"{AT}/models/11@1",
        "endpoint": f"{AT}/endpoints/13",
    }


def test_what_is_left_out_is_empty() -> None:
    job = codec.decode_job({"name": f"{AT}/tuningJobs/7"})
    assert job.problems == ()
    assert job.fields == {"exportLastCheckpointOnly": False}
    assert (job.model, job.endpoint, job.endpoints, job.error) == (None, None, (), "")


def test_a_job_from_a_tuned_model() -> None:
    parent = {"tunedModelName": f"{AT}/models/3@2", "checkpointId": "4", "baseModel": "gemini-2.5-flash"}
    fields = codec.decode_job(a_job(baseModel=None, preTunedModel=parent)).fields
    assert (fields["preTunedModel.name"], fields["preTunedModel.checkpointId"]) == (f"{AT}/models/3@2", "4")
    assert "baseModel" not in fields


def test_adapter_sizes_of_tomorrow_are_no_size() -> None:
    spec = {"hyperParameters": {"adapterSize": "ADAPTER_SIZE_SIXTY_FOUR", "epochCount": 3}}
    job = codec.decode_job(a_job(supervisedTuningSpec=spec))
    assert job.problems == ()
    assert "hyperparameters.adapterSize" not in job.fields


WRONG: list[dict[str, Any]] = [
    {"tunedModelDisplayName": 3},
    {"labels": {**LABELS, "team": 7}},
    {"baseModel": {}},
    {"state": 2},
    {"createTime": 17},
    {"supervisedTuningSpec": "x"},
    {"supervisedTuningSpec": {"hyperParameters": []}},
    {"supervisedTuningSpec": {"hyperParameters": {"epochCount": "three"}}},
    {"supervisedTuningSpec": {"hyperParameters": {"epochCount": True}}},
    {"supervisedTuningSpec": {"hyperParameters": {"epochCount": "9" * 5000}}},
    {"supervisedTuningSpec": {"hyperParameters": {"learningRateMultiplier": "much"}}},
    {"supervisedTuningSpec": {"hyperParameters": {"learningRateMultiplier": float("nan")}}},
    {"supervisedTuningSpec": {"hyperParameters": {"adapterSize": 4}}},
    {"supervisedTuningSpec": {"exportLastCheckpointOnly": "yes"}},
    {"encryptionSpec": 1},
    {"preTunedModel": "x"},
    {"tunedModel": "x"},
    {"tunedModel": {"model": "models/11", "endpoint": f"{AT}/endpoints/13"}},
    {"tunedModel": {"model": f"{AT}/models/../x@1", "endpoint": f"{AT}/endpoints/13"}},
    {"tunedModel": {"model": f"{AT}/models/11@1", "endpoint": "projects/1/locations/europe-west4/endpoints/13"}},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_job_with_a_field_of_the_wrong_type_is_unknown_and_left_alone(wrong: dict[str, Any]) -> None:
    job = codec.decode_job(a_job(**wrong))
    assert job.problems
    observed = join(job, None, None)
    assert observed is not None
    assert (observed.state, observed.removable) == (State.UNKNOWN, False)


@pytest.mark.parametrize("resource", [None, [], "x", {}, {"name": 3}, {"name": "tuningJobs/1"}, {"name": f"{AT}/x/1"}])
@pytest.mark.parametrize("decode", [codec.decode_job, serving.decode_model, serving.decode_endpoint])
def test_what_is_no_resource_is_an_error(decode: Any, resource: object) -> None:
    with pytest.raises(RemoteError, match="is the endpoint right"):
        decode(resource)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"code": 3, "message": "bad\x1bdata"}, "bad data"),
        ({"code": 3}, "error 3"),
        ({"message": 7}, "error without a code"),
        ({}, ""),
        ("x", ""),
    ],
)
def test_why_a_job_failed(error: object, said: str) -> None:
    assert codec.decode_job(a_job(error=error)).error == said


def test_a_model_is_read() -> None:
    model = serving.decode_model(a_model())
    assert model.reference == Reference("us-central1", "models", "11", "1")
    assert model.fields == {"displayName": "Numbers", "description": ""}
    assert [full for _, full in model.deployments] == [f"{AT}/endpoints/13"]
    assert serving.decode_model(a_model(name=f"{AT}/models/11@3", versionId=None)).reference.version == "3"
    wrongs: list[dict[str, Any]] = [{"labels": 3}, {"displayName": 3}, {"versionId": 1}, {"etag": []}]
    for wrong in wrongs:
        assert serving.decode_model(a_model(**wrong)).problems


@pytest.mark.parametrize(
    ("deployed", "serves"),
    [
        ({"model": f"{AT}/models/11@1"}, True),
        ({"model": f"{AT}/models/11", "modelVersionId": "1"}, True),
        ({"model": f"{AT}/models/11"}, True),
        ({"model": "projects/other-name/locations/us-central1/models/11@1"}, True),
        ({"model": f"{AT}/models/11@2"}, False),
        ({"model": f"{AT}/models/11", "modelVersionId": "2"}, False),
        ({"model": f"{AT}/models/12@1"}, False),
        ({"model": "gemini-2.5-flash"}, False),
        ({"model": 7}, False),
        ({}, False),
    ],
)
def test_what_an_endpoint_serves(deployed: dict[str, Any], serves: bool) -> None:  # noqa: FBT001 - a column of the table
    endpoint = serving.decode_endpoint(an_endpoint(deployedModels=[{"id": "1", **deployed}]))
    assert endpoint.serves(Reference("us-central1", "models", "11", "1")) is serves
    assert not endpoint.serves(None)


def test_traffic_that_cannot_be_read_is_all_of_it() -> None:
    [deployed] = serving.decode_endpoint(an_endpoint(trafficSplit={"1": "many"})).deployed
    assert deployed.traffic == 100
    assert serving.decode_endpoint(an_endpoint(trafficSplit=[])).problems


@pytest.mark.parametrize(
    ("name", "collection", "found"),
    [
        (f"{AT}/models/11@1", "models", ("us-central1", "models", "11", "1")),
        (f"{AT}/models/11", "models", ("us-central1", "models", "11", "")),
        (f"{AT}/models/11", "endpoints", None),
        (f"{AT}/models/11/x", "models", None),
        (f"{AT}/models/..", "models", None),
        ("projects/a/b/locations/us-central1/models/1", "models", None),
        (f"x{AT}/models/1", "models", None),
        (7, "models", None),
    ],
)
def test_names(name: object, collection: str, found: tuple[str, ...] | None) -> None:
    assert parse(name, collection) == (found and Reference(*found))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (f"{AT}/operations/5", "operations/5"),
        (f"{AT}/models/1/operations/5", "models/1/operations/5"),
        (f"{AT}/endpoints/1/operations/5", "endpoints/1/operations/5"),
        ("projects/1/locations/europe-west4/operations/5", ""),
        (f"{AT}/models/../operations/5", ""),
        ("operations/5", ""),
        ("", ""),
    ],
)
def test_operations_are_looked_for_in_our_location_only(name: str, path: str) -> None:
    assert operation_path(name, "us-central1") == path


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


@given(st.sampled_from((a_job, a_model, an_endpoint)), st.data())
def test_whatever_is_sent_is_read_or_refused(make: Any, data: st.DataObject) -> None:
    """Anything anywhere in an answer: a value, or a RemoteError, and nothing that cannot be shown."""
    resource = make()
    part: Any = resource
    while isinstance(part, dict) and part:
        key = data.draw(st.sampled_from(sorted(part)))
        if not isinstance(part[key], dict) or data.draw(st.booleans()):
            part[key] = data.draw(json_values)
            break
        part[key] = dict(part[key])
        part = part[key]
    decode = {a_job: codec.decode_job, a_model: serving.decode_model, an_endpoint: serving.decode_endpoint}[make]
    try:
        read = decode(resource)
    except RemoteError:
        return
    if isinstance(read, codec.Job):
        for observed in fold([read], {}, {}):
            json.dumps(observed.fields, allow_nan=False)

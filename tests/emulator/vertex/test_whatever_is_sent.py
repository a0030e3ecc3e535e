"""Whatever is sent, the answer is one of the API's: nothing that a client may send brings the emulator down."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.schema import MESSAGES
from reconciler.emulator.settings import Settings
from tests.emulator.vertex.conftest import PARENT, Project, a_job

NAMES = sorted({line.split()[0] for text in MESSAGES.values() for line in text.strip().splitlines() if line.strip()})
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.sampled_from(["gs://our-bucket/data.jsonl", "gemini-2.5-flash", "0", "100", "ADAPTER_SIZE_ONE", "x@1"]),
    st.sampled_from([f"{PARENT}/models/1", f"{PARENT}/models/1@1", f"{PARENT}/endpoints/1"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner),
    max_leaves=8,
)
PATHS = st.sampled_from(
    [
        *("tuningJobs", "tuningJobs/1", "tuningJobs/1:cancel", "models", "models/1", "models/1@1", "models/1@@"),
        *("models/1@1:deleteVersion", "models/1:listVersions", "endpoints", "endpoints/1", "endpoints/1:undeployModel"),
        *("endpoints/1:deployModel", "endpoints/1:generateContent", "endpoints/1:streamGenerateContent", "operations"),
        *("operations/1", "endpoints/1/operations/1:wait", "models/1/operations/1:cancel"),
    ]
)
QUERIES = st.dictionaries(
    st.sampled_from(["pageSize", "pageToken", "filter", "orderBy", "readMask", "updateMask", "fields", "$alt", "alt"]),
    st.sampled_from(
        ["", "1", "-1", "x", "labels.a:*", "labels", "displayName", "create_time desc", "json", "*", "WzEs"]
    )
    | st.text(alphabet='abl.:="()*@', max_size=8),
    max_size=3,
)


def a_world() -> Project:
    """Give a project with a model on an endpoint."""
    project = Project(Settings())
    deployed = {"id": "1", "model": f"{PARENT}/models/1", "modelVersionId": "1"}
    project.emulator.load_vertex(
        [{"name": f"{PARENT}/tuningJobs/1", "state": "JOB_STATE_RUNNING"}],
        [{"name": f"{PARENT}/models/1", "displayName": "x", "versionId": "1"}],
        [
            {
                "name": f"{PARENT}/endpoints/1",
                "displayName": "x",
                "deployedModels": [deployed],
                "trafficSplit": {"1": 100},
            }
        ],
    )
    return project


@given(st.sampled_from(["GET", "POST", "PATCH", "DELETE"]), PATHS, QUERIES, VALUES)
def test_the_answer_is_one_of_the_apis(method: str, path: str, query: dict[str, str], body: Any) -> None:
    project = a_world()
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    response = project.send(method, f"{path}?{asked}", None if method == "GET" else body)
    assert response.status in (200, 400, 404, 409)
    if b"<!DOCTYPE" not in response.body and b"data:" not in response.body:
        assert isinstance(json.loads(response.body), dict | list)
    assert project.send("GET", "tuningJobs").status == 200
    project.wait()
    assert project.send("GET", "models").status == 200
    project.emulator.close()


@given(st.dictionaries(st.sampled_from(sorted(a_job())) | st.sampled_from(NAMES), VALUES, max_size=3))
def test_a_job_with_whatever_in_it(changes: dict[str, Any]) -> None:
    project = a_world()
    assert project.send("POST", "tuningJobs", {**a_job(), **changes}).status in (200, 400, 404)
    project.wait()
    assert project.send("GET", "tuningJobs").status == 200
    project.emulator.close()


@given(st.lists(VALUES, max_size=3))
def test_training_data_with_whatever_in_it(lines: list[Any]) -> None:
    project = a_world()
    job = project.create(trainingDatasetUri=project.put("some.jsonl", lines))
    project.wait()
    assert project.ask("GET", job["name"])["state"] in ("JOB_STATE_FAILED", "JOB_STATE_SUCCEEDED")
    project.emulator.close()

"""Lists: filters, pages, order, masks, lag; and a project full of other people's work."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulator.vertex.conftest import PARENT, Project

Make = Callable[..., Project]


def foreign_jobs(count: int, **changes: Any) -> list[Any]:
    """Give jobs of somebody else."""
    return [
        {
            "name": f"{PARENT}/tuningJobs/{number}",
            "baseModel": "gemini-2.5-flash",
            "tunedModelDisplayName": f"theirs {number}",
            "supervisedTuningSpec": {"trainingDatasetUri": "gs://theirs/data.jsonl"},
            "state": "JOB_STATE_SUCCEEDED",
            "createTime": "2025-01-01T00:00:00Z",
            **changes,
        }
        for number in range(1, count + 1)
    ]


def foreign_model(number: int, **changes: Any) -> Any:
    """Give a model of somebody else."""
    return {
        "name": f"{PARENT}/models/{number}",
        "displayName": f"theirs {number}",
        "versionId": "1",
        "versionAliases": ["default"],
        "etag": "x",
        **changes,
    }


def foreign_endpoint(number: int, model: str | None = None, **changes: Any) -> Any:
    """Give an endpoint of somebody else, on which a model may be deployed."""
    deployed = [] if model is None else [{"id": "5", "model": model, "modelVersionId": "1"}]
    serving = {"deployedModels": deployed, "trafficSplit": {"5": 100}} if deployed else {}
    return {"name": f"{PARENT}/endpoints/{number}", "displayName": f"theirs {number}", **serving, **changes}


def pages(project: Project, path: str) -> Iterator[Any]:
    """Give the pages of a list."""
    token = ""
    while True:
        page = project.ask("GET", f"{path}&pageToken={token}")
        yield page
        token = page.get("nextPageToken", "")
        if not token:
            return


def test_a_loaded_project_comes_back_equal(project: Project) -> None:
    jobs, models = foreign_jobs(2, state="JOB_STATE_PAUSED"), [foreign_model(1), foreign_model(2)]
    endpoints = [foreign_endpoint(1)]
    assert project.emulator.load_vertex(jobs, models, endpoints) == 5
    assert project.ask("GET", "tuningJobs") == {"tuningJobs": jobs}
    assert project.ask("GET", "models") == {"models": models}
    assert project.ask("GET", "endpoints") == {"endpoints": endpoints}
    assert project.ask("GET", endpoints[0]["name"]) == endpoints[0]
    project.ask("POST", f"{jobs[0]['name']}:cancel", {})
    assert project.ask("GET", jobs[0]["name"])["state"] == "JOB_STATE_CANCELLED"


def test_the_control_door_loads_too(project: Project) -> None:
    body = {"tuningJobs": foreign_jobs(1), "models": [foreign_model(1)], "endpoints": [foreign_endpoint(1)]}
    assert project.ask("POST", "/_emulator/load-vertex", body) == {"loaded": 3}
    assert project.refused("POST", "/_emulator/load-vertex", body)[0] == 409
    for wrong in (
        {"tuningJobs": [{"name": "x"}]},
        {"models": [{"name": f"{PARENT}/endpoints/9"}]},
        {"models": [{**foreign_model(9), "size": 1}]},
        {"models": [9]},
        {"endpoints": 9},
    ):
        assert project.refused("POST", "/_emulator/load-vertex", wrong)[0] == 400
    assert len(project.ask("GET", "models")["models"]) == 1


def test_a_state_that_is_not_invented_yet_is_loaded(project: Project) -> None:
    project.emulator.load_vertex(foreign_jobs(1, state="JOB_STATE_DREAMING"))
    response = project.send("GET", "tuningJobs/1")
    assert b"JOB_STATE_DREAMING" in response.body


def test_a_loaded_endpoint_is_known_to_its_model(project: Project) -> None:
    ours = project.succeed(exportLastCheckpointOnly=True)["tunedModel"]
    project.emulator.load_vertex(models=[foreign_model(1)], endpoints=[foreign_endpoint(1, ours["model"])])
    pointers = project.ask("GET", ours["model"])["deployedModels"]
    assert pointers[1] == {"endpoint": f"{PARENT}/endpoints/1", "deployedModelId": "5"}
    assert project.refused("DELETE", f"{PARENT}/endpoints/1")[1] == "FAILED_PRECONDITION"
    project.ask("POST", "endpoints/1:undeployModel", {"deployedModelId": "5"})
    assert project.ask("GET", ours["model"])["deployedModels"] == pointers[:1]


def test_versions_of_a_loaded_model(project: Project) -> None:
    versions = [
        {**foreign_model(1), "versionId": number, "versionAliases": aliases}
        for number, aliases in (("1", ["default"]), ("2", ["golden"]))
    ]
    project.emulator.load_vertex(models=versions)
    assert project.ask("GET", "models/1") == project.ask("GET", "models/1@1") == versions[0]
    assert project.ask("GET", "models/1@golden") == versions[1]
    assert len(project.ask("GET", "models/1:listVersions")["models"]) == 2


@pytest.mark.parametrize("kind", ["tuningJobs", "models", "endpoints"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("labels.team:*", "ab"),
        ("labels:team", "ab"),
        ("labels.team=x", "a"),
        ('labels.team="x"', "a"),
        ("labels.team:y", "b"),
        ('labels."team"="y"', "b"),
        ("labels.team!=x", "bc"),
        ("labels.team:* AND labels.no-de_2:*", "b"),
        ("labels.team:* labels.no-de_2=3", "b"),
        ("labels.team=z", ""),
        ("labels.tea:*", ""),
        ('{title}="a"', "a"),
        ('{title} != "a"', "bc"),
        ('{title}="a" AND labels.team:*', "a"),
        ('{title}="say \\"c\\""', ""),
        ("{id}=2", "b"),
    ],
)
def test_filters(project: Project, kind: str, text: str, found: str) -> None:
    labels: list[dict[str, Any]] = [{"team": "x"}, {"team": "y", "no-de_2": "3"}, {}]
    given: list[Any] = []
    for number, (title, own) in enumerate(zip("abc", labels, strict=True), start=1):
        name = {"displayName": title} if kind != "tuningJobs" else {"tunedModelDisplayName": title}
        given.append({"name": f"{PARENT}/{kind}/{number}", **name, **({"labels": own} if own else {})})
    loaded: dict[str, Any] = {{"tuningJobs": "jobs"}.get(kind, kind): given}
    project.emulator.load_vertex(**loaded)
    names = {
        "tuningJobs": ("tuned_model_display_name", "name", f'"{PARENT}/tuningJobs/2"'),
        "models": ("display_name", "model", "2"),
        "endpoints": ("displayName", "endpoint", "2"),
    }[kind]
    asked = text.replace("{title}", names[0]).replace("{id}=2", f"{names[1]}={names[2]}")
    listed = project.ask("GET", f"{kind}?filter={asked.replace(' ', '%20')}").get(kind, [])
    assert "".join(one.get("displayName") or one["tunedModelDisplayName"] for one in listed) == found


def test_jobs_are_filtered_by_state_and_models_by_base(project: Project) -> None:
    project.succeed()
    project.create()
    (job,) = project.ask("GET", 'tuningJobs?filter=state="JOB_STATE_PENDING"')["tuningJobs"]
    assert job["state"] == "JOB_STATE_PENDING"
    assert len(project.ask("GET", 'models?filter=baseModelName="gemini-2.5-flash"')["models"]) == 1
    assert project.ask("GET", 'models?filter=base_model_name="text-bison"') == {}


@pytest.mark.parametrize(
    "text",
    [
        *("labels", "labels.a", "labels.a=", "labels.a>1", "title=x", "labels.a=x OR labels.b=y", "NOT labels.a=x"),
        *("(labels.a=x)", "labels.a=x AND", "AND labels.a=x", "state:x", "labels=x", "state.x=y", 'labels.a="x', "=x"),
    ],
)
def test_filters_that_are_none(project: Project, text: str) -> None:
    code, status, message = project.refused("GET", f"tuningJobs?filter={text.replace(' ', '%20')}")
    assert (code, status) == (400, "INVALID_ARGUMENT")
    assert "Invalid filter" in message


def test_a_filter_on_labels_can_be_refused(make_project: Make) -> None:
    project = make_project(label_filter="refuse")
    project.succeed()
    assert project.refused("GET", "tuningJobs?filter=labels.team:*")[:2] == (400, "INVALID_ARGUMENT")
    assert len(project.ask("GET", "tuningJobs?filter=state=JOB_STATE_SUCCEEDED")["tuningJobs"]) == 1
    assert len(project.ask("GET", "models?filter=labels.team:*")["models"]) == 1


def test_a_filter_on_labels_can_be_passed_over(make_project: Make) -> None:
    project = make_project(label_filter="ignore")
    project.emulator.load_vertex(foreign_jobs(2))
    project.create()
    assert len(project.ask("GET", "tuningJobs?filter=labels.team:*")["tuningJobs"]) == 3
    (first, *_) = pages(project, "tuningJobs?pageSize=2&filter=labels.team:*")
    assert len(first["tuningJobs"]) == 2


def test_a_filter_on_labels_can_find_nothing(make_project: Make) -> None:
    project = make_project(label_filter="nothing")
    project.create()
    assert project.ask("GET", "tuningJobs?filter=labels.team:*") == {}
    assert len(project.ask("GET", "tuningJobs")["tuningJobs"]) == 1


def test_pages_hold_only_for_their_call(project: Project) -> None:
    project.emulator.load_vertex(foreign_jobs(5))
    first, second, third = pages(project, "tuningJobs?pageSize=2")
    assert [len(page["tuningJobs"]) for page in (first, second, third)] == [2, 2, 1]
    token = first["nextPageToken"]
    for path in (
        f"tuningJobs?pageToken={token}&filter=labels.a:*",
        f"models?pageToken={token}",
        f"/v1/{PARENT.replace('us-central1', 'us-east1')}/tuningJobs?pageToken={token}",
        "tuningJobs?pageToken=x",
    ):
        assert project.refused("GET", path)[0] == 400
    assert project.refused("GET", "tuningJobs?pageSize=-1")[0] == 400
    exact = project.ask("GET", "tuningJobs?pageSize=5")
    assert "nextPageToken" not in exact


def test_the_largest_page(make_project: Make) -> None:
    project = make_project(vertex_page_max=3)
    project.emulator.load_vertex(foreign_jobs(4))
    assert [len(page["tuningJobs"]) for page in pages(project, "tuningJobs?pageSize=1000")] == [3, 1]


def test_order_and_mask(project: Project) -> None:
    days = {1: "03", 2: "01", 3: "03"}
    models = [foreign_model(number, createTime=f"2025-01-{day}T00:00:00Z") for number, day in days.items()]
    project.emulator.load_vertex(models=models)

    def ids(order: str) -> list[str]:
        path = f"models?orderBy={order}&pageSize=2&readMask=name,version_id"
        found = [one for page in pages(project, path) for one in page["models"]]
        assert all(one.keys() == {"name", "versionId"} for one in found)
        return [one["name"].rpartition("/")[2] for one in found]

    assert ids("create_time") == ["2", "1", "3"]
    assert ids("createTime%20desc,display_name%20desc") == ["3", "1", "2"]
    assert project.refused("GET", "models?orderBy=labels")[0] == 400
    assert project.refused("GET", "models?readMask=title")[0] == 400


def test_a_partial_response(project: Project) -> None:
    project.succeed()
    fields = "tuningJobs(state,labels/team,tunedModel/model),nextPageToken"
    (job,) = project.ask("GET", f"tuningJobs?fields={fields}")["tuningJobs"]
    assert (job.keys(), job["labels"]) == ({"state", "labels", "tunedModel"}, {"team": "ours"})
    assert project.refused("GET", "tuningJobs?fields=tuningJobs(size)")[0] == 400


def test_lists_can_lag(make_project: Make) -> None:
    project = make_project(list_lag=2)
    job = project.create()
    seen = [project.ask("GET", "tuningJobs") for _ in range(3)]
    assert [len(page) for page in seen] == [0, 0, 1]
    assert project.ask("GET", job["name"]) == job
    project.wait()
    for kind in ("models", "endpoints"):
        assert [len(project.ask("GET", kind)) for _ in range(3)] == [0, 0, 1]
    name = project.ask("GET", job["name"])["tunedModel"]["endpoint"]
    deployed = project.ask("GET", name)["deployedModels"][0]["id"]
    project.ask("POST", f"{name}:undeployModel", {"deployedModelId": deployed})
    project.done(project.ask("DELETE", name))
    assert [len(project.ask("GET", "endpoints")["endpoints"]) for _ in range(3)] == [2, 2, 1]
    assert project.refused("GET", name)[0] == 404


def test_ours_among_ten_thousand_others(project: Project) -> None:
    project.emulator.load_vertex(
        foreign_jobs(10_000, labels={"team": "theirs"}),
        [foreign_model(number) for number in range(10_000)],
        [foreign_endpoint(number) for number in range(10_000)],
    )
    ours = [project.create()["name"] for _ in range(3)]
    project.wait()
    page = project.ask("GET", "tuningJobs?pageSize=1000&filter=labels.team=ours")
    assert [job["name"] for job in page["tuningJobs"]] == ours
    assert "nextPageToken" not in page
    assert sum(len(page["models"]) for page in pages(project, "models?pageSize=1000")) == 10_003

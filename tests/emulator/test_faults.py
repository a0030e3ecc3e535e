"""Faults: which requests they hit and how often, and whether the act behind them is done."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from reconciler.emulator.faults import Cut, Fault, Status
from reconciler.emulator.faulttext import CALLS, parse
from reconciler.emulator.inprocess import adapter

BETA = "/v1beta/tunedModels"


def test_a_fault_hits_its_call_as_often_as_it_says(service: Any) -> None:
    service.create("m")
    service.emulator.inject(parse("get:503:2:skip=1"))
    answers = [service.send("GET", f"{BETA}/m").status for _ in range(5)]
    assert answers == [200, 503, 503, 200, 200]
    assert service.send("GET", BETA).status == 200


@pytest.mark.parametrize(
    ("spec", "made"), [("create:503", False), ("create:503:after", True), ("create:html:after", True)]
)
def test_an_error_before_or_after_the_act(service: Any, spec: str, made: bool) -> None:  # noqa: FBT001 - a table
    service.emulator.inject(parse(spec))
    example = {"textInput": "1", "output": "2"}
    task = {"trainingData": {"examples": {"examples": [example]}}}
    body = {"baseModel": "models/gemini-1.0-pro-001", "tuningTask": task}
    answers = [service.send("POST", f"{BETA}?tunedModelId=m", body).status for _ in range(2)]
    assert answers[0] in {502, 503}
    assert answers[1] == (409 if made else 200)


def test_the_forms_of_an_exhausted_quota(service: Any) -> None:
    for spec in ("list:429=34", "list:429=bare"):
        service.emulator.inject(parse(spec))
    told, bare = (service.send("GET", BETA) for _ in range(2))
    details = {item["@type"].rpartition(".")[2]: item for item in json.loads(told.body)["error"]["details"]}
    assert details["RetryInfo"]["retryDelay"] == "34s"
    assert told.headers["Retry-After"] == "34"
    assert json.loads(bare.body)["error"] == {
        "code": 429,
        "message": "Resource has been exhausted (e.g. check quota).",
        "status": "RESOURCE_EXHAUSTED",
    }


def test_a_quota_refills_with_time(service: Any) -> None:
    service.emulator.inject(parse("list:quota=2/60"))
    assert [service.send("GET", BETA).status for _ in range(4)] == [200, 200, 429, 429]
    service.time += 60
    assert service.send("GET", BETA).status == 200


def test_a_missing_scope(service: Any) -> None:
    service.emulator.inject(parse("any:403=scope:always"))
    response = service.send("GET", BETA)
    assert response.status == 403
    assert json.loads(response.body)["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_a_stale_read_misses_the_last_write(service: Any) -> None:
    for _ in range(3):
        service.emulator.inject(parse("get:stale"))
        service.emulator.inject(parse("list:stale"))

    def seen() -> tuple[int, str, int]:
        read = service.send("GET", f"{BETA}/m")
        listed = service.ask("GET", BETA).get("tunedModels", [])
        return read.status, json.loads(read.body).get("displayName", ""), len(listed)

    service.create("m", displayName="old")
    assert seen() == (404, "", 0)
    service.ask("PATCH", f"{BETA}/m", {"displayName": "new"})
    assert seen() == (200, "old", 1)
    service.ask("DELETE", f"{BETA}/m")
    assert seen() == (200, "new", 1)
    assert service.send("GET", f"{BETA}/m").status == 404


def test_a_fault_may_have_any_body_and_headers(service: Any) -> None:
    service.emulator.inject(Fault("*", "models", Status(418, {"pot": "tea"}, {"X-Pot": "1"})))
    response = service.send("GET", "/v1beta/models")
    assert (response.status, response.body, response.headers["X-Pot"]) == (418, b'{"pot":"tea"}', "1")


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        ("create", "POST", BETA),
        ("list", "GET", BETA),
        ("get", "GET", f"{BETA}/m"),
        ("patch", "PATCH", f"{BETA}/m"),
        ("delete", "DELETE", f"{BETA}/m"),
        ("generate", "POST", f"{BETA}/m:generateContent"),
        ("permissions", "GET", f"{BETA}/m/permissions/p"),
        ("operation", "GET", f"{BETA}/m/operations/o"),
        ("cancel", "POST", "/v1/tunedModels/m/operations/o:cancel"),
        ("models", "GET", "/v1beta/models/gemini"),
        ("object-create", "POST", "/upload/storage/v1/b/bucket/o"),
        ("object-create", "PUT", "/upload/storage/v1/b/bucket/o"),
        ("object-list", "GET", "/storage/v1/b/bucket/o"),
        ("object-get", "GET", "/storage/v1/b/bucket/o/a%2Fb"),
        ("object-patch", "PATCH", "/storage/v1/b/bucket/o/a"),
        ("object-delete", "DELETE", "/storage/v1/b/bucket/o/a"),
    ],
)
def test_a_call_has_a_name(call: str, method: str, path: str) -> None:
    hit = {name for name in CALLS if parse(f"{name}:503").meets(method, path)}
    assert hit == ({call, "any"} if path.startswith("/v") else {call})


@pytest.mark.parametrize(
    "spec", ["create", "make:503", "create:explode", "create:503:later", "list:delay:after", "list:delay=x"]
)
def test_a_fault_that_cannot_be_read(spec: str) -> None:
    with pytest.raises(ValueError, match=r"fault|float"):
        parse(spec)


def test_a_fault_by_verb_and_path() -> None:
    assert parse("PATCH /tunedModels/a$:cut:after") == Fault("PATCH", "/tunedModels/a$", Cut("after"))


def session(service: Any, sleep: Callable[[float], None] = lambda _seconds: None) -> requests.Session:
    made = requests.Session()
    made.mount("http://emulator", adapter(service.emulator, sleep))
    return made


def test_a_session_without_a_socket(service: Any) -> None:
    service.create("m")
    with session(service) as client:
        answer = client.get(f"http://emulator{BETA}/m", params={"fields": "name"}, timeout=1)
        assert (answer.status_code, answer.json(), answer.ok) == (200, {"name": "tunedModels/m"}, True)
        answer = client.patch(f"http://emulator{BETA}/m", json={"description": "ü"}, timeout=1)
        assert answer.json()["description"] == "ü"
        assert answer.headers["content-type"].startswith("application/json")
        for body in ('{"topK": 2}', iter([b'{"top', b'K": 2}'])):
            assert client.patch(f"http://emulator{BETA}/m", data=body, timeout=1).json()["topK"] == 2


@pytest.mark.parametrize(("spec", "gone"), [("delete:cut", False), ("delete:cut:after", True)])
def test_a_cut_connection(service: Any, spec: str, gone: bool) -> None:  # noqa: FBT001 - a table
    service.create("m")
    service.emulator.inject(parse(spec))
    with session(service) as client, pytest.raises(requests.exceptions.ConnectionError):
        client.delete(f"http://emulator{BETA}/m", timeout=1)
    assert (service.send("GET", f"{BETA}/m").status == 404) is gone


def test_half_an_answer(service: Any) -> None:
    service.create("m")
    service.emulator.inject(parse("get:truncate"))
    with session(service) as client, pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.get(f"http://emulator{BETA}/m", timeout=1)


def test_a_late_answer(service: Any) -> None:
    slept: list[float] = []
    service.emulator.inject(parse("list:delay=5:2"))
    with session(service, slept.append) as client:
        assert client.get(f"http://emulator{BETA}", timeout=(1, 9)).json() == {}
        with pytest.raises(requests.exceptions.ReadTimeout):
            client.get(f"http://emulator{BETA}", timeout=2)
    assert slept == [5, 2]

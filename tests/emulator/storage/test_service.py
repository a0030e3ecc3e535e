"""Cloud Storage as a part of the emulator: faults, the record, the time, state that is shared, the two transports."""

import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.emulator.faults import Fault, Stale, Status
from reconciler.emulator.faulttext import parse
from reconciler.emulator.http import serve
from reconciler.emulator.inprocess import adapter
from reconciler.emulator.settings import Settings
from reconciler.emulator.status import ApiError
from reconciler.emulator.storage import objects
from tests.emulator.storage.cloud import BUCKET, Cloud, at, listing, media, onto, upload

NAME = "reconciler/claims/me/numbers/1"
CREATE = "POST /upload/storage/v1/b/our-bucket/o$"
RACER = f"""
import json, sys
from pathlib import Path
from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request
emulator = Emulator(Path(sys.argv[1]))
path = "/upload/storage/v1/b/{BUCKET}/o?uploadType=media&ifGenerationMatch=0&name="
claim = lambda number: emulator.handle(Request("POST", f"{{path}}claim-{{number}}", {{}}, sys.argv[2].encode())).status
print(json.dumps([claim(number) for number in range(40)]))
"""


@pytest.mark.parametrize(
    ("text", "status", "done"),
    [("503", 503, False), ("503:after", 503, True), ("html", 502, False), ("429=7", 429, False)],
)
def test_a_fault_strikes_before_or_after_the_act(cloud: Cloud, text: str, status: int, *, done: bool) -> None:
    cloud.emulator.inject(parse(f"{CREATE}:{text}"))
    answer = cloud.send("POST", upload("media", NAME, ifGenerationMatch=0))
    assert (answer.status, cloud.names()) == (status, [NAME] if done else [])
    assert cloud.send("POST", upload("media", NAME, ifGenerationMatch=0)).status == (412 if done else 200)


def test_an_error_of_the_service_has_the_shape_of_this_service(cloud: Cloud) -> None:
    cloud.emulator.inject(Fault("*", "^/storage/", Status(503)))
    code, reason, _ = cloud.refused("GET", at(NAME))
    assert (code, reason) == (503, "backendError")


@pytest.mark.parametrize(("when", "names"), [("before", []), ("after", [NAME])])
def test_a_connection_is_cut(cloud: Cloud, when: str, names: list[str]) -> None:
    cloud.emulator.inject(parse(f"{CREATE}:cut:{when}"))
    assert cloud.send("POST", upload("media", NAME)).delivery == "cut"
    assert cloud.names() == names


def test_answers_are_truncated_or_late(cloud: Cloud) -> None:
    cloud.insert(NAME, b"content")
    cloud.emulator.inject(parse(f"GET /o/{NAME}$:truncate"))
    cloud.emulator.inject(parse(f"GET /o/{NAME}$:delay=2"))
    assert cloud.send("GET", media(NAME)).delivery == "truncated"
    assert cloud.send("GET", at(NAME)).delay == 2


def test_a_stale_read_misses_the_last_write(cloud: Cloud) -> None:
    def stale(target: str) -> Any:
        cloud.emulator.inject(Fault("GET", "^/storage/", Stale()))
        answer = cloud.send("GET", target)
        cloud.emulator.clear_faults()
        return json.loads(answer.body) if "alt=media" not in target else answer.body

    cloud.insert("other")
    cloud.insert(NAME, b"first")
    assert stale(at(NAME))["error"]["code"] == 404
    assert [item["name"] for item in stale(listing())["items"]] == ["other"]
    cloud.insert(NAME, b"second")
    assert stale(media(NAME)) == b"first"
    cloud.send("DELETE", at(NAME))
    assert stale(media(NAME)) == b"second"
    assert [item["name"] for item in stale(listing())["items"]] == ["other", NAME]
    assert cloud.send("GET", at(NAME)).status == 404


def test_a_write_is_never_stale(cloud: Cloud) -> None:
    cloud.insert(NAME)
    cloud.emulator.inject(Fault("*", "", Stale(), times=None))
    assert cloud.send("POST", upload("media", NAME, ifGenerationMatch=0)).status == 412
    assert cloud.send("POST", at(NAME, onto("copyTo", "copy"))).status == 200
    assert cloud.send("DELETE", at("copy")).status == 204


def test_requests_are_recorded(cloud: Cloud) -> None:
    large = b"x" * 5000
    digest = {"bytes": 5000, "sha256": hashlib.sha256(large).hexdigest()}
    both = b'--b\r\n\r\n{"name": "n"}\r\n--b\r\ncontent-type: text/plain\r\n\r\n%b\r\n--b--'
    cloud.insert(NAME, b'{"job": "1"}', ifGenerationMatch=0)
    cloud.insert(NAME, large)
    cloud.insert(NAME, b"\xff")
    cloud.send("POST", upload("multipart", NAME), both % b"text", Content_Type="multipart/related; boundary=b")
    cloud.send("PUT", cloud.begin(NAME, {"contentType": "text/csv"}), large)
    cloud.send("GET", media(NAME))
    seen = cloud.emulator.requests
    assert [one.body for one in seen] == [
        '{"job": "1"}',
        digest,
        {"bytes": 1, "sha256": hashlib.sha256(b"\xff").hexdigest()},
        {"metadata": {"name": "n"}, "media": "text"},
        {"contentType": "text/csv"},
        digest,
        None,
    ]
    assert (seen[0].path, seen[0].query["ifGenerationMatch"], seen[0].status) == (
        f"/upload/storage/v1/b/{BUCKET}/o",
        "0",
        200,
    )
    assert (seen[-1].method, seen[-1].path) == ("GET", f"/storage/v1/b/{BUCKET}/o/{NAME}")


def test_every_answer_tells_the_time_of_the_service(cloud: Cloud) -> None:
    dates = [cloud.send("GET", target).headers["Date"] for target in (listing(), at("none"), "/v1beta/tunedModels")]
    cloud.emulator.advance(3600)
    dates.append(cloud.send("POST", upload("media", NAME)).headers["Date"])
    assert dates == ["Thu, 13 Nov 2025 02:13:20 GMT"] * 3 + ["Thu, 13 Nov 2025 03:13:20 GMT"]
    assert cloud.ask("GET", at(NAME))["timeCreated"] == "2025-11-13T03:13:20.123Z"


def test_other_services_of_the_emulator_read_and_tests_write(cloud: Cloud) -> None:
    made = cloud.emulator.put_object(BUCKET, NAME, b"from a test")
    assert cloud.ask("GET", at(NAME))["generation"] == made["generation"]
    store = cloud.emulator._store
    assert objects.read(store, BUCKET, NAME) == b"from a test"
    assert objects.read(store, BUCKET, NAME, int(made["generation"])) == b"from a test"
    cloud.insert(NAME, b"changed")
    assert objects.read(store, BUCKET, NAME, int(made["generation"])) is None
    assert objects.read(store, BUCKET, "none") is None
    with pytest.raises(ApiError, match="Invalid object name"):
        cloud.emulator.put_object(BUCKET, ".", b"")


def test_a_second_process_sees_the_same_objects(make_cloud: Callable[..., Cloud], tmp_path: Path) -> None:
    first, second = make_cloud(tmp_path / "state.db"), make_cloud(tmp_path / "state.db")
    uri = first.begin(NAME)
    assert second.send("PUT", uri, bytes(262_144), Content_Range="bytes 0-262143/*").status == 308
    assert first.ask("PUT", uri, b"end", Content_Range="bytes 262144-262146/262147")["size"] == "262147"
    assert len(second.send("GET", media(NAME)).body) == 262_147


@pytest.mark.process
def test_of_racing_processes_one_makes_each_claim(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", RACER, str(tmp_path / "state.db")]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    racers = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, text=True, cwd=root, env=environment)
        for number in range(3)
    ]
    statuses = [json.loads(racer.communicate()[0]) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert [sorted(row) for row in zip(*statuses, strict=True)] == [[200, 412, 412]] * 40


def test_in_process_the_uri_of_a_session_is_where_the_client_is(cloud: Cloud) -> None:
    with requests.Session() as session:
        session.mount("https://storage.googleapis.com", adapter(cloud.emulator))
        begun = session.post(f"https://storage.googleapis.com{upload('resumable', NAME)}", timeout=5)
        assert begun.headers["Location"].startswith("https://storage.googleapis.com/upload/")
        asked = session.put(begun.headers["Location"], headers={"Content-Range": "bytes */*"}, timeout=5)
        assert asked.status_code == 308
        assert session.put(begun.headers["Location"], data=b"x", timeout=5).json()["size"] == "1"


@pytest.mark.loopback
def test_over_http(cloud: Cloud) -> None:
    served = serve(cloud.emulator)
    begun = requests.post(f"{served.url}{upload('resumable', NAME)}", timeout=5)
    uri = begun.headers["Location"]
    assert uri.startswith(f"{served.url}/upload/")
    assert requests.put(uri, headers={"Content-Range": "bytes */*"}, timeout=5).status_code == 308
    assert requests.put(uri, data=iter([b"in ", b"chunks"]), timeout=5).json()["size"] == "9"
    read = requests.get(f"{served.url}{media(NAME)}", timeout=5)
    assert (read.content, read.headers["Date"]) == (b"in chunks", "Thu, 13 Nov 2025 02:13:20 GMT")
    same = {"ifGenerationNotMatch": read.headers["X-Goog-Generation"]}
    assert requests.get(f"{served.url}{at(NAME)}", params=same, timeout=5).status_code == 304
    assert requests.delete(uri, timeout=5).status_code == 499
    served.close()


@pytest.mark.loopback
def test_half_an_upload_is_no_object(cloud: Cloud) -> None:
    served = serve(cloud.emulator)
    port = served.server.server_address[1]
    head = f"POST {upload('media', NAME)} HTTP/1.1\r\nHost: emulator\r\nContent-Length: 100\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(head.encode() + b"only a part")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1000) == b"", "there is nobody to answer"
    assert cloud.names() == []
    served.close()


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(["0", "1", "a/", "media", "*", "\udc00"])
HEADERS = ("Content-Type", "Content-Range", "Range", "X-Goog-Hash", "X-Upload-Content-Length", "Host")
QUERY = ("uploadType", "name", "upload_id", "pageToken", "fields", "generation", "maxResults", "rewriteToken", "alt")
BODIES = st.binary(max_size=12) | st.sampled_from([b'{"name": "\\ud800"}', b"[" * 5000, b'{"sourceObjects": [{}]}'])


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.lists(st.sampled_from(["storage", "upload", "v1", "b", "o", "our-bucket", "rewriteTo", "compose"]) | TEXTS),
    st.dictionaries(st.sampled_from(QUERY), TEXTS),
    st.dictionaries(st.sampled_from(HEADERS), TEXTS),
    BODIES,
)
@example("POST", ["upload", "storage", "v1", "b", BUCKET, "o"], {"uploadType": "resumable"}, {}, b'{"name": "\\ud800"}')
@example(
    "GET",
    ["storage", "v1", "b", BUCKET, "o"],
    {"pageToken": "WyJcdWQ4MDAiLCAiIiwgIm91ci1idWNrZXQiLCAiIiwgIiJd"},
    {},
    b"",
)
@example("GET", ["storage", "v1", "b", BUCKET, "o"], {"pageToken": "W10="}, {}, b"")
def test_nothing_that_a_client_sends_makes_it_fall(
    method: str, path: list[str], query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    cloud = Cloud(Settings())
    target = "/" + "/".join(path) + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    answer = cloud.send(method, target, body, **headers)
    assert answer.status in (200, 204, 308, 400, 404, 416)
    cloud.emulator.close()

"""Resumable uploads: begun, sent in chunks, asked about, interrupted, resumed, ended."""

import json
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Response
from tests.emulator.storage.cloud import BUCKET, Cloud, at, media, upload

QUANTUM = 256 * 1024
NAME = "data/train.jsonl"
DATA = Random(1).randbytes(3 * QUANTUM + 77)


def put(cloud: Cloud, uri: str, first: int, last: int, total: int | str = len(DATA)) -> Response:
    return cloud.send("PUT", uri, DATA[first : last + 1], Content_Range=f"bytes {first}-{last}/{total}")


def status(cloud: Cloud, uri: str, total: int | str = "*") -> tuple[int, str | None]:
    answer = cloud.send("PUT", uri, Content_Range=f"bytes */{total}")
    assert not (answer.status == 308 and answer.body)
    return answer.status, answer.headers.get("Range")


def test_an_upload_in_chunks(cloud: Cloud) -> None:
    metadata = {"contentType": "application/jsonl", "metadata": {"digest": "1-ab"}}
    uri = cloud.begin(NAME, metadata, size=len(DATA), ifGenerationMatch=0)
    assert uri.startswith(f"/upload/storage/v1/b/{BUCKET}/o?uploadType=resumable&name=data%2Ftrain.jsonl&upload_id=")
    assert status(cloud, uri) == (308, None), "nothing is there yet"
    first = put(cloud, uri, 0, QUANTUM - 1)
    assert (first.status, first.headers["Range"]) == (308, f"bytes=0-{QUANTUM - 1}")
    assert put(cloud, uri, QUANTUM, 3 * QUANTUM - 1, "*").status == 308
    assert status(cloud, uri) == status(cloud, uri, len(DATA)) == (308, f"bytes=0-{3 * QUANTUM - 1}")
    assert cloud.send("GET", at(NAME)).status == 404, "not before it is complete"
    last = put(cloud, uri, 3 * QUANTUM, len(DATA) - 1)
    made = json.loads(last.body)
    assert (last.status, made) == (200, cloud.ask("GET", at(NAME)))
    assert (made["contentType"], made["metadata"]) == ("application/jsonl", {"digest": "1-ab"})
    assert cloud.send("GET", media(NAME)).body == DATA
    assert cloud.ask("PUT", uri, Content_Range="bytes */*") == made, "the last answer can be asked for again"
    assert put(cloud, uri, 0, QUANTUM - 1).status == 200


def test_all_at_once(cloud: Cloud) -> None:
    assert cloud.ask("PUT", cloud.begin(NAME), DATA)["size"] == str(len(DATA))
    assert cloud.send("GET", media(NAME)).body == DATA
    assert cloud.ask("PUT", cloud.begin("empty"))["size"] == "0"
    assert cloud.ask("PUT", cloud.begin("empty too"), Content_Range="bytes */0")["size"] == "0"


def test_a_size_that_becomes_known_at_the_end(cloud: Cloud) -> None:
    uri = cloud.begin(NAME)
    assert put(cloud, uri, 0, 2 * QUANTUM - 1, "*").status == 308
    assert status(cloud, uri, 2 * QUANTUM)[0] == 200
    assert cloud.send("GET", media(NAME)).body == DATA[: 2 * QUANTUM]


def test_a_size_that_was_announced_at_the_beginning(cloud: Cloud) -> None:
    uri = cloud.begin(NAME, size=len(DATA))
    assert put(cloud, uri, 0, QUANTUM - 1, "*").status == 308
    assert put(cloud, uri, QUANTUM, len(DATA) - 1, "*").status == 200
    assert cloud.send("GET", media(NAME)).body == DATA


def test_what_is_there_already_is_passed_over(cloud: Cloud) -> None:
    uri = cloud.begin(NAME)
    put(cloud, uri, 0, QUANTUM - 1)
    assert put(cloud, uri, 0, QUANTUM - 1).headers["Range"] == f"bytes=0-{QUANTUM - 1}"
    assert put(cloud, uri, 0, 2 * QUANTUM - 1).headers["Range"] == f"bytes=0-{2 * QUANTUM - 1}"
    assert put(cloud, uri, QUANTUM + 5, len(DATA) - 1).status == 200
    assert cloud.send("GET", media(NAME)).body == DATA


def test_a_gap_is_not_bridged(cloud: Cloud) -> None:
    uri = cloud.begin(NAME)
    put(cloud, uri, 0, QUANTUM - 1)
    answer = put(cloud, uri, 2 * QUANTUM, len(DATA) - 1)
    assert (answer.status, answer.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert f"offset is {2 * QUANTUM} byte(s), which exceeds already uploaded size of {QUANTUM}" in answer.body.decode()
    assert status(cloud, uri) == (308, f"bytes=0-{QUANTUM - 1}")


def test_of_a_chunk_that_is_not_the_last_whole_quanta_are_kept(cloud: Cloud) -> None:
    uri = cloud.begin(NAME)
    assert put(cloud, uri, 0, QUANTUM + 99).headers["Range"] == f"bytes=0-{QUANTUM - 1}"
    answer = put(cloud, uri, QUANTUM, QUANTUM + 99)
    assert (answer.status, "equal or greater than 262144" in answer.body.decode()) == (400, True)
    assert put(cloud, uri, QUANTUM, len(DATA) - 1).status == 200


def test_the_service_may_keep_less_than_it_was_sent(make_cloud: Callable[..., Cloud]) -> None:
    cloud = make_cloud(upload_keeps=QUANTUM)
    uri = cloud.begin(NAME)
    assert put(cloud, uri, 0, len(DATA) - 1).headers["Range"] == f"bytes=0-{QUANTUM - 1}"
    assert put(cloud, uri, QUANTUM, len(DATA) - 1).status == 308
    assert put(cloud, uri, 2 * QUANTUM, len(DATA) - 1).status == 308
    assert put(cloud, uri, 3 * QUANTUM, len(DATA) - 1).status == 200
    assert cloud.send("GET", media(NAME)).body == DATA


@pytest.mark.parametrize(
    ("header", "length"),
    [
        ("bytes 0-9/10", 9),
        ("bytes 0-9/5", 10),
        ("bytes 5-4/10", 0),
        ("bytes 0-/10", 10),
        ("0-9/10", 10),
        ("bytes */x", 0),
        ("bytes */*", 5),
        ("bytes 0-9/10, bytes 1-2/10", 10),
    ],
)
def test_a_range_that_does_not_fit_the_body_is_refused(cloud: Cloud, header: str, length: int) -> None:
    uri = cloud.begin(NAME)
    assert cloud.refused("PUT", uri, bytes(length), Content_Range=header)[:2] == (400, "invalid")
    assert status(cloud, uri) == (308, None)


def test_the_announced_size_is_held_to(cloud: Cloud) -> None:
    uri = cloud.begin(NAME, size=10)
    assert cloud.refused("PUT", uri, bytes(11))[0] == 400
    assert cloud.refused("PUT", uri, bytes(9), Content_Range="bytes 0-8/9")[0] == 400
    assert cloud.ask("PUT", uri, bytes(10))["size"] == "10"
    assert cloud.refused("POST", upload("resumable", NAME), X_Upload_Content_Length="ten")[0] == 400


def test_checksums_are_checked_at_the_end(cloud: Cloud) -> None:
    uri = cloud.begin(NAME, {"crc32c": "4waSgw=="})
    assert "Provided CRC32C" in cloud.refused("PUT", uri, b"12345678X")[2]
    assert cloud.refused("PUT", uri, b"123456789", X_Goog_Hash="md5=AAAA")[0] == 400
    assert cloud.send("GET", at(NAME)).status == 404
    assert cloud.ask("PUT", uri, b"123456789")["crc32c"] == "4waSgw==", "the session is as it was before"


def test_a_condition_holds_at_the_beginning_and_at_the_end(cloud: Cloud) -> None:
    uri = cloud.begin(NAME, ifGenerationMatch=0)
    cloud.insert(NAME, b"faster")
    assert cloud.refused("PUT", uri, DATA)[:2] == (412, "conditionNotMet")
    assert cloud.refused("POST", upload("resumable", NAME, ifGenerationMatch=0))[0] == 412
    assert cloud.send("GET", media(NAME)).body == b"faster"


@pytest.mark.parametrize("gone", [404, 410])
def test_a_session_ends(make_cloud: Callable[..., Cloud], gone: int) -> None:
    cloud = make_cloud(upload_gone=gone, upload_seconds=60)
    uri, cancelled = cloud.begin(NAME), cloud.begin(NAME)
    put(cloud, cancelled, 0, QUANTUM - 1)
    assert cloud.send("DELETE", cancelled).status == 499
    assert cloud.refused("PUT", cancelled, b"x")[0] == gone
    assert cloud.refused("DELETE", cancelled)[0] == gone
    (parts,) = cloud.emulator._store.sql.execute("SELECT COUNT(*) FROM storage_parts").fetchone()
    assert parts == 0
    cloud.time += 59
    assert status(cloud, uri)[0] == 308
    cloud.time += 1
    assert cloud.refused("PUT", uri, b"x")[0] == gone
    assert cloud.refused("PUT", f"{uri}x", b"x")[0] == gone
    assert cloud.refused("PUT", cloud.begin(NAME).replace(BUCKET, "their-bucket"), b"x")[0] == gone
    assert cloud.refused("PUT", uri.partition("&upload_id=")[0], b"x")[:2] == (400, "required")


@given(st.data())
def test_whatever_is_sent_in_whatever_order_the_object_is_what_was_meant(data: st.DataObject) -> None:
    keeps = data.draw(st.sampled_from([None, QUANTUM, 2 * QUANTUM]))
    cloud = Cloud(Settings(upload_keeps=keeps))
    uri = cloud.begin(NAME)
    for first in data.draw(st.lists(st.integers(0, len(DATA) - 1), max_size=6)):
        last = data.draw(st.integers(first, len(DATA) - 1))
        total = data.draw(st.just(len(DATA)) | st.just("*"))
        put(cloud, uri, first, last, total)
    code, there = status(cloud, uri)
    while code == 308:
        first = int(there.partition("-")[2]) + 1 if there else 0
        put(cloud, uri, first, len(DATA) - 1)
        code, there = status(cloud, uri)
    assert code == 200
    assert cloud.send("GET", media(NAME)).body == DATA
    cloud.emulator.close()

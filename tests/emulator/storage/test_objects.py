"""Objects: stored, shown, read, listed and deleted, with what they are asked to fulfil before."""

import base64
import hashlib
import json
from collections.abc import Callable
from random import Random

import pytest

from tests.emulator.storage.cloud import BUCKET, START, Cloud, at, listing, media, onto, upload

NAME = "claims/équipe/a b%2F+?#.json"
MULTIPART = (
    b"--xx\r\nContent-Type: application/json\r\n\r\n%b\r\n--xx\r\ncontent-type: text/csv\r\n\r\n%b\r\n--xx--\r\n"
)
RELATED = 'multipart/related; boundary="xx"'


def test_an_object_is_shown_as_it_was_stored(cloud: Cloud) -> None:
    made = cloud.ask("POST", upload("media", NAME), b"123456789", Content_Type="text/plain")
    assert cloud.ask("GET", at(NAME)) == made
    generation = str(int(START * 1_000_000))
    path = "storage/v1/b/our-bucket/o/claims%2F%C3%A9quipe%2Fa%20b%252F%2B%3F%23.json"
    assert made == {
        "kind": "storage#object",
        "id": f"{BUCKET}/{NAME}/{generation}",
        "selfLink": f"http://emulator/{path}",
        "mediaLink": f"http://emulator/download/{path}?generation={generation}&alt=media",
        "name": NAME,
        "bucket": BUCKET,
        "generation": generation,
        "metageneration": "1",
        "contentType": "text/plain",
        "storageClass": "STANDARD",
        "size": "9",
        "md5Hash": base64.b64encode(hashlib.md5(b"123456789").digest()).decode(),  # noqa: S324 - the service's own
        "crc32c": "4waSgw==",
        "etag": made["etag"],
        "timeCreated": "2025-11-13T02:13:20.123Z",
        "updated": "2025-11-13T02:13:20.123Z",
        "timeStorageClassUpdated": "2025-11-13T02:13:20.123Z",
    }


def test_content_comes_with_its_checksums(cloud: Cloud) -> None:
    made = cloud.insert(NAME, b"123456789")
    for target in (media(NAME), made["mediaLink"].removeprefix("http://emulator"), f"/download{at(NAME)}"):
        answer = cloud.send("GET", target)
        assert (answer.status, answer.body) == (200, b"123456789")
        assert answer.headers["X-Goog-Hash"] == f"crc32c=4waSgw==,md5={made['md5Hash']}"
        assert answer.headers["X-Goog-Generation"] == made["generation"]
        assert (answer.headers["ETag"], answer.headers["X-Goog-Stored-Content-Length"]) == (made["etag"], "9")


@pytest.mark.parametrize(
    ("asked", "given", "shown"),
    [
        ("bytes=0-3", b"1234", "bytes 0-3/9"),
        ("bytes=4-", b"56789", "bytes 4-8/9"),
        ("bytes=-2", b"89", "bytes 7-8/9"),
        ("bytes=-20", b"123456789", "bytes 0-8/9"),
        ("bytes=8-99", b"9", "bytes 8-8/9"),
    ],
)
def test_a_range_of_the_content(cloud: Cloud, asked: str, given: bytes, shown: str) -> None:
    cloud.insert(NAME, b"123456789")
    answer = cloud.send("GET", media(NAME), Range=asked)
    assert (answer.status, answer.body, answer.headers["Content-Range"]) == (206, given, shown)
    assert "crc32c=4waSgw==" in answer.headers["X-Goog-Hash"], "of the whole"


@pytest.mark.parametrize("asked", ["bytes=9-", "bytes=5-4", "bytes=-0"])
def test_a_range_behind_the_content_is_refused(cloud: Cloud, asked: str) -> None:
    cloud.insert(NAME, b"123456789")
    code, reason, _ = cloud.refused("GET", media(NAME), Range=asked)
    assert (code, reason) == (416, "requestedRangeNotSatisfiable")


def test_content_of_many_parts_is_read_by_ranges(cloud: Cloud) -> None:
    data = Random(1).randbytes(9 * 1024 * 1024)
    cloud.insert("large", data)
    assert cloud.send("GET", media("large")).body == data
    for first, last in ((0, 0), (4_194_303, 4_194_304), (4_194_304, 8_388_607), (5_000_000, 9_437_183)):
        assert cloud.send("GET", media("large"), Range=f"bytes={first}-{last}").body == data[first : last + 1]


def test_metadata_and_media_in_one_request(cloud: Cloud) -> None:
    data = b"a,b\r\n\r\n--xx\r\nno end"
    metadata = {"name": "in the metadata", "metadata": {"digest": "1-ab"}, "cacheControl": "no-store", "size": "7"}
    body = MULTIPART % (json.dumps(metadata).encode(), data)
    made = cloud.ask("POST", upload("multipart", NAME), body, Content_Type=RELATED)
    assert (made["name"], made["metadata"], made["cacheControl"]) == (NAME, {"digest": "1-ab"}, "no-store")
    assert (made["contentType"], made["size"]) == ("text/csv", str(len(data)))
    assert cloud.send("GET", media(NAME)).body == data
    path = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=multipart"
    assert cloud.ask("POST", path, body, Content_Type=RELATED)["name"] == "in the metadata"


@pytest.mark.parametrize(
    ("kind", "body", "content_type"),
    [
        ("multipart", b"--xx\r\n\r\n{}\r\n--xx--", RELATED),
        ("multipart", b"{}", "application/json"),
        ("multipart", MULTIPART % (b"[]", b""), RELATED),
        ("multipart", MULTIPART % (b"{x}", b""), RELATED),
        ("multipart", MULTIPART % (b'{"contentTyp": "x"}', b""), RELATED),
        ("multipart", MULTIPART % (b'{"metadata": {"a": 1}}', b""), RELATED),
        ("multipart", MULTIPART % (b'{"contentType": "a\\nb"}', b""), RELATED),
        ("simple", b"", ""),
        ("resumable", b"[]", "application/json"),
    ],
)
def test_an_upload_that_cannot_be_meant_is_refused(cloud: Cloud, kind: str, body: bytes, content_type: str) -> None:
    code, reason, _ = cloud.refused("POST", upload(kind, NAME), body, Content_Type=content_type)
    assert (code, reason, cloud.names()) == (400, "invalid", [])


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "required"), ("ü" * 513, "invalid"), (".", "invalid"), ("..", "invalid"), ("a\nb", "invalid")],
)
def test_a_name_that_no_object_can_have_is_refused(cloud: Cloud, name: str, reason: str) -> None:
    assert cloud.refused("POST", upload("media", name))[:2] == (400, reason)
    assert cloud.insert("ü" * 512)["size"] == "0"


def test_announced_checksums_must_fit(cloud: Cloud) -> None:
    right = {"crc32c": "4waSgw==", "md5Hash": "JfnnlDI7RTiF9RgfG2JNCw=="}
    for name, wrong in (("crc32c", "AAAAAA=="), ("md5Hash", "AAAAAAAAAAAAAAAAAAAAAA==")):
        body = MULTIPART % (json.dumps({**right, name: wrong}).encode(), b"123456789")
        code, reason, message = cloud.refused("POST", upload("multipart", NAME), body, Content_Type=RELATED)
        assert (code, reason) == (400, "invalid")
        assert wrong in message
        assert right[name] in message
    code, _, _ = cloud.refused("POST", upload("media", NAME), b"12345678", X_Goog_Hash="md5=JfnnlDI7RTiF9RgfG2JNCw==")
    assert (code, cloud.names()) == (400, [])
    body = MULTIPART % (json.dumps(right).encode(), b"123456789")
    assert cloud.ask("POST", upload("multipart", NAME), body, Content_Type=RELATED)["crc32c"] == right["crc32c"]
    hashes = f"crc32c={right['crc32c']}, md5={right['md5Hash']}"
    assert cloud.ask("POST", upload("media", NAME), b"123456789", X_Goog_Hash=hashes)["md5Hash"] == right["md5Hash"]


def test_generations_grow_also_when_the_clock_stands_or_goes_back(cloud: Cloud) -> None:
    generations = [int(cloud.insert(NAME)["generation"])]
    for seconds in (0, 1, -5):
        cloud.time += seconds
        generations.append(int(cloud.insert(NAME)["generation"]))
    cloud.send("DELETE", at(NAME))
    generations.append(int(cloud.insert(NAME)["generation"]))
    assert generations == sorted(set(generations))
    assert generations[2] - generations[1] == 999_999


def test_without_versioning_an_old_generation_is_gone(cloud: Cloud) -> None:
    old, new = cloud.insert(NAME, b"old"), cloud.insert(NAME, b"new")
    assert cloud.refused("GET", media(NAME, generation=old["generation"]))[0] == 404
    assert cloud.send("GET", media(NAME, generation=new["generation"])).body == b"new"


def test_with_versioning_old_generations_stay_until_they_are_deleted(make_cloud: Callable[..., Cloud]) -> None:
    cloud = make_cloud(object_versioning=True)
    old, new = (cloud.insert(NAME, data)["generation"] for data in (b"old", b"new"))
    cloud.insert("another")
    assert cloud.send("DELETE", at(NAME)).status == 204
    assert cloud.names() == ["another"]
    assert cloud.refused("GET", at(NAME))[0] == 404
    assert [cloud.send("GET", media(NAME, generation=each)).body for each in (old, new)] == [b"old", b"new"]
    assert cloud.send("DELETE", at(NAME, generation=old)).status == 204
    assert cloud.refused("GET", at(NAME, generation=old))[0] == 404
    assert cloud.send("GET", media(NAME, generation=new)).body == b"new"
    newest = cloud.insert(NAME, b"newest")["generation"]
    assert cloud.send("DELETE", at(NAME, generation=newest)).status == 204, "for good, as it is named"
    assert cloud.refused("GET", at(NAME, generation=newest))[0] == 404
    assert cloud.send("GET", media(NAME, generation=new)).body == b"new"
    assert cloud.refused("GET", at(NAME))[0] == 404
    assert stored(cloud) == len(b"new") + len(b"newest"), "the last write could still be missed by a stale read"


def stored(cloud: Cloud) -> int:
    (size,) = cloud.emulator._store.sql.execute("SELECT TOTAL(LENGTH(data)) FROM storage_parts").fetchone()
    return int(size)


def test_what_nothing_has_any_more_takes_no_room(cloud: Cloud) -> None:
    for number in range(4):
        cloud.insert("kept" if number == 3 else NAME, bytes([number]) * 1000)
        cloud.ask("POST", at(NAME, onto("copyTo", "a copy")))
    cloud.send("DELETE", at(NAME))
    cloud.insert("another")
    assert stored(cloud) == 2000, "the one kept, and the one that the copy has"
    assert cloud.send("GET", media("a copy")).body == b"\x02" * 1000


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_object_that_is_not_there(cloud: Cloud, method: str) -> None:
    assert cloud.refused(method, at("no such")) == (404, "notFound", f"No such object: {BUCKET}/no such")
    cloud.insert("no such/either")
    assert cloud.refused(method, at("no such"))[0] == 404


@pytest.mark.parametrize(
    ("condition", "value", "there", "absent"),
    [
        ("ifGenerationMatch", "0", 412, 200),
        ("ifGenerationMatch", "{generation}", 200, 412),
        ("ifGenerationMatch", "5", 412, 412),
        ("ifGenerationNotMatch", "0", 200, 304),
        ("ifGenerationNotMatch", "{generation}", 304, 304),
        ("ifGenerationNotMatch", "5", 200, 304),
        ("ifMetagenerationMatch", "1", 200, 412),
        ("ifMetagenerationMatch", "2", 412, 412),
        ("ifMetagenerationNotMatch", "1", 304, 304),
        ("ifMetagenerationNotMatch", "2", 200, 304),
    ],
)
def test_an_upload_asks_for_what_is_there(cloud: Cloud, condition: str, value: str, there: int, absent: int) -> None:
    generation = cloud.insert(NAME, b"old")["generation"]
    query = {condition: value.format(generation=generation)}
    absences = [cloud.send("POST", upload(kind, f"no {kind}", **query)).status for kind in ("media", "resumable")]
    assert absences == [absent, absent]
    read = cloud.send("GET", at(NAME, **query))
    assert (read.status, bool(read.body)) == (there, there != 304)
    assert cloud.send("POST", upload("resumable", NAME, **query)).status == there
    written = cloud.send("POST", upload("media", NAME, **query), b"new")
    assert written.status == there
    assert cloud.send("GET", media(NAME)).body == (b"new" if there == 200 else b"old")
    if there == 412:
        detail = json.loads(written.body)["error"]["errors"][0]
        assert (detail["reason"], detail["location"]) == ("conditionNotMet", "If-Match")


def test_a_delete_asks_for_what_is_there(cloud: Cloud) -> None:
    generation = cloud.insert(NAME)["generation"]
    assert cloud.send("DELETE", at(NAME, ifGenerationMatch=1)).status == 412
    assert cloud.send("DELETE", at(NAME, ifMetagenerationMatch=2)).status == 412
    assert cloud.names() == [NAME]
    assert cloud.send("DELETE", at(NAME, ifGenerationMatch=generation)).status == 204
    assert cloud.send("DELETE", at(NAME, ifGenerationMatch=generation)).status == 404


@pytest.mark.parametrize("value", ["", "x", "-1", "1.0", "²", str(2**63), "9" * 40])
def test_a_condition_that_is_no_number_is_refused(cloud: Cloud, value: str) -> None:
    for target in (upload("media", NAME, ifGenerationMatch=value), upload("resumable", NAME, ifGenerationMatch=value)):
        assert cloud.refused("POST", target)[0] == 400


@pytest.mark.parametrize("target", [upload("media", NAME, ifGenerationMatches=0), at(NAME, if_generation_match=0)])
def test_a_slip_in_the_name_of_a_parameter_is_no_condition_and_refused(cloud: Cloud, target: str) -> None:
    assert "Unknown parameter" in cloud.refused("POST" if "upload" in target else "GET", target)[2]


def test_a_list_is_in_the_order_of_bytes_and_in_pages(cloud: Cloud) -> None:
    names = ["B", "a", "a/b", "a/b/c", "a/d", "a0", "é", "\U0001f600", "\uffff"]
    for name in names:
        cloud.insert(name)
    ordered = sorted(names, key=str.encode)
    assert cloud.names() == ordered
    found, token = [], ""
    for _ in names:
        page = cloud.ask("GET", listing(maxResults=2, **({"pageToken": token} if token else {})))
        assert page["kind"] == "storage#objects"
        found += [item["name"] for item in page["items"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert (found, token) == (ordered, "")


def test_a_list_is_folded_at_a_delimiter(cloud: Cloud) -> None:
    for name in ("a/1", "a/2/x", "a/2/y", "a/3", "a/4/z", "ab", "b"):
        cloud.insert(name)
    page = cloud.ask("GET", listing(prefix="a/", delimiter="/", versions="true"))
    assert ([item["name"] for item in page["items"]], page["prefixes"]) == (["a/1", "a/3"], ["a/2/", "a/4/"])
    entries: list[str] = []
    token: str | None = ""
    while token is not None:
        more = {"pageToken": token} if token else {}
        page = cloud.ask("GET", listing(prefix="a/", delimiter="/", maxResults=1, **more))
        entries += [item["name"] for item in page.get("items", [])] + page.get("prefixes", [])
        token = page.get("nextPageToken")
    assert entries == ["a/1", "a/2/", "a/3", "a/4/"]
    assert cloud.ask("GET", listing(prefix="none")) == {"kind": "storage#objects"}


def test_a_page_token_is_of_its_list(cloud: Cloud) -> None:
    for name in ("a", "b"):
        cloud.insert(name)
    token = cloud.ask("GET", listing(maxResults=1))["nextPageToken"]
    assert cloud.names(pageToken=token) == ["b"]
    for wrong in ({"pageToken": token, "prefix": "a"}, {"pageToken": "AAAA"}, {"pageToken": "WyJhIl0="}):
        assert cloud.refused("GET", listing(**wrong))[0] == 400
    assert cloud.refused("GET", listing(maxResults="-1"))[0] == 400


def test_only_what_is_asked_for_is_shown(cloud: Cloud) -> None:
    cloud.insert(NAME)
    assert cloud.ask("GET", at(NAME, fields="name,size")) == {"name": NAME, "size": "0"}
    assert cloud.ask("GET", listing(fields="items/name")) == {"items": [{"name": NAME}]}
    assert cloud.refused("GET", at(NAME, fields="a("))[0] == 400


def test_buckets_that_exist_and_others(make_cloud: Callable[..., Cloud]) -> None:
    cloud = make_cloud(buckets=(BUCKET,), bucket_location="europe-west4")
    bucket = cloud.ask("GET", f"/storage/v1/b/{BUCKET}")
    assert (bucket["kind"], bucket["name"], bucket["location"]) == ("storage#bucket", BUCKET, "EUROPE-WEST4")
    cloud.insert(NAME)
    absent = (404, "notFound", "The specified bucket does not exist.")
    for method, target in (
        ("GET", "/storage/v1/b/other"),
        ("GET", "/storage/v1/b/other/o"),
        ("GET", "/storage/v1/b/other/o/x"),
        ("POST", "/upload/storage/v1/b/other/o?uploadType=resumable&name=x"),
        ("POST", f"{at(NAME)}/rewriteTo/b/other/o/x"),
    ):
        assert cloud.refused(method, target) == absent
    assert cloud.refused("GET", "/storage/v1/b/No%2FBucket")[0] == 400


def test_what_is_denied_in_a_bucket(make_cloud: Callable[..., Cloud]) -> None:
    cloud = make_cloud(bucket_denials={BUCKET: ("storage.objects.delete",)})
    cloud.insert(NAME, b"first")
    for method, target in (("DELETE", at(NAME)), ("POST", upload("media", NAME))):
        code, reason, message = cloud.refused(method, target)
        assert (code, reason) == (403, "forbidden")
        assert "me@example.com does not have storage.objects.delete access" in message
    assert cloud.send("GET", media(NAME)).body == b"first"


def test_who_calls_must_be_known_where_that_is_asked_for(make_cloud: Callable[..., Cloud]) -> None:
    cloud = make_cloud(require_auth=True, accounts={"secret": "me@example.com"})
    assert cloud.refused("GET", listing())[:2] == (401, "required")
    assert cloud.refused("GET", listing(), Authorization="Bearer other")[:2] == (401, "authError")
    assert cloud.refused("GET", listing(key="secret"))[:2] == (401, "required"), "an API key does not do"
    session = cloud.send("POST", upload("resumable", NAME), Authorization="Bearer secret").headers["Location"]
    uri = session.removeprefix("http://emulator")
    assert cloud.ask("PUT", uri, b"x")["size"] == "1", "whoever has the URI of a session may use it"
    assert cloud.ask("GET", listing(), Authorization="Bearer secret")["items"][0]["name"] == NAME


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", f"/storage/v1/b/{BUCKET}/o/a/b"),
        ("PATCH", at(NAME)),
        ("GET", "/storage/v1/"),
        ("GET", "/storage/v1/b"),
        ("POST", f"/storage/v1/b/{BUCKET}/o/a/moveTo/b/c/o/d"),
    ],
)
def test_a_url_that_is_not_served_is_a_page(cloud: Cloud, method: str, target: str) -> None:
    answer = cloud.send(method, target)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=UTF-8")

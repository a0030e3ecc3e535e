"""Copies, rewrites and composed objects."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.emulator.storage.cloud import BUCKET, Cloud, at, media, onto, upload

DATA = Random(4).randbytes(2_500_000)


def compose(cloud: Cloud, target: str, sources: object, **query: object) -> Any:
    sent = json.dumps({"sourceObjects": sources, "destination": {"contentType": "text/csv"}}).encode()
    return cloud.ask("POST", at(target, "/compose", **query), sent)


@pytest.mark.parametrize("verb", ["copyTo", "rewriteTo"])
def test_a_copy_has_the_bytes_and_metadata_of_its_source(cloud: Cloud, verb: str) -> None:
    source = cloud.ask("POST", upload("media", "dir/source"), DATA, Content_Type="text/csv")
    answer = cloud.ask("POST", at("dir/source", onto(verb, "dir/copy"), ifGenerationMatch=0))
    copy = answer if verb == "copyTo" else answer.pop("resource")
    if verb == "rewriteTo":
        size = str(len(DATA))
        assert answer == {
            "kind": "storage#rewriteResponse",
            "totalBytesRewritten": size,
            "objectSize": size,
            "done": True,
        }
    same = ("size", "crc32c", "md5Hash", "contentType")
    assert [copy[name] for name in same] == [source[name] for name in same]
    assert (copy["name"], int(copy["generation"]) > int(source["generation"])) == ("dir/copy", True)
    cloud.send("DELETE", at("dir/source"))
    cloud.insert("another")
    assert cloud.send("GET", media("dir/copy")).body == DATA


def test_metadata_that_are_sent_replace_those_of_the_source(cloud: Cloud) -> None:
    cloud.ask("POST", upload("media", "source"), b"x", Content_Type="text/csv")
    sent = json.dumps({"metadata": {"a": "b"}}).encode()
    copy = cloud.ask("POST", at("source", onto("copyTo", "copy")), sent)
    assert (copy["metadata"], "contentType" in copy) == ({"a": "b"}, False)


@pytest.mark.parametrize("verb", ["copyTo", "rewriteTo"])
def test_a_copy_asks_for_what_is_there(cloud: Cloud, verb: str) -> None:
    old = cloud.insert("source", b"old")["generation"]
    new = cloud.insert("source", b"new")["generation"]
    cloud.insert("taken", b"as it was")

    def code(source: str, target: str, **query: object) -> int:
        return cloud.send("POST", at(source, onto(verb, target), **query)).status

    assert code("none", "copy") == 404
    assert code("source", "copy", sourceGeneration=old) == 404
    assert code("source", "copy", ifSourceGenerationMatch=old) == 412
    assert code("source", "copy", ifSourceGenerationNotMatch=new) == 304
    assert code("source", "copy", ifSourceMetagenerationMatch=2) == 412
    assert code("source", "taken", ifGenerationMatch=0) == 412
    assert cloud.names() == ["source", "taken"]
    assert code("source", "copy", sourceGeneration=new, ifSourceGenerationMatch=new, ifGenerationMatch=0) == 200
    assert cloud.send("GET", media("copy")).body == b"new"
    assert cloud.send("GET", media("taken")).body == b"as it was"


def test_a_rewrite_of_much_takes_several_requests(make_cloud: Callable[..., Cloud]) -> None:
    cloud = make_cloud(rewrite_bytes=1_000_000)
    cloud.insert("source", DATA)
    cloud.insert("other", DATA)
    target = onto("rewriteTo", "copy")
    first = cloud.ask("POST", at("source", target))
    assert (first["done"], first["totalBytesRewritten"], "resource" in first) == (False, "1000000", False)
    second = cloud.ask("POST", at("source", target, rewriteToken=first["rewriteToken"]))
    assert (second["done"], second["totalBytesRewritten"]) == (False, "2000000")
    assert cloud.send("GET", at("copy")).status == 404
    for source, wrong in (("other", first["rewriteToken"]), ("source", "AAAA")):
        assert cloud.refused("POST", at(source, target, rewriteToken=wrong))[0] == 400
    third = cloud.ask("POST", at("source", target, rewriteToken=second["rewriteToken"]))
    assert (third["done"], third["resource"]["size"]) == (True, str(len(DATA)))
    cloud.insert("source", DATA)
    assert cloud.refused("POST", at("source", target, rewriteToken=second["rewriteToken"]))[0] == 400


def test_the_client_may_ask_for_small_steps(cloud: Cloud) -> None:
    cloud.insert("source", DATA)
    target = onto("rewriteTo", "copy")
    step = cloud.ask("POST", at("source", target, maxBytesRewrittenPerCall=1024 * 1024))
    assert step["totalBytesRewritten"] == "1048576"
    assert cloud.refused("POST", at("source", target, maxBytesRewrittenPerCall=1000))[0] == 400


def test_a_copy_onto_itself_is_a_new_generation(cloud: Cloud) -> None:
    before = cloud.insert("source", DATA)
    after = cloud.ask("POST", at("source", onto("copyTo", "source")))
    assert int(after["generation"]) > int(before["generation"])
    cloud.insert("another")
    assert cloud.send("GET", media("source")).body == DATA


def test_a_composed_object_has_no_md5(cloud: Cloud) -> None:
    cloud.insert("1", b"1234")
    generation = cloud.insert("2", b"56789")["generation"]
    whole = compose(cloud, "whole", [{"name": "1"}, {"name": "2", "generation": generation}], ifGenerationMatch=0)
    assert ("md5Hash" in whole, whole["crc32c"], whole["componentCount"]) == (False, "4waSgw==", 2)
    assert (whole["contentType"], whole["size"]) == ("text/csv", "9")
    answer = cloud.send("GET", media("whole"))
    assert (answer.body, answer.headers["X-Goog-Hash"]) == (b"123456789", "crc32c=4waSgw==")
    assert compose(cloud, "twice", [{"name": "whole"}, {"name": "1"}])["componentCount"] == 3
    assert cloud.send("GET", media("twice"), Range="bytes=8-10").body == b"912"
    assert "md5Hash" not in cloud.ask("POST", at("whole", onto("copyTo", "copy")))


@pytest.mark.parametrize(
    ("sources", "code"),
    [
        ([], 400),
        ([{"name": "1"}] * 33, 400),
        ("1", 400),
        (["1"], 400),
        ([{"name": "none"}], 404),
        ([{"name": "1", "generation": "x"}], 400),
        ([{"name": "1", "generation": "5"}], 404),
        ([{"name": "1", "objectPreconditions": {"ifGenerationMatch": "5"}}], 412),
    ],
)
def test_what_cannot_be_composed(cloud: Cloud, sources: object, code: int) -> None:
    cloud.insert("1")
    sent = json.dumps({"sourceObjects": sources}).encode()
    assert cloud.refused("POST", at("whole", "/compose"), sent)[0] == code
    assert cloud.names() == ["1"]


def test_buckets_are_apart(cloud: Cloud) -> None:
    cloud.insert("source", b"ours")
    cloud.ask("POST", at("source", "/rewriteTo/b/their-bucket/o/a%2Fb"))
    cloud.insert("source", b"changed")
    assert cloud.send("GET", "/storage/v1/b/their-bucket/o/a%2Fb?alt=media").body == b"ours"
    assert cloud.names() == ["source"], BUCKET

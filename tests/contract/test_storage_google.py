"""Cloud Storage of the emulator against Google's own client: it uploads, reads, lists, copies and deletes there.

The client checks what it gets: checksums of downloads, and the fields that it relies on in what it is told.
"""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from random import Random
from typing import Any

import pytest
import requests

from reconciler.emulator.faulttext import parse
from reconciler.emulator.http import Served, serve
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings

with warnings.catch_warnings():
    # Google's packages warn about the age of Python and of themselves while they are imported.
    warnings.simplefilter("ignore")
    storage = pytest.importorskip("google.cloud.storage")
    from google.api_core import exceptions
    from google.auth.credentials import AnonymousCredentials

    retry = pytest.importorskip("google.cloud.storage.retry")

pytestmark = [pytest.mark.loopback, pytest.mark.filterwarnings("ignore")]

CHUNK = 3 * 1024 * 1024
"""Three of them are more than what the client sends in one request."""
NAME = "some folder/data, ü+1%.jsonl"


class World:
    """An emulator on a port of this machine, and Google's client that talks to it."""

    def __init__(self, settings: Settings) -> None:
        self.emulator = Emulator(settings=settings)
        self.served: Served = serve(self.emulator)
        anonymous: Any = AnonymousCredentials  # its constructor has no annotations
        options = {"api_endpoint": self.served.url}
        self.client: Any = storage.Client(project="p", credentials=anonymous(), client_options=options)
        self.bucket: Any = self.client.bucket("our-bucket")
        self.quickly: Any = retry.DEFAULT_RETRY.with_delay(initial=0.001, maximum=0.002)

    def blob(self, name: str = NAME, **options: Any) -> Any:
        return self.bucket.blob(name, **options)

    def upload(self, data: bytes, name: str = NAME, **options: Any) -> Any:
        blob = self.blob(name)
        blob.upload_from_string(data, **options)
        return blob

    def close(self) -> None:
        self.served.close()
        self.emulator.close()


@pytest.fixture
def world() -> Iterator[World]:
    """Give an emulator with one bucket, and the client."""
    made = World(Settings(buckets=("our-bucket", "other-bucket")))
    yield made
    made.close()


def test_what_the_client_uploads_small_it_reads_again(world: World) -> None:
    blob = world.blob()
    blob.metadata = {"made-by": "a test"}
    blob.upload_from_string(b"one\ntwo\n", content_type="application/jsonl", checksum="crc32c")
    again = world.blob()
    again.reload()
    assert (again.size, again.content_type, again.metadata) == (8, "application/jsonl", {"made-by": "a test"})
    assert (again.generation, again.crc32c, again.md5_hash) == (blob.generation, blob.crc32c, blob.md5_hash)
    assert (again.metageneration, again.storage_class) == (1, "STANDARD")
    assert abs(again.time_created - datetime.now(UTC)).total_seconds() < 600
    assert again.download_as_bytes(checksum="md5") == b"one\ntwo\n"
    assert world.blob().download_as_bytes(checksum="crc32c") == b"one\ntwo\n"
    assert again.download_as_bytes(start=1, end=3) == b"ne\n"


@pytest.mark.parametrize("announced", [True, False])
def test_what_the_client_uploads_in_chunks_it_reads_again(world: World, *, announced: bool) -> None:
    data = Random(1).randbytes(3 * CHUNK + 12_345)
    blob = world.blob(chunk_size=CHUNK)
    blob.upload_from_file(BytesIO(data), size=len(data) if announced else None, checksum="crc32c")
    assert world.blob().download_as_bytes(checksum="crc32c") == data
    assert world.blob(chunk_size=CHUNK).download_as_bytes() == data, "by ranges"
    puts = [seen.body["bytes"] for seen in world.emulator.requests if seen.method == "PUT"]
    assert puts == [CHUNK, CHUNK, CHUNK, 12_345]


def test_a_second_upload_on_the_condition_that_there_is_none_is_refused(world: World) -> None:
    first = world.upload(b"first", if_generation_match=0)
    with pytest.raises(exceptions.PreconditionFailed):
        world.upload(b"second", if_generation_match=0)
    with pytest.raises(exceptions.PreconditionFailed):
        world.blob().upload_from_file(BytesIO(b"without a size"), if_generation_match=0)
    assert world.blob().download_as_bytes() == b"first"
    second = world.upload(b"second", if_generation_match=first.generation)
    assert second.generation > first.generation
    assert world.blob().download_as_bytes() == b"second"
    with pytest.raises(exceptions.NotFound):
        world.blob(generation=first.generation).download_as_bytes()


def test_the_client_lists_by_prefix_and_delimiter(world: World) -> None:
    for name in ("a", "b/1", "b/2", "b/c/3", "b0", "z"):
        world.upload(b"", name)
    listed = world.client.list_blobs("our-bucket", prefix="b", delimiter="/")
    assert ([blob.name for blob in listed], listed.prefixes) == (["b0"], {"b/"})
    paged = world.client.list_blobs("our-bucket", prefix="b/", page_size=1)
    assert [blob.name for blob in paged] == ["b/1", "b/2", "b/c/3"]


def test_the_client_copies_and_rewrites() -> None:
    world = World(Settings(rewrite_bytes=100))
    source = world.upload(Random(2).randbytes(250), content_type="text/x-special")
    copy = world.bucket.copy_blob(source, world.client.bucket("other-bucket"), "copy", if_generation_match=0)
    assert (copy.content_type, copy.md5_hash) == ("text/x-special", source.md5_hash)
    target, steps = world.blob("by steps"), []
    token, done, size = target.rewrite(source, if_source_generation_match=source.generation)
    while token is not None:
        steps.append((done, size))
        token, done, size = target.rewrite(source, token=token, if_source_generation_match=source.generation)
    assert (steps, done) == ([(100, 250), (200, 250)], 250)
    assert target.download_as_bytes() == source.download_as_bytes()
    with pytest.raises(exceptions.PreconditionFailed):
        world.blob("never").rewrite(source, if_source_generation_match=1)
    assert not world.blob("never").exists()
    world.close()


def test_the_client_composes(world: World) -> None:
    parts = [world.upload(b"one", "1"), world.upload(b"two", "2")]
    whole = world.blob("whole")
    whole.compose(parts)
    assert (whole.md5_hash, whole.component_count, whole.size) == (None, 2, 6)
    assert world.blob("whole").download_as_bytes(checksum="crc32c") == b"onetwo"


def test_the_client_deletes(world: World) -> None:
    blob = world.upload(b"x")
    assert blob.exists()
    with pytest.raises(exceptions.PreconditionFailed):
        blob.delete(if_generation_match=1)
    blob.delete(if_generation_match=blob.generation)
    assert not blob.exists()
    with pytest.raises(exceptions.NotFound):
        blob.delete()


def test_the_client_knows_a_bucket(world: World) -> None:
    assert world.client.get_bucket("our-bucket").location == "US-CENTRAL1"
    assert not world.client.bucket("no-bucket").exists()
    with pytest.raises(exceptions.NotFound):
        world.client.get_bucket("no-bucket")
    with pytest.raises(exceptions.NotFound):
        world.client.bucket("no-bucket").blob("x").upload_from_string(b"x")


@pytest.mark.parametrize(
    "fault", ["PUT /upload:503:skip=1", "PUT /upload:cut:after:skip=1", "PUT /upload:429=0:skip=3", "PUT /upload:cut:2"]
)
def test_the_client_finishes_an_upload_that_was_interrupted(world: World, fault: str) -> None:
    data = Random(3).randbytes(3 * CHUNK + 5)
    world.emulator.inject(parse(fault))
    blob = world.blob(chunk_size=CHUNK)
    blob.upload_from_file(BytesIO(data), size=len(data), retry=world.quickly)
    assert world.blob().download_as_bytes() == data
    assert len([seen for seen in world.emulator.requests if seen.method == "PUT"]) > 4


def test_the_client_sees_a_damaged_upload_refused(world: World) -> None:
    uri = world.blob().create_resumable_upload_session(size=3, if_generation_match=0)
    wrong = requests.put(uri, data=b"abc", headers={"x-goog-hash": "crc32c=AAAAAA=="}, timeout=10)
    assert (wrong.status_code, wrong.json()["error"]["errors"][0]["reason"]) == (400, "invalid")
    assert not world.blob().exists()


def test_the_environment_variable_for_emulators_is_enough(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", world.served.url)
    anonymous: Any = AnonymousCredentials
    client: Any = storage.Client(project="p", credentials=anonymous())
    client.bucket("our-bucket").blob("x").upload_from_string(b"x")
    assert world.blob("x").exists()

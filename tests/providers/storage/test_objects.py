"""Objects before an emulated Cloud Storage: conditions, lost answers, uploads that break off."""

import base64
import hashlib
import io
import logging
from collections.abc import Callable
from typing import Any

import pytest
import requests

from reconciler.emulator.faults import Cut, Delay, Fault, Html, Status, Truncate
from reconciler.emulator.inprocess import adapter
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.errors import NotFound, PermissionDenied, RemoteError, Unreachable
from reconciler.providers.credentials import EMBEDDED, Anonymous
from reconciler.providers.http import Http
from reconciler.providers.outcome import Answered
from reconciler.providers.storage import uploads
from reconciler.providers.storage.advice import explain
from reconciler.providers.storage.codec import Place, decode, place, received
from reconciler.providers.storage.objects import ABSENT, Objects
from reconciler.providers.storage.uploads import PIECE, upload
from reconciler.resource.dataset import Stored

NOW = 1_700_000_000.0
AT = Place("my-bucket", "a folder/ü%2F?#.jsonl")
KIND = "application/jsonl"


class World:
    """An emulator and its objects, in a time that only tests move."""

    def __init__(self, **settings: Any) -> None:
        self.time = NOW
        self.slept: list[float] = []
        self.emulator = Emulator(clock=lambda: self.time, settings=Settings(**settings))
        session = requests.Session()
        session.mount(EMBEDDED, adapter(self.emulator, self.sleep))
        http = Http(
            EMBEDDED,
            Anonymous((EMBEDDED,)),
            session,
            explain,
            sleep=self.sleep,
            clock=lambda: self.time,
            wall=lambda: self.time,
            chance=lambda: 0.5,
        )
        self.objects = Objects(http)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def data(self, at: Place = AT) -> bytes | None:
        """What lies there."""
        answer = self.emulator.handle(_get(f"/download{at.path}?alt=media"))
        return answer.body if answer.status == 200 else None

    def upload(self, data: bytes, md5: str | None = None) -> Any:
        checksum = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        return upload(self.objects.http, AT, io.BytesIO(data), len(data), md5 or checksum, KIND)

    def sent(self, method: str) -> list[int]:
        """The statuses of the answers to the requests of one kind."""
        return [request.status for request in self.emulator.requests if request.method == method]


def _get(target: str) -> Any:
    from reconciler.emulator.wire import Request

    return Request("GET", target)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make_world() -> Callable[..., World]:
    return World


def test_what_is_written_is_found(world: World) -> None:
    assert world.objects.find(AT) is None
    blob = world.objects.write(AT, b"--x\r\n\x00\xff", ABSENT, {"job": "ü"}, kind=KIND)
    assert blob is not None
    assert world.data() == b"--x\r\n\x00\xff"
    found = world.objects.find(AT)
    assert found is not None
    assert found.blob == blob
    assert (found.now, found.blob.metadata) == (NOW, {"job": "ü"})
    assert blob.stored == Stored(7, blob.crc32c, blob.generation)


def test_who_comes_second_is_told(world: World) -> None:
    first = world.objects.write(AT, b"1", ABSENT, {}, kind=KIND)
    assert first is not None
    assert world.objects.write(AT, b"2", ABSENT, {}, kind=KIND) is None
    assert world.data() == b"1"
    second = world.objects.write(AT, b"2", first.generation, {}, kind=KIND)
    assert second is not None
    assert world.objects.write(AT, b"3", first.generation, {}, kind=KIND) is None
    assert not world.objects.delete(AT, first.generation)
    assert world.data() == b"2"
    assert world.objects.delete(AT, second.generation)
    assert not world.objects.delete(AT, second.generation)
    assert world.objects.find(AT) is None


@pytest.mark.parametrize("fault", [Cut("after"), Status(503, when="after"), Truncate()])
def test_a_lost_answer_to_a_write_looks_like_somebody_elses(world: World, fault: Any) -> None:
    world.emulator.inject(Fault("POST", "^/upload/", fault))
    assert world.objects.write(AT, b"1", ABSENT, {"run": "mine"}, kind=KIND) is None
    found = world.objects.find(AT)
    assert found is not None
    assert found.blob.metadata == {"run": "mine"}


def test_a_delete_that_answers_nothing_is_sent_once(world: World) -> None:
    blob = world.objects.write(AT, b"1", ABSENT, {}, kind=KIND)
    assert blob is not None
    world.objects.delete(AT, blob.generation)
    assert world.sent("DELETE") == [204]


def test_what_arrives_spoilt_is_refused_by_the_service(world: World) -> None:
    wrong = base64.b64encode(bytes(16)).decode()
    with pytest.raises(RemoteError, match="MD5"):
        world.objects.write(AT, b"1", ABSENT, {}, md5=wrong, kind=KIND)
    with pytest.raises(RemoteError, match="MD5"):
        world.upload(b"1" * (PIECE + 1), wrong)
    assert world.data() is None


def test_a_missing_bucket(make_world: Callable[..., World]) -> None:
    world = make_world(buckets=())
    with pytest.raises(NotFound, match="the bucket must exist"):
        world.objects.write(AT, b"1", ABSENT, {}, kind=KIND)
    with pytest.raises(NotFound, match="the bucket must exist"):
        world.upload(b"1" * (PIECE + 1))
    assert world.sent("POST") == [404, 404]


def test_who_may_not_is_told_which_role_to_ask_for(world: World) -> None:
    world.emulator.inject(Fault("*", "/o/", Status(403), times=2))
    with pytest.raises(PermissionDenied, match=r"roles/storage\.objectUser"):
        world.objects.find(AT)
    assert world.objects.visible(AT) is None


def test_bad_credentials_are_not_taken_for_a_hidden_object(world: World) -> None:
    world.emulator.inject(Fault("GET", "/o/", Status(401)))
    with pytest.raises(RemoteError, match="gcloud auth"):
        world.objects.visible(AT)


# Copies.


@pytest.mark.parametrize("bytes_a_call", [None, 1024 * 1024])
def test_a_copy_of_one_generation(make_world: Callable[..., World], bytes_a_call: int | None) -> None:
    world = make_world(rewrite_bytes=bytes_a_call)
    data = bytes(range(256)) * 4 * 2500
    source = Place("their-bucket", "data/x.jsonl")
    generation = world.emulator.put_object(source.bucket, source.name, data)["generation"]
    copy = world.objects.copy(source, generation, AT)
    assert copy is not None
    assert world.data() == data
    assert len(world.sent("POST")) == (1 if bytes_a_call is None else 3)
    assert world.objects.copy(source, generation, AT) is None
    changed = world.emulator.put_object(source.bucket, source.name, b"other")
    assert world.objects.copy(source, generation, Place("my-bucket", "y")) is None
    assert world.objects.copy(source, changed["generation"], Place("my-bucket", "y")) is not None
    assert world.objects.copy(Place("their-bucket", "none"), "1", Place("my-bucket", "z")) is None


# Large objects.


LARGE = bytes(range(256)) * (4096 * 18)
"""18 MiB: three pieces."""


def test_a_large_object_is_sent_in_pieces(world: World) -> None:
    blob = world.upload(LARGE)
    assert (world.data(), blob.size) == (LARGE, len(LARGE))
    assert world.sent("PUT") == [308, 308, 200]
    assert world.upload(LARGE) is None


@pytest.mark.parametrize("fault", [Cut("before"), Cut("after"), Status(503), Html(502), Truncate(), Status(429)])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_upload_that_breaks_off_goes_on(world: World, at: int, fault: Any) -> None:
    world.emulator.inject(Fault("PUT", "^/upload/", fault, after=at))
    blob = world.upload(LARGE)
    assert (world.data(), blob.size) == (LARGE, len(LARGE))
    assert len(world.sent("PUT")) <= 5


def test_after_a_lost_answer_nothing_that_has_arrived_is_sent_again(world: World) -> None:
    world.emulator.inject(Fault("PUT", "^/upload/", Cut("after")))
    lengths: list[int] = []
    genuine = world.objects.http.exchange

    def counted(method: str, path: str, query: Any = None, body: Any = None, **named: Any) -> Any:
        if method == "PUT":
            lengths.append(len(body))
        return genuine(method, path, query, body, **named)

    world.objects.http.exchange = counted  # type: ignore[method-assign]  # to see what is sent
    world.upload(LARGE)
    assert lengths == [PIECE, 0, PIECE, len(LARGE) - 2 * PIECE]


def test_a_service_that_keeps_less_gets_the_rest(make_world: Callable[..., World]) -> None:
    world = make_world(upload_keeps=6 * 1024 * 1024)
    assert world.upload(LARGE).size == len(LARGE)
    assert world.data() == LARGE


@pytest.mark.parametrize("gone", [404, 410])
def test_a_session_that_is_forgotten_is_begun_anew(world: World, gone: int) -> None:
    world.emulator.inject(Fault("PUT", "^/upload/", Status(gone), after=1))
    assert world.upload(LARGE).size == len(LARGE)
    assert world.sent("POST") == [200, 200]
    world.objects.delete(AT, world.objects.find(AT).blob.generation)  # type: ignore[union-attr]  # it is there
    world.emulator.inject(Fault("PUT", "^/upload/", Status(gone), times=None))
    with pytest.raises(NotFound):
        world.upload(LARGE)
    assert len(world.sent("POST")) == 2 + uploads.SESSIONS


def test_an_upload_that_does_not_get_on_is_given_up(world: World) -> None:
    world.emulator.inject(Fault("PUT", "^/upload/", Status(503), times=None))
    with pytest.raises(Unreachable):
        world.upload(LARGE)
    assert len(world.sent("PUT")) == uploads.LAPSES + 1


def test_a_service_that_keeps_nothing_is_given_up(make_world: Callable[..., World]) -> None:
    world = make_world(upload_keeps=0)
    with pytest.raises(Unreachable, match="does not get on"):
        world.upload(LARGE)


def test_an_upload_that_goes_back_and_forth_is_given_up(world: World) -> None:
    """Getting on is to have come farther than ever: what was lost and came again is no progress."""
    genuine = world.objects.http.exchange
    asked: list[int] = []

    def wavering(method: str, path: str, *rest: Any, **named: Any) -> Any:
        if method != "PUT":
            return genuine(method, path, *rest, **named)
        asked.append(len(rest[1]))
        assert len(asked) < 100, "there is no end to it"
        return Answered(308, {"Range": f"bytes=0-{PIECE - 1}"} if len(asked) % 2 else {}, None, "")

    world.objects.http.exchange = wavering  # type: ignore[method-assign]  # the service loses what it had
    with pytest.raises(Unreachable, match="does not get on"):
        world.upload(LARGE)
    assert len(asked) == 1 + uploads.LAPSES + 1


def test_another_run_that_is_quicker(world: World) -> None:
    world.emulator.inject(Fault("PUT", "^/upload/", Status(412), after=1))
    assert world.upload(LARGE) is None


def test_progress_is_told_of_what_takes_long(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "reconciler")
    world.upload(LARGE)
    assert caplog.text == ""
    world.objects.delete(AT, world.objects.find(AT).blob.generation)  # type: ignore[union-attr]  # it is there
    world.emulator.inject(Fault("PUT", "^/upload/", Delay(4.0), times=None))
    world.upload(LARGE)
    assert [record.getMessage() for record in caplog.records] == [f"{AT}: 16 of 18 MiB are uploaded"]


def test_where_a_session_is_does_not_lead_elsewhere(world: World) -> None:
    """The answer names another host: our credentials do not go there, the path and the query do."""
    genuine = world.objects.http.exchange
    paths: list[str] = []

    def misled(method: str, path: str, *rest: Any, **named: Any) -> Any:
        answer = genuine(method, path, *rest, **named)
        paths.append(path)
        if "Location" in answer.headers:
            answer.headers["Location"] = answer.headers["Location"].replace(EMBEDDED, "https://evil.example")  # type: ignore[index]  # of requests
        return answer

    world.objects.http.exchange = misled  # type: ignore[method-assign]  # the service lies
    assert world.upload(LARGE).size == len(LARGE)
    assert set(paths) == {AT.upload}


@pytest.mark.parametrize(
    "location", ["", "https://storage.googleapis.com/elsewhere", "no URL", "https://[bad/upload/x"]
)
def test_a_session_without_a_place_is_an_error(world: World, location: str) -> None:
    genuine = world.objects.http.exchange

    def misled(*asked: Any, **named: Any) -> Any:
        answer = genuine(*asked, **named)
        answer.headers["Location"] = location  # type: ignore[index]  # of requests
        return answer

    world.objects.http.exchange = misled  # type: ignore[method-assign]  # the service lies
    with pytest.raises(RemoteError, match="without saying where"):
        world.upload(LARGE)


# The wire.


@pytest.mark.parametrize(("header", "bytes_there"), [("", 0), ("bytes=0-0", 1), ("bytes=0-41", 42)])
def test_how_much_has_arrived(header: str, bytes_there: int) -> None:
    assert received(header, 42) == bytes_there


@pytest.mark.parametrize("header", ["bytes=0-42", "bytes=1-5", "bytes=0-", "x", "bytes=0-99999999999999999"])
def test_more_than_there_is_cannot_have_arrived(header: str) -> None:
    with pytest.raises(RemoteError):
        received(header, 42)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "gs://",
        "gs://b",
        "gs://bucket",
        "gs://bucket/",
        "gs://Bucket/x",
        "s3://bucket/x",
        "gs://../x",
        "gs://bucket/x\ny",
    ],
)
def test_what_is_no_object(uri: str) -> None:
    with pytest.raises(RemoteError, match="write gs://BUCKET/OBJECT"):
        place(uri)


def test_an_object_by_its_uri() -> None:
    assert place("gs://my-bucket/a/b c.jsonl") == Place("my-bucket", "a/b c.jsonl")
    assert str(AT) == "gs://my-bucket/a folder/ü%2F?#.jsonl"
    assert place(str(AT)) == AT


@pytest.mark.parametrize(
    "resource",
    [
        {"size": None},
        {"size": 1},
        {"size": "x"},
        {"generation": None},
        {"generation": "../1"},
    ],
)
def test_what_is_no_object_resource(resource: dict[str, Any]) -> None:
    with pytest.raises(RemoteError, match="is the endpoint right"):
        decode({**RESOURCE, **resource})


RESOURCE = {"size": "1", "generation": "1", "crc32c": "AAAAAQ==", "metadata": {"a": 1, "b": "c"}}


def test_an_object_resource() -> None:
    blob = decode(RESOURCE)
    assert (blob.stored, blob.metadata) == (Stored(1, "00000001", "1"), {"b": "c"})


@pytest.mark.parametrize("crc32c", [None, "", "AAA=", "?", "ü", 1])
def test_data_without_a_checksum_cannot_be_told_from_other_data(crc32c: object) -> None:
    """Law 34: size and CRC32C are all that tells data in Cloud Storage apart."""
    with pytest.raises(RemoteError, match="without size, checksum or generation"):
        decode({**RESOURCE, "crc32c": crc32c})

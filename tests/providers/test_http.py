"""Requests: what is repeated and after how long, what becomes of bad answers, and that no secret ever shows."""

import logging
from collections.abc import Callable, Mapping
from email.utils import formatdate
from socket import gaierror
from typing import Any

import pytest
import requests
from requests import exceptions
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ProxyError

from reconciler.errors import QuotaExceeded, RemoteError, Unauthenticated, Unreachable
from reconciler.providers import outcome, retry
from reconciler.providers.gemini.advice import explain
from reconciler.providers.http import Http
from reconciler.providers.retry import Repeat

HOST = "https://service.example"
KEY = "k-very-secret-123456"
NOW = 1_700_000_000.0


class Key:
    """Credentials that can be renewed a number of times."""

    def __init__(self, renewals: int = 0) -> None:
        self.renewals = renewals

    def headers(self, _url: str) -> Mapping[str, str]:
        return {"x-goog-api-key": KEY}

    def renew(self) -> bool:
        self.renewals -= 1
        return self.renewals >= 0

    def describe(self) -> str:
        return "a key"


class Client:
    """Http over prepared answers, in its own time."""

    def __init__(self, script: Any, renewals: int = 0) -> None:
        self.script = script
        self.slept: list[float] = []
        session = requests.Session()
        session.mount(HOST, script)
        self.http = Http(
            HOST,
            Key(renewals),
            session,
            explain,
            sleep=self.slept.append,
            clock=lambda: sum(self.slept),
            wall=lambda: NOW + sum(self.slept),
            chance=lambda: 0.5,
        )

    def get(self) -> Mapping[str, Any]:
        return self.http.send("GET", "/v1/things")


@pytest.fixture
def client(script: Callable[..., Any]) -> Callable[..., Client]:
    return lambda *answers, renewals=0: Client(script(*answers), renewals)


def failed(status: int, message: str = "no", **error: Any) -> tuple[int, Any]:
    return status, {"error": {"code": status, "message": message, **error}}


PEER = HTTPConnection("service.example")
POOL: Any = None  # nobody looks at it
REFUSED = exceptions.ConnectionError(
    MaxRetryError(POOL, "/", NewConnectionError(PEER, "[Errno 111] Connection refused"))
)
NO_PROXY = exceptions.ProxyError(
    MaxRetryError(
        POOL, "/", ProxyError("Unable to connect", NewConnectionError(PEER, "[Errno 111] Connection refused"))
    )
)
UNKNOWN_NAME = exceptions.ConnectionError(
    MaxRetryError(POOL, "/", NameResolutionError("service.example", PEER, gaierror(-2, "x")))
)
CUT = exceptions.ConnectionError("Remote end closed connection without response")


def test_a_request_is_sent_as_asked(client: Callable[..., Client]) -> None:
    there = client({"done": True})
    assert there.http.send("POST", "/v1/things", {"fields": "a(b),c"}, {"é": 1}) == {"done": True}
    [request] = there.script.requests
    assert (request.method, request.url) == ("POST", f"{HOST}/v1/things?fields=a%28b%29%2Cc")
    assert request.body == '{"é": 1}'.encode()
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["x-goog-api-key"] == KEY
    assert request.headers["User-Agent"].startswith("reconciler/")
    assert there.script.options[0]["timeout"] == (10, 60)


def test_a_request_without_a_body_has_no_content_type(client: Callable[..., Client]) -> None:
    there = client({})
    there.get()
    assert "Content-Type" not in there.script.requests[0].headers


@pytest.mark.parametrize(
    "path",
    ["v1/x", "/v1//x", "/v1/../x", "/v1/..", "/v1/a/./b", "/v1/a b", "/v1/a?b=c", "/v1/a#b", "/v1/a%2fb", "/v1/\n"],
)
def test_what_is_no_path_is_never_sent(client: Callable[..., Client], path: str) -> None:
    there = client({})
    with pytest.raises(RemoteError, match="not the path of a resource"):
        there.http.send("GET", path)
    assert there.script.requests == []


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_temporary_answers_are_asked_again_with_growing_random_waits(
    client: Callable[..., Client], status: int
) -> None:
    there = client(*[failed(status)] * 5, {"at": "last"})
    assert there.get() == {"at": "last"}
    assert there.slept == [0.5, 1, 2, 4, 8]


def test_six_tries_are_enough(client: Callable[..., Client]) -> None:
    there = client(*[failed(503, "overloaded")] * 9)
    with pytest.raises(Unreachable, match=r"the service failed \(503\): overloaded") as caught:
        there.get()
    assert len(there.script.requests) == 6
    assert caught.value.status == 503


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 501])
def test_a_refusal_is_final(client: Callable[..., Client], status: int) -> None:
    there = client(failed(status))
    with pytest.raises(RemoteError) as caught:
        there.get()
    assert caught.value.status == status
    assert len(there.script.requests) == 1


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        ((429, {}, {"Retry-After": "17"}), 17),
        ((503, {}, {"Retry-After": formatdate(NOW + 40, usegmt=True)}), 40),
        ((503, {}, {"Retry-After": formatdate(NOW - 40, usegmt=True)}), 0.5),
        ((429, {}, {"Retry-After": "soon"}), 0.5),
        ((429, {}, {"Retry-After": "²"}), 0.5),
        ((429, {}, {"Retry-After": "Mon, 01 Jan 99999 00:00:00 GMT"}), 0.5),
        (failed(429, details=[None, {"retryDelay": 3}, {"retryDelay": "34.5s"}]), 34.5),
        (failed(429, details="none"), 0.5),
    ],
)
def test_the_service_says_how_long_to_wait(client: Callable[..., Client], answer: Any, wait: float) -> None:
    there = client(answer, {})
    there.get()
    assert there.slept == [wait]


def test_a_wait_beyond_all_patience_is_not_begun(client: Callable[..., Client]) -> None:
    there = client((429, {"error": {"message": "daily"}}, {"Retry-After": "3600"}))
    with pytest.raises(QuotaExceeded, match="daily"):
        there.get()
    assert there.slept == []


def test_long_waits_use_up_the_patience(client: Callable[..., Client]) -> None:
    there = client(*[(503, {}, {"Retry-After": "50"})] * 9)
    with pytest.raises(Unreachable):
        there.get()
    assert there.slept == [50, 50]


def test_an_unsafe_request_is_repeated_only_if_it_was_surely_not_done(client: Callable[..., Client]) -> None:
    there = client(REFUSED, exceptions.ConnectTimeout(), failed(429), {"ok": 1})
    assert there.http.send("POST", "/v1/things", None, {}, Repeat.REFUSED) == {"ok": 1}
    for unknown in (CUT, exceptions.ReadTimeout(), failed(503), (200, b'{"cut')):
        there = client(unknown)
        with pytest.raises(Unreachable):
            there.http.send("POST", "/v1/things", None, {}, Repeat.REFUSED)
        assert len(there.script.requests) == 1


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (REFUSED, "connection refused"),
        (NO_PROXY, "the proxy: connection refused"),
        (CUT, "Remote end closed connection"),
        (UNKNOWN_NAME, "its name cannot be resolved"),
        (exceptions.ConnectTimeout(), "no connection within 10 s"),
        (exceptions.ReadTimeout(), "silence for 60 s"),
        (exceptions.ChunkedEncodingError(), "the answer broke off"),
    ],
)
def test_lost_answers_are_asked_again_and_then_named(client: Callable[..., Client], lost: Exception, why: str) -> None:
    assert client(lost, {"ok": 1}).get() == {"ok": 1}
    with pytest.raises(Unreachable, match=f"no answer from service.example: .*{why}"):
        client(*[lost] * 6).get()


@pytest.mark.parametrize("lost", [exceptions.SSLError("certificate has expired"), exceptions.InvalidURL("no host")])
def test_what_can_never_work_is_not_tried_again(client: Callable[..., Client], lost: Exception) -> None:
    there = client(lost)
    with pytest.raises(Unreachable, match=str(lost)):
        there.get()
    assert len(there.script.requests) == 1


@pytest.mark.parametrize("crash", [KeyboardInterrupt, SystemExit, ZeroDivisionError])
def test_nothing_else_is_caught(client: Callable[..., Client], crash: type[BaseException]) -> None:
    there = client(crash())
    with pytest.raises(crash):
        there.get()


def test_credentials_are_renewed_once(client: Callable[..., Client]) -> None:
    assert client(failed(401), {"ok": 1}, renewals=1).get() == {"ok": 1}
    there = client(failed(401), failed(401), failed(401), renewals=9)
    with pytest.raises(Unauthenticated):
        there.get()
    assert len(there.script.requests) == 2


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"<!doctype html><h1>Sign in</h1>", "HTML"),
        (b"[]", "something else than a JSON object"),
        (b'[{"a": 1}]', "something else than a JSON object"),
        (b"\xff\xfe", "something else than a JSON object"),
        (b"[" * 100_000, "something else than a JSON object"),
    ],
)
def test_an_answer_that_is_no_object_is_an_error(client: Callable[..., Client], body: bytes, what: str) -> None:
    there = client((200, body))
    with pytest.raises(Unreachable, match=f"service.example answered with {what}.*is the endpoint right"):
        there.get()
    assert len(there.script.requests) == 1


@pytest.mark.parametrize(("body", "what"), [(b'{"tunedModels": [{', "cut JSON"), (b"", "nothing")])
def test_a_truncated_answer_is_asked_for_again(client: Callable[..., Client], body: bytes, what: str) -> None:
    assert client((200, body), {"ok": 1}).get() == {"ok": 1}
    with pytest.raises(Unreachable, match=f"answered with {what}"):
        client(*[(200, body)] * 6).get()


@pytest.mark.parametrize("answer", [(200, b" " * 200_000), (200, b"{}", {"Content-Length": "100001"})])
def test_an_endless_answer_is_no_answer(
    client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, answer: tuple[Any, ...]
) -> None:
    monkeypatch.setattr(outcome, "MAX_ANSWER", 100_000)
    there = client(answer)
    with pytest.raises(Unreachable, match="longer than"):
        there.get()
    assert len(there.script.requests) == 1


@pytest.mark.parametrize(
    ("location", "named"), [("https://evil.example/v1?key=1", "evil.example"), ("/elsewhere", "another place")]
)
def test_a_redirect_is_not_followed(client: Callable[..., Client], location: str, named: str) -> None:
    there = client((307, b"", {"Location": location}), {})
    with pytest.raises(RemoteError, match=f"service.example redirects to {named};"):
        there.get()
    assert len(there.script.requests) == 1


@pytest.mark.parametrize("location", ["https://[evil.example/", "//[", "\x80 https://evil.example/"])
@pytest.mark.parametrize("status", [300, 302, 307])
def test_nor_is_one_to_what_is_no_url(client: Callable[..., Client], status: int, location: str) -> None:
    there = client((status, b"", {"Location": location}), {})
    with pytest.raises(RemoteError, match=r"service\.example"):
        there.get()
    assert len(there.script.requests) == 1


def test_an_error_in_a_list_of_one_is_understood(client: Callable[..., Client]) -> None:
    with pytest.raises(RemoteError, match="bad thing"):
        client((400, [{"error": {"message": "bad thing"}}])).get()


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": "invalid_grant"}', b'{"error": {"message": 3}}', b"null"])
def test_a_refusal_in_any_shape_is_a_refusal(client: Callable[..., Client], body: bytes) -> None:
    with pytest.raises(RemoteError) as caught:
        client((418, body)).get()
    assert caught.value.status == 418


def test_what_the_service_says_is_quoted_harmlessly(client: Callable[..., Client]) -> None:
    hostile = f"\x1b[31mred\r\n::error::\u202egnp AIzaSyA1234567890abcdef {KEY} " + "x" * 5000
    with pytest.raises(RemoteError) as caught:
        client(failed(400, hostile)).get()
    said = str(caught.value)
    assert "\x1b" not in said
    assert "\n" not in said
    assert "\u202e" not in said
    assert KEY not in said
    assert "AIza" not in said
    assert len(said) < 700


def test_no_secret_is_in_any_message_log_or_repr(
    client: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    proxy = exceptions.ProxyError("cannot reach https://me:hunter2@proxy.example with Bearer ya29.abc?key=zzz")
    there = client(*[failed(503, KEY)] * 2, *[proxy] * 9)
    with pytest.raises(Unreachable) as caught:
        there.http.send("POST", "/v1/things", None, {"text": "customer data"})
    everything = caplog.text + repr(caught.value) + str(caught.value) + repr(there.http)
    for secret in (KEY, "hunter2", "ya29.abc", "zzz", "customer data"):
        assert secret not in everything
    assert "proxy.example" in everything


def test_every_request_is_one_line_of_log(client: Callable[..., Client], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "reconciler.http")
    client(failed(503), {}).http.send("GET", "/v1/things", {"pageSize": "5"})
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", "GET /v1/things: 503, 0 ms"),
        ("DEBUG", "GET /v1/things: 0 bytes sent, 41 received"),
        ("WARNING", "GET /v1/things: 503; again in 0.5 s"),
        ("INFO", "GET /v1/things: 200, 0 ms"),
        ("DEBUG", "GET /v1/things: 0 bytes sent, 2 received"),
    ]


def test_the_longest_wait_is_half_a_minute(client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "TRIES", 9)
    monkeypatch.setattr(retry, "PATIENCE", 1e6)
    there = client(*[failed(503)] * 8, {})
    there.get()
    assert there.slept == [0.5, 1, 2, 4, 8, 15, 15, 15]


def test_a_pause_that_is_cut_short_is_the_last(client: Callable[..., Client]) -> None:
    there = client(failed(503), {})
    there.http.sleep = lambda _: True
    with pytest.raises(RemoteError):
        there.get()
    assert len(there.script.requests) == 1


# Bodies that are no JSON, and answers of which the headers count.


def test_bytes_go_out_as_they_are_with_their_own_type(client: Callable[..., Client]) -> None:
    sender = client({})
    headers = {"Content-Type": "x/y", "Content-Range": "r"}
    sender.http.exchange("PUT", "/upload/x", {"a": "b"}, b"\x00\xff", headers=headers)
    [request] = sender.script.requests
    assert (request.body, request.url) == (b"\x00\xff", f"{HOST}/upload/x?a=b")
    assert (request.headers["Content-Type"], request.headers["Content-Range"]) == ("x/y", "r")
    assert request.headers["x-goog-api-key"] == KEY


def test_no_header_of_a_caller_replaces_the_credentials(client: Callable[..., Client]) -> None:
    sender = client({})
    sender.http.exchange("GET", "/x", headers={"x-goog-api-key": "another"})
    assert sender.script.requests[0].headers["x-goog-api-key"] == KEY


@pytest.mark.parametrize("status", [308, 404, 412])
def test_a_status_that_is_expected_is_an_answer(client: Callable[..., Client], status: int) -> None:
    sender = client((status, b"", {"Range": "bytes=0-7"}), failed(status))
    answer = sender.http.exchange("PUT", "/x", accept={status})
    assert (answer.status, answer.headers["range"]) == (status, "bytes=0-7")
    with pytest.raises(RemoteError):
        sender.http.exchange("PUT", "/x")


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        ((204, b"", {}), 1),
        ((200, b"", {"Location": "https://elsewhere.example/"}), 1),
        ((200, b"", {}), 2),
        ((200, b'{"cut', {}), 2),
    ],
)
def test_an_answer_that_has_no_object_is_not_always_cut(client: Callable[..., Client], answer: Any, sent: int) -> None:
    sender = client(answer, {"a": 1})
    sender.http.exchange("DELETE", "/x")
    assert len(sender.script.requests) == sent


@pytest.mark.parametrize("path", ["/b/o/a%2Fb%20c", "/models/1@2", "/v1/x:cancel", "/o/%C3%BC"])
def test_names_that_are_encoded_stay_so(client: Callable[..., Client], path: str) -> None:
    sender = client({})
    sender.http.send("GET", path)
    assert sender.script.requests[0].url == HOST + path


@pytest.mark.parametrize(
    "path", ["/a/../b", "/a/./b", "/a/%2E%2E/b", "/a/%2e%2e", "/a%", "/a%2", "/a b", "//a", "/a?b", "/ü"]
)
def test_a_path_that_could_climb_is_not_sent(client: Callable[..., Client], path: str) -> None:
    sender = client({})
    with pytest.raises(RemoteError, match="not the path"):
        sender.http.send("GET", path)
    assert sender.script.requests == []

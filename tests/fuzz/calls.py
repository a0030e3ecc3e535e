"""What may come to the emulator: any request, and any bytes on its socket."""

import json
from io import BytesIO
from typing import Any

from reconciler.emulator.frontend import take_apart
from reconciler.emulator.http import _handler
from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request
from tests.emulator.conftest import START, a_model
from tests.fuzz.target import Target

MODEL = json.dumps(a_model(3)).encode()
LISTED = {"tunedModels": [{"name": "tunedModels/loaded", "state": "ACTIVE", "createTime": "2023-09-18T11:06:39Z"}]}
DOOR = "/_emulator/"


def _emulator() -> Emulator:
    """A service with one model, whose training is over."""
    time = START
    emulator = Emulator(clock=lambda: time)
    created = emulator.handle(Request("POST", "/v1beta/tunedModels?tunedModelId=a-1", {}, MODEL))
    assert created.status == 200
    time += 3600
    return emulator


def request(data: bytes) -> None:
    """Any method, target, headers and body are answered, never by 500; the state can be listed afterwards.

    The first line has method and target, then come headers, an empty line, and the body.
    """
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    method, _, target = first.partition(" ")
    headers = dict(line.split(":", 1) for line in lines if ":" in line)
    emulator = _emulator()
    response = emulator.handle(Request(method, target, headers, body))
    assert response.status < 500, response.body
    if response.headers["Content-Type"].startswith("application/json") and b"callback" not in head:
        json.loads(response.body)
    _is_sane(emulator, take_apart(Request(method, target, headers, body)).path)


def _is_sane(emulator: Emulator, path: str) -> None:
    """Every model can still be listed and read, and every request can be told."""
    if path.startswith(DOOR):
        emulator.clear_faults()
    for version in ("v1beta", "v1beta3"):
        listed = emulator.handle(Request("GET", f"/{version}/tunedModels?pageSize=1000"))
        assert listed.status == 200, listed.body
        for model in json.loads(listed.body).get("tunedModels", []):
            read = emulator.handle(Request("GET", f"/{version}/{model['name']}"))
            assert json.loads(read.body) == model
    told = json.loads(emulator.handle(Request("GET", f"{DOOR}requests")).body)
    assert len(told["requests"]) == len(emulator.requests)
    emulator.close()


class Peer:
    """The client's end of a connection: what it sent, and what it gets."""

    def __init__(self, sent: bytes) -> None:
        self.sent = BytesIO(sent)
        self.got = BytesIO()
        self.got.close = lambda: None  # type: ignore[method-assign]  # the handler closes it; it is read afterwards

    def makefile(self, mode: str, *_: Any) -> BytesIO:
        return self.sent if mode.startswith("r") else self.got

    def setsockopt(self, *_: Any) -> None:
        """Nothing is delayed here."""

    def sendall(self, data: bytes) -> None:
        self.got.write(data)


def socket(data: bytes) -> None:
    """Whatever is sent, the connection ends without an exception, and each answer is one of HTTP, never of 500."""
    emulator = _emulator()
    peer = Peer(data)
    _handler(emulator)(peer, ("127.0.0.1", 1), None)  # type: ignore[arg-type]  # all that it uses of a socket
    answers = peer.got.getvalue()
    assert b"HTTP/1.1 500" not in answers
    assert b"HTTP/1.1 503" not in answers or b"_emulator" in data
    _is_sane(emulator, DOOR)


def _requests() -> tuple[bytes, ...]:
    """Every kind of request that is served."""
    plain = (
        *("GET /v1beta/tunedModels?pageSize=2&filter=owner:me", "GET /v1beta/tunedModels/a-1?fields=name,tuningTask/*"),
        *(
            "DELETE /v1beta/tunedModels/a-1",
            "GET /v1beta3/models?pageToken=x",
            "GET /v1beta/tunedModels/a-1/operations",
        ),
        *("GET /v1/tunedModels/a-1/operations/x", "GET /v1beta/tunedModels/a-1/permissions", "GET /healthz"),
        *("GET //[/v1beta/tunedModels", "GET /v1beta/tunedModels?fields=((", "DELETE /v1beta/tunedModels/%00"),
        *("GET /_emulator/requests", "POST /v1/tunedModels/a-1/operations/x:cancel", "GET /v1beta/models/x?$alt=sse"),
    )
    patch = {"displayName": "b", "temperature": 0.5, "readerProjectNumbers": ["12"]}
    grant = {"granteeType": "USER", "emailAddress": "a@example.com", "role": "READER"}
    turn = {"contents": [{"role": "user", "parts": [{"text": "1"}]}], "generationConfig": {"temperature": 1}}
    bodies: tuple[tuple[str, object], ...] = (
        ("PATCH /v1beta/tunedModels/a-1?updateMask=displayName,temperature", patch),
        ("POST /v1beta/tunedModels/a-1/permissions", grant),
        ("POST /v1beta/tunedModels/a-1:transferOwnership", {"emailAddress": "a@example.com"}),
        ("POST /v1beta/tunedModels/a-1:generateContent", turn),
        ("POST /v1beta/tunedModels/a-1:streamGenerateContent?alt=sse", turn),
        ("POST /v1beta3/tunedModels/a-1:generateText", {"prompt": {"text": "1"}}),
        ("POST /_emulator/faults", {"spec": "create:503:after:2"}),
        ("POST /_emulator/faults", {"path": "*", "status": 429, "headers": {"Retry-After": "1"}}),
        ("POST /_emulator/advance", {"seconds": 60}),
        ("POST /_emulator/load", LISTED),
        ("POST /_emulator/load", {"tunedModels": [{"name": "uunedModels/loaded"}]}),
        ("POST /_emulator/load", {"tunedModels": [{"name": "tunedModels/x", "tuningTask": []}]}),
        ("POST /_emulator/faults", {"path": "(", "status": 429}),
        ("POST /_emulator/faults", {"spec": "POST (:503"}),
        ("POST /_emulator/faults", {"spec": "list:delay=inf"}),
        ("POST /_emulator/advance", {"seconds": 10**400}),
        ("POST /_emulator/advance", {"seconds": "9" * 5000}),
    )
    create = b"POST /v1beta/tunedModels?tunedModelId=b-2\nContent-Type: application/json\n\n" + MODEL
    texts = [create, *(text.encode() + b"\n\n" for text in plain)]
    return (*texts, *(f"{line}\n\n{json.dumps(body)}".encode() for line, body in bodies))


def _streams() -> tuple[bytes, ...]:
    """The same as they are written on a socket: with a length, in chunks, and one after the other."""
    whole = []
    for each in _requests():
        head, _, body = each.partition(b"\n\n")
        line = head.split(b"\n")[0] + b" HTTP/1.1\r\nHost: x\r\n"
        whole.append(line + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    chunked = b"POST /v1beta/tunedModels HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = chunked + b"%x;a=b\r\n" % len(MODEL) + MODEL + b"\r\n0\r\n\r\n"
    lengths = (b"\xb2", b"-1", b"0x5", b"9" * 5000, b"")
    odd = [b"POST /v1beta/tunedModels HTTP/1.1\r\nContent-Length: %s\r\n\r\n{}" % length for length in lengths]
    sizes = [chunked + size + b"\r\n{}\r\n0\r\n\r\n" for size in (*lengths, b"5_0", b" 2")]
    return (*whole, chunks, chunks + whole[1] + whole[2], *odd, *sizes)


WORDS = (
    *(
        b"//[",
        b"http://[::1",
        b"%00",
        b"%ff",
        b"%2F",
        b"..",
        b"?fields=(",
        b"fields=*(*",
        b"updateMask=*,",
        b"$alt=json",
    ),
    *(b"pageSize=-1", b"pageSize=99999999999999999999", b"pageToken=\xff", b'filter="', b"callback=x", b"key=", b";"),
    *(b"NaN", b"1e400", b"9" * 5000, b'"\\ud800"', b"null", b"{}", b"[", b"-1", b'"\xc2\xb2"', b"true", b"[" * 3000),
    *(b"Authorization: Bearer \n", b"x-goog-api-key: \xff\n", b"Content-Length: \xb2\r\n", b"Content-Length: -1\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"\r\n\r\n", b"-5\r\n", b"0x5\r\n", b"5_0\r\n", b"HTTP/0.9", b"HTTP/9.9"),
    *(b"Expect: 100-continue\r\n", b"Connection: keep-alive\r\n", b"HEAD ", b"OPTIONS * ", b"CONNECT ", b"\x00"),
)

TARGETS = {"request": Target(request, _requests, WORDS), "socket": Target(socket, _streams, WORDS)}

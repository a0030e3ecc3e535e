"""A server of ours in front of an emulator: it hears each request, and answers it with the damage that was asked for.

Real connections on loopback, kept open as the service keeps them. `blow` says which requests are hit: one by its number
(requests count from 1), or that one and every later one of its kind: same verb, same collection or model.
"""

import contextlib
import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Self, TypeAlias

from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request, Response
from tests.faults.service import service
from tests.zygote import Time

GRACE = 20.0
"""Real seconds that a client is given to leave a connection that is of no use to it."""
PACE = 0.04
"""Real seconds that a client rests before it tries again to reach nobody: until then there is somebody."""
GLANCE = 0.001
"""Real seconds between two looks at the time of the world."""

_RESET = struct.pack("ii", 1, 0)


class Gone(Exception):
    """The conversation is over."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One request under the blow: what to do with it, and with its connection."""

    connection: socket.socket
    request: Request
    handle: Callable[[Request], Response]
    time: Time
    elsewhere: str

    @property
    def key(self) -> str:
        """The API key that came with the request: a service may say it back."""
        return self.request.headers.get("x-goog-api-key", "")

    @property
    def caller(self) -> str:
        """Who asks, by the key."""
        return f"the key {self.key}" if self.key else "nobody"

    def act(self) -> Response:
        """Let the service do what was asked."""
        return self.handle(self.request)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(data)

    def close(self) -> None:
        """End the connection."""
        raise Gone

    def reset(self) -> None:
        """End the connection with an RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        raise Gone

    def linger(self) -> None:
        """Say nothing more, until the client has left."""
        self.connection.settimeout(GRACE)
        with contextlib.suppress(ConnectionError):
            while self.connection.recv(1 << 16):
                pass
        raise Gone


Strike: TypeAlias = Callable[[Wire], None]
"""Answers a request, or ruins the connection."""


@dataclass(frozen=True, slots=True)
class Blow:
    """Which request is hit, and with what: that one, always one like it, or every one from then on.

    No `strike`: nobody listens, from the request before on.
    """

    number: int
    strike: Strike | None
    always: bool = False
    every: bool = False


def whole(response: Response) -> bytes:
    """An answer as it should arrive."""
    return head(response.status, {**response.headers, "Content-Length": str(len(response.body))}) + response.body


def head(status: int, headers: dict[str, str]) -> bytes:
    """Status line and headers."""
    lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


class Server:
    """Serves one world: to be used as a context, with a blow or none."""

    def __init__(
        self,
        emulator: Emulator,
        clock: Time,
        elsewhere: str = "",
        blow: Blow | None = None,
        meanwhile: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`elsewhere` is where redirects lead; `meanwhile` is told the number of each request before it is served."""
        self.seen: list[Request] = []
        self.hits = 0
        self._emulator = emulator
        self._clock = clock
        self._elsewhere = elsewhere
        self._blow = blow
        self._meanwhile = meanwhile
        self._meant = ""
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._listening: socket.socket | None = None
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        # Never listens: it keeps the port ours while nobody does.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._reserved.getsockname()[1]}"

    def __enter__(self) -> Self:
        if self._blow and self._blow.strike is None and self._blow.number == 1:
            self._leave()
        else:
            self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._deafen()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(GRACE)
            assert not thread.is_alive()
        self._reserved.close()

    def _begin(self, target: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=target, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        """Take connections."""
        listening = self._listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(self._reserved.getsockname())
        listening.listen(64)
        self._begin(self._accept, listening)

    def _deafen(self) -> None:
        """Take no more connections."""
        if self._listening is not None:
            with contextlib.suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None

    def _leave(self) -> None:
        """Refuse connections: once is until the client has slept for the first time."""
        self._deafen()
        self.hits += 1
        if self._blow and not self._blow.always:
            self._clock.set_pace(PACE)
            self._begin(self._return, self._clock.now())

    def _return(self, left: float) -> None:
        while self._clock.now() == left and not self._closed.is_set():
            time.sleep(GLANCE)
        if not self._closed.is_set():
            self._listen()
        self._clock.set_pace(0)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(connection)
            self._begin(self._converse, connection)

    def _converse(self, connection: socket.socket) -> None:
        """Serve one connection to its end."""
        with connection, connection.makefile("rb") as stream, contextlib.suppress(Gone, ConnectionError):
            for request in _requests(stream):
                self._serve(connection, request)

    def _serve(self, connection: socket.socket, request: Request) -> None:
        with self._lock:
            self.seen.append(request)
            number = len(self.seen)
        self._meanwhile(number)
        blow = self._blow
        if blow is not None and blow.strike is None and number == blow.number - 1:
            answer = whole(self._emulator.handle(request))
            self._leave()
            connection.sendall(answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            raise Gone
        if blow is not None and blow.strike is not None and self._hit(blow, number, request):
            self.hits += 1
            blow.strike(Wire(connection, request, self._emulator.handle, self._clock, self._elsewhere))
        else:
            connection.sendall(whole(self._emulator.handle(request)))

    def _hit(self, blow: Blow, number: int, request: Request) -> bool:
        if number == blow.number:
            self._meant = service().kind(request)
        later = blow.every or (blow.always and service().kind(request) == self._meant)
        return number == blow.number or (number > blow.number and later)


def _requests(stream: BinaryIO) -> Iterator[Request]:
    """Read requests until the client leaves."""
    while line := stream.readline():
        method, target, _ = line.decode().split(" ", 2)
        headers = {name.lower(): value for name, value in http.client.parse_headers(stream).items()}
        yield Request(method, target, headers, stream.read(int(headers.get("content-length", "0"))))

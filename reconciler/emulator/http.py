"""The emulator on a socket: HTTP/1.1 with kept connections, a thread each, loopback unless allowed."""

import ipaddress
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request, Response

_BODY_MAX = 256 * 1024 * 1024
_LENGTH = re.compile(r"[0-9]{1,12}")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs in threads of this process until it is closed."""

    url: str
    server: ThreadingHTTPServer
    thread: threading.Thread

    def close(self) -> None:
        """Stop accepting and free the port; requests under way are left to their threads."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def serve(emulator: Emulator, host: str = "127.0.0.1", port: int = 0, *, allow_remote: bool = False) -> Served:
    """Serve an emulator; port 0 takes a free one.

    Raises ValueError for a host that is not loopback, unless allowed: the control door asks for no
    credential. Raises OSError when the port is taken.
    """
    if not allow_remote and not _is_loopback(host):
        message = f"the emulator asks for no credentials, so it is served on loopback only, not on {host!r}"
        raise ValueError(message)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = type("_Server", (_Server,), {"address_family": family})
    server = kind((host, port), _handler(emulator))
    shown = f"[{host}]" if ":" in host else host
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    return Served(f"http://{shown}:{server.server_address[1]}", server, thread)


def serve_forever(
    emulator: Emulator,
    host: str = "127.0.0.1",
    port: int = 8787,
    *,
    allow_remote: bool = False,
    on_ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then close the server and the state; for the main thread.

    `on_ready` is called with the URL once connections are accepted.
    """
    stop = threading.Event()
    with _on_signal(stop.set):
        served = serve(emulator, host, port, allow_remote=allow_remote)
        try:
            on_ready(served.url)
            stop.wait()
        finally:
            served.close()
            emulator.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    """One connection. The whole answer is buffered and sent at once: small writes cost 40 ms each."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    emulator: Emulator

    def handle_one_request(self) -> None:
        """Serve the next request of the connection; a client that is gone is nothing to report."""
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def answer(self) -> None:
        """Pass the request to the emulator and deliver what it answers."""
        body = self._body()
        if body is None:
            self.close_connection = True
            self.send_error(411)
            return
        self._deliver(self.emulator.handle(Request(self.command, self.path, dict(self.headers), body)))

    def _body(self) -> bytes | None:
        """Read the body, None when its length cannot be told or is beyond all use.

        Raises ConnectionError when the client is gone before it is whole: half an upload is no object.
        """
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            try:
                return b"".join(self._chunks())
            except ValueError:
                return None
        length = self.headers.get("Content-Length", "0")
        if not _LENGTH.fullmatch(length) or int(length) > _BODY_MAX:
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError(length)
        return body

    def _chunks(self) -> Iterator[bytes]:
        """Read the chunks of a body; raise ValueError where the size of one is no number, or all is beyond use."""
        left = _BODY_MAX
        while size := self._chunk_size():
            left -= size
            if left < 0:
                raise ValueError(size)
            yield self.rfile.read(size)
            self.rfile.readline(80)
        self.rfile.readline(80)

    def _chunk_size(self) -> int:
        """Read the line before a chunk; raise ValueError if it does not begin with hexadecimal digits."""
        digits = self.rfile.readline(80).split(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(digits):
            raise ValueError(digits)
        return int(digits, 16)

    def _deliver(self, response: Response) -> None:
        if response.delay:
            time.sleep(response.delay)
        if response.delivery == "cut":
            self.close_connection = True
            return
        self.send_response_only(response.status)
        self.send_header("Server", self.version_string())
        if "Date" not in response.headers:
            self.send_header("Date", self.date_time_string())
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        whole = response.delivery == "whole"
        self.wfile.write(response.body if whole else response.body[: len(response.body) // 2])
        self.wfile.flush()
        self.close_connection = self.close_connection or not whole

    def log_message(self, *_: object) -> None:
        """Stay silent: the emulator keeps its own record."""


for _verb in ("GET", "POST", "PATCH", "DELETE", "PUT"):
    setattr(_Handler, f"do_{_verb}", _Handler.answer)


def _handler(emulator: Emulator) -> type[_Handler]:
    return type("_BoundHandler", (_Handler,), {"emulator": emulator})


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _on_signal(act: Callable[[], None]) -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: act()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)

"""Connections whose answers end in time.

The timeouts of requests and urllib3 bound a silence. A server that sends a byte now and then, of the headers or of the
body, would hold us for ever; so each answer has ANSWER_TIMEOUT from the moment the request was sent. The clock is
looked at whenever bytes are asked for, so a silence at the end may add READ_TIMEOUT to that.

What is sent has READ_TIMEOUT too. urllib3 would give the first request of a connection only as long as connecting may
take, which is little for four megabytes of training data on a slow line.
"""

import io
import socket
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconciler.providers.outcome import ANSWER_TIMEOUT, READ_TIMEOUT, Overdue

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Timely(HTTPAdapter):
    """The transport of requests, with such connections, to the host itself or through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools as ever, of our kind."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Make the pools of a proxy as ever, of our kind."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Timed(io.RawIOBase):
    """The bytes of one answer, for as long as there is time for it."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self._end = time.monotonic() + ANSWER_TIMEOUT

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        """Read what is there; raise Overdue when the time is over."""
        if time.monotonic() > self._end:
            raise Overdue
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let go of the connection."""
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer that is read by the clock."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Timed(self.fp.detach()))


class _Connection(HTTPConnection):
    """A plain connection."""

    response_class = _Answer  # type: ignore[mutable-override]  # it is there to be overridden

    def connect(self) -> None:
        """Connect; from then on, what counts is how long sending may take."""
        super().connect()
        self.sock.settimeout(READ_TIMEOUT)


class _SecureConnection(HTTPSConnection):
    """A connection over TLS."""

    response_class = _Answer  # type: ignore[mutable-override]  # it is there to be overridden

    def connect(self) -> None:
        """As on a plain connection."""
        super().connect()
        self.sock.settimeout(READ_TIMEOUT)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection  # type: ignore[mutable-override]  # it is there to be overridden


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection  # type: ignore[mutable-override]  # it is there to be overridden


_POOLS = {"http": _Pool, "https": _SecurePool}

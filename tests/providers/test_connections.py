"""Connections know how long an answer may take, whichever way they go; that they keep to it is in tests/faults."""

import socket
from collections.abc import Iterator

import pytest
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconciler.providers.connections import Timely
from reconciler.providers.outcome import CONNECT_TIMEOUT, READ_TIMEOUT
from reconciler.providers.session import open_session

pytestmark = pytest.mark.loopback


@pytest.fixture
def listening() -> Iterator[str]:
    """Somebody who takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_upload_has_longer_than_connecting(listening: str, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HTTPSConnection, "connect", HTTPConnection.connect)  # without a handshake
    endpoint = f"{scheme}://{listening}"
    adapter = open_session(endpoint, {}).get_adapter(endpoint)
    assert isinstance(adapter, Timely)
    connection = adapter.poolmanager.connection_from_url(endpoint)._new_conn()
    connection.timeout = CONNECT_TIMEOUT
    connection.connect()
    assert connection.sock.gettimeout() == READ_TIMEOUT
    connection.close()


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "https://service.example"])
def test_every_way_is_timed(endpoint: str) -> None:
    adapter = open_session(endpoint, {}).get_adapter(endpoint)
    assert isinstance(adapter, Timely)
    for pools in (adapter.poolmanager, adapter.proxy_manager_for("http://proxy.example:3128")):
        connection = pools.connection_from_url(endpoint).ConnectionCls
        assert connection.response_class.__name__ == "_Answer"

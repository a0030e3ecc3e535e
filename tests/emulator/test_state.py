"""State that outlives a process and is shared by several; the record of requests; the control door; the socket."""

import functools
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.emulator.http import Served, serve
from reconciler.emulator.wire import Recorded

BETA = "/v1beta/tunedModels"
EXAMPLES = {"examples": [{"textInput": "1", "output": "2"}]}
BODY = {"baseModel": "models/gemini-1.0-pro-001", "tuningTask": {"trainingData": {"examples": EXAMPLES}}}

RACER = f"""
import json, sys
from pathlib import Path
from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request
emulator = Emulator(Path(sys.argv[1]))
body = json.dumps({BODY!r}).encode()
statuses = []
for number in range(40):
    statuses.append(emulator.handle(Request("POST", f"{BETA}?tunedModelId=m-{{number}}", {{}}, body)).status)
    statuses.append(emulator.handle(Request("POST", "{BETA}", {{}}, body[:-1] + b',"displayName":"d"}}')).status)
print(json.dumps(statuses))
"""

SERVER = """
import sys
from pathlib import Path
from reconciler.emulator.http import serve_forever
from reconciler.emulator.server import Emulator
serve_forever(Emulator(Path(sys.argv[1])), port=0, on_ready=lambda url: print(url, flush=True))
"""


def start(script: str, state: Path) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", script, str(state)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    )


def test_a_second_process_sees_the_same_world(make_service: Callable[..., Any], tmp_path: Path) -> None:
    first = make_service(tmp_path / "new" / "state.db", steps_per_second=1.0)
    name = first.create()["name"]
    first.emulator.advance(10)
    second = make_service(tmp_path / "new" / "state.db", steps_per_second=500.0)
    operation = second.ask("GET", f"/v1/{name}")
    assert operation["metadata"]["completedSteps"] == 9, "its speed and its time are in the state"
    second.ask("DELETE", f"{BETA}/numbers-1")
    assert first.refused("GET", f"{BETA}/numbers-1")[0] == 404


@pytest.mark.process
def test_of_racing_processes_one_wins_each_id(tmp_path: Path) -> None:
    racers = [start(RACER, tmp_path / "state.db") for _ in range(3)]
    statuses = [json.loads(racer.communicate()[0]) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert [sorted(row) for row in zip(*(row[::2] for row in statuses), strict=True)] == [[200, 409, 409]] * 40
    assert {status for row in statuses for status in row[1::2]} == {200}, "generated ids never meet"


class Contended(sqlite3.Connection):
    """A database that another process is switching to write-ahead logging; SQLite says so without waiting."""

    refusals = 2

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if "journal_mode" in sql and Contended.refusals:
            Contended.refusals -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        return super().execute(sql, *parameters)


def test_opening_a_file_that_others_open_is_waited_out(
    make_service: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=Contended))
    assert make_service(tmp_path / "state.db").create()["name"]
    assert Contended.refusals == 0


def test_every_request_is_recorded_without_its_credentials(make_service: Callable[..., Any], tmp_path: Path) -> None:
    service = make_service(log=tmp_path / "log.jsonl")
    service.token = "very-secret"
    service.send("GET", f"{BETA}/m?key=very-secret&fields=name&access_token=very-secret")
    service.send("POST", BETA, b"{not json")
    service.send("POST", BETA, {"displayName": "d"})
    first, second, third = service.emulator.requests
    hidden = {"key": "REDACTED", "fields": "name", "access_token": "REDACTED"}
    assert first == Recorded("GET", f"{BETA}/m", hidden, None, 404)
    assert (second.body, second.status) == ("{not json", 400)
    assert third.body == {"displayName": "d"}
    logged = (tmp_path / "log.jsonl").read_text()
    assert [json.loads(line) for line in logged.splitlines()] == [seen.as_json() for seen in service.emulator.requests]
    assert "very-secret" not in logged


def test_a_state_that_breaks_is_told_and_never_raised(make_service: Callable[..., Any], tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    service = make_service(state)
    service.create("numbers-1")
    with closing(sqlite3.connect(state)) as other:
        other.execute("DROP TABLE models")
    assert service.refused("GET", f"{BETA}/numbers-1") == (
        507,
        "The emulator cannot use its state or its log: no such table: models",
    )


def test_the_control_door(service: Any) -> None:
    assert service.ask("GET", "/healthz") == {"status": "ok"}
    assert service.ask("POST", "/_emulator/load", {"tunedModels": [{"name": "tunedModels/m"}]}) == {"loaded": 1}
    assert service.refused("POST", "/_emulator/load", {"tunedModels": [{"name": "tunedModels/m"}]})[0] == 409
    now = service.ask("POST", "/_emulator/advance", {"seconds": 60})["now"]
    assert now == pytest.approx(service.time + 60)
    service.ask("POST", "/_emulator/faults", {"spec": "get:503:always"})
    assert service.send("GET", f"{BETA}/m").status == 503
    service.ask("DELETE", "/_emulator/faults")
    assert service.send("GET", f"{BETA}/m").status == 200
    assert [seen["status"] for seen in service.ask("GET", "/_emulator/requests")["requests"]] == [503, 200]
    service.ask("DELETE", "/_emulator/requests")
    assert service.ask("GET", "/_emulator/requests") == {"requests": []}
    in_full = {"path": "/tunedModels$", "status": 418, "body": {"pot": "tea"}, "times": None, "after": 1}
    service.ask("POST", "/_emulator/faults", in_full)
    assert [service.send("GET", BETA).status for _ in range(3)] == [200, 418, 418]
    for target, body in (("faults", {"spec": "x"}), ("faults", {}), ("advance", []), ("load", {"tunedModels": 1})):
        assert service.refused("POST", f"/_emulator/{target}", body)[0] == 400
    assert service.refused("GET", "/_emulator/elsewhere")[0] == 404


@pytest.fixture
def served(service: Any) -> Iterator[Served]:
    """Give the service on a port of this machine."""
    running = serve(service.emulator)
    yield running
    running.close()


@pytest.mark.loopback
def test_one_connection_serves_many_requests(served: Served) -> None:
    host = served.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.connect()
    local = connection.sock.getsockname()
    for number in range(3):
        connection.request("POST", f"{BETA}?tunedModelId=m-{number}", json.dumps(BODY), {"X-Goog-Api-Key": "k"})
        assert connection.getresponse().read().startswith(b'{"name":"tunedModels/m-')
    connection.request("GET", BETA)
    assert connection.sock.getsockname() == local
    assert len(json.loads(connection.getresponse().read())["tunedModels"]) == 3
    connection.request("POST", BETA, iter([b"{}"]), encode_chunked=True)
    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.loopback
def test_faults_of_the_connection(served: Served, service: Any) -> None:
    service.create("m")
    for spec in ("list:cut", "list:truncate", "delete:cut:after", "get:delay=0.01"):
        service.ask("POST", "/_emulator/faults", {"spec": spec})
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"{served.url}{BETA}", timeout=10)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(f"{served.url}{BETA}", timeout=10)
    assert requests.get(f"{served.url}{BETA}/m", timeout=10).ok
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.delete(f"{served.url}{BETA}/m", timeout=10)
    assert requests.get(f"{served.url}{BETA}", timeout=10).json() == {}


def test_it_is_served_on_loopback_only(service: Any) -> None:
    for host in ("0.0.0.0", "example.com", "192.168.0.1"):  # noqa: S104 - it must be refused
        with pytest.raises(ValueError, match="loopback"):
            serve(service.emulator, host)


@pytest.mark.loopback
@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_the_state_stays(tmp_path: Path, number: signal.Signals) -> None:
    for status in (200, 409):
        server = start(SERVER, tmp_path / "state.db")
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        assert requests.post(f"{url}{BETA}?tunedModelId=m", json=BODY, timeout=10).status_code == status
        server.send_signal(number)
        assert server.wait(10) == 0
        server.stdout.close()

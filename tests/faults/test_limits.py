"""Answers without measure, and answers without an end: the memory and the time they may take have a bound."""

import gzip
from pathlib import Path

import pytest

from reconciler.providers.outcome import MAX_ANSWER
from tests.faults.scene import copied
from tests.faults.server import Blow, Strike, Wire, head
from tests.faults.service import PLAN
from tests.zygote import Ended

pytestmark = [pytest.mark.process, pytest.mark.loopback]

MEMORY = 1.5 * MAX_ANSWER / (1 << 20)
"""MiB: the longest answer, and half of it for everything else."""
MODEST = 160
"""MiB: a plan that reads nothing out of measure takes a third of it."""
CHUNK = 1 << 16


def _endless(wire: Wire) -> None:
    """Send chunks for as long as somebody takes them."""
    wire.send(head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
    while True:
        wire.send(f"{CHUNK:x}\r\n".encode() + b" " * CHUNK + b"\r\n")


def _unbounded(wire: Wire) -> None:
    """Send a body whose length nobody has told."""
    wire.send(head(200, {"Content-Type": "application/json", "Connection": "close"}))
    while True:
        wire.send(b" " * CHUNK)


def _bomb(wire: Wire) -> None:
    """Send a few megabytes of gzip that unpack to a hundred times as much, twice the longest answer."""
    packed = gzip.compress(b" " * (1 << 22), compresslevel=9)
    wire.send(head(200, {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}))
    for _ in range(2 * MAX_ANSWER >> 22):
        wire.send(f"{len(packed):x}\r\n".encode() + packed + b"\r\n")
    wire.send(b"0\r\n\r\n")


def _endless_headers(wire: Wire) -> None:
    """Send headers for as long as somebody takes them."""
    wire.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        wire.send(b"X-More: and more\r\n" * 1000)


def _long_line(wire: Wire) -> None:
    """Send one header that does not end."""
    wire.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        wire.send(b"o" * CHUNK)


def _continue(wire: Wire) -> None:
    """Say `100 Continue` for ever."""
    while True:
        wire.time.advance(1)
        wire.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def _deep(wire: Wire) -> None:
    """Nest JSON deeper than any parser goes."""
    body = b'{"a":' * 200_000 + b"1" + b"}" * 200_000
    wire.send(head(200, {"Content-Length": str(len(body))}) + body)


def _digits(wire: Wire) -> None:
    """Send a number of a million digits."""
    body = b'{"tunedModels": ' + b"9" * 1_000_000 + b"}"
    wire.send(head(200, {"Content-Length": str(len(body))}) + body)


def planned(folder: Path, strike: Strike) -> Ended:
    """Plan against a service that answers every request so."""
    with copied("plan", folder) as world:
        ended, _ = world.run(PLAN, Blow(1, strike, every=True))
    assert "Traceback" not in ended.said, ended.said
    assert "this is a bug" not in ended.said, ended.said
    return ended


@pytest.mark.parametrize("strike", [_endless, _unbounded, _bomb])
def test_a_body_without_an_end_takes_bounded_memory(strike: Strike, tmp_path: Path) -> None:
    ended = planned(tmp_path / "world", strike)
    assert ended.code == 1
    assert "the answer is longer than 256 MiB; " in ended.stderr
    assert ended.peak < MEMORY, f"{ended.peak:.0f} MiB"


@pytest.mark.parametrize(
    ("strike", "said"),
    [
        (_endless_headers, "the answer is not HTTP; "),
        (_long_line, "the answer is not HTTP; "),
        (_deep, "answered with cut JSON: "),
        (_digits, "answered with cut JSON: "),
    ],
)
def test_what_no_parser_takes_is_one_plain_error(strike: Strike, said: str, tmp_path: Path) -> None:
    ended = planned(tmp_path / "world", strike)
    assert ended.code == 1
    assert ended.stderr.splitlines()[-1].startswith("Error: ")
    assert said in ended.stderr
    assert ended.peak < MODEST, f"{ended.peak:.0f} MiB"


def test_an_answer_that_never_begins_has_an_end(tmp_path: Path) -> None:
    ended = planned(tmp_path / "world", _continue)
    assert ended.code == 1
    assert "the answer was not complete after 90 s" in ended.stderr

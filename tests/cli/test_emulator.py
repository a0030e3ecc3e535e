"""emulator: served to anybody, stopped by a signal."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Bench, Command


@pytest.fixture
def url(bench: Bench) -> Iterator[str]:
    """A served emulator, in a process of its own."""
    command = [sys.executable, "-m", "reconciler", "emulator", "--port", "0", "--steps-per-second", "1e9"]
    command += ["--requests", "requests.jsonl", "--fault", "patch:503:after:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=bench.root) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split(" on ")[1].split()[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.process
@pytest.mark.loopback
def test_an_endpoint_for_every_command(url: str, bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_ENDPOINT", url)
    bench.declare("one")
    assert run("apply", "--yes", "--no-wait").code == 3
    assert run("plan", "-o", "json").json["context"]["host"] == url.removeprefix("http://")
    lines = (bench.root / "requests.jsonl").read_text().splitlines()
    assert "POST" in {json.loads(line)["method"] for line in lines}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fault", "nonsense"), "expected CALL:ACTION"),
        (("--host", "0.0.0.0"), "loopback only"),  # noqa: S104  (it is refused)
        (("--steps-per-second", "0"), "not in the range"),
        (("--steps-per-second", "1e-300"), "expected 0.000001 or more"),
        (("--steps-per-second", "nan"), "expected 0.000001 or more"),
        (("--requests", "no/folder/log.jsonl"), "cannot open the state or the log"),
        (("--state", "/dev/null/models.sqlite3"), "cannot open the state or the log"),
    ],
)
def test_wrong_options(run: Command, arguments: tuple[str, ...], said: str) -> None:
    ran = run("emulator", *arguments)
    assert ran.code == 64
    assert said in ran.err

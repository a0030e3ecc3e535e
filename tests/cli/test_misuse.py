"""Mistakes of the user and of the world: the right exit code, one clear message, never a traceback."""

import socket
from collections.abc import Iterator

import pytest

from reconciler.emulator.faulttext import parse
from reconciler.emulator.http import Served, serve
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from tests.cli.conftest import Bench, Command

SOLE = "Error: 1 error in the manifests"


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("command", ["plan", "validate", "apply", "wait", "status", "outputs", "destroy"])
def test_a_missing_folder(run: Command, command: str) -> None:
    ran = run(command, "nowhere")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == (
        "Error: 'nowhere' does not exist; give the folder of your manifests, or make one with `reconciler init`\n"
    )


def test_an_empty_folder(run: Command, bench: Bench) -> None:
    (bench.root / "empty").mkdir()
    ran = run("plan", "empty")
    assert (ran.code, ran.out) == (1, "")
    assert "make one with `reconciler init`" in ran.err
    assert ran.err.endswith(f"{SOLE}\n")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("hyperparameters", "hyperparameter", "manifests/one.yaml:9:3: "),
        ("epochCount: 2", "epochCount: two", "epochCount must be a whole number"),
        ("kind: TunedModel", "kind: TuneModel", "TunedModel"),
        ("v1alpha1", "v2", "reconciler.dev/v1alpha1"),
        ("numbers.jsonl", "number.jsonl", "did you mean numbers.jsonl?"),
        ("numbers.jsonl", "/etc/passwd.csv", "--dataset-root"),
        ("spec:", "spec: [", "manifests/one.yaml:"),
    ],
)
def test_a_wrong_manifest(run: Command, bench: Bench, right: str, wrong: str, said: str) -> None:
    bench.declare("one")
    path = bench.folder / "one.yaml"
    path.write_text(path.read_text().replace(right, wrong))
    for command in ("plan", "apply"):
        ran = run(command)
        assert (ran.code, ran.out) == (1, "")
        assert said in ran.err
        assert ran.err.endswith(f"{SOLE}\n")
    checked = run("validate")
    assert checked.code == 1
    assert said in checked.out
    assert checked.last == "Not valid: 1 error."


def test_every_error_at_once(run: Command, bench: Bench) -> None:
    bench.declare("one", "two")
    for name in ("one", "two"):
        path = bench.folder / f"{name}.yaml"
        path.write_text(path.read_text().replace("epochCount: 2", "epochCount: 0"))
    ran = run("validate", "-o", "json")
    assert ran.code == 1
    assert ran.json["valid"] is False
    assert [each["file"] for each in ran.json["diagnostics"]] == ["manifests/one.yaml", "manifests/two.yaml"]


def test_two_manifests_of_one_name(run: Command, bench: Bench) -> None:
    bench.declare("one")
    (bench.folder / "other.yaml").write_text((bench.folder / "one.yaml").read_text())
    ran = run("plan")
    assert ran.code == 1
    assert "manifests/other.yaml:4:9: the name `one` is taken: TunedModel at manifests/one.yaml:1:1" in ran.err


@pytest.mark.usefixtures("bench")
def test_a_wrong_endpoint(run: Command) -> None:
    ran = run("plan", "--endpoint", "https://evil.example")
    assert ran.code == 64
    assert "not an endpoint that credentials may go to" in ran.err


def test_a_port_that_cannot_be(run: Command, bench: Bench) -> None:
    bench.declare("one")
    for port in ("65536", "99999"):
        ran = run("plan", "--endpoint", f"http://127.0.0.1:{port}")
        assert ran.code == 64
        assert "PORT (up to 65535)" in ran.err
    path = bench.folder / "workspace.yaml"
    path.write_text(path.read_text().replace("emulator", "http://127.0.0.1:70000"))
    ran = run("plan")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("manifests/workspace.yaml:7:13: spec.endpoint: this is not an endpoint ")
    assert ran.err.endswith(f"{SOLE}\n")


@pytest.mark.loopback
def test_an_unreachable_host(run: Command, bench: Bench) -> None:
    bench.declare("one")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    ran = run("plan", "--endpoint", f"http://127.0.0.1:{port}")
    assert (ran.code, ran.out) == (1, "")
    assert f"no answer from 127.0.0.1:{port}" in ran.err
    assert ran.err.count("\n") == 1


@pytest.fixture
def served() -> Iterator[Served]:
    """A service that asks for credentials."""
    server = serve(Emulator(settings=Settings(require_auth=True, accounts={"good": "me@example.com"})))
    yield server
    server.close()


@pytest.mark.loopback
def test_credentials_that_are_not_taken(
    run: Command, bench: Bench, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.declare("one")
    monkeypatch.setenv("GEMINI_API_KEY", "expired-key-1234567890")
    ran = run("plan", "--endpoint", served.url, "-vv")
    assert (ran.code, ran.out) == (1, "")
    assert "Error: " in ran.err
    assert "GEMINI_API_KEY" in ran.err
    assert "expired-key" not in ran.err


@pytest.mark.loopback
@pytest.mark.parametrize(("fault", "said"), [("list:401:always", "gcloud auth"), ("list:403=scope:always", "scope")])
def test_a_service_that_does_not_let_us_in(run: Command, bench: Bench, fault: str, said: str) -> None:
    bench.declare("one")
    emulator = Emulator()
    emulator.inject(parse(fault))
    server = serve(emulator)
    try:
        ran = run("plan", "--endpoint", server.url)
    finally:
        server.close()
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("speed", ["fast", "0", "-1", "nan"])
def test_a_wrong_speed(run: Command, monkeypatch: pytest.MonkeyPatch, speed: str) -> None:
    monkeypatch.setenv("RECONCILER_EMULATOR_STEPS_PER_SECOND", speed)
    ran = run("plan")
    assert ran.code == 64
    assert "set it to a number from 0.000001 up" in ran.err


def test_a_broken_state_of_the_emulator(run: Command, bench: Bench) -> None:
    state = bench.folder / ".reconciler"
    state.mkdir()
    (state / "emulator.sqlite3").write_text("this is no database, " * 100)
    ran = run("plan")
    assert ran.code == 64
    assert "a broken state can be deleted" in ran.err

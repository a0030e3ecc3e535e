"""wait: looks and never writes."""

import json

import pytest

from tests.cli.conftest import Bench, Command


@pytest.mark.usefixtures("applied")
def test_nothing_to_wait_for(run: Command) -> None:
    ran = run("wait")
    assert (ran.code, ran.out, ran.err) == (0, "No changes.\n", "")


def test_wait_writes_nothing_and_says_what_is_left(applied: Bench, run: Command, methods: list[str]) -> None:
    applied.declare("one", epochs=3)
    assert run("apply", "--yes", "--no-wait").code == 3
    methods.clear()
    ran = run("wait")
    assert ran.code == 0
    assert set(methods) == {"GET"}
    assert "`reconciler apply` would still do this:" in ran.out
    assert ran.last == "Plan: 0 to create, 0 to update, 0 to replace, 1 to delete."
    assert run("apply", "--yes").code == 0
    assert run("plan").out == "No changes.\n"


def test_time_runs_out(bench: Bench, run: Command) -> None:
    bench.declare("one", epochs=500)
    run("apply", "--yes", "--no-wait")
    ran = run("wait", "--timeout", "3s")
    assert ran.code == 3
    assert "The time for waiting is over." in ran.out


@pytest.mark.usefixtures("failing")
def test_a_failed_training_is_not_done(bench: Bench, run: Command) -> None:
    bench.declare("bad")
    run("apply", "--yes", "--no-wait")
    ran = run("wait")
    assert ran.code == 1
    assert "did not converge" in ran.out


def test_events_are_all_there_is_on_stdout(bench: Bench, run: Command) -> None:
    bench.declare("one", epochs=20)
    events = [json.loads(line) for line in run("apply", "--yes", "--no-wait", "-o", "json").out.splitlines()]
    assert [event["type"] for event in events] == ["version", "began", "ended", "finished"]
    waited = [json.loads(line) for line in run("wait", "-o", "json").out.splitlines()]
    assert waited[0] == {"type": "version", "formatVersion": "1.1"}
    assert {"progressed", "waited", "ended"} <= {event["type"] for event in waited}
    assert next(event for event in waited if event["type"] == "progressed")["total"] == 100
    assert waited[-1]["exitCode"] == 0

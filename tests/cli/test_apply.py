"""apply: shows, asks, does, waits, reports; and leaves nothing for the next plan."""

import json

import pytest

from tests.cli.conftest import Bench, Command


def test_what_was_applied_is_what_was_declared(bench: Bench, run: Command) -> None:
    bench.declare("one", "two")
    ran = run("apply", "--yes")
    assert ran.code == 0
    assert "Plan: 2 to create, 0 to update, 0 to replace, 0 to delete." in ran.out
    assert ran.last == "Result: 2 done."
    assert "TunedModel/one: creating tunedModels/one-" in ran.err
    assert run("plan").out == "No changes.\n"
    again = run("apply")
    assert (again.code, again.out) == (0, "No changes.\n")


def test_no_wait_leaves_the_rest_to_wait(bench: Bench, run: Command) -> None:
    bench.declare("one")
    begun = run("apply", "--yes", "--no-wait")
    assert (begun.code, begun.last) == (3, "Result: 0 done, 1 training.")
    waited = run("wait")
    assert (waited.code, waited.last) == (0, "No changes.")
    assert run("plan").out == "No changes.\n"


def test_a_timeout_leaves_the_training_alone(bench: Bench, run: Command) -> None:
    bench.declare("one", epochs=200)
    ran = run("apply", "--yes", "--timeout", "2s")
    assert ran.code == 3
    assert "The time for waiting is over." in ran.out
    assert run("apply", "--timeout", "5m").code == 0


def test_a_replaced_model_goes_when_the_new_one_is_ready(applied: Bench, run: Command) -> None:
    before = run("outputs", "-o", "json").json["models"]["one"]["id"]
    applied.declare("one", epochs=3)
    ran = run("apply", "--yes")
    assert ran.code == 0
    assert "Plan: 0 to create, 0 to update, 1 to replace, 0 to delete." in ran.out
    after = run("outputs", "-o", "json").json["models"]["one"]["id"]
    assert before != after
    assert before not in run("status").out


def test_a_model_goes_with_its_manifest(applied: Bench, run: Command) -> None:
    applied.remove("two")
    assert run("apply", "--yes").code == 0
    assert "two" not in run("status").out


@pytest.mark.parametrize("typed", ["no\n", "y\n", "YES\n", "\n", ""])
def test_only_yes_is_yes(bench: Bench, run: Command, typed: str) -> None:
    bench.declare("one")
    ran = run("apply", types=typed)
    assert ran.code == 1
    assert "Only 'yes' is accepted" in ran.err
    assert "Nothing was done." in ran.err
    assert run("plan", "--detailed-exitcode").code == 2


def test_yes_is_yes(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert run("apply", types="yes\n").code == 0


@pytest.mark.parametrize("ci", ["true", ""])
def test_nobody_is_asked_where_nobody_answers(
    bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch, ci: str
) -> None:
    bench.declare("one")
    monkeypatch.setenv("CI", ci)
    ran = run("apply", types="yes\n" if ci else None)
    assert ran.code == 64
    assert "give --yes" in ran.err
    assert run("plan", "--detailed-exitcode").code == 2


def test_a_saved_plan_is_the_review(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert run("plan", "--out", "plan.json").code == 0
    assert run("apply", "plan.json").code == 0
    assert run("apply", "--plan", "plan.json", "manifests").out == "No changes.\n"


def test_a_saved_plan_keeps_its_wishes_and_its_selection(applied: Bench, run: Command) -> None:
    applied.declare("three")
    assert run("plan", "--replace", "one", "--target", "one", "--out", "plan.json").code == 0
    ran = run("apply", "plan.json")
    assert ran.code == 0
    assert "Plan: 0 to create, 0 to update, 1 to replace, 0 to delete." in ran.out
    assert run("plan", "--detailed-exitcode").code == 2


def test_a_saved_plan_allows_nothing_more(bench: Bench, run: Command) -> None:
    bench.declare("one")
    run("plan", "--out", "plan.json")
    bench.declare("two")
    ran = run("apply", "plan.json")
    assert ran.code == 4
    assert "  TunedModel/two\n    + create tunedModels/two-" in ran.err


def test_an_edited_plan_is_refused(bench: Bench, run: Command) -> None:
    bench.declare("one")
    run("plan", "--out", "plan.json")
    path = bench.root / "plan.json"
    plan = json.loads(path.read_text())
    plan["acts"][0]["name"] = "tunedModels/other"
    path.write_text(json.dumps(plan))
    ran = run("apply", "plan.json")
    assert ran.code == 4
    assert "the plan was edited" in ran.err


def test_a_saved_plan_has_its_own_options(bench: Bench, run: Command) -> None:
    bench.declare("one")
    run("plan", "--out", "plan.json")
    ran = run("apply", "plan.json", "--target", "one")
    assert ran.code == 64
    assert "plan again with these options" in ran.err


def test_a_saved_plan_for_elsewhere_is_stale(bench: Bench, run: Command) -> None:
    bench.declare("one")
    run("plan", "--out", "plan.json")
    workspace = bench.folder / "workspace.yaml"
    workspace.write_text(workspace.read_text().replace("owner: bench-1", "owner: other-1"))
    ran = run("apply", "plan.json")
    assert ran.code == 4
    assert "owner was 'bench-1' and is 'other-1'" in ran.err


def test_a_stricter_workspace_makes_a_saved_plan_stale(applied: Bench, run: Command) -> None:
    applied.declare("one", epochs=3)
    run("plan", "--out", "plan.json")
    workspace = applied.folder / "workspace.yaml"
    workspace.write_text(workspace.read_text() + "  policy: create-only\n")
    ran = run("apply", "plan.json")
    assert ran.code == 4
    assert "policy was 'sync' and is 'create-only'" in ran.err


def test_no_plan_file(bench: Bench, run: Command) -> None:
    bench.declare("one")
    ran = run("apply", "--plan", "gone.json")
    assert ran.code == 64
    assert "gone.json: No such file or directory" in ran.err


def test_a_digest_is_a_review(bench: Bench, run: Command) -> None:
    bench.declare("one")
    digest = run("plan", "-o", "json").json["digest"]
    assert run("apply", "--plan-digest", "0" * 64).code == 4
    assert run("apply", "--plan-digest", digest).code == 0


@pytest.mark.usefixtures("failing")
def test_a_failed_training_is_a_failed_run(bench: Bench, run: Command) -> None:
    bench.declare("bad")
    ran = run("apply", "--yes")
    assert ran.code == 1
    assert "Failed:" in ran.out
    assert "did not converge" in ran.out


@pytest.mark.usefixtures("failing")
def test_a_failure_beside_a_success_is_5(bench: Bench, run: Command) -> None:
    bench.declare("bad", "good")
    assert run("apply", "--yes").code == 5


@pytest.mark.usefixtures("failing")
def test_a_failed_model_is_refused_until_a_retry_is_wished_for(bench: Bench, run: Command) -> None:
    bench.declare("bad")
    run("apply", "--yes")
    refused = run("apply", "--yes")
    assert refused.code == 4
    assert "--retry-failed TunedModel/bad" in refused.out
    retried = run("plan", "--retry-failed", "bad")
    assert retried.last == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete."


def test_a_policy_can_only_be_tightened(applied: Bench, run: Command) -> None:
    workspace = applied.folder / "workspace.yaml"
    workspace.write_text(workspace.read_text() + "  policy: create-only\n")
    applied.declare("one", epochs=3)
    ran = run("plan", "--policy", "sync", "-o", "json")
    assert ran.json["context"]["policy"] == "create-only"
    assert ran.json["summary"]["ignored"] == 1
    workspace.write_text(workspace.read_text().replace("create-only", "sync"))
    assert run("plan", "--policy", "upsert-only", "-o", "json").json["context"]["policy"] == "upsert-only"

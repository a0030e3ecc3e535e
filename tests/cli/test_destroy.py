"""destroy: everything of the workspace, confirmed by its name; limits and protection hold."""

import pytest

from reconciler.emulator.wire import Request
from tests.cli.conftest import Bench, Command

PROTECTED = "  lifecycle: {protect: true}\n"
KEPT = "  lifecycle: {onRemoval: keep}\n"


def test_everything_goes(applied: Bench, run: Command) -> None:
    applied.remove("two")
    assert run("destroy", types="bench\n").code == 0
    assert "READY" not in run("status").out
    assert run("destroy", types="").out == "No changes.\n"


@pytest.mark.usefixtures("applied")
def test_the_name_has_to_be_right(run: Command) -> None:
    typed = run("destroy", types="yes\n")
    assert typed.code == 1
    assert "Type the workspace's name (bench)" in typed.err
    assert run("destroy", "--workspace", "other").code == 64
    asked = run("destroy")
    assert asked.code == 64
    assert "give --workspace bench" in asked.err
    assert run("plan").out == "No changes.\n"
    assert run("destroy", "--workspace", "bench").code == 0


def test_with_an_environment_its_name_has_to_be_typed_too(bench: Bench, run: Command) -> None:
    """The workspace's name is the same in all of them."""
    bench.declare("one")
    for name in ("prod", "staging"):
        text = f"kind: Environment\nmetadata: {{name: {name}}}\nspec: {{workspace: {{owner: {name}}}}}\n"
        (bench.folder / f"{name}.yaml").write_text(f"apiVersion: reconciler.dev/v1alpha1\n{text}")
        assert run("apply", "-e", name, "--yes", "-q").code == 0
    for typed in ("bench", "bench/staging", "prod"):
        ran = run("destroy", "-e", "prod", "--workspace", typed)
        assert (ran.code, ran.err) == (
            64,
            f"Error: the workspace is 'bench/prod', not {typed!r}; `--workspace bench/prod` if that is meant\n",
        )
    asked = run("destroy", "-e", "prod", types="bench\n")
    assert asked.code == 1
    assert "Type the workspace's name (bench/prod) to go on" in asked.err
    assert "give --workspace bench/prod" in run("destroy", "-e", "prod").err
    assert run("plan", "-e", "prod").last == "No changes."
    assert run("destroy", "-e", "prod", "--workspace", "bench/prod").code == 0
    assert run("plan", "-e", "prod").last.startswith("Plan: 1 to create")
    assert run("plan", "-e", "staging").last == "No changes."
    assert run("destroy", "-e", "staging", types="bench/staging\n").code == 0


@pytest.mark.usefixtures("applied")
def test_limits_hold(run: Command) -> None:
    ran = run("destroy", "--workspace", "bench", "--max-deletes", "1")
    assert ran.code == 4
    assert "deletes: 2 is over the limit of 1" in ran.err


def test_protected_models_stay(bench: Bench, run: Command) -> None:
    bench.declare("kept", extra=PROTECTED)
    bench.declare("late", "gone")
    run("apply", "--yes", "--quiet")
    bench.declare("late", extra=PROTECTED)  # its mark does not say so yet
    ran = run("destroy", "--workspace", "bench")
    assert ran.code == 5
    assert "1 to delete, 2 refused" in ran.out
    left = run("outputs").out
    assert "kept" in left
    assert "late" in left
    assert "gone" not in left
    assert run("destroy", "--workspace", "bench", "--unprotect", "kept", "--unprotect", "late").code == 0


def test_what_a_manifest_keeps_is_let_go_before_its_mark_says_so(bench: Bench, run: Command) -> None:
    bench.declare("one", "two")
    run("apply", "--yes", "--quiet")
    bench.declare("one", extra=KEPT)
    ran = run("destroy", "--workspace", "bench")
    assert (ran.code, "1 to update" in ran.out, "1 to delete" in ran.out) == (0, True, True)
    left = bench.emulator.handle(Request("GET", "/v1beta/tunedModels", {})).body.decode()
    assert "tunedModels/one-" in left
    assert "tunedModels/two-" not in left


@pytest.mark.usefixtures("applied")
def test_a_part_of_a_workspace_cannot_be_destroyed(run: Command) -> None:
    ran = run("destroy", "manifests/one.yaml", "--workspace", "bench")
    assert ran.code == 64
    assert "whole workspace" in ran.err


def test_missing_data_is_no_obstacle(applied: Bench, run: Command) -> None:
    (applied.folder / "numbers.jsonl").unlink()
    assert run("destroy", "--workspace", "bench").code == 0

"""plan: text, JSON, exit codes, selection, wishes, guards."""

import json

import pytest

from tests.cli.conftest import Bench, Command

LIMITED = "  limits: {maxCreates: 1}\n"


def test_exit_codes(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert run("plan").code == 0
    assert run("plan", "--detailed-exitcode").code == 2
    run("apply", "--yes", "--no-wait")
    assert run("plan", "--detailed-exitcode").code == 3
    run("wait")
    assert run("plan", "--detailed-exitcode").code == 0


@pytest.mark.usefixtures("failing")
def test_only_refusals_are_4_and_not_without_being_asked(bench: Bench, run: Command) -> None:
    bench.declare("bad")
    run("apply", "--yes")
    assert run("plan").code == 0
    assert run("plan", "--detailed-exitcode").code == 4
    bench.declare("good")
    assert run("plan", "--detailed-exitcode").code == 2


def test_plan_writes_nothing(bench: Bench, run: Command, methods: list[str]) -> None:
    bench.declare("one")
    run("plan")
    assert set(methods) == {"GET"}


def test_json_is_all_there_is_on_stdout(bench: Bench, run: Command) -> None:
    bench.declare("one")
    ran = run("plan", "-o", "json", "--out", "plan.json")
    assert ran.json == json.loads((bench.root / "plan.json").read_text())
    assert ran.json["summary"]["create"] == 1
    assert str(bench.root) not in ran.out


@pytest.mark.parametrize(
    ("arguments", "addresses"),
    [
        (("--target", "one"), ["one"]),
        (("--target", "TunedModel/one", "--target", "two"), ["one", "two"]),
        (("--target", "t*"), ["three", "two"]),
        (("--exclude", "one"), ["three", "two"]),
        (("--target", "t*", "--exclude", "two"), ["three"]),
        (("-l", "team=b"), ["three"]),
        (("-l", "team=a", "--exclude", "two"), ["one"]),
    ],
)
def test_selection(bench: Bench, run: Command, arguments: tuple[str, ...], addresses: list[str]) -> None:
    bench.declare("one", "two")
    bench.declare("three", team="b")
    changes = run("plan", "-o", "json", *arguments).json["changes"]
    assert sorted(row["address"] for row in changes) == [f"TunedModel/{name}" for name in addresses]


def test_a_selection_deletes_nothing(applied: Bench, run: Command) -> None:
    applied.remove("two")
    ran = run("plan", "--target", "one", "--detailed-exitcode")
    assert ran.code == 0
    assert "No changes." not in ran.out
    assert "Left alone because not selected: 1 model." in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target", "oen"), "did you mean TunedModel/one?"),
        (("--exclude", "zzz"), "no manifest declares that"),
        (("-l", "team=z"), "no manifest has the label team=z"),
        (("-l", "team"), "write it as NAME=VALUE"),
        (("--replace", "oen"), "there is no TunedModel/oen; did you mean TunedModel/one?"),
        (("--unprotect", "Not An Address"), "is not an address"),
    ],
)
def test_what_is_not_there_cannot_be_named(bench: Bench, run: Command, arguments: tuple[str, ...], said: str) -> None:
    bench.declare("one")
    ran = run("plan", *arguments)
    assert ran.code == 64
    assert said in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("selection", [("--target", "two"), ("--exclude", "one"), ("-l", "team=b")])
@pytest.mark.parametrize(
    "wish", ["retry-failed", "replace", "unprotect", "cancel-superseded", "delete-irreplaceable", "new-attempt"]
)
def test_what_is_not_selected_cannot_be_wished_for(
    bench: Bench, run: Command, selection: tuple[str, str], wish: str
) -> None:
    bench.declare("one")
    bench.declare("two", team="b")
    ran = run("plan", *selection, f"--{wish}", "two", f"--{wish}", "one")
    told = "Error: TunedModel/one is not selected, but a wish names it; select it too, or drop the wish\n"
    assert ran == (64, "", told)
    assert run("plan", *selection, f"--{wish}", "two").code == 0


def test_options_come_from_the_environment_too(bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.declare("one", "two")
    monkeypatch.setenv("RECONCILER_TARGET", "two")
    monkeypatch.setenv("RECONCILER_OUTPUT", "json")
    assert [row["address"] for row in run("plan").json["changes"]] == ["TunedModel/two"]


@pytest.mark.parametrize("flag", ["--max-creates=1", "--max-steps=10"])
def test_a_bound_refuses_the_whole_plan_and_shows_it(bench: Bench, run: Command, flag: str) -> None:
    bench.declare("one", "two")
    ran = run("plan", flag, "--out", "plan.json")
    assert ran.code == 4
    assert ran.last == "Plan: 2 to create, 0 to update, 0 to replace, 0 to delete."
    assert "over the limit" in ran.err
    assert not (bench.root / "plan.json").exists()
    assert run("apply", "--yes", flag).code == 4
    assert run("plan", "--detailed-exitcode").code == 2


def test_the_workspace_s_limit_cannot_be_raised(bench: Bench, run: Command) -> None:
    workspace = bench.folder / "workspace.yaml"
    workspace.write_text(workspace.read_text() + LIMITED)
    bench.declare("one", "two")
    assert run("plan", "--max-creates", "9").code == 4


def test_no_manifest_left_is_refused(applied: Bench, run: Command) -> None:
    applied.remove("one")
    applied.remove("two")
    assert run("apply", "--yes").code == 4
    assert run("apply", "--yes", "--allow-empty", "--allow-delete-all").code == 0


def test_a_plan_of_standard_input(bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.declare("one")
    text = (bench.folder / "one.yaml").read_text()
    bench.remove("one")
    monkeypatch.chdir(bench.folder)
    assert "1 to create" in run("plan", "-", stdin=text).last


def test_an_address_is_completed(bench: Bench) -> None:
    import click

    from reconciler.cli.options import complete_address

    bench.declare("one", "two")
    context = click.Context(click.Command("plan"))
    context.params["path"] = "manifests"
    parameter = click.Option(["--target"])
    assert complete_address(context, parameter, "o") == ["one", "two"]
    assert complete_address(context, parameter, "TunedModel/t") == ["TunedModel/two"]
    context.params["path"] = "nowhere"
    assert complete_address(context, parameter, "o") == []

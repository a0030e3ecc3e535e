"""`plan -o github`: what a step of GitHub Actions gets, in its log and in the files that the runner names."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import Bench, Command
from tests.render import runner

MEBIBYTE = 1024 * 1024


class Step(NamedTuple):
    """The files of a step."""

    summary: Path
    output: Path

    @property
    def outputs(self) -> dict[str, str]:
        """What the next step can read."""
        return runner.outputs(self.output.read_text())


@pytest.fixture
def step(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Step:
    """A step in a checkout of which the bench's folder is the root."""
    (bench.root / ".git").mkdir()
    made = Step(bench.root / "summary", bench.root / "output")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(made.summary))
    monkeypatch.setenv("GITHUB_OUTPUT", str(made.output))
    return made


def test_a_step_gets_annotations_a_summary_and_outputs(bench: Bench, step: Step, run: Command) -> None:
    bench.declare("one")
    step.output.write_text("earlier<<END\nvalue\nEND\n")
    ran = run("plan", "-o", "github")
    assert (ran.code, ran.err) == (0, "")
    text, _, log = ran.out.partition("::")
    assert text == run("plan").out
    (only,) = runner.commands(f"::{log}")
    assert only.name == "notice"
    assert only.properties == {"file": "manifests/one.yaml", "line": "1", "col": "1", "title": "TunedModel/one"}
    assert only.message.startswith("create: no model of ours was trained as declared; 10 training steps")
    assert step.summary.read_text() == run("plan", "-o", "markdown").out
    outputs = step.outputs
    assert outputs["earlier"] == "value"
    assert (outputs["changes"], outputs["creates"], outputs["exit-code"]) == ("1", "1", "2")
    assert outputs["digest"] == run("plan", "-o", "json").json["digest"]


def test_without_the_variables_there_is_only_stdout(bench: Bench, run: Command) -> None:
    bench.declare("one")
    before = sorted(bench.root.iterdir())
    ran = run("plan", "-o", "github", "--detailed-exitcode")
    assert ran.code == 2
    assert len(runner.commands(ran.out)) == 1
    assert sorted(bench.root.iterdir()) == before


def test_nothing_to_do_is_told_too(applied: Bench, step: Step, run: Command) -> None:
    applied.declare("one", "two")
    ran = run("plan", "-o", "github")
    assert runner.commands(ran.out) == []
    assert ran.last == "No changes."
    assert step.summary.read_text().startswith("### No changes.\n")
    assert (step.outputs["changes"], step.outputs["exit-code"]) == ("0", "0")


def test_a_replacement_and_a_delete_are_warnings(applied: Bench, step: Step, run: Command) -> None:
    applied.declare("one", epochs=9)
    applied.remove("two")
    found = runner.commands(run("plan", "-o", "github").out)
    assert [(each.name, each.properties["title"], "file" in each.properties) for each in found] == [
        ("warning", "TunedModel/two", False),
        ("warning", "TunedModel/one", True),
    ]
    assert (step.outputs["replaces"], step.outputs["deletes"]) == ("1", "1")


def test_a_guard_is_an_error_and_all_is_told_all_the_same(bench: Bench, step: Step, run: Command) -> None:
    bench.declare("one")
    ran = run("plan", "-o", "github", "--max-creates", "0")
    assert ran.code == 4
    first, second = runner.commands(ran.out)
    assert (first.name, first.properties) == ("error", {"title": "Refused by a guard"})
    assert first.message.startswith("creates: 1 is over the limit of 0; if that is meant, raise limits.maxCreates")
    assert second.name == "notice"
    assert step.outputs["exit-code"] == "4"
    assert "### Refused by a guard. Plan: " in step.summary.read_text()


def test_wrong_manifests_are_errors_beside_their_lines(bench: Bench, step: Step, run: Command) -> None:
    bench.declare("one", extra="  tempreature: 1\n")
    ran = run("plan", "-o", "github")
    assert ran.code == 1
    (only,) = runner.commands(ran.out)
    assert only.name == "error"
    assert (only.properties["file"], only.properties["line"]) == ("manifests/one.yaml", "10")
    assert "tempreature" in only.message
    assert step.outputs == {"exit-code": "1"}
    assert runner.commands(run("plan").out) == []


@pytest.mark.usefixtures("step")
def test_warnings_about_manifests_are_annotations(bench: Bench, run: Command) -> None:
    rows = (bench.folder / "numbers.jsonl").read_text().splitlines(keepends=True)
    (bench.folder / "numbers.jsonl").write_text("".join(rows[:5]))
    bench.declare("one")
    found = runner.commands(run("plan", "-o", "github").out)
    assert [each.name for each in found] == ["warning", "notice"]
    assert found[0].properties["file"].startswith("manifests/")


def test_any_other_error_is_an_annotation_beside_no_line(bench: Bench, step: Step, run: Command) -> None:
    bench.declare("one")
    ran = run("plan", "-o", "github", "--target", "nobody")
    (only,) = runner.commands(ran.out)
    assert (only.name, only.properties) == ("error", {})
    assert step.outputs["exit-code"] == str(ran.code)


@pytest.mark.parametrize("used", [0, 1000, MEBIBYTE - 5000, MEBIBYTE - 300, MEBIBYTE, 2 * MEBIBYTE])
def test_a_summary_leaves_room_for_those_before_it(bench: Bench, step: Step, run: Command, used: int) -> None:
    bench.declare(*(f"m{n}" for n in range(30)))
    step.summary.write_text("x" * used)
    assert run("plan", "-o", "github").code == 0
    assert step.summary.stat().st_size <= max(used, MEBIBYTE)
    told = step.summary.read_text()[used:]
    assert told.startswith("### Plan: 30 to create") if used < MEBIBYTE - 2000 else told == ""


@pytest.mark.parametrize("root", ["git", "workspace", "both", "neither", "elsewhere"])
def test_files_are_named_from_the_root_of_the_repository(
    bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch, root: str
) -> None:
    """The manifests lie in a folder of it, and the command runs elsewhere."""
    bench.declare("one")
    (bench.root / "link").symlink_to(bench.root)
    work = bench.root / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    if root in ("git", "both"):
        (bench.root / ".git").touch()
    if root in ("workspace", "both"):
        monkeypatch.setenv("GITHUB_WORKSPACE", str(bench.root / "link" if root == "workspace" else bench.root.parent))
    if root == "elsewhere":
        monkeypatch.setenv("GITHUB_WORKSPACE", str(work))
    (only,) = runner.commands(run("plan", "../manifests", "-o", "github").out)
    if root in ("neither", "elsewhere"):
        assert "file" not in only.properties
        assert only.message.startswith("../manifests/one.yaml:1:1: create")
    else:
        assert only.properties["file"] == "manifests/one.yaml"

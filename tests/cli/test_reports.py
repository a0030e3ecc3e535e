"""One run, several forms of its plan: on stdout, and in files."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Bench, Command

EVERY = ("--report", "markdown=plan.md", "--report", "json=report.json", "--report", "text=plan.txt")
URL = "https://ci.example.com/runs/7"


def test_every_form_says_the_same(bench: Bench, run: Command) -> None:
    bench.declare("one")
    ran = run("plan", *EVERY, "--out", "plan.json")
    assert (ran.code, ran.err) == (0, "")
    assert Path("plan.txt").read_text() == ran.out
    assert Path("plan.md").read_text() == run("plan", "-o", "markdown").out
    assert Path("report.json").read_text() == Path("plan.json").read_text() == run("plan", "-o", "json").out


def test_a_report_in_json_can_be_applied(bench: Bench, run: Command) -> None:
    bench.declare("one")
    run("plan", "--report", "json=plan.json")
    assert run("apply", "plan.json", "--no-wait").code == 3


def test_a_plan_that_a_guard_refuses_is_reported_and_not_saved(bench: Bench, run: Command) -> None:
    bench.declare("one")
    ran = run("plan", *EVERY, "--out", "plan.json", "--max-creates", "0")
    assert ran.code == 4
    assert "creates: 1 is over the limit of 0" in ran.err
    assert "\n\n```text\ncreates: 1 is over the limit of 0" in Path("plan.md").read_text()
    assert json.loads(Path("report.json").read_text())["summary"]["create"] == 1
    assert Path("plan.txt").read_text() == ran.out
    assert not Path("plan.json").exists()
    assert "### Refused by a guard. Plan: 1 to create" in run("plan", "-o", "markdown", "--max-creates", "0").out


@pytest.mark.usefixtures("failing")
def test_a_plan_with_refused_rows_is_reported(bench: Bench, run: Command) -> None:
    bench.declare("bad")
    run("apply", "--yes")
    assert run("plan", *EVERY, "--detailed-exitcode").code == 4
    assert "#### Refused (1)" in Path("plan.md").read_text()


def test_markdown_is_as_long_as_allowed_and_says_where_the_rest_is(bench: Bench, run: Command) -> None:
    bench.declare(*(f"m{n}" for n in range(20)))
    ran = run("plan", "-o", "markdown", "--max-length", "900", "--details-at", URL, "--report", "markdown=plan.md")
    assert len(ran.out) <= 900
    assert f"**Cut to 900 characters.** All of it: <{URL}>" in ran.out
    assert Path("plan.md").read_text() == ran.out
    assert "Cut to" not in run("plan", "-o", "markdown").out
    assert run("plan", "-o", "markdown", "--max-length", "399").code == 64


def test_the_environment_can_ask_for_reports(bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.declare("one")
    monkeypatch.setenv("RECONCILER_REPORT", "markdown=a.md json=b.json")
    run("plan")
    assert Path("a.md").exists()
    assert Path("b.json").exists()


@pytest.mark.parametrize("text", ["markdown", "plan.md", "html=x", "markdown=", "=x", ""])
def test_what_is_no_report(bench: Bench, run: Command, methods: list[str], text: str) -> None:
    bench.declare("one")
    ran = run("plan", "--report", text)
    assert ran.code == 64
    assert "is not FORMAT=FILE with one of markdown, json, text" in ran.err
    assert methods == []


def test_a_file_is_named_once(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert "a file is named twice" in run("plan", "--report", "json=x", "--report", "text=x").err
    ran = run("plan", "--report", "json=x", "--out", "x")
    assert (ran.code, ran.err) == (64, "Error: --report json=x: the plan is saved there; name another file\n")
    assert not Path("x").exists()


@pytest.mark.parametrize(
    ("form", "file", "advice"),
    [
        ("markdown", "manifests/one.yaml", "name one that ends in .md or .markdown"),
        ("text", "manifests/numbers.jsonl", "name one that ends in .txt or .text or .log"),
        ("text", "notes.md", "name one that ends in .txt or .text or .log"),
        ("json", "manifests/one.yaml", "name another file"),
        ("json", "data.json", "name another file"),
    ],
)
def test_no_file_that_is_something_else_is_replaced(
    bench: Bench, run: Command, methods: list[str], form: str, file: str, advice: str
) -> None:
    bench.declare("one")
    Path("notes.md").write_text("# Notes")
    Path("data.json").write_text("[1]")
    before = Path(file).read_bytes()
    ran = run("plan", "--report", f"{form}={file}")
    assert (ran.code, ran.out) == (64, "")
    assert f"--report {form}={file}: there is a file" in ran.err
    assert advice in ran.err
    assert Path(file).read_bytes() == before
    assert methods == []


@pytest.mark.parametrize("name", ["plan.md", "PLAN.MD", "empty"])
def test_a_report_replaces_an_older_one(bench: Bench, run: Command, name: str) -> None:
    bench.declare("one")
    Path(name).write_text("" if name == "empty" else "### Plan: old")
    assert run("plan", "--report", f"markdown={name}").code == 0
    assert Path(name).read_text().startswith("### Plan: 1 to create")


def test_a_folder_that_is_not_there_is_told(bench: Bench, run: Command) -> None:
    bench.declare("one")
    ran = run("plan", "--report", "markdown=nowhere/plan.md")
    assert ran.code == 64
    assert "Error: --report markdown=nowhere/plan.md: No such file or directory" in ran.err


def test_a_report_may_go_into_a_device(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert run("plan", "--report", f"text={os.devnull}").code == 0
    assert not Path(os.devnull).is_file()

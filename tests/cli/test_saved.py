"""Saved plans: where `plan --out` writes, what it never writes over, and what `apply` takes for one."""

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Bench, Command

RECONCILER = [sys.executable, "-m", "reconciler"]


def leftovers(folder: Path) -> list[str]:
    """Files that writing a plan has left beside it."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".plan-")]


def test_a_plan_replaces_a_plan_and_keeps_its_permissions(bench: Bench, run: Command) -> None:
    bench.declare("one")
    plan = bench.root / "plan.json"
    assert run("plan", "--out", "plan.json").code == 0
    usual = bench.root / "usual"
    usual.touch()
    assert plan.stat().st_mode == usual.stat().st_mode
    plan.chmod(0o640)
    bench.declare("two")
    assert run("plan", "--out", "plan.json").code == 0
    assert json.loads(plan.read_text())["summary"]["create"] == 2
    assert stat.S_IMODE(plan.stat().st_mode) == 0o640
    assert leftovers(bench.root) == []


def test_a_link_stays_a_link(bench: Bench, run: Command) -> None:
    bench.declare("one")
    (bench.root / "plans").mkdir()
    link = bench.root / "plan.json"
    link.symlink_to("plans/today.json")
    for _ in range(2):
        assert run("plan", "--out", "plan.json").code == 0
        assert link.is_symlink()
        assert json.loads((bench.root / "plans/today.json").read_text())["summary"]["create"] == 1
    assert leftovers(bench.root / "plans") == []


def test_a_full_disk_takes_no_reviewed_plan(bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.declare("one")
    assert run("plan", "--out", "plan.json").code == 0
    reviewed = (bench.root / "plan.json").read_text()
    bench.declare("two")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    ran = run("plan", "--out", "plan.json")
    told = "Error: --out plan.json: No space left on device; name a file that can be written\n"
    assert (ran.code, ran.err) == (64, told)
    assert (bench.root / "plan.json").read_text() == reviewed
    assert leftovers(bench.root) == []


def test_a_plan_that_is_not_there(run: Command) -> None:
    told = "Error: 'plan.json' does not exist; name a plan saved by `reconciler plan --out FILE`\n"
    assert run("apply", "plan.json").err == told


@pytest.mark.parametrize("content", ["", "\n", None, '{"formatVersion": "0.1"}', '{\n  "formatVersion": "9'])
def test_what_a_plan_may_be_written_over(bench: Bench, run: Command, content: str | None) -> None:
    bench.declare("one")
    plan = bench.root / "plan.json"
    if content is not None:
        plan.write_text(content)
    assert run("plan", "--out", "plan.json").code == 0
    assert json.loads(plan.read_text())["summary"]["create"] == 1


@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("name", ["manifests/one.yaml", "manifests/numbers.jsonl", "manifest.json", "notes.txt"])
def test_nothing_else_is_written_over(
    bench: Bench,
    run: Command,
    methods: list[str],
    name: str,
    link: bool,  # noqa: FBT001 - parametrized
) -> None:
    bench.declare("one")
    (bench.root / "notes.txt").write_text("formatVersion")
    (bench.root / "manifest.json").write_text('{"apiVersion": "reconciler.dev/v1alpha1", "formatVersion": 1}')
    before = (bench.root / name).read_bytes()
    given = "link" if link else name
    if link:
        (bench.root / "link").symlink_to(name)
    ran = run("plan", "--out", given)
    told = f"Error: --out {given}: there is a file that is no plan; move it away, or name another file\n"
    assert ran == (64, "", told)
    assert (bench.root / name).read_bytes() == before
    assert methods == []


@pytest.mark.process
@pytest.mark.parametrize("where", ["pipe", "file", "full log"])
def test_standard_output_is_a_place_for_a_plan(bench: Bench, where: str) -> None:
    bench.declare("one")
    command = [*RECONCILER, "plan", "--out", "/dev/stdout"]
    log = bench.root / "log"
    log.write_text("earlier\n" if where == "full log" else "")
    if where == "pipe":
        out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    else:
        with log.open("a") as stream:
            subprocess.run(command, check=True, stdout=stream)
        out = log.read_text()
    text, brace, plan = out.partition("{\n")
    assert text.endswith("Plan: 1 to create, 0 to update, 0 to replace, 0 to delete.\n")
    assert text.startswith("earlier") == (where == "full log")
    assert json.loads(brace + plan)["summary"]["create"] == 1


def test_devices_and_pipes_are_written_to(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert run("plan", "--out", os.devnull).code == 0
    assert not Path(os.devnull).is_file()
    os.mkfifo(bench.root / "pipe")
    reading = os.open(bench.root / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert run("plan", "--out", "pipe").code == 0
    assert json.loads(os.read(reading, 65536))["summary"]["create"] == 1
    os.close(reading)


@pytest.mark.parametrize("content", ["", " \n"])
@pytest.mark.parametrize("arguments", [("p.json",), ("--plan", "p.json"), ("p.JSON",)])
def test_an_empty_plan_is_told_as_one(bench: Bench, run: Command, arguments: tuple[str, ...], content: str) -> None:
    (bench.root / arguments[-1]).write_text(content)
    ran = run("apply", *arguments)
    told = "the file of the plan is empty; run `reconciler plan` again and review what it says"
    assert ran == (1, "", f"Error: {arguments[-1]}: {told}\n")

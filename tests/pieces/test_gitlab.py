"""The GitLab template: the scripts of its jobs, as runners run them, against emulations of everything."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import yaml

from tests.forge.emulation import TOKEN, Forge, Reply, served
from tests.pieces.conftest import Repository
from tests.pieces.runner import ROOT

pytestmark = [pytest.mark.process, pytest.mark.loopback]

TEMPLATE: Mapping[str, Any] = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text(encoding="utf-8"))
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def forge() -> Forge:
    return Forge("gitlab", "/api/v4")


@pytest.fixture
def job(repository: Repository, forge: Forge, path_with_program: Mapping[str, str]) -> Iterator[Run]:
    """Run a job by its name, with more variables; give its exit code and log."""
    with served(forge) as address:

        def run(name: str, **variables: str) -> tuple[int, str]:
            given = TEMPLATE[name]
            assert given["extends"] == ".reconciler"
            script = "\n".join([*TEMPLATE[".reconciler"]["before_script"], *given["script"]])
            settings = {key: each["value"] for key, each in TEMPLATE["variables"].items()}
            ended = subprocess.run(
                ["/bin/bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
                cwd=repository.folder,
                env={
                    **os.environ,
                    **path_with_program,
                    **settings,
                    "CI": "true",
                    "GITLAB_CI": "true",
                    "CI_API_V4_URL": address,
                    "CI_JOB_URL": "https://gitlab.com/acme/models/-/jobs/9",
                    "CI_PROJECT_ID": "acme/models",
                    "CI_MERGE_REQUEST_IID": "12",
                    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
                    **variables,
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            return ended.returncode, ended.stdout

        yield run


def test_a_merge_request_has_one_note(job: Run, repository: Repository, forge: Forge) -> None:
    repository.declare("first")
    code, log = job("reconciler-plan", GITLAB_TOKEN=TOKEN)
    assert code == 0, log
    repository.declare("second")
    assert job("reconciler-plan", GITLAB_TOKEN=TOKEN)[0] == 0
    [body] = forge.bodies
    assert "2 to create" in body
    assert TOKEN not in log


def test_a_merge_request_cannot_raise_its_own_limits(job: Run, repository: Repository) -> None:
    repository.limit("maxCreates: 0")
    repository.publish()
    repository.limit("maxCreates: 9")
    repository.declare("first")
    code, log = job("reconciler-plan")
    assert code == 4
    assert "creates: 1 is over the limit of 0" in log


def test_without_a_token_the_plan_is_in_the_log(job: Run, repository: Repository, forge: Forge) -> None:
    repository.declare("first")
    code, log = job("reconciler-plan", CI_JOB_TOKEN="job")
    assert (code, forge.heard) == (0, [])
    assert "1 to create" in log


def test_a_note_that_cannot_be_posted_fails_nothing(job: Run, repository: Repository, forge: Forge) -> None:
    repository.declare("first")
    forge.trouble.append(("GET", Reply(403, {"message": "403 Forbidden"})))
    code, log = job("reconciler-plan", GITLAB_TOKEN=TOKEN)
    assert code == 0
    assert "plan.md has it" in log


def test_mistakes_replace_the_plan_in_the_note(job: Run, repository: Repository, forge: Forge) -> None:
    repository.declare("first")
    job("reconciler-plan", GITLAB_TOKEN=TOKEN)
    (repository.folder / "manifests/first.yaml").write_text("kind: [")
    code, _ = job("reconciler-plan", GITLAB_TOKEN=TOKEN)
    assert code == 1
    assert "### No plan\n\n    " in forge.bodies[0]


def test_what_was_planned_after_the_merge_is_applied(job: Run, repository: Repository) -> None:
    repository.declare("first")
    assert job("reconciler-plan-merged")[0] == 0
    code, log = job("reconciler-apply")
    assert code == 0, log
    code, log = job("reconciler-drift")
    assert code == 0, log
    repository.declare("first", epochs=3)
    assert job("reconciler-drift")[0] == 2


def test_a_fork_is_checked_without_credentials(job: Run, repository: Repository, forge: Forge) -> None:
    repository.declare("first")
    assert job("reconciler-validate")[0] == 0
    (repository.folder / "manifests/first.yaml").write_text("kind: [")
    assert job("reconciler-validate")[0] == 1
    assert forge.heard == []


def test_each_pipeline_has_its_jobs() -> None:
    rules = {name: each["rules"][0]["if"] for name, each in TEMPLATE.items() if name.startswith("reconciler-")}
    requests = [name for name, rule in rules.items() if "merge_request_event" in rule]
    assert sorted(requests) == ["reconciler-plan", "reconciler-validate"]
    assert TEMPLATE["reconciler-apply"]["rules"][0]["when"] == "manual"
    assert rules["reconciler-apply"] == rules["reconciler-plan-merged"]

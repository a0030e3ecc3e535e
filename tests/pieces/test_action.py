"""The composite action, step by step as GitHub's runner runs it, against the emulator and an emulation of GitHub."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.plan.plan import Plan
from reconciler.render.github import outputs
from tests import tested
from tests.forge.emulation import TOKEN, Forge, Reply, served
from tests.pieces.conftest import QUICK, Repository
from tests.pieces.runner import ACTION, ROOT, Runner
from tests.render.runner import commands

pytestmark = [pytest.mark.process, pytest.mark.loopback]

OURS: dict[str, Any] = {
    "pull_request": {"number": 12, "head": {"repo": {"full_name": "acme/models"}, "sha": "1f" * 20}}
}
OURS["pull_request"]["base"] = {"repo": {"full_name": "acme/models"}}
FORK = {"pull_request": {**OURS["pull_request"], "head": {"repo": {"full_name": "mallory/models"}, "sha": "2e" * 20}}}
GONE = {"pull_request": {**OURS["pull_request"], "head": {"repo": None}}}


@pytest.fixture
def forge() -> Forge:
    return Forge()


@pytest.fixture
def runner(tmp_path: Path, repository: Repository, forge: Forge) -> Iterator[Runner]:
    """A job for a pull request of the repository itself."""
    (tmp_path / "runner").mkdir()
    with served(forge) as address:
        environ = {
            **QUICK,
            "GITHUB_API_URL": address,
            "GITHUB_REPOSITORY": "acme/models",
            "GITHUB_REF": "refs/pull/12/merge",
            "GITHUB_BASE_REF": "main",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "77",
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        yield Runner(tmp_path / "runner", repository.folder, payload=OURS, environ=environ)


def test_a_pull_request_is_planned_and_has_one_comment(runner: Runner, repository: Repository, forge: Forge) -> None:
    repository.declare("first")
    ended = runner.run(token=TOKEN)
    assert (ended.code, ended.outputs["exit-code"], ended.outputs["changes"]) == (0, "2", "1"), ended.log
    assert "1 to create" in ended.summary
    assert len(ended.outputs["digest"]) == 64
    assert "::notice file=manifests/first.yaml,line=" in ended.log
    [before] = forge.bodies
    said = f"For commit {OURS['pull_request']['head']['sha']}.\n\n{ended.summary.strip()}"
    assert before.replace("\r\n", "\n") == f"<!-- reconciler:plan -->\n{said}"

    repository.declare("second")
    again = runner.run(token=TOKEN)
    assert "2 to create" in again.summary
    [after] = forge.bodies
    assert "TunedModel/second" in after

    for name in ("first", "second"):
        (repository.folder / "manifests" / f"{name}.yaml").unlink()
    none = runner.run(token=TOKEN)
    assert (none.code, none.outputs["changes"]) == (0, "0")
    assert "No changes" in forge.bodies[0]
    assert TOKEN not in ended.log + again.log + none.log


def test_a_pull_request_cannot_raise_its_own_limits(runner: Runner, repository: Repository, forge: Forge) -> None:
    repository.limit("maxCreates: 0")
    repository.publish()
    repository.limit("maxCreates: 9")
    repository.declare("first")
    ended = runner.run(token=TOKEN)
    assert (ended.code, ended.outputs["plan"]) == (4, "")
    assert "spec.limits.maxCreates: 0 -> 9" in forge.bodies[0]


def test_a_checkout_without_the_base_is_no_plan(runner: Runner, repository: Repository) -> None:
    repository.git("update-ref", "-d", "refs/remotes/origin/main")
    ended = runner.run(token=TOKEN)
    assert ended.code == 1
    assert "git knows no commit 'refs/remotes/origin/main'; fetch it first" in ended.summary


def test_each_environment_has_a_comment_of_its_own(runner: Runner, repository: Repository, forge: Forge) -> None:
    repository.declare("first")
    for name in ("prod", "staging"):
        text = f"apiVersion: reconciler.dev/v1alpha1\nkind: Environment\nmetadata: {{name: {name}}}\n"
        spec = f"spec: {{workspace: {{owner: support-{name}}}}}\n"
        (repository.folder / "manifests" / f"{name}.yaml").write_text(text + spec)
    for name in ("prod", "staging", "prod"):
        assert runner.run(token=TOKEN, environment=name).code == 0
    assert [body.splitlines()[0] for body in forge.bodies] == [
        "<!-- reconciler:prod -->",
        "<!-- reconciler:staging -->",
    ]


def test_no_text_is_a_command_of_the_runner(runner: Runner, repository: Repository) -> None:
    """Not even the name of a file, and not in a fork."""
    (repository.folder / "manifests" / "::error::forged.yaml").write_text("kind: ['##[error]forged'")
    for runner.payload in (OURS, FORK):
        ended = runner.run(token=TOKEN, path="manifests/::error::forged.yaml")
        assert ended.code == 1
        assert [each for each in commands(ended.log) if each.message.startswith("forged")] == []
        assert any("forged.yaml" in each.properties.get("file", "") for each in commands(ended.log))


def test_a_plan_without_changes_begins_no_comment(runner: Runner, forge: Forge) -> None:
    assert runner.run(token=TOKEN).code == 0
    assert forge.bodies == []


def test_everything_is_installed_with_hashes_from_the_actions_own_checkout(runner: Runner) -> None:
    runner.run(token=TOKEN)
    dependencies, program = runner.installed.splitlines()
    assert f"install --require-hashes --only-binary :all: --requirement {ROOT}/requirements/run.txt" in dependencies
    assert f"install --no-deps --no-build-isolation {ROOT}" in program


def test_mistakes_in_manifests_replace_the_plan_in_the_comment(
    runner: Runner, repository: Repository, forge: Forge
) -> None:
    """A plan that is no longer true must not stay there to be read; and no text of a file becomes Markdown."""
    repository.declare("first")
    runner.run(token=TOKEN)
    (repository.folder / "manifests" / "first.yaml").write_text("kind: '```\n\n# A headline @everyone'\n")
    ended = runner.run(token=TOKEN)
    assert (ended.code, ended.outputs["exit-code"]) == (1, "1")
    [body] = forge.bodies
    assert "### No plan" in body
    assert "first.yaml" in body
    [*_, said] = body.split("### No plan")
    assert all(not line or line.startswith("    ") for line in said.replace("\r\n", "\n").splitlines())


def test_a_pull_request_of_a_fork_is_only_checked(runner: Runner, repository: Repository, forge: Forge) -> None:
    repository.declare("first")
    for payload in (FORK, GONE):
        runner.payload = payload
        ended = runner.run(token=TOKEN)
        assert (ended.code, ended.outputs["plan"]) == (0, "")
        assert "comes from a fork" in ended.summary
        assert runner.run(token=TOKEN, arguments="--max-deletes=0").code == 0
    (repository.folder / "manifests" / "first.yaml").write_text("kind: [")
    assert runner.run(token=TOKEN).code == 1
    assert forge.heard == []


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run", "issue_comment", "pull_request_review", "x"])
@pytest.mark.parametrize("command", ["plan", "apply", "drift"])
def test_events_that_give_secrets_to_anybody_are_refused(runner: Runner, event: str, command: str) -> None:
    runner.event = event
    ended = runner.run(token=TOKEN, command=command)
    assert (ended.code, ended.summary) == (64, "")
    assert "::error title=reconciler::" in ended.log


def test_a_payload_that_cannot_be_read_is_not_trusted(runner: Runner, forge: Forge) -> None:
    runner.payload = {"pull_request": "what"}
    assert runner.run(token=TOKEN).code != 0
    assert forge.heard == []


def test_a_comment_that_cannot_be_posted_fails_nothing(runner: Runner, repository: Repository, forge: Forge) -> None:
    repository.declare("first")
    forge.trouble.append(("POST", Reply(403, {"message": "Resource not accessible by integration"})))
    ended = runner.run(token=TOKEN)
    assert ended.code == 0
    assert "::warning title=reconciler::the plan could not be posted" in ended.log
    assert "1 to create" in ended.summary


def test_what_was_planned_is_applied(runner: Runner, repository: Repository) -> None:
    repository.declare("first")
    runner.event, runner.payload = "push", {}
    planned = runner.run(token=TOKEN)
    assert planned.code == 0
    reviewed = {"plan": planned.outputs["plan"], "plan_digest": planned.outputs["digest"]}
    repository.declare("second")
    stale = runner.run(token=TOKEN, command="apply", **reviewed)
    assert (stale.code, stale.outputs["exit-code"]) == (4, "4")
    (repository.folder / "manifests" / "second.yaml").unlink()
    applied = runner.run(token=TOKEN, command="apply", **reviewed)
    assert (applied.code, applied.outputs["exit-code"]) == (0, "0"), applied.log
    assert "### Apply\n\n    " in applied.summary
    assert "No changes" in runner.run(token=TOKEN).summary


def test_a_plan_that_a_guard_refuses_is_shown_with_the_reason(
    runner: Runner, repository: Repository, forge: Forge
) -> None:
    repository.declare("first")
    ended = runner.run(token=TOKEN, arguments="--max-creates=0")
    assert (ended.code, ended.outputs["exit-code"], ended.outputs["plan"]) == (4, "4", "")
    [body] = forge.bodies
    assert "TunedModel/first" in body
    assert "--max-creates" in body


def test_nothing_is_applied_from_a_pull_request(runner: Runner, repository: Repository) -> None:
    repository.declare("first")
    ended = runner.run(token=TOKEN, command="apply")
    assert ended.code == 64
    assert "1 to create" in runner.run(token=TOKEN).summary


def test_a_training_that_is_only_begun_fails_nothing(runner: Runner, repository: Repository) -> None:
    repository.declare("first")
    runner.event = "push"
    runner.environ = {**runner.environ, "RECONCILER_EMULATOR_STEPS_PER_SECOND": "0.001"}
    ended = runner.run(token=TOKEN, command="apply", arguments="--no-wait\n\n--max-deletes=0")
    assert (ended.code, ended.outputs["exit-code"]) == (0, "3"), ended.log


def test_a_drift_fails_the_job(runner: Runner, repository: Repository, forge: Forge) -> None:
    runner.event, runner.payload = "schedule", {}
    assert runner.run(token=TOKEN, command="drift").code == 0
    repository.declare("first")
    ended = runner.run(token=TOKEN, command="drift")
    assert (ended.code, ended.outputs["changes"]) == (2, "1")
    assert "::error title=Drift::" in ended.log
    assert "1 to create" in ended.summary
    assert forge.heard == []


@pytest.mark.parametrize("name", ["path", "environment", "base", "arguments", "name", "plan", "plan-digest", "command"])
def test_no_input_is_ever_run(runner: Runner, repository: Repository, tmp_path: Path, name: str) -> None:
    repository.declare("first")
    hostile = f"$(touch {tmp_path}/run)`touch {tmp_path}/run`'; touch {tmp_path}/run; \"--help"
    runner.event = "push" if name.startswith("plan") else runner.event
    command = {"command": "apply"} if name.startswith("plan") else {}
    runner.run(token=TOKEN, **{**command, name.replace("-", "_"): hostile})
    assert not (tmp_path / "run").exists()


def test_every_input_and_output_is_connected() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert all(f"inputs.{name} }}}}" in text for name in ACTION["inputs"])
    script = (ROOT / "ci/github/run").read_text(encoding="utf-8")
    ours = {name for name in ACTION["outputs"] if f"output {name} " in script}
    assert set(ACTION["outputs"]) - ours <= set(outputs(Plan(tested.tested().context, ()), 0))
    given = {name for step in ACTION["runs"]["steps"] for name in step["env"]}
    scripts = script + (ROOT / "ci/github/install").read_text(encoding="utf-8")
    assert {name for name in given if not re.search(rf"\${{?{name}\b", scripts)} == {"GITHUB_TOKEN"}


@pytest.mark.parametrize("file", sorted((ROOT / "examples/github").glob("*.yml")), ids=lambda file: file.name)
def test_the_examples_give_inputs_that_there_are(file: Path) -> None:
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    ours = [step for step in steps if step.get("uses", "").startswith("OWNER/reconciler@")]
    assert ours
    for step in ours:
        assert set(step["with"]) <= set(ACTION["inputs"])
    assert all("persist-credentials" in step["with"] for step in steps if "checkout@" in step.get("uses", ""))
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow

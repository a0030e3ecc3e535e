"""plan --base: what a pull request says about its own bounds does not count before it is merged, and is told."""

import pytest

from tests.cli.conftest import WORKSPACE, Bench, Command
from tests.source.git import Git, jsonl, pairs

pytestmark = pytest.mark.process

PRICES = (
    "  prices: {{currency: {}, asOf: '2026-11-01', perMillionTokens: {{models/gemini-1.5-flash-001-tuning: {}}}}}\n"
)


@pytest.fixture
def git(bench: Bench) -> Git:
    """A checkout with three models that nobody has trained."""
    bench.declare("one", "two", "three")
    git = Git(bench.root)
    git.write("manifests/numbers.jsonl", jsonl(pairs()))
    git.write(".gitignore", "manifests/.reconciler\n")
    return git


def based(git: Git, spec: str) -> None:
    """Commit a workspace."""
    git.write("manifests/workspace.yaml", WORKSPACE + spec)
    git.commit()


def changed(git: Git, spec: str) -> None:
    """Change the workspace, as a pull request does."""
    git.write("manifests/workspace.yaml", WORKSPACE + spec)


def test_a_limit_is_raised(git: Git, run: Command) -> None:
    based(git, "  limits: {maxCreates: 1}\n")
    changed(git, "  limits: {maxCreates: 50}\n")
    ran = run("plan", "--base", "main")
    assert ran.code == 4
    assert "creates: 3 is over the limit of 1" in ran.err
    told = (
        "Warning: the workspace differs from main in spec.limits.maxCreates: 1 -> 50; the stricter value counts until"
    )
    assert told in " ".join(ran.out.split())
    assert run("plan").code == 0, "without a base it is what the manifests say"


def test_limits_are_taken_away(git: Git, run: Command) -> None:
    based(git, "  limits: {maxCreates: 1, maxSteps: 7}\n")
    changed(git, "")
    ran = run("plan", "--base", "main")
    assert ran.code == 4
    assert "creates: 3 is over the limit of 1" in ran.err
    assert "steps: " in ran.err
    assert "spec.limits.maxSteps: 7 -> not set" in ran.out


def test_a_limit_is_lowered(git: Git, run: Command) -> None:
    based(git, "  limits: {maxCreates: 50}\n")
    changed(git, "  limits: {maxCreates: 2}\n")
    assert "creates: 3 is over the limit of 2" in run("plan", "--base", "main").err


def test_a_policy_is_loosened(git: Git, run: Command) -> None:
    based(git, "  policy: create-only\n")
    assert run("apply", "--yes", "--quiet").code == 0
    changed(git, "")
    git.write("manifests/numbers.jsonl", jsonl(pairs(30)))
    ran = run("plan", "--base", "main", "-o", "json").json
    assert ran["context"]["policy"] == "create-only"
    assert ran["summary"]["replace"] == 0
    assert run("plan", "-o", "json").json["summary"]["replace"] == 3


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (PRICES.format("EUR", 1), "cost: 0.3 is over"),
        (PRICES.format("JPY", 1), "cost: 0.3 is over"),
        ("", "is not known, so the limit of 0.1"),
    ],
    ids=["cheaper", "another currency", "none"],
)
def test_prices_are_made_to_fit(git: Git, run: Command, spec: str, message: str) -> None:
    limit = "  limits: {maxCost: 0.1}\n"
    based(git, limit + PRICES.format("EUR", 500))
    changed(git, limit + spec)
    ran = run("plan", "--base", "main")
    assert ran.code == 4
    assert message in ran.err
    assert "spec.prices.perMillionTokens.models/gemini-1.5-flash-001-tuning: 500 -> " in ran.out


def test_what_is_no_bound_is_told_all_the_same(git: Git, run: Command) -> None:
    based(git, "  limits: {maxCreates: 9}\n")
    changed(git, "  limits: {maxCreates: 9}\n  keepSuperseded: 2\n  lint:\n    - {rule: secret, severity: warning}\n")
    ran = run("plan", "--base", "main", "-o", "markdown")
    assert ran.code == 0
    assert "spec.keepSuperseded: 0 -> 2\n" in ran.out
    assert "spec.lint: not set -> [{rule: secret, severity: warning}]" in " ".join(ran.out.split())
    assert "maxCreates" not in ran.out


def test_the_same_workspace_is_not_told(git: Git, run: Command) -> None:
    based(git, "  limits: {maxCreates: 9}\n")
    assert "differs" not in run("plan", "--base", "main").out


def test_many_differences_are_told_in_part(git: Git, run: Command) -> None:
    based(git, "")
    listed = ", ".join(f"models/m{number}: 1" for number in range(40))
    changed(git, f"  prices: {{currency: EUR, asOf: '2026-11-01', perMillionTokens: {{{listed}}}}}\n")
    assert "the workspace differs from main in 22 more fields" in run("plan", "--base", "main").out


def test_a_base_without_a_workspace(git: Git, run: Command) -> None:
    git("commit", "--quiet", "--allow-empty", "--message=nothing")
    ran = run("plan", "--base", "main")
    assert ran.code == 0
    assert "Warning: main has no workspace here or of this owner, so it has no limits that count" in ran.out


def test_a_base_that_is_none(git: Git, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    based(git, "")
    monkeypatch.setenv("RECONCILER_BASE", "origin/main")
    ran = run("plan")
    assert (ran.code, ran.out) == (1, "")
    assert "--base origin/main: git knows no commit 'origin/main'; fetch it first" in ran.err


ENVIRONMENT = """\
apiVersion: reconciler.dev/v1alpha1
kind: Environment
metadata: {{name: prod}}
spec:
  workspace: {{owner: bench-prod, limits: {{maxCreates: {}}}}}
"""


def test_limits_of_an_environment(git: Git, run: Command) -> None:
    git.write("manifests/environments/prod.yaml", ENVIRONMENT.format(1))
    based(git, "  limits: {maxCreates: 9}\n")
    git.write("manifests/environments/prod.yaml", ENVIRONMENT.format(50))
    ran = run("plan", "-e", "prod", "--base", "main")
    assert ran.code == 4
    assert "spec.limits.maxCreates: 1 -> 50" in ran.out


def test_a_new_environment_has_the_limits_that_all_had(git: Git, run: Command) -> None:
    based(git, "  limits: {maxCreates: 2}\n")
    git.write("manifests/environments/prod.yaml", ENVIRONMENT.format(50))
    assert "creates: 3 is over the limit of 2" in run("plan", "-e", "prod", "--base", "main").err


LIMITED = "  limits: {maxCreates: 1}\n"


def test_a_folder_that_moves_keeps_its_limits(git: Git, run: Command) -> None:
    based(git, LIMITED)
    git("mv", "manifests", "models")
    git.write("models/workspace.yaml", WORKSPACE)
    assert "creates: 3 is over the limit of 1" in run("plan", "models", "--base", "main").err


def test_a_folder_behind_a_link_keeps_its_limits(git: Git, run: Command) -> None:
    based(git, LIMITED)
    git("mv", "manifests", "models")
    git.write("models/workspace.yaml", WORKSPACE)
    (git.top / "manifests").symlink_to("models")
    assert "creates: 3 is over the limit of 1" in run("plan", "--base", "main").err


def test_in_the_place_of_another_workspace_the_own_limits_count(git: Git, run: Command) -> None:
    git.write("trial/workspace.yaml", WORKSPACE.replace("bench-1", "trial-1").replace("bench", "trial"))
    based(git, LIMITED)
    (git.top / "trial" / "workspace.yaml").unlink()
    for name in ("one.yaml", "two.yaml", "three.yaml", "numbers.jsonl"):
        git("mv", f"manifests/{name}", f"trial/{name}")
    git("mv", "-f", "manifests/workspace.yaml", "trial/workspace.yaml")
    git.write("trial/workspace.yaml", WORKSPACE)
    ran = run("plan", "trial", "--base", "main")
    assert "creates: 3 is over the limit of 1" in ran.err
    assert "spec.owner: trial-1 -> bench-1" in ran.out


def test_an_owner_that_is_given_up_keeps_its_limits(git: Git, run: Command) -> None:
    based(git, LIMITED)
    git("mv", "manifests", "models")
    other = WORKSPACE.replace("bench-1", "other-1").replace("name: bench", "name: other")
    git.write("models/workspace.yaml", f"{other}  formerOwners: [bench-1]\n")
    assert "creates: 3 is over the limit of 1" in run("plan", "models", "--base", "main").err


def test_an_environment_that_is_renamed_keeps_its_limits(git: Git, run: Command) -> None:
    git.write("manifests/environments/prod.yaml", ENVIRONMENT.format(1))
    based(git, "")
    git("mv", "manifests/environments/prod.yaml", "manifests/environments/live.yaml")
    git.write("manifests/environments/live.yaml", ENVIRONMENT.format(50).replace("name: prod", "name: live"))
    assert "creates: 3 is over the limit of 1" in run("plan", "-e", "live", "--base", "main").err


def test_a_new_workspace_beside_others_is_only_told(git: Git, run: Command) -> None:
    based(git, LIMITED)
    fresh = WORKSPACE.replace("bench-1", "fresh-1").replace("name: bench", "name: fresh")
    git.write("fresh/workspace.yaml", fresh)
    ran = run("plan", "fresh", "--base", "main")
    assert ran.code == 0
    assert "main has no workspace here or of this owner" in ran.out

"""Environments at the command: one set of manifests, planned and applied to several workspaces."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Bench, Command

ENVIRONMENT = """\
apiVersion: reconciler.dev/v1alpha1
kind: Environment
metadata: {{name: {name}}}
spec:
  workspace: {{owner: bench-{name}}}
  patches:
    - target: {{name: "*"}}
      patch: {{spec: {{hyperparameters: {{epochCount: {epochs}}}}}}}
{more}"""
Declare = Callable[..., Path]


@pytest.fixture
def environment(bench: Bench) -> Declare:
    """Write an environment that sets owner and epochs."""
    folder = bench.folder / "environments"
    folder.mkdir()

    def environment(name: str, epochs: int, more: str = "") -> Path:
        path = folder / f"{name}.yaml"
        path.write_text(ENVIRONMENT.format(name=name, epochs=epochs, more=more))
        return path

    return environment


@pytest.fixture
def two(bench: Bench, environment: Declare) -> Bench:
    """Two models, planned differently for staging and prod."""
    bench.declare("one", "two")
    environment("staging", 1, "  omit: [two]\n")
    environment("prod", 3)
    return bench


@pytest.mark.usefixtures("two")
def test_environments_never_see_each_others_models(run: Command) -> None:
    assert run("apply", "-e", "prod", "--yes", "-q").code == 0
    planned = run("plan", "-e", "staging")
    assert planned.out.startswith("Environment staging\n")
    assert planned.last == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete."
    assert run("apply", "-e", "staging", "--yes", "-q").code == 0
    for name in ("prod", "staging"):
        assert run("plan", "-e", name).last == "No changes."
    models = run("status", "-e", "staging", "-o", "json").json["models"]
    assert [each["address"] for each in models] == ["TunedModel/one"]


@pytest.mark.usefixtures("two")
def test_what_another_environment_trained_is_no_reason_to_warn(run: Command, environment: Declare) -> None:
    """Its owner must not be added to formerOwners: then one would delete what the other one needs."""
    environment("staging", 3)
    assert run("apply", "-e", "prod", "--yes", "-q").code == 0
    planned = run("plan", "-e", "staging")
    assert planned.last == "Plan: 2 to create, 0 to update, 0 to replace, 0 to delete."
    assert "formerOwners" not in planned.out + planned.err


@pytest.mark.usefixtures("two")
def test_one_owner_in_two_projects_is_refused_before_anything_is_asked(
    run: Command, environment: Declare, methods: list[str]
) -> None:
    for name in ("prod", "staging"):
        path = environment(name, 1)
        path.write_text(path.read_text().replace(f"bench-{name}", f"bench-1, project: project-{name}"))
    ran = run("apply", "-e", "prod", "--yes")
    assert (ran.code, methods) == (1, [])
    assert "staging.yaml:5:14: owns the same models as the environment `prod`" in ran.err
    assert "set owner in spec.workspace of one of them" in ran.err


@pytest.mark.usefixtures("two")
def test_a_model_of_another_environment_is_not_taken_over(run: Command) -> None:
    """Not even on purpose: the other one would train it again."""
    run("apply", "-e", "prod", "--yes", "-q")
    model = run("outputs", "-e", "prod", "-o", "json").json["models"]["two"]["id"]
    for flags in ([], ["--take-over"]):
        ran = run("import", "one", model, "-e", "staging", "--yes", *flags)
        assert (ran.code, ran.err) == (
            64,
            (
                f"Error: tunedModels/{model.rpartition('/')[2]} belongs to the environment prod (owner bench-prod); "
                "`reconciler forget two -e prod` lets it go\n"
            ),
        )
    assert run("plan", "-e", "prod").last == "No changes."


@pytest.mark.usefixtures("two")
def test_a_model_changes_environment_when_the_one_lets_it_go(run: Command, environment: Declare) -> None:
    run("apply", "-e", "prod", "--yes", "-q")
    model = run("outputs", "-e", "prod", "-o", "json").json["models"]["two"]["id"]
    still = run("forget", "two", "-e", "prod", "--yes")
    assert (still.code, still.err.partition("; ")[2]) == (
        64,
        "remove its manifest first, or omit it in the environment prod\n",
    )
    environment("prod", 3, "  omit: [two]\n")
    environment("staging", 3)
    let_go = run("forget", "two", "-e", "prod", "--yes")
    assert (let_go.code, let_go.out.splitlines()[0]) == (0, "Environment prod")
    taken = run("import", "two", model, "-e", "staging", "--assume-data", "--yes")
    assert (taken.code, taken.out.splitlines()[0]) == (0, "Environment staging")
    assert run("plan", "-e", "prod").last == "No changes."
    assert run("plan", "-e", "staging").last == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete."


@pytest.mark.usefixtures("two")
def test_what_another_environment_owns_is_not_exported_with_all_the_rest(run: Command) -> None:
    for name in ("prod", "staging"):
        run("apply", "-e", name, "--yes", "-q")
    ran = run("export", "--all", "-e", "staging")
    assert (ran.code, ran.out) == (0, "")
    assert "is declared, or belongs to another environment; others" in ran.err
    model = run("outputs", "-e", "prod", "-o", "json").json["models"]["two"]["id"]
    assert "kind: TunedModel" in run("export", model, "-e", "staging").out


@pytest.mark.usefixtures("two")
def test_a_command_that_is_named_is_for_the_same_environment(run: Command, environment: Declare) -> None:
    run("apply", "-e", "staging", "--yes", "-q")
    run("apply", "-e", "prod", "--yes", "-q", "--no-wait")
    environment("prod", 3, "  omit: [one]\n")
    ran = run("wait", "-e", "prod")
    assert "`reconciler apply -e prod` would still do this:" in ran.out


@pytest.mark.usefixtures("two")
def test_what_an_environment_leaves_out_is_deleted_there_and_nowhere_else(run: Command, environment: Declare) -> None:
    for name in ("prod", "staging"):
        assert run("apply", "-e", name, "--yes", "-q").code == 0
    environment("prod", 3, "  omit: [one]\n")
    assert run("plan", "-e", "prod").last == "Plan: 0 to create, 0 to update, 0 to replace, 1 to delete."
    assert run("plan", "-e", "staging").last == "No changes."


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "command",
    [
        ["plan"],
        ["apply", "--yes"],
        ["destroy"],
        ["status"],
        ["outputs"],
        ["wait"],
        ["export", "--all"],
        ["forget", "two", "--yes"],
        ["import", "one", "x", "--yes"],
        ["generate", "one", "1"],
    ],
)
def test_a_pipeline_that_forgets_to_choose_is_told_to(command: list[str], run: Command, methods: list[str]) -> None:
    ran = run(*command)
    assert (ran.code, ran.out) == (64, "")
    assert "these manifests are for prod and staging, and none of these environments is chosen" in ran.err
    assert "choose one: -e prod or -e staging" in ran.err
    assert methods == []


@pytest.mark.usefixtures("two")
def test_the_environment_may_choose(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_ENVIRONMENT", "staging")
    assert run("plan").last == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete."
    assert run("plan", "-e", "prod").last == "Plan: 2 to create, 0 to update, 0 to replace, 0 to delete."
    ran = run("plan", "-e", "prd")
    assert (ran.code, ran.err) == (64, "Error: there is no environment `prd`; did you mean prod?\n")


@pytest.mark.usefixtures("two")
def test_a_saved_plan_knows_its_environment(run: Command) -> None:
    assert run("plan", "-e", "staging", "--out", "plan.json").code == 0
    assert json.loads(Path("plan.json").read_text())["environment"] == "staging"
    other = run("apply", "plan.json", "-e", "prod")
    assert (other.code, other.err.splitlines()[-1]) == (
        64,
        "Error: the plan is for the environment staging, and not for prod; leave out -e, or plan again",
    )
    assert run("apply", "plan.json", "-q").code == 0
    assert run("plan", "-e", "staging").last == "No changes."


@pytest.mark.usefixtures("two")
def test_a_plan_of_one_environment_is_refused_in_another_even_if_it_was_edited(run: Command) -> None:
    """The name is not part of the digest; owner, place and host are."""
    run("plan", "-e", "staging", "--out", "plan.json")
    saved = json.loads(Path("plan.json").read_text()) | {"environment": "prod"}
    Path("plan.json").write_text(json.dumps(saved))
    ran = run("apply", "plan.json")
    assert ran.code == 4
    digest = run("plan", "-e", "staging", "-o", "json").json["digest"]
    assert run("apply", "-e", "prod", "--plan-digest", digest).code == 4


@pytest.mark.usefixtures("two")
def test_the_digest_that_markdown_names_can_be_applied_as_it_says(run: Command) -> None:
    text = run("plan", "-e", "staging", "-o", "markdown").out
    assert "environment `staging`" in text
    command = next(part for part in text.split("`") if part.startswith("reconciler apply"))
    assert run(*command.split()[1:], "-q").code == 0


def test_validate_checks_all_of_them(two: Bench, run: Command, environment: Declare) -> None:
    assert run("validate").last.startswith("Valid: 2 models")
    assert run("validate", "-e", "staging").last.startswith("Valid: 1 model")
    environment("prod", 0)
    two.declare("three", extra="  topQ: 1\n")
    ran = run("validate")
    assert ran.code == 1
    first, second = (line for line in ran.out.splitlines() if "manifests/" in line and "warning" not in line)
    assert first.startswith("manifests/environments/prod.yaml:8:52: spec.hyperparameters.epochCount can't be `0`")
    assert " (environment prod); " in first
    assert second.startswith("manifests/three.yaml:10:3: `topQ` is not a field of spec; ")
    assert "(environment" not in second
    only = run("validate", "-e", "staging")
    assert (only.code, "environments/prod.yaml" in only.out) == (1, False)


@pytest.mark.usefixtures("two")
def test_a_service_that_lacks_a_field_is_told_with_the_environment_that_chose_it(
    run: Command, environment: Declare
) -> None:
    path = environment("prod", 3)
    path.write_text(path.read_text().replace("owner: bench-prod", "owner: bench-prod, provider: nobody"))
    ran = run("validate")
    assert ran.out.splitlines()[0] == (
        "manifests/environments/prod.yaml:5:44: there is no provider nobody (environment prod); write gemini or vertex"
    )


@pytest.mark.usefixtures("two")
def test_list(run: Command) -> None:
    assert (
        run("environments").out
        == """\
NAME     OWNER          PLACE            MODELS  FILE
prod     bench-prod     gemini emulator  2       manifests/environments/prod.yaml
staging  bench-staging  gemini emulator  1       manifests/environments/staging.yaml
"""
    )
    listed = run("environments", "-o", "json").json["environments"]
    assert [each["name"] for each in listed] == ["prod", "staging"]


def test_without_environments_there_is_nothing_to_choose(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert run("environments").out == "No environments: the manifests are planned as they are.\n"
    assert run("environments", "-o", "json").json["environments"] == []
    assert run("plan").last == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete."
    assert run("plan", "-e", "prod").code == 64


@pytest.mark.usefixtures("two")
def test_difference(run: Command) -> None:
    assert (
        run("environments", "diff", "staging", "prod").out
        == """\
staging -> prod

Workspace
  spec.owner: bench-staging -> bench-prod

TunedModel/one
  spec.hyperparameters.epochCount: 1 -> 3

Only in prod
  TunedModel/two

Different: 1 setting of the workspace, 1 model, 1 only in prod; 0 models the same.
"""
    )
    same = run("environments", "diff", "prod", "prod", "--exit-code")
    assert (same.code, same.last) == (0, "No differences.")
    differs = run("environments", "diff", "prod", "staging", "--exit-code", "-o", "json")
    assert (differs.code, differs.json["leftOnly"]) == (1, ["TunedModel/two"])
    assert run("environments", "diff", "prod", "staging").code == 0
    assert "did you mean staging?" in run("environments", "diff", "prod", "stagin").err


@pytest.mark.usefixtures("two")
def test_an_option_that_would_get_lost_is_refused(run: Command) -> None:
    """The difference would else be that of another folder."""
    ran = run("environments", "-f", "elsewhere", "diff", "staging", "prod")
    assert (ran.code, ran.err) == (64, "Error: --manifests stands before diff; write options behind it\n")
    assert run("environments", "diff", "-f", "manifests", "staging", "prod").code == 0


@pytest.mark.usefixtures("two")
def test_the_list_of_a_folder_with_errors_is_the_errors(run: Command, environment: Declare) -> None:
    environment("prod", 0)
    ran = run("environments")
    assert (ran.code, ran.out) == (1, "")
    assert "manifests/environments/prod.yaml:8:52" in ran.err


@pytest.mark.usefixtures("two")
def test_shells_complete_environments_and_what_they_declare(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(line: str) -> list[str]:
        monkeypatch.setenv("_RECONCILER_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        from reconciler.cli.main import cli

        with pytest.raises(SystemExit):
            cli.main([], prog_name="reconciler", complete_var="_RECONCILER_COMPLETE")
        return [each.partition(",")[2] for each in capsys_out()]

    def capsys_out() -> list[str]:
        return run._capsys.readouterr().out.splitlines()

    assert completed("reconciler plan -e ") == ["prod", "staging"]
    assert completed("reconciler plan -e s") == ["staging"]
    assert completed("reconciler plan -e staging --target ") == ["one"]
    assert completed("reconciler forget ") == ["one", "two"]

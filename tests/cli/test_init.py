"""init: a workspace that works at once, and never an overwritten file."""

import pytest
import yaml

from tests.cli.conftest import Bench, Command


@pytest.mark.parametrize("provider", ["gemini", "vertex"])
def test_it_works_at_once(bench: Bench, run: Command, provider: str) -> None:
    ran = run("init", "fresh", "--provider", provider)
    assert ran.code == 0
    assert ran.last == "Next: reconciler plan fresh"
    assert run("validate", "fresh").out == "Valid: 1 model.\n"
    assert run("plan", "fresh").last == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete."
    text = (bench.root / "fresh" / "workspace.yaml").read_text()
    assert f"  provider: {provider} # one of: gemini, vertex\n" in text
    reference = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (bench.root / "fresh" / reference).is_file()


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize(("flags", "told"), [((), 1), (("--provider", "gemini"), 0), (("--provider", "vertex"), 0)])
def test_who_chose_no_provider_is_told_of_the_other(run: Command, flags: tuple[str, ...], told: int) -> None:
    assert run("init", "fresh", *flags).out.count("for Vertex AI add --provider vertex") == told


def test_nothing_is_overwritten(bench: Bench, run: Command) -> None:
    ran = run("init")
    assert ran.code == 64
    assert "manifests/workspace.yaml: already there" in ran.err
    assert not (bench.folder / "next-number.yaml").exists()


def test_owners_differ(bench: Bench, run: Command) -> None:
    owners = set()
    for folder in ("a", "b/manifests"):
        assert run("init", folder).code == 0
        owners.add(yaml.safe_load((bench.root / folder / "workspace.yaml").read_text())["spec"]["owner"])
    assert len(owners) == 2


@pytest.mark.parametrize(("flags", "endpoint"), [((), "emulator"), (("--service",), None)])
def test_the_service_is_chosen_on_purpose(
    bench: Bench, run: Command, flags: tuple[str, ...], endpoint: str | None
) -> None:
    run("init", "fresh", *flags)
    spec = yaml.safe_load((bench.root / "fresh" / "workspace.yaml").read_text())["spec"]
    assert spec.get("endpoint") == endpoint
    assert run("validate", "fresh").code == 0


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("name", ["Überlange " * 9, "123", "---"])
def test_any_folder_has_a_name(run: Command, name: str) -> None:
    assert run("init", f"x/{name}").code == 0
    assert run("validate", f"x/{name}").code == 0


def test_git_leaves_the_state_out(bench: Bench, run: Command) -> None:
    assert run("init", "made").code == 0
    assert "/emulator.sqlite3*" in (bench.root / "made/.reconciler/.gitignore").read_text().splitlines()

"""plan in a git checkout: what changed in the data, against the model that serves and against a base branch."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import planning
from reconciler.plan.plan import Plan
from reconciler.source import datachanges, search
from reconciler.source.census import Census, Content, census
from reconciler.source.rows import Flaw
from tests.cli.conftest import WORKSPACE, Bench, Command
from tests.source.git import Git, jsonl

pytestmark = pytest.mark.process

PAIRS = [(str(n), str(n + 1)) for n in range(20)]
OTHER = [("0", "nought"), *PAIRS[2:], ("x", "y"), ("2", "3")]

VERTEX = (
    f"{WORKSPACE}  provider: vertex\n  project: my-project\n  location: us-central1\n  stagingBucket: gs://my-bucket\n"
)
TUNED = json.dumps(
    {
        "apiVersion": "reconciler.dev/v1alpha1",
        "kind": "TunedModel",
        "metadata": {"name": "one"},
        "spec": {"baseModel": "gemini-2.5-flash", "dataset": {"path": "numbers.jsonl"}},
    }
)


def told_to(instruction: str) -> str:
    """Write the pairs as conversations that begin with an instruction."""
    first = {"parts": [{"text": instruction}]}
    sides = ([("user", left), ("model", right)] for left, right in PAIRS)
    turns = ([{"role": role, "parts": [{"text": text}]} for role, text in side] for side in sides)
    return "".join(json.dumps({"systemInstruction": first, "contents": each}) + "\n" for each in turns)


@pytest.fixture
def git(bench: Bench) -> Git:
    """A checkout with one model that is trained on what was committed."""
    git = Git(bench.root)
    bench.declare("one")
    git.write("manifests/numbers.jsonl", jsonl(PAIRS))
    git.commit(**{".gitignore": "manifests/.reconciler\n"})
    return git


@pytest.fixture
def trained(git: Git, run: Command) -> Git:
    assert run("apply", "--yes", "--quiet").code == 0
    return git


def data(run: Command, *options: str) -> list[str]:
    """The lines about data of a plan."""
    out = run("plan", *options).out
    return [line.strip() for line in out.splitlines() if line.strip().startswith("data: ")]


def test_one_row_changed(trained: Git, run: Command) -> None:
    first = trained("rev-parse", "HEAD")[:7]
    trained.write("manifests/numbers.jsonl", jsonl([("0", "nought"), *PAIRS[1:]]))
    told = f"data: 1 changed of 20 examples, the first is line 1; the old ones are in {first} (manifests/numbers.jsonl)"
    assert data(run) == [told]


def test_all_that_a_reviewer_sees(trained: Git, run: Command) -> None:
    trained.write("manifests/numbers.jsonl", jsonl(OTHER))
    out = run("plan").out
    assert "data: 2 added, 1 removed, 1 changed of 20 -> 21 examples, the first is line 1;" in out
    assert "1 new duplicate: line 2 and line 21" in out
    assert "nought" not in out
    shown = run("plan", "--show-examples", "5").out
    assert "changed, line 1: 0" in shown
    assert "now: nought" in shown
    assert "removed, line 2 of the old data: 1" in shown
    assert "added, line 20: x" in shown


def test_examples_are_in_no_document_unless_asked_for(trained: Git, run: Command) -> None:
    trained.write("manifests/numbers.jsonl", jsonl(OTHER))
    for form in ("json", "markdown", "text"):
        assert "nought" not in run("plan", "-o", form).out
        assert "nought" in run("plan", "-o", form, "--show-examples", "1").out


def test_reordering_and_renaming_is_no_change(trained: Git, run: Command) -> None:
    trained("mv", "manifests/numbers.jsonl", "manifests/renamed.jsonl")
    trained.write("manifests/renamed.jsonl", jsonl(reversed(PAIRS)))
    file = trained.top / "manifests/one.yaml"
    file.write_text(file.read_text().replace("numbers", "renamed"))
    ran = run("plan")
    assert ran.last == "No changes."
    assert "data: " not in ran.out


def test_the_digest_of_a_plan_is_the_same_with_and_without(trained: Git, run: Command) -> None:
    trained.write("manifests/numbers.jsonl", jsonl(OTHER))
    plain = run("plan", "-o", "json").json
    shown = run("plan", "-o", "json", "--show-examples", "3", "--base", "HEAD", "--out", "plan.json").json
    assert plain["digest"] == shown["digest"]
    assert plain["changes"][0]["data"]["difference"] == shown["changes"][0]["data"]["difference"]
    assert run("apply", "plan.json", "--no-wait").code == 3


def test_not_in_a_checkout(trained: Git, run: Command) -> None:
    (trained.top / ".git").rename(trained.top / "git")
    trained.write("manifests/numbers.jsonl", jsonl(OTHER))
    assert data(run) == ["data: cannot be compared with what it was trained on: this is not a git checkout"]


def test_a_new_model_is_compared_with_the_base_only(git: Git, run: Command) -> None:
    git.write("manifests/numbers.jsonl", jsonl([*PAIRS, ("x", "y")]))
    assert data(run) == []
    (told,) = data(run, "--base", "main")
    assert told.startswith("data: 1 added of 20 -> 21 examples, the first is line 21; the old ones are in main at ")


def test_a_new_model_that_the_base_has_with_the_same_data(git: Git, run: Command) -> None:
    assert data(run, "--base", "HEAD") == []
    git("mv", "manifests/numbers.jsonl", "manifests/n.jsonl")
    git.write("manifests/n.jsonl", jsonl(reversed(PAIRS)))
    file = git.top / "manifests/one.yaml"
    file.write_text(file.read_text().replace("numbers", "n"))
    assert data(run, "--base", "HEAD") == []


def test_a_new_model_that_the_base_does_not_have(git: Git, bench: Bench, run: Command) -> None:
    bench.declare("two")
    git.write("manifests/numbers.jsonl", jsonl(OTHER))
    (told,) = data(run, "--base", "HEAD")
    assert told.startswith("data: 2 added")


def test_several_models_of_one_dataset_read_it_once(
    git: Git, bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.declare("two", "three")
    git.commit()
    run("apply", "--yes", "--quiet")
    git.write("manifests/numbers.jsonl", jsonl(OTHER))
    read: list[Content] = []

    def noting(content: Content) -> Census | Flaw:
        read.append(content)
        return census(content)

    for module in (datachanges, search):
        monkeypatch.setattr(module, "census", noting)
    assert len(data(run)) == 3
    assert len(read) == 2  # the new version and the old one


def test_validation_data_that_are_learned(bench: Bench, run: Command) -> None:
    """On a service that measures its trainings."""
    git = Git(bench.root)
    (bench.folder / "workspace.yaml").write_text(VERTEX)
    git.commit(
        **{
            ".gitignore": "manifests/.reconciler\n",
            "manifests/one.yaml": json.dumps(
                {
                    "apiVersion": "reconciler.dev/v1alpha1",
                    "kind": "TunedModel",
                    "metadata": {"name": "one"},
                    "spec": {
                        "baseModel": "gemini-2.5-flash",
                        "dataset": {"path": "numbers.jsonl"},
                        "hyperparameters": {"epochCount": 2},
                        "validationDataset": {"path": "measured.jsonl"},
                    },
                }
            ),
            "manifests/numbers.jsonl": jsonl(PAIRS),
            "manifests/measured.jsonl": jsonl([("0", "1"), ("a", "b"), ("c", "d")]),
        }
    )
    assert run("apply", "--yes", "--quiet").code == 0
    git.write("manifests/numbers.jsonl", jsonl([*PAIRS, ("a", "b")]))
    assert "overlap with the validation data: 1 -> 2" in run("plan").out
    git.write("manifests/measured.jsonl", jsonl([("1", "2"), ("a", "b"), ("c", "d")]))
    out = run("plan").out
    assert "data: 1 added of 20 -> 21 examples" in out
    assert "overlap with the validation data: 2\n" in out  # the model was measured with others, so nobody compares


def test_data_that_change_while_the_first_model_trains(git: Git, run: Command) -> None:
    first = git("rev-parse", "HEAD")[:7]
    assert run("apply", "--yes", "--no-wait", "--quiet").code == 3
    git.commit(**{"manifests/numbers.jsonl": jsonl([("0", "nought"), *PAIRS[1:]])})
    told = f"data: 1 changed of 20 examples, the first is line 1; the old ones are in {first} (manifests/numbers.jsonl)"
    assert data(run) == [told]
    assert data(run, "--base", "HEAD") == [told]  # the base has what is declared, and that is not what is learned


@pytest.mark.usefixtures("git")
def test_other_epochs_while_the_first_model_trains_are_no_other_data(bench: Bench, run: Command) -> None:
    assert run("apply", "--yes", "--no-wait", "--quiet").code == 3
    bench.declare("one", epochs=3)
    assert data(run) == []


def test_data_that_a_pull_request_reads_in_another_way(git: Git, run: Command) -> None:
    """The file is the same: not one byte of it differs."""
    rows = "".join(f"{left},{right},other {right}\n" for left, right in PAIRS)
    git.write("manifests/numbers.csv", f"text_input,output,more\n{rows}")
    file = git.top / "manifests/one.yaml"
    file.write_text(file.read_text().replace("numbers.jsonl}", "numbers.csv, outputField: output}"))
    first = git.commit()[:7]
    assert run("apply", "--yes", "--quiet").code == 0
    file.write_text(file.read_text().replace("outputField: output", "outputField: more"))
    place = f"the old ones are in {first} (manifests/numbers.csv)"
    assert data(run) == [f"data: 20 changed of 20 examples, the first is line 2; {place}"]


def test_a_sample_shows_what_comes_before_the_pair(bench: Bench, run: Command) -> None:
    """Two examples that differ in nothing else are told apart."""
    git = Git(bench.root)
    (bench.folder / "workspace.yaml").write_text(VERTEX)
    (bench.folder / "one.yaml").write_text(TUNED)
    git.write("manifests/numbers.jsonl", told_to("add one"))
    git.commit()
    git.write("manifests/numbers.jsonl", told_to("count"))
    out = run("plan", "--base", "HEAD", "--show-examples", "1").out
    assert "added, line 1: 0\n      context: " in out
    assert [line.strip() for line in out.splitlines() if "context: " in line] == [
        'context: "{\\"systemInstruction\\":{\\"parts\\":[{\\"text\\":\\"count\\"}]}}"',
        'context: "{\\"systemInstruction\\":{\\"parts\\":[{\\"text\\":\\"add one\\"}]}}"',
    ]


@pytest.mark.parametrize("meanwhile", [None, jsonl(PAIRS[:15]), "no"])
def test_a_file_that_changes_meanwhile(
    trained: Git, run: Command, monkeypatch: pytest.MonkeyPatch, meanwhile: str | None
) -> None:
    trained.write("manifests/numbers.jsonl", jsonl(OTHER))
    preview: Callable[..., Plan] = planning.__dict__["preview"]

    def previewing(*arguments: Any) -> Plan:
        plan = preview(*arguments)
        Path("manifests/numbers.jsonl").unlink()
        if meanwhile is not None:
            trained.write("manifests/numbers.jsonl", meanwhile)
        return plan

    monkeypatch.setattr(planning, "preview", previewing)
    assert data(run) == [
        "data: cannot be compared with what it was trained on: the file has changed meanwhile, or cannot be read"
    ]

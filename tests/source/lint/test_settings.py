"""Rules that a workspace or a manifest makes more or less severe, or silences with a reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import InvalidManifests
from reconciler.source.lint import every
from reconciler.source.resolve import Resolved
from tests.source.conftest import WORKSPACE
from tests.source.lint.conftest import lines

BLANKS = lines(("a", " b"), ("c", "d"))
OFF = "  lint: [{rule: leading-trailing-space, severity: off, reason: so the answers begin}]"
ERROR = "  lint: [{rule: leading-trailing-space, severity: error}]"
DATA = "  dataset: {path: d.jsonl}"


@pytest.fixture
def judged(
    model: Callable[..., Path], write: Callable[..., Path], checked: Callable[..., Resolved]
) -> Callable[..., tuple[list[str], list[str]]]:
    """Give the severities of what is told of some data, and the reasons of what is not."""

    def judged(workspace: str, *manifests: str) -> tuple[list[str], list[str]]:
        write("workspace.yaml", f"{WORKSPACE}spec:\n  keepSuperseded: 0\n{workspace}\n")
        write("d.jsonl", BLANKS)
        for number, spec in enumerate(manifests):
            model(f"m{number}.yaml", DATA, *([spec] if spec else []), name=f"m{number}")
        try:
            resolved = checked()
        except InvalidManifests as error:
            return [each.severity for each in error.diagnostics], [each.reason for each in error.silenced]
        return [each.severity for each in resolved.warnings], [each.reason for each in resolved.silenced]

    return judged


def test_without_settings(judged: Callable[..., object]) -> None:
    assert judged("", "") == (["warning"], [])


def test_the_workspace_sets_a_rule_for_all(judged: Callable[..., object]) -> None:
    assert judged(OFF, "", "") == ([], ["so the answers begin"])
    assert judged(ERROR, "", "") == (["error"], [])


def test_a_manifest_sets_it_for_itself(judged: Callable[..., object]) -> None:
    assert judged(ERROR, OFF) == ([], ["so the answers begin"])
    assert judged(OFF, ERROR) == (["error"], [])


def test_data_of_several_manifests_is_silent_only_if_all_want_that(judged: Callable[..., object]) -> None:
    assert judged("", OFF, OFF) == ([], ["so the answers begin"])
    assert judged("", OFF, "") == (["warning"], [])
    assert judged("", OFF, ERROR, "") == (["error"], [])


def test_what_is_wrong_stays_wrong(
    judged: Callable[..., object], write: Callable[..., Path], model: Callable[..., Path]
) -> None:
    write("e.jsonl", "?\n")
    model("e.yaml", "  dataset: {path: e.jsonl}", OFF, name="e")
    assert judged(OFF, "") == (["error"], ["so the answers begin"])


WRONG = [
    (
        "lint: [{rule: few-exampels, severity: off, reason: x}]",
        "m.yaml:7:17: spec.lint[0].rule can't be `few-exampels`; did you mean few-examples?",
    ),
    (
        "lint: [{rule: secret, severity: off}]",
        "m.yaml:7:10: spec.lint[0]: a rule is silenced without a reason; add reason: why it does not matter here",
    ),
    (
        "lint: [{rule: secret, severity: off, reason: '  '}]",
        "m.yaml:7:10: spec.lint[0]: a rule is silenced without a reason; add reason: why it does not matter here",
    ),
    (
        "lint: [{rule: secret, severity: info}]",
        "m.yaml:7:35: spec.lint[0].severity can't be `info`; it can be: error, warning, off",
    ),
    (
        "lint: [{rule: secret, severity: error}, {rule: secret, severity: warning}]",
        "m.yaml:7:9: spec.lint: secret is set twice; keep one of the two",
    ),
    (
        "lint: [{rule: secret, severity: error, because: x}]",
        "m.yaml:7:42: `because` is not a field of spec.lint[0]; the fields are: rule, severity, reason",
    ),
]


@pytest.mark.parametrize(("spec", "told"), WRONG)
def test_a_setting_that_is_wrong(
    spec: str, told: str, model: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    model("m.yaml", f"  {spec}")
    assert findings() == [told]


def test_plans_keep_to_the_settings_too(
    write: Callable[..., Path], model: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    """A plan looks for less than validate does; what it sees in passing is judged all the same."""
    write("d.jsonl", lines(("a", " b"), ("a", " b")))
    model("m.yaml", DATA)
    assert [each.rule for each in resolved().warnings] == ["repeated-examples"]
    model("m.yaml", DATA, "  lint: [{rule: repeated-examples, severity: off, reason: its weight is meant}]")
    assert resolved().warnings == ()


EPOCHS = [(99, 1, False), (99, 2, True), (99, 100, True), (99, 101, False), (100, 50, True), (100, 51, False)]


@pytest.mark.parametrize(("examples", "epochs", "usual"), EPOCHS)
def test_epochs(
    examples: int,
    epochs: int,
    usual: bool,  # noqa: FBT001 - a parameter of a test
    model: Callable[..., Path],
    write: Callable[..., Path],
    checked: Callable[..., Resolved],
) -> None:
    write("d.jsonl", lines(*((f"{number} apples", f"{number + 1}") for number in range(examples))))
    model("m.yaml", DATA, f"  hyperparameters: {{epochCount: {epochs}}}")
    told = [str(each) for each in checked().warnings]
    assert [line.split(";")[0] for line in told] == (
        [] if usual else [f"m.yaml:8:33: warning: {epochs} epoch{'s' if epochs > 1 else ''} of {examples} examples"]
    )


def test_what_was_read_is_not_read_again(
    model: Callable[..., Path],
    write: Callable[..., Path],
    checked: Callable[..., Resolved],
    cache: Callable[[], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model("m.yaml", DATA)
    write("d.jsonl", BLANKS)
    first = checked(cache())
    assert [str(each.origin) for each in first.warnings] == ["d.jsonl:1"]

    def rows(*_: object) -> object:
        raise AssertionError("the file was parsed again")

    monkeypatch.setattr("reconciler.source.datasets.rows", rows)
    assert checked(cache()) == first


def test_what_a_plan_has_read_is_looked_at_by_the_rules(
    model: Callable[..., Path],
    write: Callable[..., Path],
    checked: Callable[..., Resolved],
    resolved: Callable[..., Resolved],
    cache: Callable[[], object],
) -> None:
    model("m.yaml", DATA)
    write("d.jsonl", BLANKS)
    assert resolved(cache=cache()).warnings == ()
    assert [each.rule for each in checked(cache()).warnings] == ["leading-trailing-space"]
    assert every.EDITION


def test_texts_are_not_in_the_cache(
    model: Callable[..., Path],
    write: Callable[..., Path],
    checked: Callable[..., Resolved],
    cache: Callable[[], object],
    tmp_path: Path,
) -> None:
    model("m.yaml", DATA)
    write("d.jsonl", lines(*((f"Translate: joe{n}@corp.io", " confidential") for n in range(30)), ("joe@corp.io", "x")))
    assert checked(cache()).warnings
    kept = (tmp_path / ".cache/read").read_bytes()
    assert b"corp" not in kept
    assert b"confidential" not in kept

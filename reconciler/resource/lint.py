"""Rules for what is valid, and still likely to be a mistake: as data, with the severity that a workspace gives them.

A rule has a name, by which a workspace or a manifest makes it an error, a warning, or silent. Who silences one says
why, and that reason goes wherever the finding would have gone. How a rule finds what it finds is not here: this is
what it means.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from reconciler.errors import Diagnostic, Silenced

RuleName: TypeAlias = Literal[
    "few-examples",
    "epochs-unusual",
    "long-examples",
    "repeated-examples",
    "contradicting-examples",
    "imbalanced-outputs",
    "near-empty-output",
    "leading-trailing-space",
    "mixed-templates",
    "damaged-encoding",
    "secret",
    "personal-data",
    "validation-overlap",
]
Severity: TypeAlias = Literal["error", "warning", "off"]
Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule is about, in whole sentences: what it finds, why that matters, what helps.

    `source` says where its figures are from, if it has any.
    """

    name: str
    severity: Level
    means: str
    matters: str
    mend: str
    source: str = ""


_ALL: tuple[Rule, ...] = (
    Rule(
        "few-examples",
        "warning",
        "There are fewer training examples than the service recommends.",
        "A model that is tuned on a handful of examples learns these and not the task.",
        "Add examples, or silence the rule where the data is only a trial.",
        "Guides of the services: 20 or 100 at least, by service; 100 to 500 are the aim.",
    ),
    Rule(
        "epochs-unusual",
        "warning",
        "The number of epochs is far from what is usual for that many examples.",
        "Every epoch is paid for. Too many make the model repeat its examples, too few leave it as it was.",
        "Leave epochCount to the service, or bring it into the usual range.",
        "The services train 5 or 10 epochs unless told otherwise; the ranges leave four times that and more.",
    ),
    Rule(
        "long-examples",
        "warning",
        "An example may have more tokens than the service takes.",
        "Services shorten such an example or leave it out, and train without a word about it.",
        "Shorten the example. Tokens are estimated, so one that is known to fit may stay.",
        "Limits of the service, at four characters a token.",
    ),
    Rule(
        "repeated-examples",
        "warning",
        "The same example stands in the data more than once.",
        "Each copy weighs in training, and is paid for.",
        "Remove the copies, unless the weight is meant.",
    ),
    Rule(
        "contradicting-examples",
        "warning",
        "The same input has different outputs.",
        "The model learns neither of them well.",
        "Keep one output for each input.",
    ),
    Rule(
        "imbalanced-outputs",
        "warning",
        "The outputs are few and short, as in a classification, and some of them are much rarer than others.",
        "The model learns to give the frequent answer, and is right often enough for nobody to notice.",
        "Add examples of the rare outputs, or leave out some of the frequent ones.",
        "Google's guide to text classification: at least 10 examples a label, at most 100 times as many of another.",
    ),
    Rule(
        "near-empty-output",
        "warning",
        "An output is only blanks and punctuation, or stands in for one, such as `n/a` or `TODO`.",
        "The model learns to answer nothing.",
        "Write the output, or remove the example.",
    ),
    Rule(
        "leading-trailing-space",
        "warning",
        "An output begins or ends with blanks.",
        "The model learns the blanks, and whoever compares its answers sees a difference that cannot be seen.",
        "Remove the blanks.",
    ),
    Rule(
        "mixed-templates",
        "warning",
        "Nearly all prompts begin or end alike, or have the same instructions, and a few have others.",
        "The model sees the prompts of production in the one form; examples in another one teach it something else.",
        "Bring the few into the form of the others.",
    ),
    Rule(
        "damaged-encoding",
        "warning",
        "A text has characters that come from a wrong conversion, or that no text has.",
        "The model learns the damage, and answers with it.",
        "Read the source of the data as UTF-8, and export it again.",
    ),
    Rule(
        "secret",
        "error",
        "A text holds what looks like a password of a program: an API key, a token, a private key.",
        "A model repeats what it has learned to whoever asks it, and whoever reads the repository has it already.",
        "Revoke the secret where it was issued, then remove it. Who revokes it first loses nothing.",
    ),
    Rule(
        "personal-data",
        "warning",
        "A text holds what looks like data of a person: an e-mail address, a telephone or card number, an IBAN.",
        "A model repeats what it has learned, and nothing can be taken out of it again.",
        "Replace it by invented data, or silence the rule with the reason why it may be there.",
    ),
    Rule(
        "validation-overlap",
        "warning",
        "Examples of the validation data are training data too.",
        "A model that has learned them is measured by what it remembers.",
        "Keep the two apart.",
    ),
)
RULES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in _ALL})
"""Every rule by its name, in the order in which they are listed."""

INVALID = Rule(
    "invalid",
    "error",
    "A manifest or its data is not what the schema and the service take.",
    "Nothing can be planned before it is.",
    "Do what the finding advises. This rule cannot be silenced.",
)
"""Stands for all findings that are no rule's."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What one workspace or manifest says about one rule."""

    rule: str
    severity: Severity
    reason: str = ""


Settings: TypeAlias = Mapping[str, Setting]

NO_SETTINGS: Settings = MappingProxyType({})


def settings_of(spec: Mapping[str, Any]) -> tuple[Setting, ...]:
    """Read the part `lint` of a valid document's spec."""
    given = spec.get("lint") or ()
    return tuple(Setting(each["rule"], each["severity"], each.get("reason") or "") for each in given)


def settle(*layers: Iterable[Setting]) -> Settings:
    """Put settings over each other; the later layer wins."""
    return {setting.rule: setting for layer in layers for setting in layer} or NO_SETTINGS


@dataclass(slots=True)
class Verdicts:
    """What becomes of findings under the settings of the manifests that they are about.

    Several manifests may name the same data. What one of them wants to hear is told, with the highest severity that
    any of them gives it; it is silenced only where all of them silence it.
    """

    told: dict[Diagnostic, Diagnostic] = field(default_factory=dict)
    reasons: dict[Diagnostic, str] = field(default_factory=dict)

    def add(self, found: Diagnostic, settings: Settings) -> None:
        """Judge a finding by the settings of one manifest; what no rule found stands as it is."""
        setting = settings.get(found.rule)
        severity: Severity = setting.severity if setting else found.severity
        if severity == "off":
            self.reasons.setdefault(found, setting.reason if setting else "")
        elif found not in self.told or severity == "error":
            self.told[found] = replace(found, severity=severity)

    @property
    def silenced(self) -> tuple[Silenced, ...]:
        """What nobody wants to hear, in the order of places."""
        return tuple(Silenced(each, self.reasons[each]) for each in sorted(self.reasons.keys() - self.told.keys()))

"""Prompts that are not made like the others: other beginnings, ends or instructions in a few examples out of many."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from reconciler.resource.dataset import Example
from reconciler.source.observer import MOST_ROWS, Bundle, Spot, Warned

HEAD = 12
"""Characters of an input by which its beginning is compared with others, where it has no label."""
FEWEST = 20
"""Examples from which on most of them alike are a template, and no accident."""
SHARE = 10
"""At most one example in so many is an exception; with more of them there are two templates, and nobody errs."""
MOST_FORMS = 10_000
"""Different forms that are told apart, so that memory is bounded."""

_LABEL = re.compile(r"[^\W\d][^:\n]{0,39}+:[ \t\n]?")
"""A text that begins with a label, such as `Question: `."""
_CLOSING = re.compile(r"(?:(?<!\w)[^\W\d]\w{0,30}+:|->|=>|#{2,8}+|-{3,8}+)\s{0,3}+\Z")
"""How a prompt ends with a label or a separator, which the output is to follow."""
_ENDS = frozenset(":>#- \t\n")
"""What such an end may end in."""
_LAST = 48
"""Characters of the end of an input that are looked at."""
_INSTRUCTION = '"systemInstruction":'
"""Begins the last member of a context; within a text the quotes would have backslashes."""


def _label(text: str) -> str:
    found = _LABEL.match(text) if ":" in text[:_LAST] else None
    return found[0] if found else ""


def _start(example: Example) -> str:
    return _label(example.input) or (example.input[:HEAD] if len(example.input) > HEAD else "")


def _closing(example: Example) -> str:
    found = _CLOSING.search(example.input[-_LAST:]) if example.input[-1] in _ENDS else None
    return found[0] if found else ""


def _answer(example: Example) -> str:
    return _label(example.output)


def _instruction(example: Example) -> str:
    if not example.context:
        return ""
    _, found, instruction = example.context.rpartition(_INSTRUCTION)
    return blake2b(instruction.encode(), digest_size=12).hexdigest() if found else ""


class Feature(NamedTuple):
    """One thing in which prompts can be alike, by a short text; empty where a prompt has no such thing."""

    message: str
    of: Callable[[Example], str]


FEATURES = (
    Feature("has inputs that do not begin as nearly all others do", _start),
    Feature("has inputs that do not end in the label or separator that nearly all others end in", _closing),
    Feature("has outputs without the label that nearly all others begin with", _answer),
    Feature("has other instructions than nearly all other examples", _instruction),
)


@dataclass(slots=True)
class Forms:
    """The forms that one feature takes: how often each came, and where first."""

    seen: dict[str, Bundle] = field(default_factory=dict)

    def see(self, spot: Spot, form: str) -> None:
        """Count a form; new ones only while there is room."""
        if bundle := self.seen.get(form):
            bundle.add(spot)
        elif len(self.seen) < MOST_FORMS:
            self.seen[form] = Bundle(1, [spot])

    def exceptions(self, count: int) -> Bundle | None:
        """The few examples that are not as nearly all of `count` are; None where there is no such majority."""
        form = max(self.seen, key=lambda form: self.seen[form].count)
        rest = count - self.seen[form].count
        if not form or not rest or rest * SHARE > count:
            return None
        named = sorted(spot for other, bundle in self.seen.items() if other != form for spot in bundle.named)
        return Bundle(rest, named[:MOST_ROWS])


@dataclass(slots=True)
class Templates:
    """Compares prompts feature by feature."""

    count: int = 0
    forms: tuple[Forms, ...] = field(default_factory=lambda: tuple(Forms() for _ in FEATURES))

    def see(self, spot: Spot, example: Example) -> None:
        """Note the form of an example."""
        self.count += 1
        for feature, forms in zip(FEATURES, self.forms, strict=True):
            forms.see(spot, feature.of(example))

    def findings(self, noun: str) -> list[Warned]:
        """Say where the few are that are unlike all others; of one beginning only once."""
        if self.count < FEWEST:
            return []
        told: list[Warned] = []
        pointed: set[tuple[Spot, ...]] = set()
        for feature, forms in zip(FEATURES, self.forms, strict=True):
            rows = forms.exceptions(self.count)
            if rows and tuple(rows.named) not in pointed:
                pointed.add(tuple(rows.named))
                message = f"{feature.message}{rows.rows(noun)}"
                told.append(Warned("mixed-templates", message, "bring them into one form", rows.first))
        return told

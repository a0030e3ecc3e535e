"""Kinds of things that are looked for in texts, each by a regular expression, and where they were found.

Texts may be hostile, so no expression may take more than a bounded number of steps at any place of a text: each repeat
has a bound, and what could be matched in several ways is possessive (`tests/source/lint/test_patterns.py` proves it).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.resource.dataset import Example
from reconciler.resource.lint import RuleName
from reconciler.source.observer import Bundle, Spot, Warned

MOST_CANDIDATES = 1_000
"""Matches of one expression in one text that are looked at more closely."""


def _surely(_text: str) -> bool:
    """What the expression matches is what it looks like."""
    return True


class Kind(NamedTuple):
    """One kind of thing: what it is called, and how it is known.

    A text without any of the `markers`, where there are some, has none of it. `proves` looks at a match more closely.
    """

    name: str
    pattern: re.Pattern[str]
    markers: tuple[str, ...] = ("",)
    proves: Callable[[str], bool] = _surely

    def within(self, text: str) -> bool:
        """Whether a text holds such a thing."""
        if not any(marker in text for marker in self.markers):
            return False
        candidates = zip(range(MOST_CANDIDATES), self.pattern.finditer(text), strict=False)
        return any(self.proves(match[0]) for _, match in candidates)


class Kinds(NamedTuple):
    """Kinds that are looked for together. A text that `guard` denies has none of them, as most texts do."""

    guard: Callable[[str], object]
    all: tuple[Kind, ...]

    def within(self, text: str) -> list[str]:
        """Name the kinds that a text holds, each once; nothing of the text itself."""
        if not self.guard(text):
            return []
        return list(dict.fromkeys(kind.name for kind in self.all if kind.within(text)))


@dataclass(slots=True)
class Search:
    """Looks for kinds of things in all texts of an example; one finding for each kind that is there."""

    rule: RuleName
    kinds: Kinds
    advice: str
    found: dict[str, Bundle] = field(default_factory=dict)

    def see(self, spot: Spot, example: Example) -> None:
        """Look at input, output and what comes before them as one text."""
        for name in self.kinds.within("\n".join(example)):
            self.found.setdefault(name, Bundle()).add(spot)

    def findings(self, noun: str) -> list[Warned]:
        """Name what was found, and never show it."""
        return [
            Warned(self.rule, f"has what looks like {name}{bundle.rows(noun)}", self.advice, bundle.first)
            for name, bundle in sorted(self.found.items())
        ]

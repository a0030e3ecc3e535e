"""How many findings are told of one file: enough to work on, and not a million of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from reconciler.errors import Diagnostic, Origin
from reconciler.source.wording import counted

MOST_FINDINGS = 20
"""Errors told of one file of manifests, or of one dataset."""


def few(file: str, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Give the first findings of a file; that there are more is one more."""
    told = tuple(islice(findings, MOST_FINDINGS + 1))
    if len(told) <= MOST_FINDINGS:
        return told
    return (*told[:-1], Diagnostic(Origin(file), "has more errors than are shown", "fix those that are shown first"))


@dataclass(slots=True)
class Errors:
    """The first errors of a dataset; `more` were only counted, the first of them at `rest`."""

    first: list[Diagnostic] = field(default_factory=list)
    more: int = 0
    rest: Origin = Origin("")

    def add(self, origin: Origin, message: str, advice: str) -> None:
        """Keep an error, or count it."""
        if len(self.first) < MOST_FINDINGS:
            self.first.append(Diagnostic(origin, message, advice))
            return
        self.rest = self.rest if self.more else origin
        self.more += 1

    def told(self) -> tuple[Diagnostic, ...]:
        """Give every error, with a last line for those that were only counted."""
        if not self.more:
            return tuple(self.first)
        message = f"{counted(self.more, 'more error')} from here on"
        return (*self.first, Diagnostic(self.rest, message, "fix those that are shown first"))

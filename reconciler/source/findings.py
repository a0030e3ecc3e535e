"""How many findings are told of one file: enough to work on, and not a million of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from reconciler.errors import Diagnostic, Origin
from reconciler.source.wording import counted, enumerated

MOST_FINDINGS = 20
"""Errors told of one file of manifests, or of one dataset."""

MOST_ROWS = 5
"""Rows named that have the same error as one before them."""


def few(file: str, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Give the first findings of a file; that there are more is one more."""
    told = tuple(islice(findings, MOST_FINDINGS + 1))
    if len(told) <= MOST_FINDINGS:
        return told
    return (*told[:-1], Diagnostic(Origin(file), "has more errors than are shown", "fix those that are shown first"))


@dataclass(slots=True)
class _Rows:
    """Where an error is: the first place, and the rows that have it too, of which the first few are named."""

    origin: Origin
    named: list[int] = field(default_factory=list)
    others: int = 0

    def told(self, noun: str) -> str:
        """Write the other rows, if there are any: ` (likewise lines 3, 4, 5, 6, 7 and 12 more)`."""
        if not self.others:
            return ""
        rest = self.others - len(self.named)
        listed = f"{', '.join(map(str, self.named))} and {rest:,} more" if rest else enumerated(self.named)
        return f" (likewise {noun}{'s' if self.others > 1 else ''} {listed})"


@dataclass(slots=True)
class Errors:
    """The first errors of a dataset, each once; `more` were only counted, the first of them at `rest`.

    What many rows have in the same words is one error.
    """

    first: dict[tuple[str, str], _Rows] = field(default_factory=dict)
    more: int = 0
    rest: Origin = Origin("")

    def add(self, origin: Origin, row: int, message: str, advice: str) -> None:
        """Keep an error of a row (0: of the whole), add the row to those that have it, or count it."""
        if known := self.first.get((message, advice)):
            known.others += 1
            if len(known.named) < MOST_ROWS:
                known.named.append(row)
        elif len(self.first) < MOST_FINDINGS:
            self.first[message, advice] = _Rows(origin)
        else:
            self.rest = self.rest if self.more else origin
            self.more += 1

    def told(self, noun: str) -> tuple[Diagnostic, ...]:
        """Give every error, with a last line for those that were only counted; a row is called by the noun."""
        told = tuple(
            Diagnostic(rows.origin, message + rows.told(noun), advice) for (message, advice), rows in self.first.items()
        )
        if not self.more:
            return told
        message = f"{counted(self.more, 'more error')} from here on"
        return (*told, Diagnostic(self.rest, message, "fix those that are shown first"))

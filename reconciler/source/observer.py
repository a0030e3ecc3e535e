"""Who looks at the examples of a dataset while it is read, and how what they find is told: once, not once a row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

from reconciler.errors import Diagnostic
from reconciler.resource.dataset import Dataset, Example
from reconciler.resource.lint import RuleName
from reconciler.source.sourced import Sourced
from reconciler.source.wording import enumerated

MOST_ROWS = 5
"""Rows that a finding names; the others it counts."""


class Spot(NamedTuple):
    """Where a row stands: line, column (0: the whole line) and ordinal, each from 1; all 0 is the whole dataset."""

    line: int = 0
    column: int = 0
    ordinal: int = 0


WHOLE = Spot()


class Warned(NamedTuple):
    """What a rule found in a dataset, with the first row that it is about."""

    rule: RuleName
    message: str
    advice: str
    spot: Spot = WHOLE


class Observer(Protocol):
    """Sees one example after the other, keeps little, and says at the end what is odd about all of them."""

    def see(self, spot: Spot, example: Example) -> None:
        """Look at the next example; neither input nor output is empty."""
        ...

    def findings(self, noun: str) -> list[Warned]:
        """Say what was odd; rows are called by the noun, `line` or `example`."""
        ...


Check: TypeAlias = Callable[[Sourced, Dataset | None], Iterator[Diagnostic]]
"""Looks at one manifest and its training data, without the examples."""


def wrong(found: Diagnostic) -> bool:
    """Whether something is wrong with the files, and not only odd about what would be trained."""
    return not found.rule


def anything(_found: Diagnostic) -> bool:
    """Whatever was found."""
    return True


@dataclass(frozen=True, slots=True)
class Program:
    """What a run looks for beyond what is wrong.

    `observers` makes those who look at the examples of one dataset; `edition` tells what they find from what others, or
    none, would find. `checks` are of manifests. `matters` decides what of all that is found the run is about.
    """

    edition: str = ""
    observers: Callable[[], Sequence[Observer]] = tuple
    checks: Sequence[Check] = ()
    matters: Callable[[Diagnostic], bool] = anything


NOTHING_MORE = Program()
"""What is seen in passing."""
RULELESS = Program(matters=wrong)
"""For a run that trains nothing: no rule is in its way."""


@dataclass(slots=True)
class Bundle:
    """Rows with the same oddity: how many they are, and the first few."""

    count: int = 0
    named: list[Spot] = field(default_factory=list)

    def add(self, spot: Spot) -> None:
        """Add a row."""
        self.count += 1
        if len(self.named) < MOST_ROWS:
            self.named.append(spot)

    @property
    def first(self) -> Spot:
        """The row that is pointed at."""
        return self.named[0] if self.named else WHOLE

    def rows(self, noun: str) -> str:
        """Point at the rows: ` on lines 3 and 7`, `: example 2`, ` on lines 1, 2, 3, 4, 5 and 40 more`."""
        numbers = [spot.line if noun == "line" else spot.ordinal for spot in self.named]
        rest = self.count - len(numbers)
        listed = f"{', '.join(map(str, numbers))} and {rest:,} more" if rest else enumerated(numbers)
        return f"{' on' if noun == 'line' else ':'} {noun}{'s' if self.count > 1 else ''} {listed}"

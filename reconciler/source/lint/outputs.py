"""What is odd about outputs: nearly nothing in them, blanks around them, or hardly ever another one."""

import unicodedata
from dataclasses import dataclass, field

from reconciler.resource.dataset import Example
from reconciler.source.observer import WHOLE, Bundle, Spot, Warned
from reconciler.source.wording import counted

PLACEHOLDERS = frozenset(
    {"n/a", "null", "nil", "nan", "undefined", "todo", "tbd", "fixme", "xxx", "placeholder", "[object object]"}
)
"""What programs and people write where an output is missing; `none` and `-` may be answers."""

LONGEST_PLACEHOLDER = max(map(len, PLACEHOLDERS))

MOST_LABELS = 50
"""Different outputs that a classification may have."""
LONGEST_LABEL = 64
"""Characters of one."""
FEWEST_OF_A_LABEL = 10
WORST_RATIO = 100
"""Google's guide to text classification has at least this many examples of a label, and at most this ratio."""
NOTABLE_RATIO = 10
"""Few examples of a label are told where another one has so many times more: small data as such is another rule's."""
LABEL_EXAMPLES = 5
"""Examples to a label, on average, from which on outputs are believed to be labels."""


@dataclass(slots=True)
class NearEmpty:
    """Looks for outputs that say nothing."""

    rows: Bundle = field(default_factory=Bundle)

    def see(self, spot: Spot, example: Example) -> None:
        """Look at the output."""
        if says_nothing(example.output):
            self.rows.add(spot)

    def findings(self, noun: str) -> list[Warned]:
        """Say where outputs say nothing."""
        if not self.rows.count:
            return []
        message = f"has outputs that say nothing{self.rows.rows(noun)}"
        return [Warned("near-empty-output", message, "write them, or remove the examples", self.rows.first)]


def says_nothing(output: str) -> bool:
    """Whether a text is but blanks and punctuation, or a placeholder; a long one is looked at as far as it is blank."""
    if output[0].isalnum() and len(output) > LONGEST_PLACEHOLDER:
        return False
    text = output.strip()
    if len(text) <= LONGEST_PLACEHOLDER and text.casefold() in PLACEHOLDERS:
        return True
    return all(each.isspace() or unicodedata.category(each)[0] == "P" for each in text)


@dataclass(slots=True)
class Blanks:
    """Looks for outputs with blanks around them."""

    rows: Bundle = field(default_factory=Bundle)

    def see(self, spot: Spot, example: Example) -> None:
        """Look at both ends of the output."""
        if example.output[0].isspace() or example.output[-1].isspace():
            self.rows.add(spot)

    def findings(self, noun: str) -> list[Warned]:
        """Say where blanks are."""
        if not self.rows.count:
            return []
        message = f"has blanks around outputs{self.rows.rows(noun)}"
        return [Warned("leading-trailing-space", message, "remove them, or the model learns them", self.rows.first)]


@dataclass(slots=True)
class Imbalance:
    """Counts outputs, as long as they may be labels. `labels` has how often each came, and where first."""

    count: int = 0
    labels: dict[str, tuple[int, Spot]] = field(default_factory=dict)
    other: bool = False

    def see(self, spot: Spot, example: Example) -> None:
        """Count the output; with too many, or one that is too long, these are no labels."""
        if self.other:
            return
        self.count += 1
        known, first = self.labels.get(example.output, (0, spot))
        self.labels[example.output] = known + 1, first
        if len(self.labels) > MOST_LABELS or len(example.output) > LONGEST_LABEL:
            self.other = True
            self.labels.clear()

    def findings(self, noun: str) -> list[Warned]:
        """Compare the rarest label with the most frequent one; neither is shown."""
        if self.other or len(self.labels) < 2 or self.count < LABEL_EXAMPLES * len(self.labels):  # noqa: PLR2004 - a ratio
            return []
        most = max(number for number, _ in self.labels.values())
        least, first = min(self.labels.values())
        if not (most > WORST_RATIO * least or (least < FEWEST_OF_A_LABEL and most >= NOTABLE_RATIO * least)):
            return []
        where = first.line if noun == "line" else first.ordinal
        message = (
            f"has {len(self.labels)} different outputs: one in {counted(most, 'example')}, one in {least:,} only "
            f"(first in {noun} {where})"
        )
        return [Warned("imbalanced-outputs", message, "add examples of the rare ones", WHOLE if least > 1 else first)]

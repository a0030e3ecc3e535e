"""What is wrong with training data, what is only odd about it, and the numbers that plans show.

One pass does all: digest, counts, sizes, limits, repeated and contradicting examples. Once the data is larger than a
request can be it is only counted, so memory is bounded by the service's limit and not by the file.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from json import encoder
from typing import NamedTuple

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.dataset import Example, combine, fingerprint
from reconciler.resource.rules import DataLimits
from reconciler.source.findings import MOST_FINDINGS
from reconciler.source.rows import Flaw, Row
from reconciler.source.wording import counted, enumerated

FRAME = len('{"textInput":,"output":},')
"""Bytes of JSON around the two texts of an example, with the comma that follows it."""

_MOST_PAIRS = 5

_quote = encoder.encode_basestring


class Warned(NamedTuple):
    """A warning about a whole dataset."""

    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is kept of a dataset: never its texts."""

    digest: str
    count: int
    input_characters: int
    output_characters: int
    request_bytes: int


class Where(NamedTuple):
    """How rows of a dataset are pointed at.

    `row` gives the place of a row by line, column and ordinal (from 1); `whole` is the dataset itself. `noun` says what
    is counted in sentences about several rows: lines where each row has its own, else examples.
    """

    whole: Origin
    row: Callable[[int, int, int], Origin]
    noun: str


@dataclass(slots=True)
class Examination:
    """Goes through the rows of one dataset and knows what was found.

    `row` is the ordinal of the row at hand. `more` errors were only counted, the first of them at `rest`. The hashes of
    examples (`fingerprints`) and their inputs are kept with the number of the row that had them first.
    """

    where: Where
    limits: DataLimits
    errors: list[Diagnostic] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    more: int = 0
    rest: Origin = Origin("")
    row: int = 0
    count: int = 0
    input_characters: int = 0
    output_characters: int = 0
    request_bytes: int = 0
    fingerprints: dict[bytes, int] = field(default_factory=dict)
    copies: list[tuple[int, bytes]] = field(default_factory=list)
    inputs: dict[str, int] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)

    def examine(self, rows: Iterable[Row]) -> Numbers:
        """Take every row; a row that cannot be read is a finding."""
        for line, column, item in rows:
            self.row += 1
            if isinstance(item, Flaw):
                self._error(self.where.row(line, column, self.row), item.message, item.advice)
            else:
                self._example(line, column, item)
        self._whole()
        digest = combine([*self.fingerprints, *(copy for _, copy in self.copies)])
        return Numbers(digest, self.count, self.input_characters, self.output_characters, self.request_bytes)

    def _example(self, line: int, column: int, example: Example) -> None:
        """Measure and check one example."""
        left, right, _ = example
        try:
            self.request_bytes += FRAME + len(_quote(left).encode()) + len(_quote(right).encode())
        except UnicodeEncodeError:
            message = "has half of a surrogate pair, which is no character"
            self._error(self.where.row(line, column, self.row), message, "remove the lone \\ud800 to \\udfff")
            return
        self.count += 1
        self.input_characters += len(left)
        self.output_characters += len(right)
        if not 0 < len(left) <= self.limits.input_characters:
            self._length(line, column, "input", left, self.limits.input_characters)
        if not 0 < len(right) <= self.limits.output_characters:
            self._length(line, column, "output", right, self.limits.output_characters)
        if self.request_bytes <= self.limits.request_bytes:
            self._remember(line if self.where.noun == "line" else self.row, example)

    def _length(self, line: int, column: int, name: str, text: str, most: int) -> None:
        """Say that a text is empty or too long."""
        origin = self.where.row(line, column, self.row)
        if text:
            self._error(origin, f"the {name} has {counted(len(text), 'character')}", f"shorten it to at most {most:,}")
        else:
            self._error(origin, f"the {name} is empty", "write one, or remove the example")

    def _remember(self, number: int, example: Example) -> None:
        """Compare an example with those before it."""
        mark = fingerprint(example)
        first = self.inputs.setdefault(example.input, number)
        if mark in self.fingerprints:
            self.copies.append((number, mark))
            return
        self.fingerprints[mark] = number
        if first != number:
            self.contradictions.append(f"{first} and {number}")

    def _whole(self) -> None:
        """Check what only the whole can show."""
        noun, limits = self.where.noun, self.limits
        if not self.count and not self.errors:
            self._error(self.where.whole, "has no examples", "write at least one")
        if self.request_bytes > limits.request_bytes:
            message = f"{counted(self.count, 'example')} need {self.request_bytes:,} bytes of request"
            advice = f"the service takes {limits.request_bytes:,}: leave out or shorten some"
            self._error(self.where.whole, message, advice)
        if 0 < self.count < limits.recommended_examples:
            advice = f"{limits.recommended_examples} or more are recommended"
            self.warnings.append(Warned(f"has {counted(self.count, 'example')} only", advice))
        if self.copies:
            numbers = [number for number, _ in self.copies]
            message = f"repeats earlier examples on {noun}" if noun == "line" else f"repeats earlier examples: {noun}"
            plural = "s" if len(numbers) > 1 else ""
            self.warnings.append(Warned(f"{message}{plural} {enumerated(numbers)}", "each copy weighs in training"))
        if self.contradictions:
            pairs, rest = self.contradictions[:_MOST_PAIRS], len(self.contradictions) - _MOST_PAIRS
            listed = ", ".join(pairs) + (f", and {rest:,} more" if rest > 0 else "")
            message = f"has the same input with another output: {noun}s {listed}"
            self.warnings.append(Warned(message, "keep one output for each input"))

    def _error(self, origin: Origin, message: str, advice: str) -> None:
        """Keep an error, or count it."""
        if len(self.errors) < MOST_FINDINGS:
            self.errors.append(Diagnostic(origin, message, advice))
            return
        self.rest = self.rest if self.more else origin
        self.more += 1

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Give every error, with a last line for those that were only counted."""
        if not self.more:
            return tuple(self.errors)
        message = f"{counted(self.more, 'more error')} from here on"
        return (*self.errors, Diagnostic(self.rest, message, "fix those that are shown first"))

"""What is wrong with training data, what is only odd about it, and the numbers that plans show.

One pass does all: digest, counts, sizes, limits, repeated and contradicting examples. Once the data is more than the
service takes it is only counted, so memory is bounded by the service's limits and not by the file.

Tokens are estimated, so an example is refused only if the estimate is half as much again as the limit; one that is
nearer to it is a warning, because the estimate may be wrong by as much.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from json import encoder
from typing import NamedTuple

from reconciler.errors import Origin
from reconciler.resource.conversation import characters, estimated_tokens, line
from reconciler.resource.dataset import Example, combine, fingerprint
from reconciler.resource.rules import DataLimits
from reconciler.source.findings import Errors
from reconciler.source.observer import Bundle, Observer, Spot, Warned
from reconciler.source.rows import Flaw, Row
from reconciler.source.wording import counted

FRAME = len('{"textInput":,"output":},')
"""Bytes of JSON around the two texts of an example, with the comma that follows it."""

SURELY = 1.5
"""How many times a limit of tokens an estimate has to be, to be believed."""

_MOST_PAIRS = 5

_quote = encoder.encode_basestring


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is kept of a dataset: never its texts."""

    digest: str
    count: int
    input_characters: int
    output_characters: int
    request_bytes: int
    tokens: int


class Where(NamedTuple):
    """How rows of a dataset are pointed at.

    `row` gives the place of a row by line, column and ordinal (from 1); `whole` is the dataset itself. `noun` says what
    is counted in sentences about several rows: lines where each row has its own, else examples. `use` is what the data
    is for.
    """

    whole: Origin
    row: Callable[[int, int, int], Origin]
    noun: str
    use: str = "training"


@dataclass(slots=True)
class Examination:
    """Goes through the rows of one dataset and knows what was found.

    `observers` are shown each example that is within the limits. `row` is the ordinal of the row at hand. The hashes of
    examples (`fingerprints`) and of what is asked in them (`inputs`) are kept, the latter with the row that had them
    first; copies as hashes alone. `long` are the rows that may have too many tokens, `longest` the most that one of
    these has.
    """

    where: Where
    limits: DataLimits
    observers: Sequence[Observer] = ()
    errors: Errors = field(default_factory=Errors)
    warnings: list[Warned] = field(default_factory=list)
    row: int = 0
    count: int = 0
    input_characters: int = 0
    output_characters: int = 0
    request_bytes: int = 0
    tokens: int = 0
    longest: int = 0
    long: Bundle = field(default_factory=Bundle)
    fingerprints: set[bytes] = field(default_factory=set)
    copies: list[bytes] = field(default_factory=list)
    copied: Bundle = field(default_factory=Bundle)
    inputs: dict[bytes, int] = field(default_factory=dict)
    contradicting: Bundle = field(default_factory=Bundle)
    pairs: list[str] = field(default_factory=list)

    def examine(self, rows: Iterable[Row]) -> Numbers:
        """Take every row; a row that cannot be read is a finding."""
        for at, column, item in rows:
            self.row += 1
            if isinstance(item, Flaw):
                self._wrong(at, column, item.message, item.advice)
            else:
                self._example(at, column, item)
        self._whole()
        digest = combine([*self.fingerprints, *self.copies])
        return Numbers(
            digest, self.count, self.input_characters, self.output_characters, self.request_bytes, self.tokens
        )

    def _example(self, at: int, column: int, example: Example) -> None:
        """Measure and check one example."""
        try:
            self.request_bytes += self._size(example)
        except UnicodeEncodeError:
            message = "has half of a surrogate pair, which is no character"
            self._wrong(at, column, message, "remove the lone \\ud800 to \\udfff")
            return
        read = characters(example)
        self.count += 1
        self.input_characters += read - len(example.output)
        self.output_characters += len(example.output)
        if not (example.input and _within(len(example.input), self.limits.input_characters)):
            self._length(at, column, "input", example.input, self.limits.input_characters)
        if not (example.output and _within(len(example.output), self.limits.output_characters)):
            self._length(at, column, "output", example.output, self.limits.output_characters)
        self._count_tokens(at, column, estimated_tokens(read))
        if _within(self.request_bytes, self.limits.request_bytes) and _within(self.count, self.limits.examples):
            self._remember(Spot(at, column, self.row), example)

    def _size(self, example: Example) -> int:
        """Bytes of an example on the wire."""
        if self.limits.conversations:
            return len(line(example).encode())
        return FRAME + len(_quote(example.input).encode()) + len(_quote(example.output).encode())

    def _number(self, at: int) -> int:
        """The number that the row at hand goes by."""
        return at if self.where.noun == "line" else self.row

    def _wrong(self, at: int, column: int, message: str, advice: str) -> None:
        """Say what is wrong with the row at hand."""
        self.errors.add(self.where.row(at, column, self.row), self._number(at), message, advice)

    def _count_tokens(self, at: int, column: int, tokens: int) -> None:
        """Compare the estimate of an example with the limit, if there is one."""
        self.tokens += tokens
        most = self.limits.tokens
        if _within(tokens, most):
            return
        if tokens > SURELY * most:
            message = f"the example has about {tokens:,} tokens (estimated)"
            self._wrong(at, column, message, f"shorten it to at most {most:,}")
        else:
            self.longest = max(self.longest, tokens)
            self.long.add(Spot(at, column, self.row))

    def _length(self, at: int, column: int, name: str, text: str, most: int) -> None:
        """Say that a text is empty or too long."""
        if text:
            message = f"the {name} has {counted(len(text), 'character')}"
            self._wrong(at, column, message, f"shorten it to at most {most:,}")
        else:
            self._wrong(at, column, f"the {name} is empty", "write one, or remove the example")

    def _remember(self, spot: Spot, example: Example) -> None:
        """Compare an example with those before it, and show it to the observers."""
        mark, number = fingerprint(example), self._number(spot.line)
        asked = hashlib.sha256(f"{example.context}\0{example.input}".encode()).digest()
        first = self.inputs.setdefault(asked, number)
        if mark in self.fingerprints:
            self.copies.append(mark)
            self.copied.add(spot)
        else:
            self.fingerprints.add(mark)
            if first != number:
                self.contradicting.add(spot)
                if len(self.pairs) < _MOST_PAIRS:
                    self.pairs.append(f"{first} and {number}")
        if example.input and example.output:
            for observer in self.observers:
                observer.see(spot, example)

    def _whole(self) -> None:
        """Check what only the whole can show."""
        limits, whole = self.limits, self.where.whole
        if not self.count and not self.errors.first:
            self.errors.add(whole, 0, "has no examples", "write at least one")
        if not _within(self.count, limits.examples):
            advice = f"the service takes {limits.examples:,} for {self.where.use}: leave out some"
            self.errors.add(whole, 0, f"has {counted(self.count, 'example')}", advice)
        if not _within(self.request_bytes, limits.request_bytes):
            message = f"{counted(self.count, 'example')} need {self.request_bytes:,} bytes of request"
            advice = f"the service takes {limits.request_bytes:,}: leave out or shorten some"
            self.errors.add(whole, 0, message, advice)
        self.warnings += self._odd()

    def _odd(self) -> Iterator[Warned]:
        """Say what is odd about the whole."""
        noun, least = self.where.noun, self.limits.recommended_examples
        if 0 < self.count < least:
            message = f"has {counted(self.count, 'example')} only"
            yield Warned("few-examples", message, f"{least} or more are recommended")
        if self.long.count:
            message = f"has up to about {self.longest:,} tokens (estimated){self.long.rows(noun)}"
            advice = f"the service takes {self.limits.tokens:,}, and may leave longer examples out"
            yield Warned("long-examples", message, advice, self.long.first)
        if self.copied.count:
            message = f"repeats earlier examples{self.copied.rows(noun)}"
            yield Warned("repeated-examples", message, "each copy weighs in training", self.copied.first)
        if self.contradicting.count:
            rest = self.contradicting.count - len(self.pairs)
            listed = ", ".join(self.pairs) + (f", and {rest:,} more" if rest else "")
            message = f"has the same input with another output: {noun}s {listed}"
            advice = "keep one output for each input"
            yield Warned("contradicting-examples", message, advice, self.contradicting.first)
        for observer in self.observers:
            yield from observer.findings(noun)


def _within(number: int, most: int) -> bool:
    """Whether a number keeps to a limit; 0 is none."""
    return not most or number <= most

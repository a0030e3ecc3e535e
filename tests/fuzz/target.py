"""What is fuzzed: a function of any bytes that must come back, and inputs that it takes for valid."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """`check` raises what is none of our errors, and AssertionError where what becomes of an input is wrong.

    Whoever looks for such an input starts from the `seeds`, made when they are asked for, and puts in `words`.
    Inputs that were once answered wrongly are among the seeds.
    """

    check: Callable[[bytes], object]
    seeds: Callable[[], tuple[bytes, ...]]
    words: tuple[bytes, ...] = ()

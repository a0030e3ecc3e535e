"""Inputs that are nearly valid: valid ones that somebody has been at.

Text is cut, doubled, spliced with another input, and gets bytes and words that do not belong. JSON is disturbed by its
structure too: keys change places, values change types.
"""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.target import Target

STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 10**400, 0.1, 1e39, float("nan"), float("inf"), "", "0", "a", "9" * 5000),
    *(
        "\ud800",
        "\x00\x1b[2J",
        "\u202e\u2028",
        "\xb2",
        "\u0661",
        "//[",
        "2024",
        [],
        {},
        [[]],
        [None],
        {"": None},
        [{}, 1],
    ),
)
"""Values that stand where another type, size or alphabet was expected."""


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Disturbed seeds of a target."""
    seeds = st.sampled_from(target.seeds())
    return st.one_of(_bytes(seeds, target.words), _structures(target.seeds()), seeds)


def _bytes(seeds: st.SearchStrategy[bytes], words: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """Do several things to the bytes of an input."""

    @st.composite
    def disturbed(draw: st.DrawFn) -> bytes:
        data = draw(seeds)
        for _ in range(draw(st.integers(1, 4))):
            start, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
            act = draw(st.sampled_from(("flip", "cut", "double", "word", "word", "splice", "noise")))
            data = data[:start] + _put(act, data[start:end], draw, seeds, words) + data[_after(act, start, end) :]
        return data

    return disturbed()


def _after(act: str, start: int, end: int) -> int:
    """Where the input goes on: some acts replace a part, others only add to it."""
    return start if act in ("word", "noise") else end


def _put(act: str, part: bytes, draw: st.DrawFn, seeds: st.SearchStrategy[bytes], words: tuple[bytes, ...]) -> bytes:
    """What stands in the place of a part of the input."""
    match act:
        case "flip":
            at, bit = draw(st.integers(0, max(0, len(part) - 1))), draw(st.integers(0, 7))
            return bytes(byte ^ (1 << bit if index == at else 0) for index, byte in enumerate(part))
        case "double":
            return part * draw(st.integers(2, 5))
        case "word" if words:
            return draw(st.sampled_from(words))
        case "splice":
            other = draw(seeds)
            return other[draw(st.integers(0, len(other))) :]
        case "noise":
            return draw(st.binary(min_size=1, max_size=8))
        case _:
            return b""


def _structures(seeds: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """Do one to three things to the values of an input that holds JSON; what is before it stays."""
    parsed = [(seed[:start], json.loads(seed[start:])) for seed in seeds if (start := _json(seed)) is not None]
    if not parsed:
        return st.nothing()

    @st.composite
    def disturbed(draw: st.DrawFn) -> bytes:
        head, value = draw(st.sampled_from(parsed))
        for _ in range(draw(st.integers(1, 3))):
            value = _disturb(value, draw)
        made: bytes = head + json.dumps(value).encode()
        return made

    return disturbed()


def _json(seed: bytes) -> int | None:
    """Where the JSON of an input begins that ends with it."""
    for start in {0, seed.find(b"\n\n") + 2}:
        try:
            json.loads(seed[start:])
        except ValueError:
            continue
        return start
    return None


def _disturb(value: Any, draw: st.DrawFn) -> Any:
    """Go down to some value, and put something else there."""
    down = isinstance(value, dict | list) and value and draw(st.integers(0, 9)) > 0
    if not down:
        return draw(st.sampled_from(STRANGE))
    if isinstance(value, list):
        at = draw(st.integers(0, len(value) - 1))
        doubled = draw(st.booleans()) and [value[at]]
        return [*value[:at], _disturb(value[at], draw), *(doubled or []), *value[at + 1 :]]
    key = draw(st.sampled_from(sorted(value)))
    acts: dict[str, Callable[[], dict[str, Any]]] = {
        "change": lambda: {**value, key: _disturb(value[key], draw)},
        "drop": lambda: {name: each for name, each in value.items() if name != key},
        "swap": lambda: {**value, key: value[draw(st.sampled_from(sorted(value)))]},
        "rename": lambda: {**value, draw(st.sampled_from(("", "\ud800", f"{key}s", key.upper()))): value[key]},
    }
    return acts[draw(st.sampled_from(("change", "change", "change", *acts)))]()

"""Hostile texts: no expression may take more than a bounded number of steps at any place of a text.

Proved on the parsed expressions: each has a greatest width, and a bounded number of ways in which it can be tried from
one place. A possessive repeat can be tried in one way only, since what it took it never gives back.
"""

import re
import re._constants as code  # type: ignore[import-not-found]  # private, and the only way to see what was parsed
import re._parser as parser  # type: ignore[import-not-found]  # likewise
from collections.abc import Iterable
from typing import Any

import pytest

from reconciler.resource.dataset import Example
from reconciler.source.lint import encoding, persons, secrets, templates
from reconciler.source.lint.every import observers
from reconciler.source.lint.texts import MOST_CANDIDATES, Kind
from reconciler.source.observer import Spot

WIDEST = 12_000
MOST_WAYS = 100
SOME = re.compile("x")
PATTERNS = [
    value.pattern
    for module in (encoding, persons, secrets, templates)
    for value in vars(module).values()
    if isinstance(value, re.Pattern)
] + [kind.pattern.pattern for kind in (*secrets.SECRETS.all, *persons.PERSONS.all)]


def ways(items: Iterable[tuple[Any, Any]]) -> int:
    """In how many ways a sequence can be tried at one place, at most."""
    product = 1
    for kind, content in items:
        product *= ways_of(kind, content)
    return product


def ways_of(kind: Any, content: Any) -> int:
    """In how many ways one item can be tried."""
    if kind is code.POSSESSIVE_REPEAT:
        least, most, body = content
        assert ways(body) == 1, "a possessive repeat may still try what it repeats in several ways"
        return 1
    if kind in (code.MAX_REPEAT, code.MIN_REPEAT):
        least, most, body = content
        assert most != code.MAXREPEAT, "a repeat without a bound"
        inner = ways(body)
        assert inner == 1 or least == most, "a repeat of what can be tried in several ways"
        return int(most - least + 1) if inner == 1 else inner ** int(most)
    if kind is code.SUBPATTERN:
        return ways(content[-1])
    if kind is code.BRANCH:
        return sum(ways(branch) for branch in content[1])
    assert kind in (code.LITERAL, code.NOT_LITERAL, code.IN, code.ANY, code.AT, code.ASSERT, code.ASSERT_NOT), kind
    return 1


@pytest.mark.parametrize("pattern", PATTERNS)
def test_an_expression_is_bounded(pattern: str) -> None:
    parsed = parser.parse(pattern)
    assert parsed.getwidth()[1] <= WIDEST
    assert ways(parsed) <= MOST_WAYS


@pytest.mark.parametrize("pattern", [r"a+", r"(?:a|b)*", r"(?:a{1,9}){1,9}", r"(?:a{1,3})?+b", r"a{0,200}b"])
def test_the_proof_refuses_what_is_not_bounded(pattern: str) -> None:
    with pytest.raises(AssertionError):
        assert ways(parser.parse(pattern)) <= MOST_WAYS


MEGABYTE = 1_000_000
HOSTILE = [
    *("a", "1", "@", " ", "-", ":", "\u00c3", "\x00", "😀", "a@a.", "1 ", "1-1 ", "+1 ", "AB12 ", "a:\n", "# "),
    *("eyJaaaaaaaa.", "xoxb-", "ghp_", "PRIVATE KEY", "T3BlbkFJ", "-----BEGIN A A A PRIVATE KEX "),
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_megabyte_of_the_same(unit: str) -> None:
    """Every observer comes to its end, and says little."""
    text = (unit * (MEGABYTE // len(unit) + 1))[:MEGABYTE]
    for observer in observers():
        observer.see(Spot(1, 0, 1), Example(text, text))
        for told in observer.findings("line"):
            assert len(told.message) + len(told.advice) < 200


def test_candidates_are_looked_at_a_bounded_number_of_times() -> None:
    looked: list[str] = []
    kind = Kind("x", SOME, proves=looked.append)  # type: ignore[arg-type]  # None is as good as False
    assert not kind.within("x" * 10_000)
    assert len(looked) == MOST_CANDIDATES

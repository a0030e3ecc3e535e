"""The digest that names a set of examples."""

import hashlib
import itertools

import pytest

from reconciler.resource.dataset import Example, combine, digest, fingerprint

SOME = [Example("1", "2"), Example("3", "4"), Example("5", "6")]


def test_golden_digests() -> None:
    """Law 23: frozen for version 1."""
    assert digest([]) == "1:af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"
    assert digest([Example("a", "b")]) == "1:860223e14a29ea79d99ceb278929f0d2209f398d2d852eb0f43d933042ad413a"
    assert digest(SOME[:2]) == "1:a760a21232870ae04ce68b68a1a1c716bfa85101ff4ba5c1e94721d81ab2c192"


def test_the_recipe() -> None:
    """Each field after its length in eight bytes; the count and the sorted hashes, hashed."""
    one = hashlib.sha256(b"\0\0\0\0\0\0\0\1a\0\0\0\0\0\0\0\2\xc3\xa4").digest()
    assert fingerprint(Example("a", "ä")) == one
    assert combine([one]) == "1:" + hashlib.sha256(b"\0\0\0\0\0\0\0\1" + one).hexdigest()


def test_order_does_not_count() -> None:
    assert len({digest(order) for order in itertools.permutations(SOME)}) == 1


@pytest.mark.parametrize(
    "other",
    [
        [Example("1", "2"), Example("3", "4")],
        [*SOME, SOME[0]],
        [*SOME, SOME[0], SOME[0]],
        [Example("1", "2"), Example("3", "4"), Example("5", "6 ")],
        [Example("2", "1"), Example("3", "4"), Example("5", "6")],
        [Example("1", "4"), Example("3", "2"), Example("5", "6")],
        [Example("12", ""), Example("3", "4"), Example("5", "6")],
        [Example("", "12"), Example("3", "4"), Example("5", "6")],
    ],
)
def test_everything_else_does(other: list[Example]) -> None:
    """Law 22: repeats count, neighbours do not run together, sides are not exchanged, nothing is trimmed."""
    assert digest(other) != digest(SOME)


def test_unicode_is_not_normalised() -> None:
    assert digest([Example("é", "")]) != digest([Example("e\u0301", "")])

"""The mark in labels: what is written is read again, whatever it is, and fits into labels."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.providers.vertex.labels import ID, decode, encode, imported, ours, theirs
from reconciler.resource.identity import same_hash
from reconciler.resource.observed import Mark, Ownership
from reconciler.resource.rules import float32

IDENTITY = "numbers-aaaaaabbbbbbbbb"
OURS = Ownership(
    "acme",
    "numbers",
    f"1:{'a1' * 32}",
    "b2" * 32,
    {"epochCount": 5.0, "learningRateMultiplier": 0.5, "adapterSize": 4.0},
    protect=True,
    keep=True,
    going=True,
    asserted=True,
    validation=f"g1:{'c3' * 32}",
)

names = st.from_regex(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
hashes = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
digests = st.one_of(st.just(""), hashes.map("1:".__add__), hashes.map("g1:".__add__))
numbers = st.fixed_dictionaries(
    {},
    optional={
        "epochCount": st.integers(1, 2**31 - 1).map(float32),
        "learningRateMultiplier": st.floats(2.0**-126, 2.0**127, width=32),
        "adapterSize": st.sampled_from((1.0, 2.0, 4.0, 8.0, 16.0, 32.0)),
    },
)
ownerships = st.builds(
    Ownership,
    st.from_regex(r"[a-z]([a-z0-9-]{0,22}[a-z0-9])?", fullmatch=True),
    names,
    digests,
    st.one_of(st.just(""), hashes),
    numbers,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    digests,
)


def test_a_mark_is_frozen() -> None:
    """Marks of this form are on models that serve: another form would not recognise them."""
    assert encode(OURS, IDENTITY) == {
        "reconciler-id": IDENTITY,
        "reconciler-owner": "acme",
        "reconciler-name": "numbers",
        "reconciler-data": f"1-{'a1' * 20}",
        "reconciler-validation": f"g1-{'c3' * 20}",
        "reconciler-base": "b2" * 20,
        "reconciler-declared": "e5m0_5a4",
        "reconciler-flags": "pkag",
    }
    assert encode(Ownership("acme", "numbers", "", ""), IDENTITY).keys() == {
        "reconciler-id",
        "reconciler-owner",
        "reconciler-name",
    }


@given(ownerships, names)
def test_what_is_written_is_read(ownership: Ownership, identity: str) -> None:
    labels = encode(ownership, identity)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,63}", value) for value in labels.values())
    mark, read = decode({**labels, "tune-type": "sft"}, identity)
    assert mark is Mark.VALID
    assert read is not None
    for kept, whole in (
        (read.digest, ownership.digest),
        (read.base, ownership.base),
        (read.validation, ownership.validation),
    ):
        assert same_hash(kept, whole) or kept == whole == ""
    assert read.declared == ownership.declared
    flags = ("owner", "name", "protect", "keep", "going", "asserted")
    assert [getattr(read, flag) for flag in flags] == [getattr(ownership, flag) for flag in flags]
    assert encode(read, identity) == labels


@given(ownerships, names, names)
def test_a_mark_of_another_model_is_void(ownership: Ownership, mine: str, other: str) -> None:
    mark, _ = decode(encode(ownership, mine), other)
    assert (mark is Mark.VALID) == (mine == other)


@given(st.dictionaries(st.sampled_from(sorted(encode(OURS, IDENTITY))), st.text(max_size=70)))
def test_any_labels_are_read(labels: dict[str, str]) -> None:
    mark, ownership = decode(labels, IDENTITY)
    assert (ownership is None) == (mark is Mark.NONE)


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({}, Mark.VALID),
        ({"reconciler-id": None}, Mark.NONE),
        ({"reconciler-owner": None}, Mark.NONE),
        ({"reconciler-name": "Not a name"}, Mark.NONE),
        ({"reconciler-owner": "a" * 25}, Mark.NONE),
        ({"reconciler-id": "letters-aaaaaabbbbbbbbb"}, Mark.VOID),
        ({"reconciler-data": None, "reconciler-base": None, "reconciler-declared": None}, Mark.VALID),
        ({"reconciler-data": "x"}, Mark.VOID),
        ({"reconciler-base": "x"}, Mark.VOID),
        ({"reconciler-declared": "five"}, Mark.VOID),
        ({"reconciler-declared": "e5e5e5e5"}, Mark.VOID),
        ({"reconciler-data": "2-abc"}, Mark.NEWER),
        ({"reconciler-validation": "g12-abc"}, Mark.NEWER),
        ({"reconciler-flags": "pz"}, Mark.NEWER),
        ({"reconciler-flags": "pz", "reconciler-id": "letters-aaaaaabbbbbbbbb"}, Mark.VOID),
    ],
)
def test_what_people_make_of_labels(changes: dict[str, Any], mark: Mark) -> None:
    labels = {key: value for key, value in {**encode(OURS, IDENTITY), **changes}.items() if value is not None}
    kind, ownership = decode(labels, IDENTITY)
    assert kind is mark
    if ownership is not None:
        assert (ownership.owner, ownership.name) == ("acme", "numbers")


def test_ours_and_theirs() -> None:
    labels = {**encode(OURS, IDENTITY), "tune-type": "sft", "reconciler-job": "7"}
    assert theirs(labels) == {"tune-type": "sft"}
    assert ours(labels) == {key: value for key, value in labels.items() if key != "tune-type"}
    assert labels[ID] == IDENTITY


def test_an_imported_model_has_an_id_that_no_address_has() -> None:
    assert imported("us-central1/1") == "imported-7cdkqguzkjfsyhkea4z3"
    assert imported("us-central1/1") != imported("us-central1/2")

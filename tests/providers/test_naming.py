"""Ids: frozen, legal, and proof of what they were computed from."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.providers.gemini.rules import NAMING, PREFIX
from reconciler.providers.naming import ID_PATTERN
from reconciler.resource.address import NAME_PATTERN, Address

naming = NAMING
INPUTS = "0" * 64
addresses = st.from_regex(NAME_PATTERN.removesuffix("$"), fullmatch=True).map(Address)
owners = st.from_regex(r"[a-z]([a-z0-9-]{0,22}[a-z0-9])?", fullmatch=True)
inputs = st.text("0123456789abcdef", min_size=64, max_size=64)


@pytest.mark.parametrize(
    ("owner", "name", "attempt", "expected"),
    [
        ("acme", "sentences", 0, "tunedModels/sentences-bmyfwz5s55wxawe"),
        ("acme", "sentences", 1, "tunedModels/sentences-bmyfwzhe24lcwbr"),
        ("other", "sentences", 0, "tunedModels/sentences-zyo3hn5s55wxawe"),
        ("acme", "a", 0, "tunedModels/a-2kzjlz5s55wxawe"),
        ("acme", "customer-support-replies-in-german", 0, "tunedModels/customer-support-replies-4aoykt5s55wxawe"),
        ("acme", "customer-support-replies-in-french", 0, "tunedModels/customer-support-replies-wpumxz5s55wxawe"),
    ],
)
def test_the_recipe_is_frozen(owner: str, name: str, attempt: int, expected: str) -> None:
    assert naming.name(owner, Address(name), INPUTS, attempt) == expected


@given(owners, addresses, inputs, st.integers(0, 1000))
def test_every_id_is_legal_and_shows_its_stem(owner: str, address: Address, inputs: str, attempt: int) -> None:
    name = naming.name(owner, address, inputs, attempt)
    assert re.match(ID_PATTERN, name.removeprefix(PREFIX))
    assert naming.stem_of(name) == naming.stem(owner, address)
    assert name.startswith(naming.stem(owner, address))


def test_a_cut_name_loses_its_trailing_hyphens() -> None:
    assert "/abcdefghijklmnopqrstuvw-" in naming.name("acme", Address("abcdefghijklmnopqrstuvw--x"), INPUTS, 0)
    assert "--" not in naming.name("acme", Address("abcdefghijklmnopqrstuvw--x"), INPUTS, 0)


@given(owners, addresses, inputs, inputs)
def test_other_inputs_are_another_id_with_the_same_stem(owner: str, address: Address, one: str, two: str) -> None:
    left, right = naming.name(owner, address, one, 0), naming.name(owner, address, two, 0)
    assert (left == right) == (one == two)
    assert naming.stem_of(left) == naming.stem_of(right)


@pytest.mark.parametrize(
    "name",
    [
        "tunedModels/number-generator-model-q2d0uism5ivd",  # the service's own: 12 of base 36
        "tunedModels/bmyfwz5s55wxawe",
        "tunedModels/sentences-bmyfwz5s55wxaw",
        "tunedModels/sentences-bmyfwz5s55wxaweX",
        "tunedModels/sentences-bmyfwz5s55wxaw1",
        "models/sentences-bmyfwz5s55wxawe",
        f"tunedModels/{'a' * 25}-bmyfwz5s55wxawe",
        "",
    ],
)
def test_other_names_have_no_stem(name: str) -> None:
    assert naming.stem_of(name) == ""

"""Recipes that are frozen: another value here would plan a training for every model in the world."""

import hashlib
import json
from dataclasses import replace

import pytest

from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.identity import (
    abbreviate,
    base32,
    base_hash,
    base_of,
    hyperparameters,
    inputs_hash,
    names,
    short_digest,
    token,
)
from tests.build import BASE, desired


@pytest.mark.only("gemini")
def test_inputs() -> None:
    """Law 23: golden values of version 1."""
    assert inputs_hash(desired("support", epochs=5, rate=0.001)) == (
        "c17183186f3d5e478d0001903d35640196c025b60cdd5436b5b47e3424e6ceac"
    )
    assert inputs_hash(desired("s", epochs=3, batch=2, multiplier=0.3)) == (
        "d4c6e2bc248ee5df96be317883995c2437fe1d0f4b406ec4f2ae3398514b0f57"
    )
    assert inputs_hash(desired("x", data=None, source="tunedModels/p")) == (
        "dc92bb3a67e92a9af91b5a86cd17564b21802a216b82e8d1e75ce8c0da751ac2"
    )


@pytest.mark.only("vertex")
def test_inputs_of_vertex() -> None:
    """The same recipe: golden values of version 1."""
    assert inputs_hash(desired("support", epochs=5, multiplier=0.1, batch=4)) == (
        "6238b8fda67d60f56d6419f6859dbfd0080c4f5d1d403d7a47b08326ac72c14a"
    )
    assert inputs_hash(desired("x", data=None, source="projects/p/locations/us-central1/models/1@1")) == (
        "b6db30008df1f83f39c809b1a329d400ea1170d5f2b602ca7175e033ce141d14"
    )


def test_the_recipe_of_the_inputs() -> None:
    """Version, base, declared hyperparameters by name as 32-bit floats, digest: as JSON, hashed."""
    want = desired(epochs=3)
    assert want.dataset is not None
    text = json.dumps(["1", BASE, {"epochCount": 3.0}, want.dataset.digest])
    assert inputs_hash(want) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        desired("another name"),
        desired(description="x", display_name="n"),
        desired(protect=True, keep_superseded=3, on_removal="keep", ignore_changes=["dataset"]),
        replace(desired(), labels={"team": "a"}, renamed_from="x"),
    ],
)
def test_only_what_training_can_change_is_an_input(other: Desired) -> None:
    assert inputs_hash(other) == inputs_hash(desired())


def test_every_input_counts() -> None:
    variants = [
        desired(),
        desired(data="two"),
        desired(data=None),
        desired(base="models/other"),
        desired(source="tunedModels/x"),
        desired(epochs=5),
        desired(epochs=6),
        desired(batch=5),
        desired(multiplier=0.001),
        desired(multiplier=0.002),
    ]
    assert len({inputs_hash(each) for each in variants}) == len(variants)


def test_numbers_count_as_the_service_keeps_them() -> None:
    assert inputs_hash(desired(multiplier=0.1)) == inputs_hash(desired(multiplier=0.10000000149011612))
    assert inputs_hash(desired(epochs=5)) == inputs_hash(desired(epochs=5.0))


def test_hyperparameters_are_those_declared() -> None:
    assert hyperparameters(desired(epochs=3, multiplier=0.5, temperature=0.1).fields) == {
        "epochCount": 3.0,
        "learningRateMultiplier": 0.5,
    }


def test_short_hashes() -> None:
    assert base_hash("models/gemini-1.5-flash-001-tuning")[:9] == "7ffa3121f"
    assert token(b"x", 6) == "LXEWQr"
    assert base32(b"x", 9) == "fvyrmqvxe"


def test_a_short_digest_keeps_its_version() -> None:
    assert short_digest("1:9c9d205acf5e62418052f7cb48ab7f150a2442f976e244b9a13099eeeb671e20") == "1:9c9d205acf5e624180"
    assert short_digest("2:" + "00" * 32) == "2:000000000000000000"


def test_what_a_model_is_tuned_from() -> None:
    assert base_of(desired().fields) == BASE
    assert base_of(desired(source="tunedModels/p").fields) == "tunedModels/p"
    assert base_of({}) == ""


def test_a_name_that_fits_is_whole() -> None:
    assert abbreviate("short", 12) == "short"
    assert abbreviate("a" * 12, 12) == "a" * 12


def test_a_name_that_does_not_fit_is_cut_and_hashed() -> None:
    short = abbreviate("a" * 63, 30)
    assert short == "aaaaaaaaaaaaaaaaaaaaaa~pu7hjic"
    assert len(short) == 30


def test_an_abbreviated_name_stands_for_one_name() -> None:
    long = "a" * 62 + "1"
    for room in (12, 20, 40, 63):
        assert names(abbreviate(long, room), long)
        assert room == 63 or not names(abbreviate(long, room), "a" * 62 + "2")
    assert names("a", "a")
    assert not names("a", "ab")
    assert not names("ab", "a")


def test_addresses_sort_and_read_as_people_write_them() -> None:
    assert str(Address("a")) == "TunedModel/a"
    assert Address("a") < Address("b")

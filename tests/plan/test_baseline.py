"""The workspace of a pull request and that of its base: the stricter bounds count, and every difference is told."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.plan.baseline import bounded, differences
from reconciler.resource.prices import Prices
from reconciler.resource.workspace import Limits, Workspace

HOME = Workspace("w", "o")
EUR = Prices("EUR", "2026-11-01", "", {"a": Decimal(5), "b": Decimal(1)})


@pytest.mark.parametrize("limit", [field.name for field in fields(Limits)])
@pytest.mark.parametrize(
    ("current", "base", "counts"), [(9, 2, 2), (2, 9, 2), (None, 2, 2), (2, None, 2), (None, None, None)]
)
def test_the_lower_limit_counts(limit: str, current: Any, base: Any, counts: Any) -> None:
    one, other = (replace(HOME, limits=Limits(**{limit: value})) for value in (current, base))
    assert bounded(one, other).limits == Limits(**{limit: counts})


@pytest.mark.parametrize(("current", "base"), [("sync", "create-only"), ("create-only", "upsert-only")])
def test_the_stricter_policy_counts(current: str, base: str) -> None:
    assert bounded(replace(HOME, policy=current), replace(HOME, policy=base)).policy == "create-only"


def test_the_dearer_price_counts() -> None:
    cheaper = replace(EUR, as_of="2026-11-20", million_tokens={"a": Decimal(1), "b": Decimal(7), "c": Decimal(3)})
    made = bounded(replace(HOME, prices=cheaper), replace(HOME, prices=EUR)).prices
    assert made == replace(cheaper, million_tokens={"a": Decimal(5), "b": Decimal(7), "c": Decimal(3)})


def test_a_price_that_is_taken_away_is_none() -> None:
    """So that a limit on costs refuses what it can no longer judge."""
    assert bounded(HOME, replace(HOME, prices=EUR)).prices is None
    assert bounded(replace(HOME, prices=EUR), HOME).prices == EUR


def test_in_another_currency_the_prices_of_the_base_count() -> None:
    yen = replace(EUR, currency="JPY", million_tokens={"a": Decimal(1)})
    assert bounded(replace(HOME, prices=yen), replace(HOME, prices=EUR)).prices == EUR


def test_nothing_else_is_taken_from_the_base() -> None:
    base = Workspace("v", "p", "vertex", endpoint="emulator", keep_superseded=3)
    assert bounded(HOME, base) == HOME


def test_differences_begin_with_bounds() -> None:
    base = replace(HOME, keep_superseded=2, limits=Limits(max_steps=5), name="other")
    limit, kept = differences(HOME, base, "main")
    assert limit.startswith("the workspace differs from main in spec.limits.maxSteps: 5 -> not set; the stricter value")
    assert kept == "the workspace differs from main in spec.keepSuperseded: 2 -> 0"
    assert [*differences(HOME, HOME, "main")] == []


def test_long_values_are_cut() -> None:
    (told,) = differences(replace(HOME, former_owners=("o" * 500,)), HOME, "main")
    assert told.endswith("o…")
    assert len(told) < 300

"""Prices as people write them: to the digit, of one currency, for some time."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.resource.prices import Prices, prices
from reconciler.resource.schema.workspace import WorkspaceDocument
from reconciler.resource.workspace import workspace

CONTENT = {"currency": "EUR", "asOf": "2026-11-01", "perMillionTokens": {"models/a": 0.1, "models/b": 12}}


def document(**spec: Any) -> dict[str, Any]:
    """A Workspace with these prices and limits."""
    return {
        "apiVersion": "reconciler.dev/v1alpha1",
        "kind": "Workspace",
        "metadata": {"name": "ws"},
        "spec": spec,
    }


def test_prices_are_decimal_as_written() -> None:
    assert prices(CONTENT) == Prices("EUR", "2026-11-01", "", {"models/a": Decimal("0.1"), "models/b": Decimal(12)})


def test_money_does_not_lose_a_digit() -> None:
    """Three tenths are no 0.30000000000000004."""
    assert prices(CONTENT).cost("models/a", 3_000_000) == Decimal("0.3")
    assert prices(CONTENT).cost("models/a", 1) == Decimal("0.0000001")
    assert prices(CONTENT).cost("models/b", 1_500_000) == 18


def test_without_a_price_there_is_no_cost() -> None:
    assert prices(CONTENT).cost("models/c", 1) is None


@pytest.mark.parametrize(
    ("until", "today", "outdated"),
    [("2026-11-20", "2026-11-20", False), ("2026-11-20", "2026-11-21", True), ("", "9999-12-31", False)],
)
def test_prices_are_believed_up_to_their_last_day(until: str, today: str, outdated: bool) -> None:  # noqa: FBT001
    assert prices({**CONTENT, **({"validUntil": until} if until else {})}).outdated(today) is outdated


def test_a_workspace_may_have_prices_and_a_limit_in_money() -> None:
    read = workspace(document(prices={**CONTENT, "validUntil": None}, limits={"maxCost": 0.3}))
    assert read.prices == prices(CONTENT)
    assert read.limits.max_cost == Decimal("0.3")
    assert workspace(document()).prices is None
    assert workspace(document(prices=None, limits={"maxCost": None})).limits.max_cost is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "usd"},
        {"currency": "$"},
        {"asOf": "01.11.2026"},
        {"asOf": "2026-13-01"},
        {"validUntil": "soon"},
        {"perMillionTokens": {}},
        {"perMillionTokens": {"": 1}},
        {"perMillionTokens": {"models/a": -1}},
        {"perMillionTokens": {"models/a": float("nan")}},
        {"perMillionTokens": {"models/a": "12"}},
        {"perMillionTokens": {"models/a": 1e10}},
        {"perHour": 3},
    ],
)
def test_what_no_price_list_says(wrong: dict[str, Any]) -> None:
    WorkspaceDocument.model_validate(document(prices=CONTENT))
    with pytest.raises(ValidationError):
        WorkspaceDocument.model_validate(document(prices={**CONTENT, **wrong}))


@pytest.mark.parametrize("missing", ["currency", "asOf", "perMillionTokens"])
def test_what_every_price_list_says(missing: str) -> None:
    with pytest.raises(ValidationError):
        WorkspaceDocument.model_validate(document(prices={k: v for k, v in CONTENT.items() if k != missing}))

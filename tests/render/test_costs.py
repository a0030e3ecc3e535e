"""Steps, tokens, time and money in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.plan.change import Action, Change, Estimate, Steps
from reconciler.plan.plan import Context, Plan
from reconciler.render.costs import amount, summed, taken, wasted
from reconciler.resource.address import Address
from reconciler.resource.prices import Prices

USD = Prices("USD", "2026-11-01")
WHOLE = Estimate(3060, 2400, Decimal("0.05"))
ROW = Change(Address("a"), Action.CREATE, (), steps=Steps(38), estimate=WHOLE)


def test_a_row_tells_all_that_is_known() -> None:
    assert taken(ROW, USD) == "38 training steps, an estimated 3,060 training tokens, about 40m00s, about 0.05 USD"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (replace(ROW, estimate=None), "38 training steps"),
        (replace(ROW, steps=Steps(1200, exact=False), estimate=Estimate()), "at most 1,200 training steps"),
        (replace(ROW, steps=Steps(1), estimate=Estimate(1)), "1 training step, an estimated 1 training token"),
        (replace(ROW, steps=None, estimate=Estimate(cost=Decimal(0))), "about 0.00 USD"),
        (replace(ROW, steps=None, estimate=None), ""),
        (replace(ROW, action=Action.UPDATE), ""),
        (
            replace(ROW, action=Action.NOOP, intended=Action.REPLACE, estimate=None, refused=True),
            "would take 38 training steps",
        ),
        (replace(ROW, action=Action.NOOP, intended=Action.REPLACE, steps=None, estimate=None), ""),
    ],
)
def test_what_is_not_known_is_left_out_of_a_row(row: Change, told: str) -> None:
    assert taken(row, USD) == told


@pytest.mark.parametrize(
    ("cost", "about", "told"),
    [
        ("1234.565", "about", "about 1,234.57 USD"),
        ("0.01", "about", "about 0.01 USD"),
        ("0.0099", "about", "less than 0.01 USD"),
        ("0.0099", "at least", "more than 0 USD"),
        ("2", "at least", "at least 2.00 USD"),
        ("0", "about", "about 0.00 USD"),
    ],
)
def test_money_is_told_to_the_cent_and_never_as_nothing(cost: str, about: str, told: str) -> None:
    assert amount(Decimal(cost), USD, about) == told


def test_money_without_a_currency() -> None:
    assert amount(Decimal(2), None) == "about 2.00"


LOST = (Estimate(cost=Decimal("1.25")), Estimate(), Estimate(cost=Decimal(1)))


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ((), ""),
        (LOST[:1], "1 training under way is thrown away, about 1.25 USD"),
        (LOST[::2], "2 trainings under way are thrown away, about 2.25 USD"),
        (LOST, "3 trainings under way are thrown away, at least 2.25 USD, 1 of unknown cost"),
        (LOST[1:2], "1 training under way is thrown away, of unknown cost"),
        ((Estimate(),) * 1000, "1,000 trainings under way are thrown away, of unknown cost"),
        ((Estimate(cost=Decimal(0)),), "1 training under way is thrown away, about 0.00 USD"),
    ],
)
def test_what_is_thrown_away_is_always_told(lost: tuple[Estimate, ...], said: str) -> None:
    row = replace(ROW, wasted=lost)
    assert wasted(row, USD) == said
    assert told(replace(row, action=Action.WAIT)) == ([f"{said}."] if said else [])


def test_without_prices_nothing_is_said_of_what_it_costs() -> None:
    row = replace(ROW, action=Action.WAIT, wasted=(Estimate(), Estimate()))
    assert wasted(row, None) == "2 trainings under way are thrown away"
    assert told(row, prices=None) == ["2 trainings under way are thrown away."]


def told(*rows: Change, prices: Prices | None = USD) -> list[str]:
    """What is said of a plan of these rows."""
    return list(summed(Plan(Context("w", "o", "p", "v", "h"), rows, prices=prices)))


def named(name: str, row: Change = ROW) -> Change:
    """The same row of another address."""
    return replace(row, address=Address(name))


def test_a_sum_of_what_is_known() -> None:
    (said,) = told(ROW, named("b"))
    assert said == (
        "2 trainings, 76 steps, an estimated 6,120 training tokens, ready in about 40m00s, about 0.10 USD. "
        "Prices as of 2026-11-01."
    )


def test_a_sum_is_the_least_where_something_is_not_known() -> None:
    blank = replace(ROW, steps=None, estimate=None)
    (said,) = told(ROW, named("b", blank))
    assert said == (
        "2 trainings, at least 38 steps, at least 3,060 training tokens, ready in at least 40m00s, "
        "at least 0.05 USD, 1 of unknown cost. Prices as of 2026-11-01."
    )


def test_a_sum_without_prices_says_nothing_of_money() -> None:
    blank = replace(ROW, steps=Steps(1, exact=False), estimate=None)
    assert told(blank, prices=None) == ["1 training, at most 1 step."]
    assert told(blank) == ["1 training, at most 1 step, 1 of unknown cost. Prices as of 2026-11-01."]
    assert told(replace(blank, steps=None), prices=None) == ["1 training."]


def test_nothing_is_said_of_nothing() -> None:
    assert told() == []
    assert told(replace(ROW, action=Action.UPDATE)) == []


def test_a_sum_of_what_is_thrown_away_is_of_all_rows_and_behind_what_begins() -> None:
    rows = (replace(ROW, wasted=LOST[:1]), named("b", replace(ROW, action=Action.WAIT, wasted=LOST[1:])))
    begun, lost = told(*rows)
    assert begun.startswith("1 training, 38 steps")
    assert lost == "3 trainings under way are thrown away, at least 2.25 USD, 1 of unknown cost."

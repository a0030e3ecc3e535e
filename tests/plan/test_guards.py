"""Limits on what one plan may do, on both sides of each."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.errors import UnsafePlan
from reconciler.plan.change import Action, Estimate
from reconciler.plan.guards import Bounds, guard, tightest
from reconciler.plan.plan import Plan
from reconciler.plan.policy import POLICIES
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Observed, State
from reconciler.resource.prices import Prices
from tests.build import desired, observed, planned

EUR = Prices("EUR", "2026-11-01")


def fleet(number: int, data: str = "one") -> list[Desired]:
    """Declare several models, each with data of its own."""
    return [desired(f"m{n}", data=f"{data} {n}") for n in range(number)]


def running(wants: list[Desired], state: State = State.READY) -> list[Observed]:
    """Derive their models."""
    return [observed(want, state) for want in wants]


def objection(made: Plan, declared: int, **bounds: object) -> str:
    """What the guard says; empty if it lets the plan pass."""
    try:
        passed = guard(made, Bounds(**bounds), declared=declared)  # type: ignore[arg-type]  # parametrised
    except UnsafePlan as refusal:
        return str(refusal)
    assert passed is made
    return ""


@pytest.mark.parametrize(
    ("owned", "deleted", "safe"), [(10, 3, True), (10, 4, False), (9, 8, True), (20, 6, True), (23, 7, False)]
)
def test_more_than_thirty_percent_of_ten(owned: int, deleted: int, safe: bool) -> None:  # noqa: FBT001
    wants = fleet(owned)
    made = planned(wants[deleted:], *running(wants))
    said = objection(made, owned - deleted)
    assert (said == "") is safe
    if not safe:
        assert f"({deleted}/{owned})" in said
        assert "--max-share" in said


def test_replacements_count_once() -> None:
    wants = fleet(10)
    models = running(wants)
    assert not objection(planned([*fleet(3, "new"), *wants[3:]], *models), 10)
    assert "40.00%" in objection(planned([*fleet(4, "new"), *wants[4:]], *models), 10)
    assert not objection(planned([*fleet(4, "new"), *wants[4:]], *models), 10, share=40)


def test_a_run_that_was_cut_short_can_always_be_finished() -> None:
    """Law 16: twelve replacements approved, killed after the creates: twelve of twenty-four are deleted."""
    wants = fleet(12, "new")
    made = planned(wants, *running(fleet(12)), *running(wants))
    assert made.counts.delete == 12
    assert not objection(made, 12)


def test_what_still_trains_and_then_goes_counts() -> None:
    wants = fleet(10)
    made = planned(wants[4:], *running(wants[:4], State.TRAINING), *running(wants[4:]))
    assert "40.00%" in objection(made, 6)


def test_failed_models_serve_nobody_and_count_nowhere() -> None:
    """Law 16."""
    wants = fleet(12)
    made = planned(wants[6:], *running(wants[:6], State.FAILED), *running(wants[6:]))
    assert not objection(made, 6)
    assert not objection(made, 6, deletes=0)


def test_refused_rows_do_not_count() -> None:
    wants = [desired(f"m{n}", data=f"one {n}", protect=True) for n in range(10)]
    made = planned([], *running(wants))
    assert not objection(made, 0)


@pytest.mark.parametrize(("owned", "left", "safe"), [(2, 0, False), (2, 1, True), (3, 0, False), (1, 0, True)])
def test_all_of_two_or_more(owned: int, left: int, safe: bool) -> None:  # noqa: FBT001
    """Law 16: refused at any size."""
    wants = fleet(owned)
    made = planned([*wants[:left], desired("new")], *running(wants))
    said = objection(made, left + 1)
    assert (said == "") is safe
    if not safe:
        assert "--allow-delete-all" in said
        assert not objection(made, left + 1, everything=True)


def test_all_of_them_counts_the_failed_ones_too() -> None:
    wants = fleet(3)
    made = planned([desired("new")], *running(wants[:2]), *running(wants[2:], State.FAILED))
    assert "all 3 models" in objection(made, 1)


def test_a_guard_refuses_the_whole_plan() -> None:
    with pytest.raises(UnsafePlan) as refusal:
        guard(planned(fleet(1)), Bounds(creates=0), declared=1)
    assert (refusal.value.exit_code, refusal.value.reason) == (4, "GUARD")


def test_no_manifest_at_all() -> None:
    made = planned([], *running(fleet(1)))
    assert "--allow-empty" in objection(made, 0)
    assert not objection(made, 0, empty=True)
    assert not objection(planned([]), 0)


def test_the_share_is_of_all_models_selected_or_not() -> None:
    """Law 8: a selection of four replacements out of twenty models is a fifth."""
    wants = [*fleet(4, "new"), *fleet(20)[4:]]
    made = planned(wants, *running(fleet(20)), selected=[f"m{n}" for n in range(4)])
    assert made.owned == 20
    assert not objection(made, 20)


@pytest.mark.parametrize(
    ("made", "name", "number"),
    [
        (planned(fleet(2)), "creates", 2),
        (planned(fleet(2), *running(fleet(2, "old"))), "replaces", 2),
        (planned([desired("x")], observed(desired("y", data="y")), observed(desired("x"))), "deletes", 1),
        pytest.param(planned([desired(epochs=5, batch=4)]), "steps", 19, marks=pytest.mark.only("gemini")),
        pytest.param(
            planned([desired(epochs=5, batch=4)], observed(desired(data="old"))),
            "steps",
            19,
            marks=pytest.mark.only("gemini"),
        ),
    ],
)
def test_every_limit_on_both_sides(made: Plan, name: str, number: int) -> None:
    assert not objection(made, 2, **{name: number})
    said = objection(made, 2, **{name: number - 1})
    assert f"{name}: {number} is over the limit of {number - 1}" in said
    assert f"--max-{name}" in said


def test_a_replacement_is_no_create() -> None:
    assert not objection(planned(fleet(2), *running(fleet(2, "old"))), 2, creates=0)


def test_under_a_policy_that_deletes_nothing_no_delete_counts() -> None:
    """Law 16: guards look at the plan after the policy."""
    wants = fleet(10)
    made = POLICIES["upsert-only"](planned(fleet(10, "new")[:5], *running(wants)))
    assert not objection(made, 5)


@pytest.mark.only("gemini")
def test_all_objections_at_once() -> None:
    said = objection(planned(fleet(3)), 3, creates=1, steps=1)
    assert "creates: 3 is over" in said
    assert "steps: 57 is over" in said


@pytest.mark.only("gemini")
def test_steps_that_are_paid_for_already_do_not_count() -> None:
    """A training under way is awaited, not begun."""
    wants = fleet(3)
    waiting = planned(wants, *running(wants, State.TRAINING))
    assert [change.steps.number for change in waiting.changes if change.steps] == [19] * 3
    assert objection(waiting, 3, steps=0) == ""


def test_the_strictest_of_several_limits_wins() -> None:
    """Law 29."""
    assert tightest(None, 5, 3) == 3
    assert tightest(0, 5) == 0
    assert tightest(None, None) is None


def costing(*costs: str | None, prices: Prices | None = EUR) -> Plan:
    """A plan of trainings with these costs; one of None is known to nobody, for want of a price."""
    made = planned(fleet(len(costs)))
    estimates = [Estimate(missing="a price") if cost is None else Estimate(cost=Decimal(cost)) for cost in costs]
    rows = (replace(row, estimate=each) for row, each in zip(made.changes, estimates, strict=True))
    return replace(made, changes=tuple(rows), prices=prices)


def test_a_budget_in_money_on_both_sides() -> None:
    made = costing("4.10", "5.90")
    assert not objection(made, 2, cost=Decimal(10))
    assert objection(made, 2, cost=Decimal("9.99")) == (
        "cost: 10 is over the limit of 9.99 EUR; "
        "if that is meant, raise limits.maxCost, or `--max-cost` where that is lower"
    )


def test_what_nobody_can_price_is_within_no_budget() -> None:
    """An unknown cost is no zero."""
    said = objection(costing("1", None, None), 3, cost=Decimal(10))
    assert said == (
        "cost: what TunedModel/m1 (and 1 more) costs is not known, so the limit of 10 EUR cannot be kept; "
        "needed: a price; or take the limit away"
    )
    assert not objection(costing("1", None, None), 3)


def test_all_that_is_missing_is_named_once() -> None:
    made = costing(None, None, None, prices=None)
    bare = (replace(made.changes[0], estimate=None), *made.changes[1:])
    said = objection(replace(made, changes=bare), 3, cost=Decimal(10))
    assert "so the limit of 10 cannot be kept; needed: a dataset, a price; or" in said


def test_what_is_known_can_be_over_the_budget_whatever_the_rest_costs() -> None:
    said = objection(costing("11", None), 2, cost=Decimal(10))
    assert "TunedModel/m1 costs is not known" in said
    assert "cost: 11 is over the limit of 10 EUR" in said


def test_a_plan_that_trains_nothing_is_within_any_budget() -> None:
    wants = fleet(2)
    assert not objection(planned(wants, *running(wants)), 2, cost=Decimal(0), steps=0)


@pytest.mark.parametrize("refused", [False, True])
def test_a_refused_training_costs_nothing(refused: bool) -> None:  # noqa: FBT001
    made = costing("11")
    row = made.changes[0]
    if refused:
        made = replace(made, changes=(replace(row, refused=True, intended=row.action, action=Action.NOOP),))
    assert bool(objection(made, 1, cost=Decimal(10))) is not refused


def test_steps_that_nobody_can_count_are_within_no_limit() -> None:
    made = planned(fleet(2))
    rows = tuple(replace(row, steps=None) for row in made.changes)
    said = objection(replace(made, changes=rows), 2, steps=100)
    assert "steps: how many TunedModel/m0 (and 1 more) takes is not known, and the limit is 100" in said
    assert "over the limit" not in said


def test_the_tightest_of_several_limits() -> None:
    assert tightest(None, Decimal(3), Decimal(2)) == 2
    assert tightest(None, None) is None

"""What trainings take: from the data, the declared epochs, past trainings and the prices; and what nobody can know."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.plan.change import Action, Estimate
from reconciler.plan.estimate import estimated
from reconciler.plan.plan import Plan
from reconciler.plan.total import Total, total
from reconciler.resource.address import Address
from reconciler.resource.datachange import DataChange, Lengths, Side
from reconciler.resource.dataset import Dataset, Locator
from reconciler.resource.desired import Desired
from reconciler.resource.lineage import rooted
from reconciler.resource.observed import Observed, State
from reconciler.resource.prices import Prices
from reconciler.resource.rules import FieldRule, Mutability
from tests.build import BASE, RULES, desired, marked, observed, planned, row

TODAY = "2026-11-20"
PRICES = Prices("USD", "2026-11-01", "2026-12-31", {BASE: Decimal(5)})
EPOCHS = "hyperparameters.epochCount"


def sized(want: Desired, tokens: int) -> Desired:
    """The same model, with data of so many tokens."""
    assert want.dataset is not None
    return replace(want, dataset=replace(want.dataset, tokens=tokens))


def want(name: str = "a", tokens: int = 1000, **said: Any) -> Desired:
    """A declared model with data of its own."""
    return sized(desired(name, **{"data": f"of {name}", "epochs": 2, **said}), tokens)


def trained(of: Desired, seconds: int = 100, **said: Any) -> Observed:
    """A model whose training took so long."""
    over = f"2024-05-01T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"
    return replace(observed(of, **said), completed=over)


def judged(wants: Desired | list[Desired], *models: Observed, prices: Prices | None = PRICES, **said: Any) -> Plan:
    """Plan, and estimate."""
    wants = list(rooted([wants] if isinstance(wants, Desired) else wants))
    return estimated(planned(wants, *models, **said), wants, RULES, prices, TODAY)


def estimate(made: Plan, name: str = "a") -> Estimate:
    """What the training of an address takes."""
    found = row(made, name).estimate
    assert found is not None
    return found


def test_tokens_are_read_once_an_epoch_and_priced_by_the_million() -> None:
    assert estimate(judged(want(epochs=3))) == Estimate(3000, None, Decimal("0.015"))


def test_a_part_of_an_epoch_is_rounded_up_in_tokens() -> None:
    made = sized(desired(epochs=2, data="x"), 3)
    assert estimate(judged(replace(made, fields={**made.fields, EPOCHS: 1.5}))).tokens == 5


def test_the_same_plan_comes_back() -> None:
    """Estimates are read by people, and change nothing that is done."""
    wants = [want("a"), want("b")]
    plain, made = (
        planned(wants, observed(want("b", tokens=0, data="old"))),
        judged(wants, observed(want("b", data="old"))),
    )
    assert made.digest == plain.digest
    assert made.prices == PRICES
    assert [each.address for each in made.changes] == [each.address for each in plain.changes]


def test_what_does_not_train_has_no_estimate() -> None:
    made = judged([want("a"), want("b", temperature=0.1, data="b")], observed(want("a")), observed(want("b", data="b")))
    assert [(each.estimate, each.wasted) for each in made.changes] == [(None, ()), (None, ())]
    assert total(made) == Total()


def test_a_refused_training_is_estimated_and_not_in_the_sum() -> None:
    made = judged(want(protect=True), marked(observed(desired(data="old")), protect=True))
    assert row(made).refused
    assert estimate(made).tokens == 2000
    assert total(made) == Total()


def test_epochs_that_are_not_declared_are_as_documented_the_most_of_them() -> None:
    made = sized(desired(data="x"), 1000)
    plain = planned([made])

    def tokens(rules: Mapping[str, FieldRule]) -> int | None:
        return estimate(estimated(plain, [made], rules, PRICES, TODAY)).tokens

    assert tokens({EPOCHS: FieldRule(EPOCHS, Mutability.RETRAIN, "", defaults=(5, 10))}) == 10_000
    assert tokens({EPOCHS: FieldRule(EPOCHS, Mutability.RETRAIN, "")}) is None
    assert tokens({}) is None


@pytest.mark.parametrize("epochs", [True, 0, -1, float("nan"), float("inf"), "many"])
def test_epochs_that_make_no_sense_are_not_known(epochs: Any) -> None:
    made = want()
    odd = replace(made, fields={**made.fields, EPOCHS: epochs})
    plan = Plan(planned([]).context, (replace(row(planned([made])), desired=odd),))
    told = estimate(estimated(plan, [odd], RULES, PRICES, TODAY))
    assert told == Estimate(missing="a declared hyperparameters.epochCount")


@pytest.mark.parametrize(
    ("made", "prices", "missing"),
    [
        (want(), None, "spec.prices in the workspace"),
        (want(tokens=0), PRICES, "data whose tokens can be counted"),
        (want(), replace(PRICES, million_tokens={"models/other": Decimal(1)}), f"a price for {BASE} in spec.prices"),
        (want(parent="TunedModel/elsewhere"), PRICES, "a parent that is declared here"),
    ],
)
def test_what_is_missing_is_named(made: Desired, prices: Prices | None, missing: str) -> None:
    plan = Plan(planned([]).context, (replace(row(planned([want()])), desired=made),))
    told = estimate(estimated(plan, [made], RULES, prices, TODAY))
    assert (told.cost, told.missing) == (None, missing)


def test_a_price_of_nothing_is_a_price() -> None:
    told = estimate(judged(want(), prices=replace(PRICES, million_tokens={BASE: Decimal(0)})))
    assert (told.cost, told.missing) == (Decimal(0), "")


def test_of_data_in_cloud_storage_nobody_counts_the_tokens() -> None:
    made = want()
    stored = Dataset("g1:" + "a" * 64, 0, 0, 0, 900, Locator("gs://b/o", "contents", "", ""))
    assert estimate(judged(replace(made, dataset=stored))) == Estimate(missing="data whose tokens can be counted")


def test_without_data_there_is_no_estimate() -> None:
    plain = planned([want()])
    bare = replace(row(plain), desired=replace(want(), dataset=None))
    assert row(estimated(replace(plain, changes=(bare,)), [], RULES, PRICES, TODAY)).estimate is None


def test_time_goes_by_the_past_training_that_is_nearest_in_size() -> None:
    small, large = want("small", 100), want("large", 4000)
    models = trained(small, 100), trained(large, 400)

    def seconds(tokens: int) -> int | None:
        return estimate(judged([want(tokens=tokens), small, large], *models)).seconds

    assert seconds(50) == 50
    assert seconds(100) == 100
    assert seconds(600) == 600  # 6 times the small one, a seventh of the large one
    assert seconds(700) == 70
    assert seconds(8000) == 800


def test_what_reads_nobody_knows_how_much_takes_nobody_knows_how_long() -> None:
    other = want("b")
    assert estimate(judged([want(tokens=0), other], trained(other))).seconds is None


def test_one_token_is_something() -> None:
    assert estimate(judged(want(tokens=1, epochs=1))).tokens == 1


def test_time_is_rounded_up() -> None:
    other = want("b", 300)
    assert estimate(judged([want(tokens=100), other], trained(other, 100))).seconds == 34


def test_of_past_trainings_of_one_size_the_slowest_counts() -> None:
    others = [want("b"), want("c"), want("d")]
    models = [trained(each, seconds) for each, seconds in zip(others, (60, 90, 30), strict=True)]
    assert estimate(judged([want(), *others], *models)).seconds == 90


@pytest.mark.parametrize(
    "past",
    [
        trained(want("b"), state=State.FAILED),
        trained(want("b"), state=State.TRAINING),
        replace(trained(want("b")), completed=""),
        replace(trained(want("b")), completed="yesterday"),
        replace(trained(want("b")), completed="2024-05-01T01:00:00"),  # no zone, so it cannot be compared
        replace(trained(want("b")), completed="2024-04-30T23:59:59Z"),
        trained(want("b", data="other data")),
        marked(trained(want("b")), base="0" * 64),
        marked(trained(want("b")), digest=""),
        replace(trained(want("b")), ownership=None),
        trained(want("b"), epochs=None),
        trained(want("b"), epochs=0),
        trained(want("b"), epochs=float("inf")),
    ],
)
def test_a_past_training_of_which_too_little_is_known_tells_nothing(past: Observed) -> None:
    assert estimate(judged([want(), want("b")], past)).seconds is None
    assert estimate(judged([want(), want("b")], trained(want("b")))).seconds == 100


def test_a_past_training_without_tokens_tells_nothing() -> None:
    other = want("b", tokens=0)
    assert estimate(judged([want(), other], trained(other))).seconds is None


def test_a_training_of_another_base_tells_nothing() -> None:
    other = want("b", base="models/another")
    assert estimate(judged([want(), other], trained(other))).seconds is None


def test_a_child_has_the_base_of_its_ancestors() -> None:
    child = replace(want("child"), fields={EPOCHS: 2, "preTunedModel.address": "TunedModel/middle"})
    middle = replace(want("middle"), fields={EPOCHS: 2, "preTunedModel.address": "TunedModel/root"})
    root = want("root")
    wants = list(rooted([child, middle, root]))
    made = judged(wants, *(trained(each) for each in wants if each.address.name != "child"))
    assert estimate(made, "child") == Estimate(2000, 100, Decimal("0.01"))


def test_a_parent_counts_although_it_is_not_selected() -> None:
    child = replace(want("child"), fields={EPOCHS: 2, "preTunedModel.address": "TunedModel/root"})
    wants = list(rooted([child, want("root")]))
    parent = trained(wants[1])
    made = planned(wants, parent, selected=["child"])
    assert [each.address.name for each in made.changes if each.desired] == ["child"]
    assert estimate(estimated(made, wants, RULES, PRICES, TODAY), "child").cost == Decimal("0.01")


def test_circles_and_unknown_parents_have_no_base_and_no_past_in_common() -> None:
    """Two children of models that are not declared here need not have anything in common."""

    def child(name: str, parent: str) -> Desired:
        return replace(want(name), fields={EPOCHS: 2, "preTunedModel.address": f"TunedModel/{parent}"})

    wants = list(rooted([child("a", "b"), child("b", "a"), child("c", "gone"), child("d", "gone")]))
    plain = planned([want("c")])
    rows = (
        *(replace(row(plain, "c"), address=each.address, desired=each) for each in wants[:3]),
        replace(
            row(plain, "c"), address=Address("d"), desired=wants[3], action=Action.NOOP, observed=trained(wants[3])
        ),
    )
    made = estimated(replace(plain, changes=rows), wants, RULES, PRICES, TODAY)
    for name in "abc":
        assert estimate(made, name) == Estimate(2000, missing="a parent that is declared here")


def under_way(of: Desired, **said: Any) -> Observed:
    """A model in training."""
    return observed(of, State.TRAINING, **said)


def test_a_training_that_is_superseded_by_other_epochs_is_wasted_at_a_known_price() -> None:
    made = judged(want(epochs=3), observed(desired(data="serves")), under_way(want(epochs=2)))
    assert row(made).wasted == (Estimate(2000, None, Decimal("0.01")),)
    assert total(made).wasted == Decimal("0.01")


@pytest.mark.parametrize(
    "old",
    [
        under_way(want(data="other")),
        marked(under_way(want(epochs=2)), base="0" * 64),
        under_way(want(epochs=2), epochs=None),
    ],
)
def test_what_another_training_costs_is_not_known_and_told_so(old: Observed) -> None:
    made = judged(want(epochs=3), observed(desired(data="serves")), old)
    (lost,) = row(made).wasted
    assert lost.cost is None
    assert (total(made).thrown_away, total(made).wasted, total(made).unknown_wasted) == (1, Decimal(0), 1)


def test_a_leftover_that_trains_is_wasted_once() -> None:
    made = judged(want(epochs=3), observed(want(epochs=3)), under_way(want(epochs=2)))
    assert [each.wasted for each in made.changes if each.wasted] == [(Estimate(2000, None, Decimal("0.01")),)]


def test_what_is_thrown_away_is_counted_without_prices() -> None:
    made = judged(want(epochs=3), observed(desired(data="serves")), under_way(want(epochs=2)), prices=None)
    assert row(made).wasted == (Estimate(2000, missing="spec.prices in the workspace"),)
    assert (total(made).thrown_away, total(made).unknown_wasted) == (1, 1)


def test_an_undeclared_training_is_wasted_at_an_unknown_price() -> None:
    made = judged(want("b"), under_way(want("gone")))
    assert row(made, "gone").wasted == (Estimate(),)


def test_what_is_superseded_when_ready_is_not_wasted_nor_is_anything_by_a_refused_row() -> None:
    assert row(judged(want(epochs=3), observed(want(epochs=2)))).wasted == ()
    plain = planned(want(epochs=3), observed(desired(data="serves")), under_way(want(epochs=2)))
    refused = replace(plain, changes=tuple(replace(each, refused=True) for each in plain.changes))
    made = estimated(refused, [want(epochs=3)], RULES, PRICES, TODAY)
    assert all(each.wasted == () for each in made.changes)


def test_outdated_prices_are_told_where_something_is_trained() -> None:
    said = "the prices are out of date: looked up on 2026-11-01, valid until 2026-11-19; look them up again"
    old = replace(PRICES, valid_until="2026-11-19")
    assert judged(want(), prices=old).warnings == (said,)
    assert judged(want(), observed(want()), prices=old).warnings == ()
    assert judged(want(), prices=replace(PRICES, valid_until=TODAY)).warnings == ()
    assert judged(want(), prices=None).warnings == ()


def test_bases_without_a_price_are_told_each_once() -> None:
    wants = [want("a", base="models/y"), want("b", base="models/x"), want("c", base="models/x"), want("d")]
    assert judged(wants).warnings == (
        "spec.prices has no price for models/x, so nobody knows what 2 trainings will cost",
        "spec.prices has no price for models/y, so nobody knows what one training will cost",
    )
    assert judged(wants, *(observed(each) for each in wants)).warnings == ()


def test_warnings_of_the_planner_stay_first() -> None:
    plain = replace(planned([want(base="models/y")]), warnings=("careful",))
    told = estimated(plain, [want(base="models/y")], RULES, PRICES, TODAY).warnings
    assert (told[0], len(told)) == ("careful", 2)


def looked(wants: Desired, *models: Observed, before: Side) -> Plan:
    """Plan, find what the data were, and estimate."""
    plan = planned([wants], *models)
    rows = tuple(replace(each, data=DataChange(None, before)) for each in plan.changes)
    return estimated(replace(plan, changes=rows), [wants], RULES, PRICES, TODAY)


def test_a_training_on_data_that_were_found_tells_how_long_it_takes() -> None:
    """The commonest review: one dataset has changed, and nothing else was trained."""
    former = want(data="old", tokens=500)
    assert former.dataset is not None
    found = Side(former.dataset.digest, 15, Lengths(), Lengths(), tokens=500)
    assert estimate(looked(want(), trained(former, seconds=100), before=found)).seconds == 200
    other = replace(found, digest="1:" + "0" * 64)
    assert estimate(looked(want(), trained(former, seconds=100), before=other)).seconds is None


def test_a_training_on_data_that_were_found_tells_what_is_wasted() -> None:
    former = want(data="old", tokens=500)
    assert former.dataset is not None
    found = Side(former.dataset.digest, 15, Lengths(), Lengths(), tokens=500)
    made = looked(want(), observed(former, State.TRAINING), before=found)
    assert total(made).wasted == Decimal("0.005")
    assert total(made).unknown_wasted == 0

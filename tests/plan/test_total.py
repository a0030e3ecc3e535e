"""Sums of what trainings take, with what is not known beside them."""

from dataclasses import replace
from decimal import Decimal

from reconciler.plan.change import Action, Change, Estimate, Steps
from reconciler.plan.document import document
from reconciler.plan.plan import Plan
from reconciler.plan.total import Total, total
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from tests.build import CONTEXT


def training(
    name: str,
    estimate: Estimate | None = None,
    steps: Steps | None = None,
    parent: str = "",
    action: Action = Action.CREATE,
) -> Change:
    """A row that trains."""
    fields = {"preTunedModel.address": f"TunedModel/{parent}"} if parent else {}
    desired = Desired(Address(name), fields, None)
    return Change(Address(name), action, (), desired=desired, estimate=estimate, steps=steps)


def summed(*rows: Change) -> Total:
    """The sums of these rows."""
    return total(Plan(CONTEXT, rows))


def test_nothing_is_nothing() -> None:
    assert summed() == Total()
    assert summed(training("a", Estimate(1, 2, Decimal(3)), Steps(4), action=Action.UPDATE)) == Total()


def test_known_and_unknown_are_kept_apart() -> None:
    rows = (
        training("a", Estimate(1000, 60, Decimal("0.10")), Steps(10)),
        training("b", Estimate(500, 90, Decimal("0.05")), Steps(5, exact=False), action=Action.REPLACE),
        training("c", Estimate(7)),
        training("d"),
    )
    assert summed(*rows) == Total(
        trainings=4,
        steps=15,
        exact=False,
        tokens=1507,
        seconds=90,
        cost=Decimal("0.15"),
        unknown_steps=2,
        unknown_tokens=1,
        unknown_seconds=2,
        unknown_cost=2,
    )


def test_a_training_for_nothing_is_known() -> None:
    assert summed(training("a", Estimate(1, 1, Decimal(0)), Steps(1))) == Total(1, 1, tokens=1, seconds=1)


def test_a_child_begins_when_its_parent_is_ready_and_all_else_at_once() -> None:
    rows = [
        training("child", Estimate(seconds=10), parent="middle"),
        training("grandchild", Estimate(seconds=5), parent="child"),
        training("middle", parent="root"),
        training("root", Estimate(seconds=100)),
        training("alone", Estimate(seconds=114)),
    ]
    assert summed(*rows).seconds == 115
    assert summed(*reversed(rows)).seconds == 115


def test_an_unknown_time_is_in_no_sum() -> None:
    assert summed(training("a", Estimate(1))).seconds == 0


def test_a_parent_that_is_there_is_not_waited_for_and_circles_end() -> None:
    assert summed(training("child", Estimate(seconds=10), parent="elsewhere")).seconds == 10
    circle = [training("a", Estimate(seconds=1), parent="b"), training("b", Estimate(seconds=2), parent="a")]
    assert summed(*circle).seconds == 3


def test_a_row_without_a_manifest_has_no_parent() -> None:
    assert summed(replace(training("a", Estimate(seconds=4)), desired=None)).seconds == 4


def test_ten_thousand_generations_are_one_line() -> None:
    rows = [training(f"m{n}", Estimate(seconds=1), parent=f"m{n + 1}") for n in range(10_000)]
    assert summed(*rows).seconds == 10_000


def test_what_is_thrown_away_is_summed_of_every_row() -> None:
    lost = (Estimate(cost=Decimal("1.5")), Estimate())
    idle = replace(training("a", action=Action.WAIT), wasted=lost)
    found = summed(idle, replace(training("b"), wasted=(Estimate(cost=Decimal("0.5")),)))
    assert (found.thrown_away, found.wasted, found.unknown_wasted) == (3, Decimal(2), 1)
    assert (found.trainings, found.cost) == (1, Decimal(0))


def test_the_document_has_what_is_thrown_away() -> None:
    part = document(Plan(CONTEXT, (replace(training("a"), wasted=(Estimate(), Estimate())),))).total
    assert part
    assert (part.thrown_away, part.wasted, part.unknown_wasted) == (2, "0", 2)

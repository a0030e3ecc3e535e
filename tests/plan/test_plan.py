"""A plan as a value: what it counts, what it writes, what its digest covers."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Act, Action, acts, leaves
from reconciler.plan.event import Ended, Report, Result
from reconciler.plan.plan import Wishes
from reconciler.resource.address import Address
from reconciler.resource.observed import Progress, State
from tests.build import BATCH, CONTEXT, WARMTH, desired, marked, observed, planned, row, unmarked, wishes

ONE, TWO, GONE = desired(data="one"), desired(data="two"), desired("gone", data="gone")
FAR = planned(
    [
        desired("new", data="n"),
        desired("drift", data="d", temperature=0.1),
        desired("swap", data="s2"),
        desired("fails"),
    ],
    observed(desired("drift", data="d")),
    observed(desired("swap", data="s1")),
    observed(desired("fails"), State.FAILED),
    observed(desired("fails", data="served")),
    observed(GONE),
)


def test_counts() -> None:
    counts = FAR.counts
    assert (counts.create, counts.update, counts.replace, counts.delete) == (1, 1, 1, 1)
    assert (counts.training, counts.refused, counts.ignored) == (0, 1, 0)
    assert counts.changes == 4


def test_rows_are_ordered_by_severity_then_address() -> None:
    keys = [(max(change.action, change.intended), change.refused, change.address) for change in FAR.changes]
    assert keys == sorted(keys)


def test_a_replacement_creates_then_deletes() -> None:
    change = row(planned(TWO, observed(ONE)))
    assert acts(change) == (
        Act("TunedModel/a", "create", observed(TWO).name, change.inputs),
        Act("TunedModel/a", "delete", observed(ONE).name, successor=observed(TWO).name),
    )


def test_refused_rows_write_nothing() -> None:
    assert all(acts(change) == () for change in FAR.changes if change.refused)


def test_what_waits_to_be_deleted_is_a_delete() -> None:
    made = planned([], observed(GONE, State.TRAINING))
    assert leaves(made.changes[0])
    assert [act.verb for act in made.acts] == ["delete"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (planned(TWO, observed(TWO, State.TRAINING), observed(ONE)), planned(TWO, observed(TWO), observed(ONE))),
        (
            planned(TWO, observed(TWO, State.TRAINING), observed(ONE, State.TRAINING)),
            planned(TWO, observed(TWO), observed(ONE, State.TRAINING)),
        ),
        (planned([], observed(GONE, State.TRAINING)), planned([], observed(GONE, State.FAILED))),
        (planned(ONE, unmarked(observed(ONE, State.TRAINING))), planned(ONE, unmarked(observed(ONE)))),
        (
            planned(ONE, replace(observed(ONE, State.TRAINING), progress=Progress(1, 19))),
            planned(ONE, replace(observed(ONE, State.TRAINING), progress=Progress(9, 19))),
        ),
        (planned(ONE, observed(ONE)), planned(ONE, observed(ONE), marked(observed(TWO), owner="rival"))),
    ],
)
def test_a_training_that_ends_does_not_change_the_digest(before: object, after: object) -> None:
    """Law 27: nor do progress, foreign models and times."""
    assert before.digest == after.digest  # type: ignore[attr-defined]  # plans


@pytest.mark.parametrize(
    "other",
    [
        planned(desired(data="three"), observed(ONE)),
        planned(TWO, observed(desired(data="zero"))),
        planned(TWO, observed(ONE), replace="a"),
        planned(TWO, observed(ONE), unprotect="a"),
        replace(planned(TWO, observed(ONE)), context=replace(CONTEXT, host="elsewhere")),
        replace(planned(TWO, observed(ONE)), context=replace(CONTEXT, policy="upsert-only")),
    ],
)
def test_another_write_wish_or_place_is_another_digest(other: object) -> None:
    assert planned(TWO, observed(ONE)).digest != other.digest  # type: ignore[attr-defined]  # a plan


def test_what_is_written_when_a_training_is_over_is_part_of_the_digest() -> None:
    """Law 27: nobody has read it yet, and it waits to be written."""
    begun = observed(ONE, State.TRAINING, description=None)
    said = planned(desired(description="nobody has read this"), begun)
    assert said.digest != planned(ONE, begun).digest
    assert said.digest != planned(desired(description="something else"), begun).digest


def test_new_values_are_part_of_the_digest() -> None:
    first, second = (planned(desired(temperature=t), observed(ONE)).digest for t in (0.1, 0.2))
    assert first != second


def test_the_same_arguments_give_the_same_plan() -> None:
    models = observed(ONE), observed(GONE), observed(desired("b"))
    assert planned([TWO, desired("b")], *models) == planned([desired("b"), TWO], *models[::-1])


def test_wishes_are_described_by_the_addresses_they_name() -> None:
    assert wishes(retry="b", replace="a").described() == {"retry": ["TunedModel/b"], "replace": ["TunedModel/a"]}
    assert Wishes().described() == {}
    assert Wishes(cancel=frozenset({Address("z"), Address("y")})).described() == {
        "cancel": ["TunedModel/y", "TunedModel/z"]
    }


@pytest.mark.parametrize(
    ("made", "empty"),
    [
        (planned(ONE, observed(ONE)), True),
        (planned([]), True),
        (planned(ONE, observed(ONE), marked(observed(TWO), owner="rival")), True),
        (planned(ONE, observed(ONE), selected=["a"]), False),
        (planned(ONE, observed(ONE), whole=False), False),
        (planned(ONE, observed(ONE, State.TRAINING)), False),
        (planned(ONE, observed(ONE, State.FAILED)), False),
        (planned(desired(temperature=0.1, ignore_changes=["temperature"]), observed(ONE)), False),
        (planned(TWO, observed(ONE)), False),
    ],
)
def test_no_changes_is_the_whole_truth_or_not_said(made: object, empty: bool) -> None:  # noqa: FBT001
    """Law 25."""
    assert made.empty is empty  # type: ignore[attr-defined]  # a plan


@pytest.mark.parametrize(
    ("results", "cut", "code"),
    [
        ([], {}, 0),
        (["DONE"], {}, 0),
        (["TRAINING"], {}, 3),
        (["NOT_BEGUN"], {}, 3),
        (["DONE"], {"interrupted": True}, 3),
        (["REFUSED"], {}, 4),
        (["REFUSED", "TRAINING"], {}, 4),
        (["REFUSED", "DONE"], {}, 5),
        (["FAILED", "DONE", "TRAINING"], {}, 5),
        (["FAILED"], {}, 1),
        (["FAILED", "REFUSED"], {}, 1),
        (["DONE", "REFUSED"], {"fatal": "no credentials"}, 1),
    ],
)
def test_exit_codes(results: list[str], cut: dict[str, object], code: int) -> None:
    """Law 25: the highest that holds."""
    outcomes = tuple(Ended(Address("a"), Action.WAIT, "x", Result[result]) for result in results)
    assert Report(outcomes, **cut).exit_code == code  # type: ignore[arg-type]  # parametrised


def test_a_training_that_was_begun_is_something_done() -> None:
    begun = Ended(Address("a"), Action.CREATE, "x", Result.TRAINING)
    failed = Ended(Address("b"), Action.CREATE, "y", Result.FAILED)
    assert Report((begun,)).exit_code == 3
    assert Report((begun, failed)).exit_code == 5


def test_a_row_writes_what_is_written_and_marked() -> None:
    change = row(planned(desired(temperature=0.2, protect=True, batch=64), observed(desired(batch=64), batch=15)))
    assert [f.path for f in change.fields] == [BATCH, WARMTH, "lifecycle.protect"]
    assert [f.path for f in change.writes] == [WARMTH, "lifecycle.protect"]

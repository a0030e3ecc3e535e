"""A plan held against the one that was reviewed."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import StalePlan
from reconciler.plan.change import Act
from reconciler.plan.plan import Plan
from reconciler.plan.review import Deviation, Moved, deviations, exactly, within
from reconciler.resource.observed import Observed, State
from tests.build import CONTEXT, WARMTH, desired, marked, observed, planned

OLD, NEW = desired(data="one"), desired(data="two", temperature=0.1)
OTHER, GONE = desired("b", data="b"), desired("gone", data="gone")
REVIEWED = planned([NEW, OTHER], observed(OLD), observed(GONE))


def stale(current: Plan, reviewed: Plan) -> tuple[Deviation, ...]:
    """How a plan deviates from the one that was reviewed, which has to be refused for that."""
    with pytest.raises(Moved) as refusal:
        within(current, reviewed.acts, CONTEXT)
    return refusal.value.deviations


@pytest.mark.parametrize(
    "world",
    [
        [observed(OLD), observed(GONE)],
        [observed(OLD), observed(GONE), observed(NEW, State.TRAINING)],
        [observed(OLD), observed(GONE), observed(NEW, State.TRAINING), observed(OTHER, State.TRAINING)],
        [observed(OLD), observed(GONE), observed(NEW), observed(OTHER)],
        [observed(GONE), observed(NEW), observed(OTHER)],
        [observed(NEW), observed(OTHER)],
    ],
)
def test_a_half_applied_plan_can_be_run_again(world: list[Observed]) -> None:
    """Law 27: whatever has been done, the rest is among what was reviewed."""
    current = planned([NEW, OTHER], *world)
    assert within(current, REVIEWED.acts, CONTEXT) is current


@pytest.mark.parametrize(
    "world",
    [
        [observed(desired(data="zero")), observed(GONE)],  # another model would be deleted
        [observed(OLD), observed(GONE), observed(desired("gone2", data="x"))],
        [observed(GONE), observed(replace(NEW, fields={**NEW.fields, WARMTH: 0.5})), observed(OTHER)],
        [
            observed(OLD, State.FAILED),
            observed(GONE),
            observed(NEW),
            observed(desired(data="stranger")),
            observed(OTHER),
        ],
    ],
)
def test_a_write_more_or_another_is_stale(world: list[Observed]) -> None:
    with pytest.raises(StalePlan) as refusal:
        within(planned([NEW, OTHER], *world), REVIEWED.acts, CONTEXT)
    assert refusal.value.exit_code == 4


def test_what_is_overwritten_was_reviewed_too() -> None:
    """Somebody has written another value since: nobody has agreed to lose that one."""
    want, warm = desired(temperature=0.1), desired(temperature=0.5)
    reviewed = planned(want, observed(warm))
    ((then, now),) = stale(planned(want, observed(desired(temperature=0.9))), reviewed)
    assert then is not None
    assert now is not None
    assert (then.fields, now.fields) == ((f"{WARMTH}=0.5->0.1",), (f"{WARMTH}=0.9->0.1",))
    assert within(planned(want, observed(want)), reviewed.acts, CONTEXT).acts == ()


def test_a_replacement_that_was_reviewed_is_no_deletion() -> None:
    """Its manifest went meanwhile: what was to make room for a new model would leave nothing."""
    changed = [each for each in stale(planned([OTHER], observed(OLD), observed(GONE)), REVIEWED) if all(each)]
    assert changed == [
        Deviation(
            Act("TunedModel/a", "delete", observed(OLD).name, successor=observed(NEW).name),
            Act("TunedModel/a", "delete", observed(OLD).name),
        )
    ]


def test_of_an_exchange_that_was_reviewed_not_only_the_deletions_are_done() -> None:
    with pytest.raises(StalePlan, match=f"no manifest asks for any more: {observed(OTHER).name}"):
        within(planned([NEW], observed(OLD), observed(GONE)), REVIEWED.acts, CONTEXT)


def test_a_creation_that_is_done_and_failed_is_not_lost() -> None:
    current = planned([NEW, OTHER], observed(OLD), observed(NEW), observed(OTHER, State.FAILED))
    assert within(current, REVIEWED.acts, CONTEXT) is current


def test_a_retry_is_not_slipped_into_a_reviewed_plan() -> None:
    current = planned([NEW, OTHER], observed(NEW, State.FAILED), observed(OTHER), retry="a")
    assert "create" in {now.verb for _, now in stale(current, REVIEWED) if now}


@pytest.mark.parametrize("part", ["host", "project", "owner", "policy", "service_version"])
def test_another_place_is_stale(part: str) -> None:
    """Law 27: made against the emulator, applied to Google."""
    moved = replace(CONTEXT, **{part: "elsewhere"})
    with pytest.raises(StalePlan, match=f"{part} was .* and is 'elsewhere'"):
        within(replace(REVIEWED, context=moved), REVIEWED.acts, CONTEXT)


@pytest.mark.parametrize(
    ("number", "said"), [(1, "now has a write that was not"), (7, "now has 7 writes that were not")]
)
def test_surplus_writes_are_counted_and_carried(number: int, said: str) -> None:
    current = planned([desired(f"m{n}", data=str(n)) for n in range(number)])
    with pytest.raises(Moved, match=said) as refusal:
        within(current, (), CONTEXT)
    assert refusal.value.deviations == tuple(Deviation(None, act) for act in current.acts)


def test_what_is_done_or_wanted_no_more_is_carried_too() -> None:
    found = stale(planned([NEW], observed(OLD), observed(GONE)), REVIEWED)
    (lost,) = (then for then, now in found if then and not now)
    assert (lost.verb, lost.name) == ("create", observed(OTHER).name)


def act(name: str, address: str = "a", verb: str = "create", **said: Any) -> Act:
    """A write."""
    return Act(address, verb, name, **said)


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        ([], [], []),
        ([act("x")], [act("x")], []),
        ([act("x")], [act("y")], [(act("x"), act("y"))]),
        ([act("x")], [act("x", inputs="i")], [(act("x"), act("x", inputs="i"))]),
        ([act("x")], [act("x", "b")], [(act("x"), None), (None, act("x", "b"))]),
        ([act("x")], [act("x", verb="delete")], [(act("x"), None), (None, act("x", verb="delete"))]),
        (
            [act("x"), act("y")],
            [act("x", inputs="i"), act("z")],
            [(act("x"), act("x", inputs="i")), (act("y"), act("z"))],
        ),
        (
            [act("w"), act("x")],
            [act("y"), act("z")],
            [(act("w"), None), (act("x"), None), (None, act("y")), (None, act("z"))],
        ),
        ([act("x")], [act("y"), act("z")], [(act("x"), None), (None, act("y")), (None, act("z"))]),
        (
            [act("", inputs="i"), act("", "b")],
            [act("", inputs="j")],
            [(act("", inputs="i"), act("", inputs="j")), (act("", "b"), None)],
        ),
    ],
)
def test_writes_are_paired_by_model_then_by_address(
    then: list[Act], now: list[Act], found: list[tuple[Act | None, Act | None]]
) -> None:
    assert deviations(then, now) == tuple(Deviation(*each) for each in found)
    assert [each.address for each in deviations(then, now)] == sorted(each.address for each in deviations(then, now))


def test_a_digest_needs_equality() -> None:
    assert exactly(REVIEWED, REVIEWED.digest) is REVIEWED
    with pytest.raises(StalePlan, match="was reviewed"):
        exactly(planned([NEW, OTHER], observed(NEW), observed(OTHER)), REVIEWED.digest)


@pytest.mark.parametrize("wish", [{}, {"replace": "a"}])
def test_a_replacement_that_was_wished_for_is_done_once(wish: dict[str, str]) -> None:
    """Law 28: the wish is part of the saved plan; running that plan again never trains again."""
    reviewed = planned(OLD, observed(OLD), replace="a")
    for world in (
        [observed(OLD), observed(OLD, State.TRAINING, attempt=1)],
        [observed(OLD), observed(OLD, attempt=1)],
    ):
        within(planned(OLD, *world, **wish), reviewed.acts, CONTEXT)
    if wish:
        with pytest.raises(StalePlan):
            within(planned(OLD, observed(OLD, attempt=1), **wish), reviewed.acts, CONTEXT)


def test_pending_writes_of_a_training_are_reviewed_with_it() -> None:
    """Law 27: reviewed while it trained, applied when it is READY."""
    want = desired(temperature=0.1, protect=True)
    waiting = planned(want, observed(desired(), State.TRAINING), observed(GONE, State.TRAINING))
    ready = planned(want, observed(desired()), observed(GONE))
    assert waiting.digest == ready.digest
    assert {act.verb for act in waiting.acts} == {"update", "delete"}


def made_of(made: Plan) -> set[Act]:
    """The writes of a plan."""
    return set(made.acts)


def test_a_mark_that_changes_is_a_write() -> None:
    assert made_of(planned(desired(protect=True), observed(desired()))) != made_of(
        planned(desired(on_removal="keep"), observed(desired()))
    )
    assert made_of(planned(desired(), marked(observed(desired()), protect=True)))

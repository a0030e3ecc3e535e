"""A plan held against the one that was reviewed."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import StalePlan
from reconciler.plan.change import Act
from reconciler.plan.plan import Plan
from reconciler.plan.review import exactly, within
from reconciler.resource.observed import Observed, State
from tests.build import CONTEXT, WARMTH, desired, marked, observed, planned

OLD, NEW = desired(data="one"), desired(data="two", temperature=0.1)
OTHER, GONE = desired("b", data="b"), desired("gone", data="gone")
REVIEWED = planned([NEW, OTHER], observed(OLD), observed(GONE))


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
    with pytest.raises(StalePlan, match=f"with {WARMTH}=0.9->0.1 instead of {WARMTH}=0.5->0.1"):
        within(planned(want, observed(desired(temperature=0.9))), reviewed.acts, CONTEXT)
    assert within(planned(want, observed(want)), reviewed.acts, CONTEXT).acts == ()


def test_a_replacement_that_was_reviewed_is_no_deletion() -> None:
    """Its manifest went meanwhile: what was to make room for a new model would leave nothing."""
    with pytest.raises(StalePlan, match=f"would now also delete {observed(OLD).name}"):
        within(planned([OTHER], observed(OLD), observed(GONE)), REVIEWED.acts, CONTEXT)


def test_of_an_exchange_that_was_reviewed_not_only_the_deletions_are_done() -> None:
    with pytest.raises(StalePlan, match=f"no manifest asks for any more: {observed(OTHER).name}"):
        within(planned([NEW], observed(OLD), observed(GONE)), REVIEWED.acts, CONTEXT)


def test_a_creation_that_is_done_and_failed_is_not_lost() -> None:
    current = planned([NEW, OTHER], observed(OLD), observed(NEW), observed(OTHER, State.FAILED))
    assert within(current, REVIEWED.acts, CONTEXT) is current


def test_a_retry_is_not_slipped_into_a_reviewed_plan() -> None:
    with pytest.raises(StalePlan, match="create"):
        within(planned([NEW, OTHER], observed(NEW, State.FAILED), observed(OTHER), retry="a"), REVIEWED.acts, CONTEXT)


@pytest.mark.parametrize("part", ["host", "project", "owner", "policy", "service_version"])
def test_another_place_is_stale(part: str) -> None:
    """Law 27: made against the emulator, applied to Google."""
    moved = replace(CONTEXT, **{part: "elsewhere"})
    with pytest.raises(StalePlan, match=f"{part} was .* and is 'elsewhere'"):
        within(replace(REVIEWED, context=moved), REVIEWED.acts, CONTEXT)


def test_few_of_many_surplus_writes_are_told() -> None:
    current = planned([desired(f"m{n}", data=str(n)) for n in range(7)])
    with pytest.raises(StalePlan, match="and 2 more"):
        within(current, (), CONTEXT)


def test_as_many_as_are_told_need_no_sum() -> None:
    current = planned([desired(f"m{n}", data=str(n)) for n in range(5)])
    with pytest.raises(StalePlan, match=r"\(TunedModel/m4\)") as caught:
        within(current, (), CONTEXT)
    assert "more" not in caught.value.message


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


@pytest.mark.parametrize(
    ("said", "now", "told"),
    [
        ({"temperature": 0.1}, {"temperature": 0.2}, f"with {WARMTH}=0.5->0.2 instead of {WARMTH}=0.5->0.1"),
        (
            {"temperature": 0.1, "display_name": "x"},
            {"temperature": 0.1},
            "with fewer fields instead of displayName='x'",
        ),
        ({"temperature": 0.1}, {"temperature": 0.1, "display_name": "x"}, "displayName='x' instead of none of that"),
        (
            {"temperature": 0.1},
            {"description": "y" * 200},
            f"with description='{'y' * 67}… instead of {WARMTH}=0.5->0.1",
        ),
    ],
)
def test_another_value_than_reviewed_is_told(said: dict[str, Any], now: dict[str, Any], told: str) -> None:
    model = observed(desired(temperature=0.5))
    reviewed = planned([desired(**said)], model)
    with pytest.raises(StalePlan) as refusal:
        within(planned([desired(**now)], model), reviewed.acts, CONTEXT)
    assert told in str(refusal.value)

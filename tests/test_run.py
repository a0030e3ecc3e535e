"""What one run tells of itself, and what it leaves alone: the corners of carrying out a plan."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.plan.change import Action
from reconciler.plan.event import Began, Ended, Event, Result
from reconciler.preview import preview
from reconciler.resource.observed import Mark, Observed, State
from reconciler.run import Options
from tests.build import WARMTH, desired, imported, marked, observed, terms
from tests.world import World, run

ONE, TWO, B = desired(data="one"), desired(data="two"), desired("b", data="b")
GONE, LOST = desired("gone", data="g"), desired("lost", data="l")
NO_WAIT = Options(parallelism=1, wait=False)


def world(*models: Observed, **said: Any) -> World:
    """A world with these models."""
    made = World(**said)
    made.put(*models)
    return made


def about(events: list[Event], kind: type[Began | Ended]) -> list[tuple[Action, str]]:
    """The acts of which the events of a kind tell."""
    return [(each.action, each.address.name) for each in events if isinstance(each, kind)]


def test_only_trainings_that_nobody_wants_are_cancelled() -> None:
    """The wish names an address; what trains there and is wanted goes on, and so does what other addresses train."""
    here = world(observed(ONE, State.TRAINING), observed(B), observed(desired("b", data="old"), State.TRAINING))
    old = observed(TWO, State.TRAINING, created="2024-04-01T00:00:00Z")
    here.put(old)
    run(here, preview([ONE, B], here, terms(cancel="a")), NO_WAIT)
    assert [call for call in here.calls if call[0] == "cancel"] == [("cancel", old.name)]


def test_only_the_named_address_is_cancelled() -> None:
    first, second = observed(TWO, State.TRAINING), observed(desired("b", data="old"), State.TRAINING)
    here = world(observed(ONE), observed(B), first, second)
    run(here, preview([ONE, B], here, terms(cancel="b")), NO_WAIT)
    assert [call for call in here.calls if call[0] == "cancel"] == [("cancel", second.name)]


def test_a_model_that_is_already_there_is_not_awaited() -> None:
    """Another run made it after the plan; it is READY, and nothing is left to look at."""
    here = world()
    made = preview([ONE], here, terms())
    here.before["create"] = lambda: here.put(observed(ONE))
    report, events = run(here, made)
    assert ("poll", "") not in here.calls
    assert about(events, Ended).count((Action.CREATE, "a")) == len([Result.TRAINING, Result.DONE])
    assert [outcome.result for outcome in report.outcomes] == [Result.DONE]


def test_what_trains_and_goes_is_told_as_a_delete() -> None:
    here = world(observed(GONE, State.TRAINING))
    report, events = run(here, preview([], here, terms()))
    assert about(events, Began) == [(Action.DELETE, "gone")]
    assert about(events, Ended) == [(Action.DELETE, "gone")]
    assert [(each.action, each.result) for each in report.outcomes] == [(Action.DELETE, Result.DONE)]


def test_without_waiting_a_training_is_told_as_one() -> None:
    here = world(observed(ONE, State.TRAINING))
    report, _ = run(here, preview([ONE], here, terms()), NO_WAIT)
    assert [(each.address, each.result) for each in report.outcomes] == [(ONE.address, Result.TRAINING)]


def test_each_act_is_told_once_and_a_refusal_with_its_reason() -> None:
    here = world(observed(ONE), imported(observed(B), "tunedModels/by-hand"))
    report, _ = run(here, preview([TWO, B], here, terms()))
    rows = [(each.address.name, each.target) for each in report.outcomes]
    assert len(rows) == len(set(rows)) == len(["refused", "replaced", "deleted"])
    (refused,) = (each for each in report.outcomes if each.result is Result.REFUSED)
    assert refused.target == "tunedModels/by-hand"
    assert "nobody knows what it was trained on" in refused.detail


def test_acts_that_wait_for_nothing_take_no_time() -> None:
    here = world(observed(ONE), observed(B))
    run(here, preview([desired(temperature=0.1), desired("b", data="b", temperature=0.2)], here, terms()))
    assert here.time == 0


def test_strangers_are_found_at_every_address_beside_other_peoples_models() -> None:
    """Between plan and delete somebody else made a model, and other runs of this workspace two."""
    here = world(observed(GONE), observed(LOST))
    made = preview([], here, terms())
    theirs = marked(observed(desired("gone", data="x")), owner="rival")
    ours = [observed(desired(each, data="new")) for each in ("gone", "lost")]
    here.put(theirs, *ours)
    report, _ = run(here, made)
    assert {each.result for each in report.outcomes} == {Result.REFUSED}
    assert not here.writes
    said = {each.address.name: each.detail for each in report.outcomes}
    for stranger, name in zip(ours, ("gone", "lost"), strict=True):
        assert said[name].startswith(f"STALE: {stranger.name} appeared")
        assert said[name].endswith("plan again")


@pytest.mark.parametrize(
    ("changes", "advice"),
    [({"mark": Mark.NONE, "ownership": None}, "plan again"), ({"state": State.TRAINING}, "later")],
)
def test_a_model_that_is_another_one_by_now_stays(changes: dict[str, object], advice: str) -> None:
    here = world(observed(GONE))
    made = preview([], here, terms())
    here.change(observed(GONE).name, **changes)
    report, _ = run(here, made)
    (row,) = report.outcomes
    assert (row.result, row.detail.startswith("STALE: "), advice in row.detail) == (Result.REFUSED, True, True)
    assert list(here.models) == [observed(GONE).name]


def test_why_a_training_failed_is_told_whatever_else_is_planned() -> None:
    here = world(observed(ONE, State.FAILED))
    made = preview([ONE, B], here, terms())
    (row,) = (change for change in made.changes if change.refused)
    assert "the data is empty" in row.detail


def test_only_failures_are_asked_for_their_reason() -> None:
    here = world(imported(observed(ONE)))
    preview([ONE], here, terms())
    assert "explain" not in {verb for verb, _ in here.calls}


def test_a_replacement_shows_what_differs() -> None:
    here = world(observed(ONE))
    (row,) = preview([replace(TWO, fields={**TWO.fields, WARMTH: 0.1})], here, terms()).changes
    assert [field.path for field in row.fields] == ["dataset", WARMTH]

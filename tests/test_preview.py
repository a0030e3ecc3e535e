"""Planning against a remote that can only be read: what is asked, and what is not."""

import pytest

from reconciler.errors import NotFound, PermissionDenied
from reconciler.preview import preview
from reconciler.resource.observed import Grant, State
from tests.build import CAPABILITIES, desired, observed, planned, row, terms, told, unmarked
from tests.world import World

ONE, TWO = desired(data="one"), desired(data="two")


def world(*models: object, **said: object) -> World:
    """A world with these models."""
    made = World(**said)  # type: ignore[arg-type]  # any of its fields
    made.put(*models)  # type: ignore[arg-type]  # models
    return made


def test_one_list_is_enough_when_nothing_is_to_be_done() -> None:
    here = world(observed(ONE))
    assert preview([ONE], here, terms()).empty
    assert here.calls == [("list", "")]


def test_an_update_asks_nothing_more() -> None:
    here = world(observed(ONE))
    assert told(preview([desired(temperature=0.1)], here, terms())) == ["UPDATE a DRIFTED"]
    assert here.calls == [("list", "")]


def test_absence_is_confirmed_before_a_create_is_printed() -> None:
    """Law 7: one GET of the computed id for each model to be created."""
    here = world()
    assert told(preview([ONE, desired("b")], here, terms())) == ["CREATE a ABSENT", "CREATE b ABSENT"]
    wanted = {("get", observed(ONE).name), ("get", observed(desired("b")).name)}
    assert {call for call in here.calls if call[0] == "get"} == wanted
    assert len(here.calls) == 3 + CAPABILITIES.lists_bases


def test_a_model_that_the_list_leaves_out_is_not_trained_again() -> None:
    """Law 7: shared with everyone, or listed late."""
    here = world(observed(ONE), hidden={observed(ONE).name})
    assert told(preview([ONE], here, terms())) == ["NOOP a"]
    lost = world(unmarked(observed(ONE)), hidden={observed(ONE).name})
    assert told(preview([ONE], lost, terms())) == ["UPDATE a MARK_LOST"]


def test_hidden_attempts_are_found_one_after_the_other() -> None:
    failed = [observed(ONE, State.FAILED, attempt=n) for n in range(2)]
    here = world(*failed, hidden={model.name for model in failed})
    made = preview([ONE], here, terms(retry="a"))
    assert row(made).target == observed(ONE, attempt=2).name


def test_it_gives_up_looking_in_the_end() -> None:
    failed = [observed(ONE, State.FAILED, attempt=n) for n in range(9)]
    here = world(*failed, hidden={model.name for model in failed})
    preview([ONE], here, terms(retry="a", max_attempts=99))
    assert len(here.calls) < 12


def test_who_may_use_the_old_model_is_asked_for_a_replacement() -> None:
    """Law 11: one request a replaced model."""
    reader = Grant("USER", "a@b.c", "READER")
    here = world(observed(ONE), permissions={observed(ONE).name: [reader]})
    made = preview([TWO], here, terms())
    assert row(made).grants == (reader,)
    assert [call for call in here.calls if call[0] == "grants"] == [("grants", observed(ONE).name)]


def test_and_for_a_leftover_that_goes() -> None:
    here = world(observed(ONE), observed(TWO))
    preview([TWO], here, terms())
    assert ("grants", observed(ONE).name) in here.calls


@pytest.mark.parametrize("error", [NotFound("gone"), PermissionDenied("not yours")])
def test_a_model_that_does_not_say_who_may_use_it_stops_no_plan(error: Exception) -> None:
    """A list that lags shows what is deleted already; the delete itself looks once more."""
    here = world(observed(ONE), faults={("grants", ""): error})
    assert told(preview([TWO], here, terms())) == ["REPLACE a DATA_CHANGED"]


@pytest.mark.only("gemini")
def test_what_can_be_tuned_is_asked_once_and_only_where_it_matters() -> None:
    """Law 13."""
    base = frozenset({"models/other"})
    here = world(bases=base)
    assert told(preview([ONE, TWO], here, terms())) == ["!CREATE a BASE_NOT_TUNABLE"]
    assert here.calls.count(("tunable", "")) == 1
    gone = world(observed(ONE), bases=base)
    assert told(preview([], gone, terms())) == ["!DELETE a IRREPLACEABLE+UNDECLARED"]
    training = world(observed(ONE, State.TRAINING), bases=base)
    assert told(preview([], training, terms())) == ["!DELETE a IRREPLACEABLE+UNDECLARED"]
    waiting = world(observed(ONE, State.TRAINING), bases=base)
    preview([ONE], waiting, terms())
    assert ("tunable", "") not in waiting.calls


@pytest.mark.only("gemini")
def test_a_service_that_does_not_say_what_it_tunes_is_a_warning() -> None:
    """Law 13."""
    made = preview([ONE], world(), terms())
    assert told(made) == ["CREATE a ABSENT"]
    assert "does not say which base models can be tuned" in made.warnings[0]
    assert preview([ONE], world(observed(ONE)), terms()).warnings == ()


def test_why_a_training_failed_is_asked_for_what_is_refused() -> None:
    here = world(observed(ONE, State.FAILED))
    made = preview([ONE], here, terms())
    assert "the data is empty" in row(made).detail
    assert here.calls == [("list", ""), ("explain", observed(ONE).name)]


def test_planning_never_writes() -> None:
    here = world(observed(ONE), observed(desired("gone")), observed(desired("f"), State.FAILED))
    preview([TWO, desired("f"), desired("new")], here, terms())
    assert here.writes == []


def test_facts_do_not_change_what_needs_none() -> None:
    here = world(observed(ONE))
    assert preview([ONE], here, terms()) == planned(ONE, observed(ONE))

"""The row that trains: what it says, what it costs, and every reason not to."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Action, Steps
from reconciler.plan.training import steps
from reconciler.resource.identity import short_digest
from reconciler.resource.observed import Grant, Mark, State
from tests import tested
from tests.build import RULES, WARMTH, desired, marked, observed, ownership, planned, row, told, unmarked
from tests.tested import OWNER

V1, V2 = desired(data="one"), desired(data="two")


def test_a_create_says_what_it_makes() -> None:
    change = row(planned(V1))
    assert change.target == observed(V1).name
    assert change.ownership == ownership(V1)
    assert len(change.inputs) == 64
    assert change.observed is None


def test_a_replacement_says_which_id_goes_and_which_comes() -> None:
    """Law 10."""
    change = row(planned(V2, observed(V1)))
    assert change.observed is not None
    assert (change.observed.name, change.target) == (observed(V1).name, observed(V2).name)


def test_a_replacement_is_measured_against_the_newest_that_serves() -> None:
    old = observed(V1, created="2024-01-01T00:00:00Z")
    new = observed(desired(epochs=9, data="two"), created="2024-02-01T00:00:00Z")
    change = row(planned(desired(epochs=8, data="two"), old, new))
    assert change.observed == new
    assert [reason.value for reason in change.reasons] == ["IMMUTABLE_FIELD"]


def test_what_any_service_lets_people_write_is_not_carried_over_and_said() -> None:
    """Also fields whose rule is for all of a kind; but not the name of a model that was given none."""
    old = observed(desired(temperature=0.3, description="by hand"), display_name=observed(V1).name)
    (note,) = row(planned(V2, replace(old, name=observed(V1).name))).notes
    assert 'description "by hand"' in note
    assert f"{WARMTH} 0.3" in note
    assert "displayName" not in note


@pytest.mark.only("gemini")
def test_what_is_not_declared_is_not_carried_over_and_said() -> None:
    """Law 11: undeclared values of the old model."""
    old = observed(desired(temperature=0.3, description="by hand", projects=("1",)))
    (note,) = row(planned(V2, old)).notes
    assert note.startswith("not declared, so not carried over: ")
    for said in ("by hand", "temperature 0.3", "readerProjectNumbers"):
        assert said in note
    assert row(planned(desired(data="two", temperature=0.3), observed(desired(temperature=0.3)))).notes == ()


def test_grants_of_what_goes_are_shown() -> None:
    """Law 11."""
    reader, everyone = Grant("USER", "a@b.c", "READER"), Grant("EVERYONE", "", "READER")
    old, older = observed(V1), observed(desired(data="zero"))
    made = planned(V2, old, older, grants={old.name: (reader, everyone), older.name: (reader,)})
    assert sorted(map(str, row(made).grants)) == ["reader a@b.c", "reader everyone"]
    leftover = planned(V2, observed(V2), old, grants={old.name: (reader,)})
    assert leftover.changes[-1].grants == (reader,)


@pytest.mark.only("gemini")
def test_a_training_that_is_superseded_says_what_is_thrown_away() -> None:
    """Law 1: the steps are known only where the data is."""
    training = observed(desired(epochs=3, batch=2), State.TRAINING)
    said = row(planned(desired(epochs=5), training)).notes[-1]
    assert said.startswith(f"{training.name} is superseded while it trains: its training of 23 steps")
    assert "--cancel-superseded TunedModel/a" in said
    assert "asked to stop now" in row(planned(desired(epochs=5), training, cancel="a")).notes[-1]
    for other in (planned(V2, training), planned(desired(epochs=5), replace(training, fields={}))):
        assert "its training will be thrown away" in row(other).notes[-1]


@pytest.mark.parametrize(("epochs", "batch", "number"), [(3, 2, 23), (10, 4, 38), (3, 4, 12), (5, 4, 19), (50, 4, 188)])
@pytest.mark.only("gemini")
def test_steps_as_the_recorded_responses_count_them(epochs: int, batch: int, number: int) -> None:
    assert steps(desired(epochs=epochs, batch=batch), RULES) == Steps(number)


@pytest.mark.only("gemini")
def test_steps_are_the_most_there_can_be_when_the_service_chooses() -> None:
    assert steps(desired(epochs=4), RULES) == Steps(15, exact=False)
    assert steps(desired(batch=4), RULES) == Steps(19)
    assert steps(desired(data=None), RULES) is None
    assert steps(desired(epochs=4), {}) is None
    assert steps(desired(batch=4), {}) is None


def test_protect_stops_a_replacement_before_any_training_starts() -> None:
    """Law 15: the manifest's word counts while there is one."""
    made = planned(desired(data="two", protect=True), observed(V1))
    assert told(made) == ["!REPLACE a PROTECTED+DATA_CHANGED"]
    assert "--unprotect TunedModel/a" in row(made).detail
    assert made.acts == ()
    assert told(planned(desired(data="two", protect=True), observed(V1), unprotect="a")) == ["REPLACE a DATA_CHANGED"]


def test_the_mark_protects_nothing_that_the_manifest_does_not() -> None:
    assert told(planned(V2, marked(observed(V1), protect=True))) == ["REPLACE a DATA_CHANGED"]


def test_protect_does_not_stop_a_first_training_or_the_end_of_one() -> None:
    """Law 15: it does not cover leftovers."""
    assert told(planned(desired(protect=True))) == ["CREATE a ABSENT"]
    want = desired(data="two", protect=True)
    assert told(planned(want, observed(want), marked(observed(V1), protect=True))) == ["NOOP a", "DELETE a SUPERSEDED"]


def test_a_base_that_cannot_be_tuned_is_refused_before_anything_else() -> None:
    """Law 13."""
    made = planned(V1, asked=True, tunable=frozenset({"models/other"}))
    assert told(made) == ["!CREATE a BASE_NOT_TUNABLE"]
    assert row(made).detail.endswith("it offers models/other")
    none = planned(V2, observed(V1), asked=True, tunable=frozenset())
    assert "!REPLACE a BASE_NOT_TUNABLE+DATA_CHANGED" in told(none)
    assert none.acts == ()


def test_a_source_that_is_itself_tuned_is_not_looked_for_among_the_bases() -> None:
    made = planned(desired(source="tunedModels/parent"), asked=True, tunable=frozenset({"models/other"}))
    assert told(made) == ["CREATE a ABSENT"]


def test_an_id_that_somebody_else_holds_is_refused() -> None:
    """Law 6: another owner."""
    foreign = marked(observed(V1), owner="rival")
    made = planned(V1, foreign)
    assert told(made) == ["!CREATE a FOREIGN_OWNER"]
    assert "the mark of owner rival" in row(made).detail
    newer = replace(foreign, mark=Mark.NEWER)
    assert told(planned(V1, newer)) == ["!CREATE a FOREIGN_OWNER"]


def test_someone_elses_id_is_never_stepped_over() -> None:
    """Law 6: taking the next attempt by itself is how one training becomes two."""
    foreign = marked(observed(V1), owner="rival")
    assert row(planned(V1, foreign)).target == foreign.name


def test_a_new_attempt_is_taken_where_it_was_asked_for() -> None:
    """Law 6: the id is reserved or invisible; `--new-attempt` trains under the next one."""
    assert row(planned(V1, new_attempt="a")).target == observed(V1, attempt=1).name
    made = planned(V1, observed(V1, State.FAILED), new_attempt="a", retry="a")
    assert row(made).target == observed(V1, attempt=2).name
    assert told(planned(V1, observed(V1), new_attempt="a")) == ["NOOP a"]


def test_an_overwritten_mark_keeps_the_address_from_being_trained() -> None:
    """Laws 3 and 4: the id proves the address; the mark is another model's."""
    for want in (V1, V2):
        void = replace(marked(observed(V1), name="b"), mark=Mark.VOID)
        made = planned([want], void)
        assert "!UPDATE a COPIED_MARK" in told(made)
        assert made.acts == ()
    rival = replace(marked(observed(V1), owner="rival"), mark=Mark.VOID)
    assert told(planned(V2, rival)) == ["!UPDATE a COPIED_MARK"]
    assert "was overwritten with that of another model" in row(planned(V2, rival)).detail


def test_replace_trains_beside_an_overwritten_mark_under_the_next_free_id() -> None:
    void = replace(observed(V1), mark=Mark.VOID)
    assert "!CREATE a FOREIGN_OWNER+REQUESTED" in told(planned(V1, void, replace="a"))
    assert "CREATE a REQUESTED" in told(planned(V2, void, replace="a"))
    assert "CREATE a REQUESTED" in told(planned(V1, unmarked(observed(V1)), replace="a"))


def test_every_refusal_says_what_it_would_have_been_and_what_it_costs() -> None:
    change = row(planned(desired(data="two", protect=True, batch=4), observed(V1)))
    assert (change.action, change.intended, change.refused) == (Action.NOOP, Action.REPLACE, True)
    assert change.steps == (Steps(19) if tested.name() == "gemini" else None)


def test_the_owner_is_part_of_the_id() -> None:
    assert row(planned(V1)).target != observed(V1, owner="other").name
    assert row(planned(V1)).target == observed(V1, owner=OWNER).name


def test_a_new_mark_says_what_must_survive_the_manifest() -> None:
    mark = row(planned(desired(protect=True, on_removal="keep"))).ownership
    assert mark is not None
    assert (mark.protect, mark.keep) == (True, True)


def test_failures_at_other_inputs_are_no_attempts_at_these() -> None:
    others = [observed(desired(data=f"old {n}"), State.FAILED) for n in range(3)]
    assert told(planned(desired(), *others)) == ["CREATE a ABSENT"]


def test_the_smallest_free_attempt_is_the_next() -> None:
    """Law 5: also where an earlier one was deleted."""
    retried = row(planned(desired(), observed(desired(), State.FAILED, attempt=1), retry="a"))
    assert retried.target == observed(desired(), attempt=0).name


def test_a_difference_that_trains_shows_both_sides_and_why() -> None:
    old, new = desired(data="one", epochs=3), desired(data="two", epochs=4)
    data, epochs = row(planned(new, observed(old))).fields
    assert (data.path, data.old, data.new) == (
        "dataset",
        short_digest(ownership(old).digest),
        short_digest(ownership(new).digest),
    )
    assert "learns" in data.why
    assert (epochs.old, epochs.new) == (3, 4)
    silent = observed(old, epochs=None)
    assert row(planned(new, silent)).fields[1].old == 3  # what was recorded, where nothing is reported

"""The table of the planner: what is wanted, in which state, beside what, gives which rows."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Action
from reconciler.resource.identity import abbreviate
from reconciler.resource.observed import Mark, State
from reconciler.resource.reason import Reason
from tests.build import desired, imported, marked, names, observed, planned, row, told, unmarked

V1, V2, V3 = desired(data="one"), desired(data="two"), desired(data="three")
READY, TRAINING, FAILED, UNKNOWN = State.READY, State.TRAINING, State.FAILED, State.UNKNOWN


@pytest.mark.parametrize(
    ("wanted", "rest", "rows"),
    [
        (None, [], ["CREATE a ABSENT"]),
        (None, [READY], ["REPLACE a DATA_CHANGED"]),
        (None, [TRAINING], ["CREATE a ABSENT"]),
        (None, [FAILED], ["CREATE a ABSENT"]),
        (None, [READY, TRAINING], ["REPLACE a DATA_CHANGED"]),
        (None, [UNKNOWN], ["CREATE a ABSENT", "!DELETE a UNKNOWN_STATE+SUPERSEDED"]),
        (READY, [], ["NOOP a"]),
        (READY, [READY], ["NOOP a", "DELETE a SUPERSEDED"]),
        (READY, [FAILED], ["NOOP a", "DELETE a SUPERSEDED"]),
        (READY, [TRAINING], ["NOOP a", "WAIT a SUPERSEDED"]),
        (READY, [UNKNOWN], ["NOOP a", "!DELETE a UNKNOWN_STATE+SUPERSEDED"]),
        (TRAINING, [], ["WAIT a TRAINING"]),
        (TRAINING, [READY], ["WAIT a TRAINING"]),
        (TRAINING, [FAILED, TRAINING], ["WAIT a TRAINING"]),
        (FAILED, [], ["!CREATE a FAILED"]),
        (FAILED, [READY], ["!REPLACE a FAILED"]),
        (UNKNOWN, [READY], ["!NOOP a UNKNOWN_STATE"]),
    ],
)
def test_the_table(wanted: State | None, rest: list[State], rows: list[str]) -> None:
    models = [observed(V3, wanted)] if wanted else []
    models += [observed(old, state) for old, state in zip((V1, V2), rest, strict=False)]
    assert sorted(told(planned(V3, *models))) == sorted(rows)


@pytest.mark.parametrize("wanted", [TRAINING, FAILED, UNKNOWN, None])
def test_nothing_is_deleted_before_the_wanted_model_is_ready(wanted: State | None) -> None:
    """Law 1: whatever the age or state of the others."""
    models = [observed(V1), observed(V2, FAILED)] + ([observed(V3, wanted)] if wanted else [])
    assert not any(change.action is Action.DELETE for change in planned(V3, *models).changes)


def test_what_goes_once_the_new_model_is_ready_is_part_of_its_row() -> None:
    old, stuck = observed(V1), observed(V2, TRAINING)
    for models in ((old, stuck), (old, stuck, observed(V3, TRAINING))):
        assert sorted(names(row(planned(V3, *models)).supersedes)) == sorted(names((old, stuck)))


def test_revert_to_a_model_that_is_still_there() -> None:
    """Law 1: v1 READY, v2 TRAINING, the manifest is v1 again: nothing is trained, v2 goes when it has ended."""
    made = planned(V1, observed(V1), observed(V2, TRAINING))
    assert told(made) == ["NOOP a", "WAIT a SUPERSEDED"]
    assert made.changes[1].successor == observed(V1).name
    assert "--cancel-superseded TunedModel/a" in made.changes[1].detail


def test_cancelling_what_is_superseded_is_a_wish() -> None:
    made = planned(V1, observed(V1), observed(V2, TRAINING), cancel="a")
    assert told(made) == ["NOOP a", "WAIT a SUPERSEDED+REQUESTED"]
    assert "asked to stop now" in made.changes[1].detail


def test_of_several_with_the_same_inputs_the_ready_one_is_wanted() -> None:
    """Law 1: an ACTIVE and a FAILED both match."""
    made = planned(V1, observed(V1, FAILED), observed(V1, attempt=1))
    assert told(made) == ["NOOP a", "DELETE a SUPERSEDED"]
    assert made.changes[0].target == observed(V1, attempt=1).name


def test_of_models_alike_the_oldest_then_the_first_name_is_wanted() -> None:
    young = observed(V1, name="tunedModels/x1", created="2024-06-01T00:00:00Z")
    old = observed(V1, name="tunedModels/x2", created="2024-05-01T00:00:00Z")
    twin = observed(V1, name="tunedModels/x3", created="2024-05-01T00:00:00Z")
    assert planned(V1, young, twin, old).changes[0].target == "tunedModels/x2"


def test_the_order_of_the_snapshot_does_not_matter() -> None:
    models = [observed(V1), observed(V2, TRAINING), observed(V3, FAILED), observed(desired("b"))]
    assert planned(V3, *models) == planned(V3, *reversed(models))


def test_what_a_patch_can_change_is_shown_while_it_trains() -> None:
    """Law 1: mutable differences are listed now and written once READY."""
    made = planned(desired(temperature=0.5), observed(desired(), TRAINING))
    assert told(made) == ["WAIT a TRAINING+DRIFTED"]
    assert [act.verb for act in made.acts] == ["update"]


def test_a_training_says_how_many_steps_it_takes() -> None:
    assert row(planned(desired(), observed(desired(), TRAINING))).steps == row(planned(desired())).steps


def test_failed_says_why() -> None:
    failed = observed(V1, FAILED)
    assert "quota of tuning" in row(planned(V1, failed, failures={failed.name: "quota of tuning"})).detail
    assert "no longer tells why" in row(planned(V1, failed, failures={failed.name: ""})).detail
    assert row(planned(V1, failed)).detail.startswith("its training failed; fix")  # nobody has asked


@pytest.mark.parametrize("keep", [0, 1, 2])
def test_the_newest_superseded_models_are_kept(keep: int) -> None:
    """Law 10: the N newest READY ones stay, for a rollback without training."""
    old = observed(V1, created="2024-01-01T00:00:00Z")
    newer = observed(V2, created="2024-02-01T00:00:00Z")
    made = planned(desired(data="three", keep_superseded=keep), old, newer, observed(V3))
    kept = [change.target for change in made.changes if Reason.RETAINED in change.reasons]
    assert kept == sorted(names((newer, old)[:keep]))
    assert made.counts.delete == 2 - keep


def test_the_manifest_says_how_many_are_kept_before_the_workspace_does() -> None:
    models = observed(V1), observed(V2)
    assert told(planned(V2, *models, keep_superseded=1)) == ["NOOP a", "NOOP a RETAINED"]
    assert told(planned(desired(data="two", keep_superseded=0), *models, keep_superseded=1)) == [
        "NOOP a",
        "DELETE a SUPERSEDED",
    ]


def test_a_rollback_to_a_kept_model_trains_nothing() -> None:
    made = planned(V1, observed(V1), observed(V2), keep_superseded=1)
    assert told(made) == ["NOOP a", "NOOP a RETAINED"]
    assert {observed(V1).name: (), observed(V2).name: (Reason.RETAINED,)} == {c.target: c.reasons for c in made.changes}


def test_replacing_what_will_be_kept_is_a_replacement_all_the_same() -> None:
    made = planned(V2, observed(V1), keep_superseded=1)
    assert told(made) == ["NOOP a RETAINED", "REPLACE a DATA_CHANGED"]
    assert made.changes[-1].supersedes == ()


def test_protect_holds_for_what_would_be_kept() -> None:
    made = planned(desired(data="two", protect=True), marked(observed(V1), protect=True), keep_superseded=1)
    assert told(made) == ["!REPLACE a PROTECTED+DATA_CHANGED"], "nothing has superseded what still serves"


def test_failed_models_are_never_kept_for_a_rollback() -> None:
    assert told(planned(V2, observed(V2), observed(V1, FAILED), keep_superseded=3)) == ["NOOP a", "DELETE a SUPERSEDED"]


def test_retry_trains_the_next_attempt_and_replaces_the_failed_one() -> None:
    failed = observed(V1, FAILED)
    made = planned(V1, failed, retry="a")
    assert told(made) == ["CREATE a REQUESTED"]
    assert (row(made).target, row(made).supersedes) == (observed(V1, attempt=1).name, (failed,))


def test_retry_does_nothing_for_what_has_not_failed() -> None:
    """Law 5: a flag that stays in the pipeline costs nothing."""
    for state, expected in ((READY, ["NOOP a"]), (TRAINING, ["WAIT a TRAINING"])):
        assert told(planned(V1, observed(V1, state), retry="a")) == expected
    assert told(planned(V1, observed(V1, FAILED), observed(V1, TRAINING, attempt=1), retry="a")) == ["WAIT a TRAINING"]


def test_a_retry_takes_the_smallest_free_attempt() -> None:
    """Law 5: racing runs derive the same number, gaps or not."""
    assert row(planned(V1, observed(V1, FAILED, attempt=1), retry="a")).target == observed(V1).name
    both = observed(V1, FAILED), observed(V1, FAILED, attempt=1)
    assert row(planned(V1, *both, retry="a")).target == observed(V1, attempt=2).name


def test_a_retry_passes_over_an_attempt_whose_mark_was_wiped() -> None:
    made = planned(V1, unmarked(observed(V1, FAILED)), retry="a")
    assert told(made) == ["NOOP a MARK_LOST", "CREATE a REQUESTED"]
    assert made.changes[-1].target == observed(V1, attempt=1).name


def test_attempts_are_numbered_past_ids_that_are_held_by_others_of_ours() -> None:
    """Law 6: ours at another address is the next attempt."""
    held = marked(observed(V1), name="b")
    made = planned([V1, desired("b", data="zzz")], held)
    assert row(made).target == observed(V1, attempt=1).name


def test_three_failures_need_another_word() -> None:
    failed = [observed(V1, FAILED, attempt=n) for n in range(3)]
    made = planned(V1, *failed, retry="a")
    assert told(made) == ["!CREATE a FAILED+REQUESTED"]
    assert "--max-attempts 4" in row(made).detail
    assert told(planned(V1, *failed, retry="a", max_attempts=4)) == ["CREATE a REQUESTED"]


def test_failed_attempts_stay_until_one_is_ready() -> None:
    failed = observed(V1, FAILED)
    training, ready = observed(V1, TRAINING, attempt=1), observed(V1, attempt=1)
    assert told(planned(V1, failed, training)) == ["WAIT a TRAINING"]
    assert told(planned(V1, failed, ready)) == ["NOOP a", "DELETE a SUPERSEDED"]


def test_replace_trains_the_same_inputs_again() -> None:
    """Law 28: the one way to do it; the old model serves until the new one is READY."""
    made = planned(V1, observed(V1), replace="a")
    assert told(made) == ["REPLACE a REQUESTED"]
    assert (row(made).target, names(row(made).supersedes)) == (observed(V1, attempt=1).name, [observed(V1).name])


def test_a_replacement_under_way_is_not_begun_again() -> None:
    for wish in ({"replace": "a"}, {}):
        made = planned(V1, observed(V1), observed(V1, TRAINING, attempt=1), **wish)
        assert told(made) == ["WAIT a TRAINING"]
        assert names(row(made).supersedes) == [observed(V1).name]


def test_a_replacement_whose_run_was_killed_is_finished_not_repeated() -> None:
    for wish in ({"replace": "a"}, {}):
        made = planned(V1, observed(V1), observed(V1, attempt=1), **wish)
        assert told(made) == ["NOOP a", "DELETE a SUPERSEDED"]
        assert made.changes[1].target == observed(V1).name


def test_with_kept_models_each_wish_is_a_training() -> None:
    both = observed(V1), observed(V1, attempt=1)
    assert "REPLACE a REQUESTED" in told(planned(V1, *both, replace="a", keep_superseded=1))


def test_a_replacement_comes_after_every_attempt() -> None:
    """A gap in the attempts is not filled: the training would look older than what it replaces, and be thrown away."""
    second = observed(V1, attempt=1)
    made = planned(V1, second, replace="a")
    assert row(made).target == observed(V1, attempt=2).name
    assert told(planned(V1, second, observed(V1, TRAINING, attempt=2))) == ["WAIT a TRAINING"]


def test_a_replacement_of_an_imported_model_is_not_thrown_away() -> None:
    """The id of an imported model proves nothing; the training beside it was asked for, even if its run was killed."""
    made = planned(V1, imported(observed(V1)), observed(V1, TRAINING))
    assert told(made) == ["WAIT a TRAINING"]
    assert names(row(made).supersedes) == ["tunedModels/made-by-hand"]
    assert told(planned(V1, imported(observed(V1)), observed(V1))) == ["NOOP a", "DELETE a SUPERSEDED"]


def test_a_replacement_of_an_asserted_model_is_not_thrown_away() -> None:
    known = marked(observed(V1, name="tunedModels/made-by-hand"), asserted=True)
    assert told(planned(V1, known, observed(V1, TRAINING))) == ["WAIT a TRAINING"]


def test_models_whose_ids_prove_nothing_are_told_apart_by_state_and_age() -> None:
    """Renamed or asserted models: neither is a later attempt of the other."""
    old = observed(V1, name="tunedModels/x1", created="2024-01-01T00:00:00Z")
    new = observed(V1, name="tunedModels/x2", created="2024-02-01T00:00:00Z")
    assert planned(V1, old, replace(new, state=TRAINING)).changes[0].target == old.name
    assert "REPLACE a REQUESTED" in told(planned(V1, old, new, replace="a"))


def test_a_failed_replacement_leaves_the_old_model_alone() -> None:
    made = planned(V1, observed(V1), observed(V1, FAILED, attempt=1))
    assert told(made) == ["NOOP a", "DELETE a SUPERSEDED"]
    assert made.changes[1].target == observed(V1, attempt=1).name


def test_the_mark_comes_back_where_the_id_proves_the_inputs() -> None:
    """Law 3: whatever its state."""
    made = planned(V1, unmarked(observed(V1)))
    assert told(made) == ["UPDATE a MARK_LOST"]
    assert row(made).ownership == observed(V1).ownership
    assert told(planned(V1, unmarked(observed(V1, TRAINING)))) == ["WAIT a TRAINING+MARK_LOST"]


def test_a_wiped_mark_and_other_inputs_are_refused_not_trained() -> None:
    made = planned(V2, unmarked(observed(V1)))
    assert told(made) == ["!UPDATE a MARK_LOST"]
    assert f"import TunedModel/a {observed(V1).name}" in row(made).detail
    assert told(planned(V2, unmarked(observed(V1)), replace="a")) == ["NOOP a MARK_LOST", "CREATE a REQUESTED"]


def test_writing_out_a_default_is_not_enough_to_prove_the_inputs() -> None:
    """Law 3: merely `epochCount: 5` is written out: no change, but another id; so the mark decides, and it is gone."""
    assert told(planned(desired(epochs=5), observed(desired()))) == ["NOOP a"]
    assert told(planned(desired(epochs=5), unmarked(observed(desired())))) == ["!UPDATE a MARK_LOST"]


def test_an_unmarked_model_is_never_deleted() -> None:
    made = planned(V2, observed(V2), unmarked(observed(V1)))
    assert told(made) == ["NOOP a", "NOOP a MARK_LOST"]
    replaced = planned(V1, observed(V1, attempt=1), unmarked(observed(V1)))
    assert told(replaced) == ["NOOP a", "NOOP a MARK_LOST"]


def test_a_marked_model_of_the_inputs_is_wanted_before_an_unmarked_one_of_others() -> None:
    assert told(planned(V1, unmarked(observed(V2)), observed(V1, TRAINING))) == ["NOOP a MARK_LOST", "WAIT a TRAINING"]


def test_nobody_knows_what_an_imported_model_was_trained_on() -> None:
    """Law 14: neither NOOP nor REPLACE, whatever else differs."""
    for want in (V1, desired(epochs=7), desired(temperature=0.1)):
        made = planned(want, imported(observed(V1)))
        assert told(made)[0].startswith("!REPLACE a DATA_UNKNOWN")
        assert "--assume-data" in row(made).detail
    assert told(planned(V1, imported(observed(V1)), replace="a")) == ["REPLACE a REQUESTED"]


def test_while_that_is_so_nothing_of_the_address_is_deleted() -> None:
    other = marked(observed(V2), digest="1AAAAAAAAAAAA")
    made = planned(V1, imported(observed(V1)), other)
    assert made.counts.delete == 0


def test_a_model_of_known_data_is_wanted_before_an_older_one_of_unknown_data() -> None:
    """Law 14: where both serve, as after a rename that joins two names, nobody has to ask for what is known."""
    known = replace(observed(V1), name="tunedModels/asserted", created="2024-06-01T00:00:00Z")
    made = planned(V1, imported(observed(V1)), known)
    assert [(c.action, c.target) for c in made.changes] == [
        (Action.NOOP, known.name),
        (Action.DELETE, "tunedModels/made-by-hand"),
    ]


def test_unknown_data_may_be_ignored_other_inputs_not() -> None:
    """`ignoreChanges: [dataset]` leaves the data alone; a changed hyperparameter is still a change."""
    assert told(planned(desired(ignore_changes=["dataset"]), imported(observed(V1)))) == ["NOOP a"]
    made = planned(desired(ignore_changes=["dataset"], epochs=7), imported(observed(V1)))
    assert told(made) == ["REPLACE a IMMUTABLE_FIELD"]


def test_without_a_dataset_a_model_is_managed_and_never_trained() -> None:
    """Law 14."""
    unnamed = desired(data=None)
    assert told(planned(unnamed)) == ["!CREATE a NO_DATASET"]
    assert told(planned(unnamed, observed(V1))) == ["NOOP a"]
    assert told(planned(desired(data=None, temperature=0.2), observed(V1))) == ["UPDATE a DRIFTED"]
    assert told(planned(desired(data=None, epochs=9), observed(V1))) == ["!REPLACE a NO_DATASET+IMMUTABLE_FIELD"]


def test_a_newer_mark_is_ours_and_cannot_be_read() -> None:
    """Law 23: the address is refused, whatever else is there."""
    newer = replace(observed(V2), mark=Mark.NEWER)
    made = planned(V1, newer, replace(newer, name="tunedModels/x"), observed(V1), unmarked(observed(V3)))
    assert told(made) == ["!NOOP a NEWER_MARK", *["NOOP a NEWER_MARK"] * 3]
    assert len({change.target for change in made.changes}) == 4
    refused = made.changes[-1]
    assert "upgrade" in refused.detail
    assert (refused.target, refused.desired, refused.observed) == (newer.name, V1, newer)


def test_a_refusal_for_a_lost_mark_shows_the_model_it_is_about() -> None:
    wiped = unmarked(observed(V2))
    change = row(planned(V1, wiped))
    assert (change.refused, change.target, change.desired, change.observed) == (True, wiped.name, V1, wiped)


def test_the_mark_follows_the_manifest() -> None:
    """What must survive the manifest is written into the mark; what the model was made from stays."""
    made = planned(desired(protect=True, on_removal="keep", epochs=5), observed(desired()))
    assert told(made) == ["UPDATE a DRIFTED"]
    written = row(made).ownership
    assert written is not None
    assert (written.protect, written.keep, written.declared) == (True, True, {})
    assert [(f.path, f.old, f.new) for f in row(made).writes] == [
        ("lifecycle.protect", False, True),
        ("lifecycle.onRemoval", "delete", "keep"),
    ]
    back = planned(desired(), marked(observed(desired()), protect=True, keep=True))
    assert [(f.path, f.old, f.new) for f in row(back).writes] == [
        ("lifecycle.protect", True, False),
        ("lifecycle.onRemoval", "keep", "delete"),
    ]


def test_a_former_owner_is_us() -> None:
    """Law 18: one PATCH of the mark; nothing is trained."""
    made = planned(V1, observed(V1, owner="old"), former_owners=("old",))
    assert told(made) == ["UPDATE a FORMER_OWNER"]
    assert row(made).ownership == observed(V1).ownership
    wiped = planned(V1, unmarked(observed(V1, owner="old")), former_owners=("old",))
    assert told(wiped) == ["UPDATE a MARK_LOST"]


def test_an_abbreviated_name_in_a_mark_is_kept_as_it_is() -> None:
    name = "a" * 60
    short = marked(observed(desired(name)), name=abbreviate(name, 30))
    assert told(planned(desired(name), short)) == [f"NOOP {name}"]


def test_what_is_written_into_the_mark_is_shown_in_the_words_of_the_manifest() -> None:
    taken = planned(V1, marked(observed(V1), owner="old-team"), former_owners=("old-team",))
    assert [f[:3] for f in row(taken).fields] == [("owner", "old-team", "acme")]
    moved = planned(desired("b"), observed(desired("a")))
    assert [f[:3] for f in row(moved, "b").fields] == [("metadata.name", "a", "b")]
    wiped = planned(V1, unmarked(observed(V1)))
    assert [f[:3] for f in row(wiped).fields] == [("mark", None, "acme/a")]


def test_every_row_of_an_address_shows_what_is_declared_there() -> None:
    assert row(planned(V1, observed(V1))).desired == V1
    assert row(planned(V1, observed(V1, TRAINING))).desired == V1


def test_an_unclear_leftover_says_what_to_do() -> None:
    made = planned(V1, observed(V1), observed(V2, UNKNOWN))
    (unclear,) = (change for change in made.changes if change.refused)
    assert "upgrade" in unclear.detail

"""Whole situations: what happens across addresses, and what is asked of the service."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Action
from reconciler.resource.observed import Mark, State
from tests.build import address, desired, marked, names, observed, planned, row, told
from tests.tested import OWNER

ONE, TWO, THREE = desired(data="one"), desired(data="two"), desired(data="three")
LOST = {"asked": True, "tunable": frozenset({"models/other"})}


def test_an_empty_world() -> None:
    made = planned([])
    assert (told(made), made.empty, made.owned) == ([], True, 0)


def test_only_what_is_selected_is_looked_at() -> None:
    """Law 8: a selection does nothing outside itself."""
    wants = [desired("x", data="x2"), desired("y", data="y2"), desired("z", data="z")]
    models = observed(desired("x", data="x1")), observed(desired("y", data="y1")), observed(desired("gone", data="g"))
    made = planned(wants, *models, selected=["x"])
    assert told(made) == ["NOOP gone NOT_SELECTED", "REPLACE x DATA_CHANGED"]
    assert {act.name for act in made.acts} == {observed(wants[0]).name, models[0].name}
    assert made.owned == 3


def test_a_leftover_that_could_never_be_trained_again_stays() -> None:
    """Law 13: superseded by a READY model, and irreplaceable all the same."""
    want = desired(data="two", base="models/other")
    made = planned(want, observed(want), observed(ONE), **LOST)
    assert told(made) == ["NOOP a", "!DELETE a IRREPLACEABLE+SUPERSEDED"]
    assert "--delete-irreplaceable TunedModel/a" in made.changes[-1].detail
    assert told(planned(want, observed(want), observed(ONE), irreplaceable="a", **LOST)) == [
        "NOOP a",
        "DELETE a SUPERSEDED",
    ]


@pytest.mark.parametrize("state", [State.READY, State.TRAINING])
def test_what_a_replacement_would_make_unrepeatable_is_a_row_of_its_own(state: State) -> None:
    """Law 13: also in what a row supersedes; the rest of it goes on."""
    want = desired(data="two", base="models/other")
    failed = observed(desired(data="three", base="models/other"), State.FAILED)
    made = planned(want, observed(ONE, state), failed, **LOST)
    assert told(made)[-1] == "!DELETE a IRREPLACEABLE+SUPERSEDED"
    (acting,) = (change for change in made.changes if not change.refused)
    assert acting.action is (Action.REPLACE if state is State.READY else Action.CREATE)
    assert names(acting.supersedes) == [failed.name]
    assert observed(ONE).name not in {act.name for act in made.acts}


def test_a_training_that_is_wanted_is_awaited_whatever_its_base() -> None:
    assert told(planned(ONE, observed(ONE, State.TRAINING), **LOST)) == ["WAIT a TRAINING"]


def test_a_failed_model_is_no_loss() -> None:
    want = desired(data="two", base="models/other")
    made = planned(want, observed(ONE, State.FAILED), **LOST)
    assert told(made) == ["CREATE a ABSENT"]
    assert names(row(made).supersedes) == [observed(ONE).name]


def test_a_doomed_replacement_stops_nothing_else() -> None:
    made = planned([TWO, desired("b", base="models/other")], observed(ONE), **LOST)
    assert told(made) == ["CREATE b ABSENT", "!REPLACE a BASE_NOT_TUNABLE+DATA_CHANGED"]
    assert any("offers no base model" in text for text in planned(TWO, asked=True, tunable=frozenset()).warnings)


def test_a_renamed_workspace_is_pointed_out_before_it_trains() -> None:
    """Law 18."""
    made = planned(ONE, observed(ONE, owner="old"))
    assert told(made) == ["CREATE a ABSENT"]
    (warning,) = made.warnings
    assert "owner old already trained TunedModel/a" in warning
    assert "formerOwners" in warning
    assert planned(TWO, observed(ONE, owner="old")).warnings == ()
    assert planned(desired(data=None), observed(ONE, owner="old")).warnings == ()


def test_the_owner_of_another_environment_is_no_former_name_of_ours() -> None:
    """Whichever of the two the service lists last."""
    neighbour, old = observed(ONE, owner="staging"), observed(ONE, owner="old")
    assert planned(ONE, neighbour, neighbours=frozenset({"staging"})).warnings == ()
    for models in ((neighbour, old), (old, neighbour)):
        (warning,) = planned(ONE, *models, neighbours=frozenset({"staging"})).warnings
        assert "owner old already trained" in warning


def test_two_owners_live_side_by_side() -> None:
    """Law 18: the same manifests under another owner are other models, whatever order they are listed in."""
    ours, theirs = observed(ONE), observed(ONE, owner="rival")
    for models in ((ours, theirs), (theirs, ours)):
        made = planned(ONE, *models)
        assert (told(made), made.foreign, made.owned) == (["NOOP a"], 1, 1)


def test_former_owners_leftovers_are_ours_to_delete() -> None:
    made = planned(ONE, observed(ONE), observed(ONE, owner="old"), former_owners=("old",))
    assert told(made) == ["NOOP a", "DELETE a SUPERSEDED"]


def test_a_former_owners_training_is_not_begun_again() -> None:
    made = planned(ONE, observed(ONE, State.TRAINING, owner="old"), former_owners=("old",))
    assert told(made) == ["WAIT a TRAINING+FORMER_OWNER"]


def test_a_half_done_replacement_shows_both_models() -> None:
    """Two models of one address are two models: no mapping hides the paid one."""
    made = planned(TWO, observed(TWO), observed(ONE), observed(THREE, State.TRAINING))
    assert {change.target for change in made.changes} == set(names((observed(TWO), observed(ONE), observed(THREE))))


def test_every_refusal_has_a_reason_and_a_way_out() -> None:
    refused = [
        planned(desired(data=None)),
        planned(ONE, observed(ONE, State.FAILED)),
        planned(desired(data="two", protect=True), observed(ONE)),
        planned([], marked(observed(ONE), protect=True)),
        planned(ONE, **LOST),
        planned([], observed(ONE), **LOST),
        planned(ONE, marked(observed(ONE), owner="rival")),
    ]
    for made in refused:
        (change,) = made.changes
        assert change.refused
        assert change.reasons
        assert change.detail
        assert change.action is Action.NOOP


def test_undeclared_models_of_an_owner_are_found_by_mark_not_by_id() -> None:
    stray = replace(observed(ONE), name="tunedModels/anything")
    assert told(planned([], stray)) == ["DELETE a UNDECLARED"]


def test_an_address_is_its_name() -> None:
    assert planned(ONE).changes[0].address == address("a")
    assert planned(ONE).context.owner == OWNER


def test_every_address_that_was_selected_has_its_row() -> None:
    made = planned([desired("a"), desired("b"), desired("c")], selected=["b"])
    assert told(made) == ["CREATE b ABSENT"]


def test_a_training_that_is_awaited_says_what_it_makes_useless() -> None:
    older = observed(desired(data="old"), State.TRAINING)
    (note,) = row(planned(desired(), observed(desired(), State.TRAINING), older)).notes
    assert note.startswith(f"{older.name} is superseded while it trains")


def test_a_model_that_could_never_be_trained_again_is_named_with_the_way_out() -> None:
    old, new = observed(desired(base="models/old")), desired(base="models/new")
    made = planned(new, old, tunable=frozenset({"models/new"}), asked=True)
    (stays,) = (change for change in made.changes if change.refused)
    assert (stays.target, stays.observed) == (old.name, old)
    assert "--delete-irreplaceable TunedModel/a" in stays.detail
    given_up = planned(new, old, tunable=frozenset({"models/new"}), asked=True, irreplaceable="a")
    assert not [change for change in given_up.changes if change.refused]


def test_a_copied_mark_is_said_to_be_one() -> None:
    copied = replace(observed(desired("gone")), name="tunedModels/copy", mark=Mark.VOID)
    change = row(planned([], copied), "gone")
    assert "made for another model" in change.detail
    assert change.observed == copied

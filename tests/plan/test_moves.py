"""A changed metadata.name is the same model, where that can be told for sure."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Action
from reconciler.resource.identity import abbreviate
from reconciler.resource.observed import Mark, Observed, State
from reconciler.resource.reason import Reason
from tests.build import desired, imported, marked, names, observed, planned, row, told, unmarked

OLD, NEW = desired("old"), desired("new")


@pytest.mark.parametrize(
    ("state", "expected"), [(State.READY, "UPDATE new RENAMED"), (State.TRAINING, "WAIT new TRAINING+RENAMED")]
)
def test_a_renamed_manifest_keeps_its_model(state: State, expected: str) -> None:
    """Law 17: one PATCH of the mark; the id stays; nothing is trained, nothing deleted."""
    made = planned(NEW, observed(OLD, state))
    assert told(made) == [expected]
    change = row(made, "new")
    assert change.target == observed(OLD).name
    assert change.ownership is not None
    assert change.ownership.name == "new"
    assert [act.verb for act in made.acts] == ["update"]


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
def test_what_does_not_serve_is_not_moved(state: State) -> None:
    assert "CREATE new ABSENT" in told(planned(NEW, observed(OLD, state)))


def test_a_move_is_stable() -> None:
    """After the PATCH the next plan is empty, although the id names the old address."""
    assert planned(NEW, marked(observed(OLD), name="new")).empty


@pytest.mark.parametrize(
    "model",
    [
        observed(desired("old", data="other")),
        observed(desired("old", epochs=9)),
        observed(desired("old", base="models/gemini-1.0-pro-001")),
    ],
)
def test_other_inputs_are_another_model(model: Observed) -> None:
    assert told(planned(NEW, model)) == ["CREATE new ABSENT", "DELETE old UNDECLARED"]


def test_what_nobody_knows_is_not_moved() -> None:
    """Neither a model of unknown data, nor to a manifest without any."""
    assert "CREATE new ABSENT" in told(planned(NEW, imported(observed(OLD))))
    assert "!CREATE new NO_DATASET" in told(planned(desired("new", data=None), observed(OLD)))


def test_an_address_that_has_a_model_takes_none_over() -> None:
    for own in (
        observed(NEW, State.FAILED),
        unmarked(observed(NEW)),
        replace(observed(desired("new", data="x")), mark=Mark.NEWER),
        replace(observed(desired("new", data="x")), mark=Mark.VOID),
    ):
        assert not any("RENAMED" in line for line in told(planned(NEW, own, observed(OLD))))


def test_a_model_marked_by_a_newer_version_moves_with_its_address() -> None:
    """Its name is readable: left behind, it would be reported as undeclared."""
    newer = replace(observed(desired("old", data="x")), mark=Mark.NEWER)
    made = planned(desired("new", data="two", renamed_from="old"), observed(OLD), newer)
    assert {line.split()[1] for line in told(made)} == {"new"}
    assert [change.reasons for change in made.changes if change.target == newer.name] == [(Reason.NEWER_MARK,)]


def test_two_manifests_for_one_model_are_refused() -> None:
    made = planned([NEW, desired("newer")], observed(OLD))
    assert row(made, "new").desired == NEW
    assert told(made) == [
        "!CREATE new AMBIGUOUS_RENAME",
        "!CREATE newer AMBIGUOUS_RENAME",
        "!DELETE old AMBIGUOUS_RENAME+UNDECLARED",
    ]
    assert made.acts == ()
    assert "renamed-from" in row(made, "new").detail
    assert "TunedModel/new, TunedModel/newer" in row(made, "old").detail


def test_two_models_for_one_manifest_are_refused() -> None:
    made = planned(NEW, observed(OLD), observed(desired("older")))
    assert told(made) == [
        "!CREATE new AMBIGUOUS_RENAME",
        "!DELETE old AMBIGUOUS_RENAME+UNDECLARED",
        "!DELETE older AMBIGUOUS_RENAME+UNDECLARED",
    ]


def test_an_annotation_tells_them_apart() -> None:
    made = planned(
        [desired("new", renamed_from="old"), desired("newer", renamed_from="older")],
        observed(OLD),
        observed(desired("older")),
    )
    assert told(made) == ["UPDATE new RENAMED", "UPDATE newer RENAMED"]


def test_a_name_that_two_models_share_goes_to_one_address_only() -> None:
    """A half-done replacement was renamed into two manifests: each has one of its models' inputs."""
    made = planned(
        [desired("x", data="one"), desired("y", data="two")],
        observed(desired("old", data="one")),
        observed(desired("old", data="two")),
    )
    assert told(made) == [
        "!CREATE x AMBIGUOUS_RENAME",
        "!CREATE y AMBIGUOUS_RENAME",
        "!DELETE old AMBIGUOUS_RENAME+UNDECLARED",
        "!DELETE old AMBIGUOUS_RENAME+UNDECLARED",
    ]


def test_a_half_done_replacement_moves_as_a_whole() -> None:
    serving, training = observed(desired("old", data="zero")), observed(OLD, State.TRAINING)
    made = planned(NEW, serving, training)
    assert told(made) == ["WAIT new TRAINING+RENAMED"]
    assert names(row(made, "new").supersedes) == [serving.name]


def test_the_annotation_replaces_across_names() -> None:
    """Law 17: inputs differ too; the old model serves until the new one is READY."""
    want = desired("new", data="two", renamed_from="old")
    made = planned(want, observed(OLD))
    assert told(made) == ["REPLACE new DATA_CHANGED"]
    assert names(row(made, "new").supersedes) == [observed(OLD).name]
    assert told(planned(want, observed(OLD), observed(want, State.TRAINING))) == ["WAIT new TRAINING"]
    assert told(planned(want, observed(OLD), observed(want))) == ["NOOP new", "DELETE new SUPERSEDED"]


def test_the_annotation_means_nothing_while_the_old_name_is_declared() -> None:
    made = planned([OLD, desired("new", renamed_from="old")], observed(OLD))
    assert told(made) == ["NOOP old", "CREATE new ABSENT"]


def test_the_annotation_of_two_manifests_is_refused() -> None:
    wants = [desired("x", renamed_from="old", data="x"), desired("y", renamed_from="old")]
    assert told(planned(wants, observed(OLD))) == [
        "!CREATE x AMBIGUOUS_RENAME",
        "!CREATE y AMBIGUOUS_RENAME",
        "!DELETE old AMBIGUOUS_RENAME+UNDECLARED",
    ]


def test_what_is_unclear_by_annotation_is_not_guessed_by_inputs() -> None:
    wants = [desired("x", renamed_from="old", data="x"), desired("y", renamed_from="old", data="y"), NEW]
    made = planned(wants, observed(OLD))
    assert "!DELETE old AMBIGUOUS_RENAME+UNDECLARED" in told(made)
    assert not any("RENAMED" in line.split("+")[0].split()[2:] for line in told(made))


def test_the_annotation_finds_an_abbreviated_name() -> None:
    name = "a" * 60
    short = marked(observed(desired(name)), name=abbreviate(name, 20))
    assert told(planned(desired("new", renamed_from=name), short)) == ["UPDATE new RENAMED"]


@pytest.mark.parametrize("said", [{"whole": False}, {"selected": ["new"]}])
@pytest.mark.parametrize(
    "want", [NEW, desired("new", renamed_from="old"), desired("new", data="x", renamed_from="old")]
)
def test_who_does_not_see_everything_neither_moves_nor_trains(want: object, said: dict[str, object]) -> None:
    """Law 8: the old name may be declared in another folder, so its model is left alone."""
    made = planned([want], observed(OLD), **said)  # type: ignore[list-item]  # parametrised
    assert told(made) == ["NOOP old NOT_SELECTED", "!CREATE new AMBIGUOUS_RENAME"]
    assert "apply the whole workspace" in row(made, "new").detail


def test_an_old_annotation_does_not_disturb_a_partial_run() -> None:
    want = desired("new", renamed_from="old")
    assert told(planned([want], observed(want), observed(OLD), whole=False)) == ["NOOP new", "NOOP old NOT_SELECTED"]


SHIELDED = marked(observed(OLD), protect=True)
CHANGED = desired("new", data="two", renamed_from="old")


def test_a_protected_model_that_moves_shows_that_it_is_protected_no_more() -> None:
    (change,) = planned(NEW, SHIELDED).changes
    assert change.action is Action.UPDATE
    assert ("lifecycle.protect", True, False) in [field[:3] for field in change.fields]


@pytest.mark.parametrize("state", [State.READY, State.TRAINING, State.FAILED])
def test_a_rename_does_not_delete_what_the_old_manifest_protected(state: State) -> None:
    """The manifest that said protect is gone, and the new one could not lift what it never had."""
    made = planned(CHANGED, replace(SHIELDED, state=state))
    (change,) = made.changes
    assert (change.refused, change.reasons[0], change.supersedes) == (True, Reason.PROTECTED, ())
    assert change.intended is (Action.REPLACE if state is State.READY else Action.CREATE)
    assert f"{SHIELDED.name} was TunedModel/old" in change.detail
    assert "--unprotect TunedModel/new" in change.detail
    assert made.acts == ()


@pytest.mark.parametrize("name", ["old", "new"])
def test_either_name_lifts_the_protection(name: str) -> None:
    made = planned(CHANGED, SHIELDED, unprotect=name)
    assert told(made) == ["REPLACE new DATA_CHANGED"]
    assert names(row(made, "new").supersedes) == [SHIELDED.name]


@pytest.mark.parametrize("name", ["old", "new"])
@pytest.mark.parametrize("state", [State.READY, State.TRAINING])
def test_what_was_protected_under_another_name_stays_beside_its_successor(state: State, name: str) -> None:
    """The new address has its model already, or it still trains: the renamed one is shown and stays."""
    there = observed(CHANGED, state)
    made = planned(CHANGED, SHIELDED, there)
    assert told(made)[1:] == ["!DELETE new PROTECTED+SUPERSEDED"]
    assert made.acts == ()
    lifted = planned(CHANGED, SHIELDED, there, unprotect=name)
    assert [(act.verb, act.name) for act in lifted.acts] == [("delete", SHIELDED.name)]


def test_what_is_protected_and_kept_for_a_rollback_needs_no_wish() -> None:
    assert told(planned(CHANGED, SHIELDED, keep_superseded=1))[-1] == "REPLACE new DATA_CHANGED"


def test_a_model_that_moves_counts_once() -> None:
    assert planned(NEW, observed(OLD)).owned == 1

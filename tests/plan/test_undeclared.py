"""Models whose manifest is gone."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Action, Effect
from reconciler.resource.desired import Desired
from reconciler.resource.identity import abbreviate
from reconciler.resource.observed import Mark, Observed, State
from reconciler.resource.reason import Reason
from tests.build import desired, marked, observed, planned, row, told, unmarked

GONE, STAYS = desired("gone"), desired("stays", data="other")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.READY, "DELETE gone UNDECLARED"),
        (State.FAILED, "DELETE gone UNDECLARED"),
        (State.TRAINING, "WAIT gone UNDECLARED"),
        (State.UNKNOWN, "!DELETE gone UNKNOWN_STATE+UNDECLARED"),
    ],
)
def test_what_is_no_longer_declared_goes(state: State, expected: str) -> None:
    made = planned([STAYS], observed(STAYS), observed(GONE, state))
    assert told(made) == ["NOOP stays", expected]


@pytest.mark.parametrize("said", [{"whole": False}, {"selected": ["stays"]}, {"selected": ["gone"]}])
def test_nothing_outside_of_what_was_asked_for_is_deleted(said: dict[str, object]) -> None:
    """Law 8: a subfolder, a file, --target, --exclude, -l."""
    newer = replace(observed(desired("gone", data="x")), mark=Mark.NEWER)
    made = planned([STAYS], observed(STAYS), observed(GONE), newer, **said)
    assert told(made)[:2] == ["NOOP gone NOT_SELECTED", "NOOP gone NOT_SELECTED"]
    assert made.acts == ()
    assert not made.empty


def test_protect_outlives_the_manifest() -> None:
    """Law 15: the mark's value counts when there is no manifest; the ways out are named."""
    made = planned([], marked(observed(GONE), protect=True), marked(observed(desired("gone", data="x"))))
    assert told(made) == ["!DELETE gone PROTECTED+UNDECLARED"] * 2
    assert "--unprotect TunedModel/gone" in made.changes[0].detail
    assert told(planned([], marked(observed(GONE), protect=True), unprotect="gone")) == ["DELETE gone UNDECLARED"]


def test_a_wish_finds_an_abbreviated_name() -> None:
    name = "a" * 60
    short = marked(observed(desired(name)), name=abbreviate(name, 20), protect=True)
    assert planned([], short).counts.refused == 1
    assert planned([], short, unprotect=name).counts.delete == 1


@pytest.mark.parametrize("state", list(State))
def test_keep_lets_go_without_deleting(state: State) -> None:
    """Law 38: only the mark goes."""
    made = planned([], marked(observed(GONE, state), keep=True))
    assert told(made) == ["UPDATE gone KEPT"]
    change = row(made, "gone")
    assert (change.strips, [(f.path, f.new, f.effect) for f in change.fields]) == (True, [("mark", None, Effect.MARK)])
    assert [act.verb for act in made.acts] == ["update"]


def test_protect_comes_before_keep() -> None:
    """Without its mark nothing protects the model any more, so letting it go is refused as well."""
    both = marked(observed(GONE), keep=True, protect=True)
    made = planned([], both)
    assert told(made) == ["!UPDATE gone PROTECTED+UNDECLARED"]
    assert made.acts == ()
    assert told(planned([], both, unprotect="gone")) == ["UPDATE gone KEPT"]


@pytest.mark.parametrize(
    ("flags", "state", "refusal", "lifted"),
    [
        ({}, State.READY, "!DELETE gone FORMER_OWNER+UNDECLARED", "DELETE gone UNDECLARED"),
        ({}, State.FAILED, "!DELETE gone FORMER_OWNER+UNDECLARED", "DELETE gone UNDECLARED"),
        ({}, State.TRAINING, "!DELETE gone FORMER_OWNER+UNDECLARED", "WAIT gone UNDECLARED"),
        ({"keep": True}, State.READY, "!UPDATE gone FORMER_OWNER+UNDECLARED", "UPDATE gone KEPT"),
        ({"protect": True}, State.READY, "!DELETE gone PROTECTED+UNDECLARED", "DELETE gone UNDECLARED"),
    ],
)
def test_what_a_former_owner_may_still_declare_is_left_alone(
    flags: dict[str, bool], state: State, refusal: str, lifted: str
) -> None:
    """One line, `formerOwners: [aaa]`, must not delete what a living workspace aaa declares."""
    theirs = marked(observed(GONE, state, owner="aaa"), **flags)
    world = observed(STAYS), theirs, observed(desired("ours", data="x"))
    made = planned([STAYS], *world, former_owners=("aaa",))
    assert set(told(made)) == {"NOOP stays", "DELETE ours UNDECLARED", refusal}
    assert {act.address for act in made.acts} == {"TunedModel/ours"}
    assert lifted in told(planned([STAYS], *world, former_owners=("aaa",), unprotect="gone"))


def test_the_former_owner_is_named_with_the_ways_out() -> None:
    change = row(planned([], observed(GONE, owner="aaa"), former_owners=("aaa",)), "gone")
    assert "the former owner aaa, whose workspace may still declare it" in change.detail
    assert "declare it here once, or `--unprotect TunedModel/gone`" in change.detail


def test_what_was_declared_here_once_is_ours_to_delete() -> None:
    """The way out that needs no flag: the mark is written anew, and names nobody else."""
    (adopted,) = planned([GONE], observed(GONE, owner="aaa"), former_owners=("aaa",)).changes
    assert adopted.action is Action.UPDATE
    ours = replace(observed(GONE, owner="aaa"), ownership=adopted.ownership)
    assert told(planned([], ours, former_owners=("aaa",))) == ["DELETE gone UNDECLARED"]


NEW = desired("new", data="new")


@pytest.mark.parametrize(
    ("want", "there", "facts", "why"),
    [
        (NEW, [observed(NEW, State.FAILED)], {}, "FAILED"),
        (NEW, [], {"asked": True, "tunable": frozenset()}, "BASE_NOT_TUNABLE"),
        (desired("new", data=None), [], {}, "NO_DATASET"),
    ],
)
@pytest.mark.parametrize("state", [State.READY, State.TRAINING, State.FAILED])
def test_nothing_goes_while_what_is_to_come_cannot(
    want: Desired, there: list[Observed], facts: dict[str, object], why: str, state: State
) -> None:
    """What is no longer declared goes last, also where the training before it is refused and not only late."""
    made = planned([want, STAYS], observed(STAYS), *there, observed(GONE, state, base=None), **facts)
    assert told(made) == ["NOOP stays", f"!CREATE new {why}", "!DELETE gone UNSETTLED+UNDECLARED"]
    assert made.acts == ()


def test_what_holds_a_deletion_back_is_named() -> None:
    failed = observed(NEW, State.FAILED)
    change = row(planned([NEW], failed, observed(GONE)), "gone")
    assert change.detail.startswith("TunedModel/new is declared and not there; TunedModel/gone stays until it is: ")
    assert (change.intended, change.observed) == (Action.DELETE, observed(GONE))
    others = [desired(f"other{n}", data=None) for n in range(9)]
    for wants in ([NEW, *others], [*reversed(others), NEW]):
        detail = row(planned(wants, failed, observed(GONE)), "gone").detail
        assert detail.startswith("TunedModel/new (and 9 more) is declared and not there; ")


def test_a_training_that_may_begin_holds_nothing_back_in_the_plan() -> None:
    """It is the run that puts the deletion behind it."""
    failed = observed(NEW, State.FAILED)
    assert told(planned([NEW], observed(GONE))) == ["CREATE new ABSENT", "DELETE gone UNDECLARED"]
    retried = told(planned([NEW], failed, observed(GONE), retry="new"))
    assert retried == ["CREATE new REQUESTED", "DELETE gone UNDECLARED"]


@pytest.mark.parametrize("kept", [0, 1])
def test_a_refused_replacement_holds_nothing_back(kept: int) -> None:
    """The old model serves, whether it would go or be kept for a rollback."""
    old = observed(desired("new", data="old"))
    made = planned([NEW], observed(NEW, State.FAILED), old, observed(GONE), keep_superseded=kept)
    assert "!REPLACE new FAILED" in told(made)
    assert "DELETE gone UNDECLARED" in told(made)


def test_letting_go_is_not_held_back() -> None:
    made = planned([desired("new", data=None)], marked(observed(GONE), keep=True))
    assert told(made) == ["UPDATE gone KEPT", "!CREATE new NO_DATASET"]


def test_a_leftover_of_a_declared_address_is_not_held_back() -> None:
    """Its successor serves: that is all it waits for."""
    made = planned([STAYS, desired("new", data=None)], observed(STAYS), observed(desired("stays", data="old")))
    assert told(made) == ["NOOP stays", "!CREATE new NO_DATASET", "DELETE stays SUPERSEDED"]


def test_a_newer_mark_is_not_deleted() -> None:
    """Law 23."""
    made = planned([], replace(observed(GONE), mark=Mark.NEWER))
    assert told(made) == ["!DELETE gone NEWER_MARK+UNDECLARED"]


def test_what_carries_no_mark_of_ours_is_nobodys() -> None:
    models = unmarked(observed(GONE)), marked(observed(desired("x")), owner="rival")
    made = planned([STAYS], observed(STAYS), *models)
    assert told(made) == ["NOOP stays"]
    assert (made.owned, made.foreign, made.empty) == (1, 2, True)


def test_a_model_that_could_never_be_trained_again_is_not_deleted() -> None:
    """Law 13: READY, or about to be; a failed one is no loss."""
    facts = {"asked": True, "tunable": frozenset({"models/other"})}
    assert told(planned([], observed(GONE), **facts)) == ["!DELETE gone IRREPLACEABLE+UNDECLARED"]
    assert told(planned([], observed(GONE, State.TRAINING), **facts)) == ["!DELETE gone IRREPLACEABLE+UNDECLARED"]
    assert told(planned([], observed(GONE, State.FAILED), **facts)) == ["DELETE gone UNDECLARED"]
    assert told(planned([], observed(GONE), irreplaceable="gone", **facts)) == ["DELETE gone UNDECLARED"]
    assert told(planned([], observed(GONE, base=None), **facts)) == ["DELETE gone UNDECLARED"]


@pytest.mark.only("gemini")
def test_that_cannot_be_told_is_no_reason_to_refuse() -> None:
    """Law 13: if the question cannot be answered, it is a warning."""
    made = planned([], observed(GONE), asked=True)
    assert told(made) == ["DELETE gone UNDECLARED"]
    assert len(made.warnings) == 1


def test_deletes_come_last() -> None:
    made = planned([desired("new", data="new"), STAYS], observed(GONE), observed(STAYS))
    assert [change.action for change in made.changes] == [Action.NOOP, Action.CREATE, Action.DELETE]


def test_what_stays_says_why_and_of_which_model() -> None:
    newer = replace(observed(desired("gone")), mark=Mark.NEWER)
    for model, words in ((newer, "upgrade"), (observed(desired("gone"), State.UNKNOWN), "upgrade")):
        change = row(planned([], model), "gone")
        assert (change.refused, change.target, change.observed) == (True, model.name, model)
        assert words in change.detail
    training = row(planned([], observed(desired("gone"), State.TRAINING)), "gone")
    assert training.detail == "deleted when its training ends"


def test_a_kept_model_shows_the_mark_that_is_taken_off() -> None:
    kept = row(planned([], marked(observed(desired("gone")), keep=True)), "gone")
    assert [f[:5] for f in kept.fields] == [("mark", "acme/gone", None, Effect.MARK, Reason.KEPT)]

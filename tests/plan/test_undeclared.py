"""Models whose manifest is gone."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Action, Effect
from reconciler.resource.identity import abbreviate
from reconciler.resource.observed import Mark, State
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


def test_keep_lets_go_without_deleting() -> None:
    """Law 38: only the mark goes."""
    made = planned([], marked(observed(GONE), keep=True))
    assert told(made) == ["UPDATE gone KEPT"]
    change = row(made, "gone")
    assert (change.strips, [(f.path, f.new, f.effect) for f in change.fields]) == (True, [("mark", None, Effect.MARK)])
    assert [act.verb for act in made.acts] == ["update"]


def test_keep_is_stronger_than_protect() -> None:
    assert told(planned([], marked(observed(GONE), keep=True, protect=True))) == ["UPDATE gone KEPT"]


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

"""Taking a model in, and letting one go: plans of updates only."""

from dataclasses import replace

import pytest

from reconciler.errors import Refused
from reconciler.plan.adoption import adopt, neighbour, release, takes_over
from reconciler.plan.adoption import marked as after
from reconciler.plan.plan import Plan
from reconciler.plan.planner import plan
from reconciler.resource.address import Address
from reconciler.resource.identity import base_hash, short_digest
from reconciler.resource.observed import Mark, Observed, State
from reconciler.resource.reason import Reason
from tests.build import (
    BASE,
    CONTEXT,
    desired,
    marked,
    observed,
    ownership,
    planned,
    row,
    terms,
    told,
    unmarked,
    wishes,
)
from tests.tested import OWNER

A = desired(epochs=5)
FOUND = replace(unmarked(observed(A)), name="tunedModels/by-hand")


def adopted(
    model: Observed = FOUND, *, want: object = A, assume_data: bool = False, beside: tuple[Observed, ...] = ()
) -> Plan:
    """Plan an adoption."""
    return adopt(want, model, (model, *beside), terms(), assume_data=assume_data)  # type: ignore[arg-type]


def test_what_it_was_trained_on_stays_unknown() -> None:
    """Law 14."""
    made = adopted()
    assert told(made) == ["UPDATE a REQUESTED"]
    mark = row(made).ownership
    assert mark is not None
    assert (mark.owner, mark.name, mark.digest, mark.base, mark.asserted) == (OWNER, "a", "", base_hash(BASE), False)
    assert not made.complete
    assert [act.verb for act in made.acts] == ["update"]


def test_what_the_next_apply_would_do_is_shown_beforehand() -> None:
    made = adopted()
    assert told(plan([A], after((FOUND, observed(desired("b"))), made), terms()))[0].startswith(
        "!REPLACE a DATA_UNKNOWN"
    )
    assumed = adopted(assume_data=True)
    assert told(plan([A], after((FOUND,), assumed), terms())) == ["NOOP a"]


def test_assumed_data_is_said_to_be_asserted() -> None:
    mark = row(adopted(assume_data=True)).ownership
    assert mark is not None
    assert A.dataset is not None
    assert (mark.digest, mark.asserted) == (A.dataset.digest, True)
    assert "(asserted)" in str(row(adopted(assume_data=True)).fields[0].new)


def test_assuming_data_needs_data() -> None:
    with pytest.raises(Refused) as refusal:
        adopted(want=desired(data=None), assume_data=True)
    assert refusal.value.reason == "NO_DATASET"
    assert row(adopted(want=desired(data=None))).ownership is not None


@pytest.mark.parametrize("taken", [observed(A), replace(observed(A), mark=Mark.NEWER)])
def test_an_address_that_has_a_model_takes_no_other(taken: Observed) -> None:
    with pytest.raises(Refused, match="already has"):
        adopted(beside=(taken,))


def record(model: Observed) -> Observed:
    """What is left of a training that failed, where nobody can delete or change that."""
    return replace(model, state=State.FAILED, erasable=False)


def test_the_record_of_a_failure_takes_no_place() -> None:
    """Law 31: it stays for ever; nothing could be imported there again."""
    assert told(adopted(beside=(record(observed(A)),))) == ["UPDATE a REQUESTED"]
    with pytest.raises(Refused, match="already has"):
        adopted(beside=(observed(A, State.FAILED),))


def test_letting_go_leaves_out_what_cannot_be_changed() -> None:
    """Law 38: a record has a mark that nobody can strip."""
    failed = record(observed(desired(data="two")))
    made = release(A.address, (observed(A), failed), terms())
    assert [change.target for change in made.changes] == [observed(A).name]
    with pytest.raises(Refused, match="no model carries the mark of TunedModel/a"):
        release(A.address, (failed,), terms())


def test_marking_again_what_is_ours_keeps_what_is_known() -> None:
    """`import --assume-data` of a model imported before; or a change of protect by import."""
    ours = marked(observed(A), asserted=True)
    mark = row(adopted(ours, want=desired(epochs=5, protect=True))).ownership
    assert mark == replace(ours.ownership, protect=True)  # type: ignore[type-var]  # it has one
    wiped = row(adopted(unmarked(observed(A)))).ownership
    assert wiped is not None
    assert wiped.digest == ""


@pytest.mark.parametrize("flag", ["protect", "keep"])
@pytest.mark.parametrize("owner", [OWNER, "rival"])
def test_what_the_old_mark_protects_or_keeps_is_not_lost_on_the_way(flag: str, owner: str) -> None:
    """An import says nothing of flags; the plan after it does, before anything comes of the difference."""
    before = marked(observed(desired("old", epochs=5)), owner=owner, **{flag: True})
    made = adopted(before, assume_data=True)
    mark = row(made).ownership
    assert mark is not None
    assert (mark.protect, mark.keep) == (flag == "protect", flag == "keep")
    (change,) = plan([A], after((before,), made), terms()).changes
    assert [field.path for field in change.fields] == [
        {"protect": "lifecycle.protect", "keep": "lifecycle.onRemoval"}[flag]
    ]


def test_the_flags_of_a_copied_mark_are_another_models() -> None:
    copied = replace(marked(observed(A), protect=True, keep=True), mark=Mark.VOID)
    mark = row(adopted(copied)).ownership
    assert mark is not None
    assert (mark.protect, mark.keep) == (False, False)


def test_a_foreign_mark_is_the_callers_question() -> None:
    rival = marked(observed(A), owner="rival")
    assert takes_over(rival, terms()) == "rival"
    assert takes_over(observed(A), terms()) == ""
    assert takes_over(FOUND, terms()) == ""
    mark = row(adopted(rival)).ownership
    assert mark is not None
    assert (mark.owner, mark.digest, mark.declared) == (OWNER, "", {})


def test_a_model_of_another_environment_is_told_by_its_mark() -> None:
    """A mark that was made for another model proves nothing: it is a copy, and nobody could let it go."""
    theirs, beside = observed(A, owner="staging"), terms(neighbours=frozenset({"staging"}))
    assert neighbour(theirs, beside) == "staging"
    assert neighbour(replace(theirs, mark=Mark.NEWER), beside) == "staging"
    assert neighbour(replace(theirs, mark=Mark.VOID), beside) == ""
    assert neighbour(theirs, terms()) == ""
    assert neighbour(FOUND, beside) == ""


def test_a_description_that_another_program_wrote_is_pointed_out() -> None:
    """Law 14: AI Studio keeps JSON there."""
    text = '{"type":"tuned"}'
    structured = replace(FOUND, fields={**FOUND.fields, "description": text}, carrier=text)
    assert "JSON" in row(adopted(structured)).notes[0]
    labelled = replace(structured, carrier="{}")  # the mark goes elsewhere
    assert row(adopted(labelled)).notes == ()
    for text in ("", "words", "[1]", "7"):
        assert row(adopted(replace(FOUND, fields={**FOUND.fields, "description": text}, carrier=text))).notes == ()


def test_letting_go_strips_the_mark_of_every_model_of_the_address() -> None:
    """Law 38."""
    models = observed(A), observed(A, attempt=1), observed(desired("b"))
    made = release(A.address, models, terms())
    assert [(change.target, change.strips) for change in made.changes] == [(m.name, True) for m in models[:2]]
    assert {act.verb for act in made.acts} == {"update"}
    assert all(o.mark is Mark.VALID for o in after(models, made))


def test_letting_go_is_a_plan_of_this_workspace_that_shows_what_is_taken_off() -> None:
    made = release(A.address, (observed(A),), terms(retry="x"))
    assert (made.context, made.wishes, made.complete) == (CONTEXT, wishes(retry="x"), False)
    change = row(made)
    assert (change.address, change.reasons, change.observed) == (A.address, (Reason.REQUESTED,), observed(A))
    [field] = change.fields
    assert (field.path, field.new, field.reason) == ("mark", None, Reason.REQUESTED)
    assert field.old == f"{OWNER}/a, data {short_digest(ownership(A).digest)}"


def test_taking_in_is_a_plan_of_this_workspace_that_shows_both_marks() -> None:
    want = desired(epochs=5, on_removal="keep")
    made = adopt(want, observed(A), (observed(A),), terms(retry="x"), assume_data=False)
    assert (made.context, made.wishes) == (CONTEXT, wishes(retry="x"))
    change = row(made)
    assert (change.desired, change.observed) == (want, observed(A))
    [field] = change.fields
    known = f"{OWNER}/a, data {short_digest(ownership(A).digest)}"
    assert (field.path, field.old, field.new, field.reason) == ("mark", known, known, Reason.REQUESTED)
    assert change.ownership is not None
    assert change.ownership.keep
    assert row(adopted()).fields[0].old is None
    assert row(adopted()).fields[0].new == f"{OWNER}/a, data unknown"


def test_the_base_that_a_model_was_made_from_stays_in_its_mark() -> None:
    """The service may report a resolved one."""
    resolved = replace(observed(A), fields={**observed(A).fields, "baseModel": "models/resolved"})
    mark = row(adopted(resolved)).ownership
    assert mark is not None
    assert mark.base == base_hash(BASE)


def test_a_refusal_says_what_to_do() -> None:
    with pytest.raises(Refused) as taken:
        adopted(beside=(observed(A),))
    assert (taken.value.reason, "reconciler forget TunedModel/a" in taken.value.advice) == (Reason.ID_TAKEN, True)
    with pytest.raises(Refused) as absent:
        release(Address("zzz"), (), terms())
    assert (absent.value.reason, "reconciler status" in absent.value.advice) == (Reason.ABSENT, True)
    with pytest.raises(Refused, match="TunedModel/a declares no dataset to assume; add spec"):
        adopted(want=desired(data=None), assume_data=True)


def test_letting_go_of_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="no model carries the mark of TunedModel/zzz"):
        release(Address("zzz"), (observed(A), FOUND), terms())


def test_after_letting_go_the_address_is_not_trained_again_by_itself() -> None:
    assert told(planned(desired(data="two"), unmarked(observed(desired())))) == ["!UPDATE a MARK_LOST"]

"""What only some services have: models that do not serve, records, second trainings, inputs of no use later."""

from dataclasses import replace

import pytest

from reconciler.errors import StalePlan, UnsafePlan
from reconciler.plan.change import Action, Effect
from reconciler.plan.diff import compare
from reconciler.plan.guards import Bounds, guard
from reconciler.plan.review import within
from reconciler.resource.manifest import Lifecycle
from reconciler.resource.observed import Observed, State
from reconciler.resource.reason import Reason
from reconciler.resource.rules import FieldRule, Mutability
from tests.build import BATCH, CAPABILITIES, RULES, desired, marked, names, observed, planned, row, told

V1, V2 = desired(data="one"), desired(data="two")
GONE = "its endpoint is gone"


def idle(model: Observed) -> Observed:
    """The same model, which nothing serves."""
    return replace(model, state=State.UNKNOWN, trouble=GONE)


def record(model: Observed) -> Observed:
    """What is left of a training that failed, where nobody can delete that."""
    return replace(model, state=State.FAILED, erasable=False)


def twin(model: Observed, state: State = State.TRAINING) -> Observed:
    """A second training for the same request."""
    return replace(model, name="jobs/2", state=state, twin=True, created="2024-05-02T00:00:00Z")


def test_a_model_that_nothing_serves_is_not_trained_again() -> None:
    """Law 31: Model there, Endpoint gone."""
    made = planned(V1, idle(observed(V1)))
    assert told(made) == ["!NOOP a NOT_SERVING"]
    assert row(made).detail == f"{GONE}; if that cannot be mended, `--replace TunedModel/a` trains anew"
    again = planned(V1, idle(observed(V1)), replace="a")
    assert told(again) == ["CREATE a REQUESTED"]
    assert names(row(again).supersedes) == [observed(V1).name]


def test_protection_covers_what_somebody_took_out_of_service() -> None:
    """Law 15: a new training would delete it, though it replaces nothing that serves."""
    want = replace(V2, lifecycle=Lifecycle(protect=True))
    there = idle(observed(replace(V1, lifecycle=Lifecycle(protect=True))))
    made = planned(want, there)
    assert told(made) == ["!CREATE a PROTECTED"]
    assert (made.acts, row(made).supersedes) == ((), ())
    assert told(planned(want, there, unprotect="a")) == ["CREATE a ABSENT"]


def test_what_is_kept_for_a_rollback_is_kept_out_of_service_too() -> None:
    """Law 10: it can serve again; what some run has begun to delete cannot."""
    keeps = replace(V2, lifecycle=Lifecycle(keep_superseded=1))
    there = idle(observed(V1))
    assert told(planned(keeps, observed(V2), there)) == ["NOOP a", "NOOP a RETAINED"]
    assert told(planned(keeps, observed(V2), marked(there, going=True))) == ["NOOP a", "DELETE a SUPERSEDED"]
    unknown = observed(V1, State.UNKNOWN)
    assert "NOOP a RETAINED" not in told(planned(keeps, observed(V2), unknown))


def test_a_model_that_cannot_be_erased_is_shown_all_the_same() -> None:
    """Law 25: only the record of a failure is nothing; what was made and is not named is something."""
    unnamed = replace(idle(observed(V1)), erasable=False)
    made = planned([], unnamed)
    assert (told(made), made.owned, made.empty) == (["!DELETE a UNKNOWN_STATE+UNDECLARED"], 1, False)
    assert "!DELETE a UNKNOWN_STATE+SUPERSEDED" in told(planned(V2, observed(V2), unnamed))


def test_half_a_deletion_is_finished() -> None:
    """Killed between the endpoint and the model: what is left serves nobody, and goes as planned."""
    assert told(planned(V2, observed(V2), idle(observed(V1)))) == ["NOOP a", "DELETE a SUPERSEDED"]
    assert told(planned([], idle(observed(V1)))) == ["DELETE a UNDECLARED"]


def test_a_state_that_nobody_knows_is_no_half_deletion() -> None:
    assert told(planned([], observed(V1, State.UNKNOWN))) == ["!DELETE a UNKNOWN_STATE+UNDECLARED"]


def test_a_name_that_a_training_cannot_be_given_is_part_of_its_creation() -> None:
    """It is told and written when the model is READY; until then nobody has to do anything."""
    want = desired(display_name="Shown")
    begun = observed(want, State.TRAINING, display_name=None)
    waits = planned(want, begun)
    assert (row(waits).reasons, row(waits).action) == ((Reason.TRAINING,), Action.WAIT)
    assert [(act.verb, act.fields) for act in waits.acts] == [("update", ("displayName='Shown'",))]
    assert [(f.path, f.old, f.new) for f in row(waits).writes] == [("displayName", None, "Shown")]
    ready = planned(want, observed(want, display_name=begun.name))
    assert told(ready) == ["UPDATE a DRIFTED"]
    assert row(ready).writes[0].old is None


def test_what_finishes_a_creation_is_no_change_of_its_own() -> None:
    """Who asks whether there are changes is told that a training is under way, and nothing else."""
    want = desired(display_name="Shown")
    begun = observed(want, State.TRAINING, display_name=None)
    for training in (begun, observed(want, State.TRAINING)):
        assert row(planned(want, training)).finishes
    others = (
        planned(want, observed(want, State.TRAINING, display_name="Somebody's")),
        planned(want, begun, observed(desired(data="two"))),
        planned([], begun),
        planned(want, observed(want)),
    )
    assert not any(change.finishes for made in others for change in made.changes)


def test_what_is_left_of_a_creation_was_reviewed_with_it() -> None:
    late = replace(RULES["displayName"], late=True)
    known = replace(CAPABILITIES, rules={**RULES, "displayName": late})
    want = desired(display_name="Shown", batch=8)
    reviewed = planned(want, capabilities=known).acts
    for state in (State.TRAINING, State.READY):
        left = planned(want, observed(want, state, display_name=observed(want).name), capabilities=known)
        assert within(left, reviewed, left.context) is left
    more = planned(replace(want, fields={**want.fields, "description": "not reviewed"}), observed(want, State.TRAINING))
    with pytest.raises(StalePlan):
        within(more, reviewed, more.context)


def test_a_record_is_shown_while_it_counts_and_never_deleted() -> None:
    """Law 31: jobs cannot be deleted."""
    made = planned(V1, record(observed(V1)))
    assert (told(made), made.owned) == (["!CREATE a FAILED"], 0)
    retried = planned(V1, record(observed(V1)), retry="a")
    assert (told(retried), row(retried).supersedes) == (["CREATE a REQUESTED"], ())
    assert told(planned(V2, observed(V2), record(observed(V1)))) == ["NOOP a"]
    assert told(planned([], record(observed(V1)))) == []


def test_a_second_training_is_stopped_whatever_becomes_of_the_first() -> None:
    """Law 19."""
    for first in (State.READY, State.TRAINING):
        made = planned(V1, observed(V1, first), twin(observed(V1)))
        assert [line for line in told(made) if "DUPLICATE" in line] == ["DELETE a DUPLICATE"]
    assert told(planned([], observed(V1), twin(observed(V1)))) == ["DELETE a DUPLICATE", "DELETE a UNDECLARED"]
    assert told(planned(V1, observed(V1), twin(observed(V1)), selected=["b"])) == []


def test_a_second_training_that_is_over_is_a_leftover_like_any_other() -> None:
    assert told(planned(V1, observed(V1), twin(observed(V1), State.READY))) == ["NOOP a", "DELETE a SUPERSEDED"]
    waiting = planned(V1, observed(V1, State.TRAINING), twin(observed(V1), State.READY))
    assert told(waiting) == ["WAIT a TRAINING"]
    assert [old.twin for old in row(waiting).supersedes] == [True]


def test_what_was_imported_is_never_deleted() -> None:
    """Law 31: labels alone permit no delete."""
    adopted = replace(observed(V1), adopted=True)
    assert told(planned([], adopted)) == ["!DELETE a ADOPTED+UNDECLARED"]
    made = planned(V2, adopted)
    assert told(made) == ["REPLACE a DATA_CHANGED", "!DELETE a ADOPTED+SUPERSEDED"]
    assert made.changes[0].supersedes == ()


def test_other_validation_data_is_a_note() -> None:
    made = planned(desired(validation="v2"), observed(desired(validation="v1")))
    assert [(f.path, f.effect, f.reason) for f in row(made).fields] == [
        ("validationDataset", Effect.NOTE, Reason.NEXT_TRAINING)
    ]
    assert (made.empty, made.counts.notes) == (True, 1)
    for want, have in ((desired(validation="v"), desired(validation="v")), (desired(validation="v"), desired())):
        assert planned(want, observed(have)).counts.notes == 0
    assert planned(desired(), observed(desired(validation="v"))).counts.notes == 0


def test_an_input_of_the_training_alone_is_a_note() -> None:
    rules = {**RULES, "serviceAccount": FieldRule("serviceAccount", Mutability.INPUT_ONLY, "runs the training")}
    capabilities = replace(CAPABILITIES, rules=rules)
    was, now = desired(account="a@b.c"), desired(account="x@y.z")
    made = planned(now, observed(was), capabilities=capabilities)
    assert [(f.path, f.old, f.new, f.reason) for f in row(made).fields] == [
        ("serviceAccount", "a@b.c", "x@y.z", Reason.NEXT_TRAINING)
    ]
    assert made.empty
    assert compare(now, observed(desired()), capabilities, proven=False) == ()
    assert compare(now, observed(now), capabilities, proven=False) == ()


def test_a_bound_on_steps_that_nobody_knows_refuses() -> None:
    """A budget that cannot be counted is not kept by assuming nothing."""
    rules = {path: rule for path, rule in RULES.items() if path != BATCH}
    made = planned([V1, desired("b")], capabilities=replace(CAPABILITIES, rules=rules))
    with pytest.raises(UnsafePlan, match=r"steps: how many TunedModel/a \(and 1 more\) takes is not known") as caught:
        guard(made, Bounds(steps=1000), declared=2)
    assert "--max-creates" in caught.value.advice
    assert guard(made, Bounds(), declared=2) is made
    one = planned(V1, capabilities=replace(CAPABILITIES, rules=rules))
    with pytest.raises(UnsafePlan, match="steps: how many TunedModel/a takes is not known"):
        guard(one, Bounds(steps=1000), declared=1)


def test_the_question_for_bases_is_not_mourned_where_there_is_none_to_ask() -> None:
    silent = replace(CAPABILITIES, lists_bases=False)
    assert planned(V1, asked=True, capabilities=silent).warnings == ()

"""Models tuned from declared models: planned with their parents, begun after them, and what they start from stays."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Action, Change
from reconciler.plan.parents import MODEL, needed
from reconciler.plan.plan import Plan
from reconciler.resource.desired import Desired
from reconciler.resource.identity import PARENT
from reconciler.resource.lineage import rooted
from reconciler.resource.observed import Observed, State
from reconciler.resource.rules import FieldRule, Mutability
from tests.build import CAPABILITIES, RULES, desired, marked, observed, planned, row, told

TERMS = {
    "capabilities": replace(
        CAPABILITIES, rules={**RULES, PARENT: FieldRule(PARENT, Mutability.RETRAIN, "it starts from that model")}
    )
}
PARENT_1, CHILD, GRANDCHILD = rooted(
    [desired("p"), desired("c", parent="TunedModel/p"), desired("g", parent="TunedModel/c", data="g")]
)
PARENT_2, CHILD_2, GRANDCHILD_2 = rooted([desired("p", data="two"), CHILD, GRANDCHILD])


def made(wants: list[Desired], *models: Observed, **said: object) -> Plan:
    """Plan where parents are known."""
    return planned(wants, *models, **TERMS, **said)


def starts(plan: Plan) -> dict[str, str]:
    """What each training starts from."""
    return {change.address.name: change.parent for change in plan.changes if change.parent}


def test_a_family_is_planned_at_once() -> None:
    """Law 21: the sum of steps is in one plan; each training names the one that it waits for."""
    plan = made([PARENT_1, CHILD, GRANDCHILD])
    assert told(plan) == ["CREATE c ABSENT+DEPENDENCY", "CREATE g ABSENT+DEPENDENCY", "CREATE p ABSENT"]
    assert starts(plan) == {"c": observed(PARENT_1).name, "g": observed(CHILD).name}


def test_what_serves_is_started_from_at_once() -> None:
    plan = made([PARENT_1, CHILD], observed(PARENT_1))
    assert told(plan) == ["NOOP p", "CREATE c ABSENT"]
    assert starts(plan) == {"c": observed(PARENT_1).name}


def test_a_parent_in_training_is_waited_for() -> None:
    plan = made([PARENT_1, CHILD], observed(PARENT_1, State.TRAINING))
    assert told(plan) == ["WAIT p TRAINING", "CREATE c ABSENT+DEPENDENCY"]
    assert starts(plan) == {"c": observed(PARENT_1).name}


def test_nothing_is_done_where_nothing_changed() -> None:
    assert made([PARENT_1, CHILD], observed(PARENT_1), observed(CHILD)).empty


def test_a_changed_parent_replaces_its_children_and_theirs() -> None:
    plan = made([PARENT_2, CHILD_2, GRANDCHILD_2], observed(PARENT_1), observed(CHILD), observed(GRANDCHILD))
    assert told(plan) == ["REPLACE c DEPENDENCY", "REPLACE g DEPENDENCY", "REPLACE p DATA_CHANGED"]
    assert starts(plan) == {"c": observed(PARENT_2).name, "g": observed(CHILD_2).name}
    known = replace(observed(CHILD), fields={"preTunedModel.name": "models/1@1"})
    (field,) = row(made([PARENT_2, CHILD_2], observed(PARENT_1), known), "c").fields
    assert (field.path, field.old, field.new) == (PARENT, "models/1@1", "TunedModel/p")


def test_restoring_a_parent_moves_nothing() -> None:
    """Law 21: the parent has another remote id, and the same inputs."""
    again = observed(PARENT_1, attempt=1)
    assert made([PARENT_1, CHILD], again, observed(CHILD)).empty
    imported = replace(observed(PARENT_1), name="somewhere/else")
    assert made([PARENT_1, CHILD], imported, observed(CHILD)).empty


def tuned_from(parent: Observed, child: Observed) -> tuple[Observed, Observed]:
    """Both as a service shows them that says which model it made, and which one it went on from."""
    model = "projects/1/locations/here/models/1@1"
    fields = {path: value for path, value in child.fields.items() if path != "baseModel"}
    return replace(parent, resources={MODEL: model}), replace(child, fields={**fields, "preTunedModel.name": model})


def test_a_parent_that_is_not_trained_anew_takes_no_child_with_it() -> None:
    """Laws 20 and 21: a line that goes, or that says what is so anyway, is no other model to start from."""
    for before, after in ((desired("p", epochs=20), desired("p")), (desired("p"), desired("p", epochs=5))):
        was, child = rooted([before, CHILD])
        there = tuned_from(observed(was), observed(child))
        assert told(made(list(rooted([after, CHILD])), *there)) == ["NOOP c", "NOOP p"]


def test_a_child_of_the_model_that_was_replaced_is_replaced() -> None:
    """Law 21: it was tuned from what stood for its parent, and something else does now."""
    old, child = tuned_from(observed(PARENT_1), observed(CHILD))
    new = replace(observed(PARENT_2), resources={MODEL: "projects/1/locations/here/models/2@1"})
    assert "REPLACE c DEPENDENCY" in told(made([PARENT_2, CHILD_2], old, new, child))
    assert "REPLACE c DEPENDENCY" in told(made([PARENT_2, CHILD_2], old, child))


def test_a_child_that_was_made_by_hand_is_one_once_it_is_imported() -> None:
    """Law 14: what it started from is shown, whatever its mark says of that."""
    parent, child = tuned_from(observed(PARENT_1), observed(CHILD))
    imported = replace(marked(child, base="0" * 40, asserted=True), name="somewhere/else")
    assert told(made([PARENT_1, CHILD], parent, imported)) == ["NOOP c", "NOOP p"]


def test_a_child_whose_parent_is_refused_is_refused() -> None:
    failed = observed(PARENT_1, State.FAILED)
    assert told(made([PARENT_1, CHILD], failed)) == ["!CREATE c DEPENDENCY+ABSENT", "!CREATE p FAILED"]
    assert "TunedModel/p, which it is tuned from, is refused" in row(made([PARENT_1, CHILD], failed), "c").detail


def test_a_parent_that_was_not_selected_has_to_serve_as_declared() -> None:
    plan = made([PARENT_1, CHILD], observed(PARENT_1), selected=["c"])
    assert starts(plan) == {"c": observed(PARENT_1).name}
    for there in ([], [observed(PARENT_1, State.TRAINING)], [observed(desired("p", data="old"))]):
        plan = made([PARENT_1, CHILD], *there, selected=["c"])
        assert row(plan, "c").refused
        assert row(plan, "c").detail.endswith("apply it first, or select it too")
    assert row(made([CHILD], selected=["c"]), "c").refused  # validation has refused it before


def test_what_a_refused_child_may_start_from_stays() -> None:
    """Law 21: a parent is not deleted while a declared child is not READY."""
    stuck = replace(CHILD_2, dataset=None)
    plan = made([PARENT_2, stuck], observed(PARENT_1), observed(PARENT_2))
    assert "!DELETE p DEPENDENCY+SUPERSEDED" in told(plan)
    replaced = made([PARENT_2, stuck], observed(PARENT_1))
    assert row_of(replaced, Action.REPLACE).supersedes == ()
    assert "!DELETE p DEPENDENCY+SUPERSEDED" in told(replaced)


@pytest.mark.parametrize("state", [State.TRAINING, None])
def test_what_an_unselected_child_may_start_from_stays(state: State | None) -> None:
    """Law 21: the child was not asked for, and is to be tuned all the same, or is being tuned."""
    child = [observed(CHILD, state)] if state else []
    plan = made([PARENT_2, CHILD_2], observed(PARENT_1), observed(PARENT_2), *child, selected=["p"])
    (stays,) = (change for change in plan.changes if change.refused)
    assert (stays.target, stays.intended, stays.reasons[0]) == (observed(PARENT_1).name, Action.DELETE, "DEPENDENCY")
    assert "TunedModel/c may be tuned from it, and is not READY: select it too" in stays.detail
    served = made([PARENT_2, CHILD_2], observed(PARENT_1), observed(PARENT_2), observed(CHILD_2), selected=["p"])
    assert told(served) == ["NOOP p", "DELETE p SUPERSEDED"]


def test_a_protected_child_that_trains_is_not_superseded_once_its_parent_is_ready() -> None:
    """Law 15: by then it may serve, and nobody has agreed to replace it."""
    child = rooted([PARENT_1, desired("c", parent="TunedModel/p", protect=True)])[1]
    before = observed(desired("c", protect=True), State.TRAINING)
    plan = made([PARENT_1, child], before)
    assert told(plan) == ["!CREATE c PROTECTED+ABSENT", "CREATE p ABSENT"]
    assert "`--unprotect TunedModel/c`" in row(plan, "c").detail
    assert told(made([PARENT_1, child], before, unprotect="c"))[0].startswith("CREATE c")
    assert told(made([PARENT_1, child], observed(PARENT_1), before))[1].startswith("CREATE c")


def test_the_models_of_a_parent_are_needed_while_a_child_is_not_ready() -> None:
    parent = PARENT_1.address
    assert needed(made([PARENT_1, CHILD], observed(PARENT_1)).changes) == {parent}
    assert needed(made([PARENT_1, CHILD], observed(PARENT_1), observed(CHILD, State.TRAINING)).changes) == {parent}
    assert not needed(made([PARENT_1, CHILD], observed(PARENT_1), observed(CHILD)).changes)


def test_what_is_refused_comes_down_the_line_whatever_the_names_are() -> None:
    """A grandchild that is called before its parent is planned after it all the same."""
    line = rooted([desired("z"), desired("m", parent="TunedModel/z"), desired("a", parent="TunedModel/m", data="g")])
    failed = observed(line[0], State.FAILED)
    assert told(made([*line], failed)) == [
        "!CREATE a DEPENDENCY+ABSENT",
        "!CREATE m DEPENDENCY+ABSENT",
        "!CREATE z FAILED",
    ]


def test_a_child_of_which_no_training_is_refused_holds_nothing() -> None:
    """A child in a state that nobody knows was tuned from the parent that is declared: no older one is for it."""
    child = observed(CHILD_2, State.UNKNOWN)
    plan = made([PARENT_2, CHILD_2], observed(PARENT_1), observed(PARENT_2), child)
    assert told(plan) == ["!NOOP c UNKNOWN_STATE", "NOOP p", "DELETE p SUPERSEDED"]


def test_a_circle_ends() -> None:
    """Validation refuses it; planning only has to come to an end."""
    left, right = rooted([desired("l", parent="r"), desired("r", parent="l")])
    assert len(made([left, right]).changes) == 2


def test_a_child_that_was_tuned_from_a_base_is_trained_anew() -> None:
    before = observed(desired("c"))
    assert told(made([PARENT_1, CHILD], observed(PARENT_1), before)) == ["NOOP p", "REPLACE c DEPENDENCY"]
    assert told(made([PARENT_1, CHILD], observed(PARENT_1), marked(before, base=""))) == [
        "NOOP p",
        "REPLACE c DEPENDENCY",
    ]


def row_of(plan: Plan, action: Action) -> Change:
    """The only row that does this."""
    (found,) = (change for change in plan.changes if change.action is action)
    return found

"""Destroying: what a manifest protects or keeps stays, also before its mark says so."""

import pytest

from reconciler.plan.change import Action
from reconciler.plan.demolition import demolish
from reconciler.plan.plan import Plan
from reconciler.resource.observed import State
from reconciler.resource.reason import Reason
from tests.build import address, desired, marked, observed, planned

A, B = observed(desired("a")), observed(desired("b"))


def reasons(plan: Plan) -> dict[str, tuple[Reason, ...]]:
    return {row.address.name: row.reasons for row in plan.changes}


def test_no_row_says_that_a_manifest_is_gone() -> None:
    plan = planned([], A, observed(desired("b"), State.TRAINING), marked(observed(desired("c")), protect=True))
    told = demolish(plan, frozenset(), frozenset())
    assert reasons(told) == {
        "a": (Reason.DESTROYED,),
        "b": (Reason.DESTROYED,),
        "c": (Reason.PROTECTED, Reason.DESTROYED),
    }
    (kept,) = (row for row in told.changes if row.refused)
    assert "its mark of ownership" in kept.detail
    assert "--unprotect TunedModel/c" in kept.detail
    assert (told.acts, told.digest, told.counts) == (plan.acts, plan.digest, plan.counts)


def test_protected_by_manifest_alone() -> None:
    plan = demolish(
        planned([], A, B, observed(desired("c"), State.TRAINING)), frozenset({address("a"), address("c")}), frozenset()
    )
    rows = {row.address.name: row for row in plan.changes}
    assert rows["b"].action is Action.DELETE
    for name in "ac":
        assert rows[name].refused
        assert rows[name].reasons[0] is Reason.PROTECTED
        assert rows[name].intended is Action.DELETE
    assert [act.name for act in plan.acts] == [B.name]
    assert list(plan.changes) == sorted(plan.changes, key=lambda row: row.order)


def test_unprotect_is_heard() -> None:
    plan = planned([], A, unprotect="a")
    assert demolish(plan, frozenset({address("a")}), frozenset()).acts == plan.acts


def test_what_is_refused_or_kept_anyway_is_not_refused_twice() -> None:
    plan = planned([], marked(A, protect=True), marked(B, keep=True))
    told = demolish(plan, frozenset({address("a")}), frozenset({address("a"), address("b")}))
    assert reasons(told) == {"a": (Reason.PROTECTED, Reason.DESTROYED), "b": (Reason.KEPT,)}
    assert (told.acts, told.changes[0]) == (plan.acts, plan.changes[0])


@pytest.mark.parametrize("state", [State.READY, State.TRAINING, State.FAILED])
def test_kept_by_manifest_alone(state: State) -> None:
    """`onRemoval: keep` was written and not applied yet: the mark goes, the model stays."""
    plan = demolish(planned([], observed(desired("a"), state), B), frozenset(), frozenset({address("a")}))
    rows = {row.address.name: row for row in plan.changes}
    assert rows["b"].action is Action.DELETE
    kept = rows["a"]
    assert (kept.action, kept.strips, kept.reasons, kept.detail) == (Action.UPDATE, True, (Reason.KEPT,), "")
    assert [(field.path, field.new) for field in kept.fields] == [("mark", None)]
    assert sorted(act.verb for act in plan.acts) == ["delete", "update"]
    assert list(plan.changes) == sorted(plan.changes, key=lambda row: row.order)


@pytest.mark.parametrize("flags", [{}, {"keep": True}])
def test_protected_and_kept_is_refused(flags: dict[str, bool]) -> None:
    """Whoever wants both keeps the mark: without it nothing protects the model any more."""
    plan = planned([], marked(A, **flags))
    both = frozenset({address("a")})
    (row,) = demolish(plan, both, both).changes
    assert (row.refused, row.strips, row.writes) == (True, False, ())
    assert row.reasons == (Reason.PROTECTED, Reason.DESTROYED)
    (lifted,) = demolish(planned([], marked(A, **flags), unprotect="a"), both, both).changes
    assert (lifted.reasons, lifted.strips) == ((Reason.KEPT,), True)


def test_what_a_former_owner_may_still_declare_is_not_destroyed() -> None:
    theirs = observed(desired("a"), owner="aaa")
    plan = demolish(planned([], theirs, B, former_owners=("aaa",)), frozenset(), frozenset())
    assert reasons(plan) == {"a": (Reason.FORMER_OWNER, Reason.DESTROYED), "b": (Reason.DESTROYED,)}
    assert [act.name for act in plan.acts] == [B.name]
    (change,) = (row for row in plan.changes if row.refused)
    assert "the former owner aaa" in change.detail
    assert (
        demolish(planned([], theirs, former_owners=("aaa",), unprotect="a"), frozenset(), frozenset()).counts.delete
        == 1
    )

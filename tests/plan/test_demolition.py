"""Destroying: what a manifest protects stays, also before its mark says so."""

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
    told = demolish(plan, frozenset())
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
    plan = demolish(planned([], A, B, observed(desired("c"), State.TRAINING)), frozenset({address("a"), address("c")}))
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
    assert demolish(plan, frozenset({address("a")})).acts == plan.acts


def test_what_is_refused_or_kept_anyway_is_not_refused_twice() -> None:
    plan = planned([], marked(A, protect=True), marked(B, keep=True))
    assert reasons(demolish(plan, frozenset({address("a"), address("b")}))) == {
        "a": (Reason.PROTECTED, Reason.DESTROYED),
        "b": (Reason.KEPT,),
    }

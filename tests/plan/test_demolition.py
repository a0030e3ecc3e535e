"""Destroying: what a manifest protects stays, also before its mark says so."""

from reconciler.plan.change import Action
from reconciler.plan.demolition import spare
from reconciler.resource.observed import State
from reconciler.resource.reason import Reason
from tests.build import address, desired, marked, observed, planned

A, B = observed(desired("a")), observed(desired("b"))


def test_nothing_protected_changes_nothing() -> None:
    plan = planned([], A, B)
    assert spare(plan, frozenset()) == plan


def test_protected_by_manifest_alone() -> None:
    plan = spare(planned([], A, B, observed(desired("c"), State.TRAINING)), frozenset({address("a"), address("c")}))
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
    assert spare(plan, frozenset({address("a")})) == plan


def test_what_is_refused_or_kept_anyway_stays_as_it_is() -> None:
    plan = planned([], marked(A, protect=True), marked(B, keep=True))
    assert spare(plan, frozenset({address("a"), address("b")})) == plan

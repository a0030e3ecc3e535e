"""Policies: which kinds of change are made at all; what they leave alone stays visible."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Action, Effect
from reconciler.plan.plan import Plan
from reconciler.plan.policy import POLICIES
from reconciler.resource.observed import State
from tests.build import BATCH, WARMTH, desired, marked, names, observed, planned, row, told

ONE, TWO, GONE = desired(data="one"), desired(data="two"), desired("gone", data="gone")
SITUATIONS = {
    "create": planned(ONE),
    "retry": planned(ONE, observed(ONE, State.FAILED), retry="a"),
    "update": planned(desired(temperature=0.1), observed(ONE)),
    "replace": planned(TWO, observed(ONE)),
    "superseded": planned(TWO, observed(TWO), observed(ONE)),
    "undeclared": planned([], observed(GONE)),
    "undeclared training": planned([], observed(GONE, State.TRAINING)),
    "superseded training": planned(ONE, observed(ONE), observed(TWO, State.TRAINING)),
    "waiting": planned(desired(data="two", temperature=0.1), observed(TWO, State.TRAINING), observed(ONE)),
    "kept": planned([], marked(observed(GONE), keep=True)),
    "refused": planned(desired(data=None)),
    "nothing": planned(ONE, observed(ONE)),
}


def applied(policy: str, situation: str) -> Plan:
    """The plan of a situation under a policy."""
    return POLICIES[policy](SITUATIONS[situation])


def verbs(made: Plan) -> list[str]:
    """What a plan writes."""
    return [act.verb for act in made.acts]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_sync_changes_nothing(situation: str) -> None:
    assert applied("sync", situation) == SITUATIONS[situation]


@pytest.mark.parametrize(
    ("situation", "rows", "acts"),
    [
        ("create", ["CREATE a ABSENT"], ["create"]),
        ("retry", ["CREATE a REQUESTED"], ["create"]),
        ("update", ["UPDATE a DRIFTED"], ["update"]),
        ("replace", ["CREATE a DATA_CHANGED"], ["create"]),
        ("superseded", ["NOOP a", "NOOP a SUPERSEDED+IGNORED"], []),
        ("undeclared", ["NOOP gone UNDECLARED+IGNORED"], []),
        ("undeclared training", ["NOOP gone UNDECLARED+IGNORED"], []),
        ("superseded training", ["NOOP a", "NOOP a SUPERSEDED+IGNORED"], []),
        ("waiting", ["WAIT a TRAINING+DRIFTED"], ["update"]),
        ("kept", ["UPDATE gone KEPT"], ["update"]),
        ("refused", ["!CREATE a NO_DATASET"], []),
        ("nothing", ["NOOP a"], []),
    ],
)
def test_upsert_only_deletes_nothing(situation: str, rows: list[str], acts: list[str]) -> None:
    made = applied("upsert-only", situation)
    assert (told(made), verbs(made)) == (rows, acts)


@pytest.mark.parametrize(
    ("situation", "rows", "acts"),
    [
        ("create", ["CREATE a ABSENT"], ["create"]),
        ("retry", ["CREATE a REQUESTED"], ["create"]),
        ("update", ["NOOP a DRIFTED+IGNORED"], []),
        ("replace", ["NOOP a DATA_CHANGED+IGNORED"], []),
        ("superseded", ["NOOP a", "NOOP a SUPERSEDED+IGNORED"], []),
        ("undeclared", ["NOOP gone UNDECLARED+IGNORED"], []),
        ("undeclared training", ["NOOP gone UNDECLARED+IGNORED"], []),
        ("waiting", ["WAIT a TRAINING+DRIFTED"], []),
        ("kept", ["NOOP gone KEPT+IGNORED"], []),
        ("refused", ["!CREATE a NO_DATASET"], []),
        ("nothing", ["NOOP a"], []),
    ],
)
def test_create_only_touches_nothing_that_exists(situation: str, rows: list[str], acts: list[str]) -> None:
    made = applied("create-only", situation)
    assert (told(made), verbs(made)) == (rows, acts)


@pytest.mark.parametrize("policy", ["upsert-only", "create-only"])
@pytest.mark.parametrize("situation", ["superseded", "undeclared", "undeclared training"])
def test_what_a_policy_leaves_alone_is_never_no_changes(policy: str, situation: str) -> None:
    """Law 25."""
    made = applied(policy, situation)
    assert not made.empty
    assert made.counts.ignored == 1


def test_what_stays_beside_the_new_model_is_named() -> None:
    (note,) = applied("upsert-only", "replace").changes[0].notes[-1:]
    assert observed(ONE).name in note


def test_a_policy_only_ever_takes_away() -> None:
    for situation, made in SITUATIONS.items():
        for policy in POLICIES.values():
            assert set(policy(made).acts) <= set(made.acts), situation


def test_the_differences_that_are_left_alone_are_shown() -> None:
    (change,) = applied("create-only", "update").changes
    assert [f.path for f in change.fields] == [WARMTH]
    assert change.ignores


def test_what_a_policy_leaves_alone_says_what_it_would_have_been() -> None:
    left = row(applied("upsert-only", "undeclared"), "gone")
    assert (left.action, left.intended) == (Action.NOOP, Action.DELETE)


def test_a_note_is_no_difference_that_a_policy_leaves_alone() -> None:
    clamped = planned(desired(batch=8, temperature=0.1), observed(desired(batch=8), batch=4))
    fields = {f.path: f.effect for f in row(POLICIES["create-only"](clamped)).fields}
    assert fields == {WARMTH: Effect.IGNORED, BATCH: Effect.NOTE}


def test_a_refused_row_stays_refused() -> None:
    made = planned(desired(data="two", protect=True), observed(ONE))
    assert POLICIES["create-only"](made) == made


def test_names_of_what_is_superseded_survive_no_policy() -> None:
    assert names(row(applied("upsert-only", "waiting")).supersedes) == []
    assert replace(SITUATIONS["nothing"]) == applied("create-only", "nothing")

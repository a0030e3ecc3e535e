"""Policies: which kinds of change are made at all; what they leave alone stays visible."""

from dataclasses import replace

import pytest

from reconciler.plan.change import Action, Effect
from reconciler.plan.plan import Plan
from reconciler.plan.policy import POLICIES
from reconciler.resource.identity import PARENT
from reconciler.resource.lineage import rooted
from reconciler.resource.observed import State
from reconciler.resource.rules import FieldRule, Mutability
from tests.build import (
    BATCH,
    CAPABILITIES,
    RULES,
    WARMTH,
    desired,
    marked,
    names,
    observed,
    planned,
    row,
    told,
)
from tests.world import World, run

PARENTS = {
    "capabilities": replace(CAPABILITIES, rules={**RULES, PARENT: FieldRule(PARENT, Mutability.RETRAIN, "its start")})
}
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


def test_a_child_is_not_tuned_from_what_a_policy_leaves_unmade() -> None:
    """Law 21: the model that it would start from is not going to be there."""
    parent, child = rooted([desired("p"), desired("c", parent="TunedModel/p")])
    changed, follows, other = rooted([desired("p", data="two"), child, desired("new")])
    made = planned([changed, follows, other], observed(parent), **PARENTS)
    assert told(made) == ["CREATE c ABSENT+DEPENDENCY", "CREATE new ABSENT", "REPLACE p DATA_CHANGED"]
    left = POLICIES["create-only"](made)
    assert row(left, "c").refused
    assert row(left, "c").reasons[0] == "DEPENDENCY"
    assert row(left, "c").detail == f"{observed(changed).name}, which it is tuned from, is not made under this policy"
    assert [(act.address, act.verb) for act in left.acts] == [("TunedModel/new", "create")]
    assert told(POLICIES["upsert-only"](made))[0] == "CREATE c ABSENT+DEPENDENCY"


def test_a_child_that_a_policy_leaves_alone_anyway_is_no_refusal() -> None:
    parent, child = rooted([desired("p"), desired("c", parent="TunedModel/p")])
    changed, follows = rooted([desired("p", data="two"), child])
    left = POLICIES["create-only"](planned([changed, follows], observed(parent), observed(child), **PARENTS))
    assert told(left) == ["NOOP c DEPENDENCY+IGNORED", "NOOP p DATA_CHANGED+IGNORED"]


@pytest.mark.parametrize("policy", ["upsert-only", "create-only"])
def test_a_second_training_that_a_policy_leaves_alone_is_not_stopped(policy: str) -> None:
    """Law 19: stopping it is what the policy forbids; it stays to be seen."""
    second = replace(observed(ONE, State.TRAINING), name="jobs/2", twin=True)
    here = World()
    here.put(observed(ONE), second)
    made = POLICIES[policy](planned(ONE, observed(ONE), second))
    assert told(made) == ["NOOP a", "NOOP a DUPLICATE+IGNORED"]
    run(here, made)
    assert here.writes == []


def test_a_refused_row_stays_refused() -> None:
    made = planned(desired(data="two", protect=True), observed(ONE))
    assert POLICIES["create-only"](made) == made


def test_names_of_what_is_superseded_survive_no_policy() -> None:
    assert names(row(applied("upsert-only", "waiting")).supersedes) == []
    assert replace(SITUATIONS["nothing"]) == applied("create-only", "nothing")

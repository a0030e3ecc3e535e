"""A plan as annotations and outputs of a step."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Origin
from reconciler.plan.change import Action, Estimate
from reconciler.plan.plan import Plan
from reconciler.render.annotations import Annotation, Level, commands
from reconciler.render.github import annotations, assignments, outputs
from reconciler.resource.observed import State
from tests.render import runner
from tests.render.review import (
    CREATE,
    DELETE,
    DESIRED,
    IGNORED,
    KINDS,
    MODEL,
    REFUSED,
    REPLACE,
    UPDATE,
    WAIT,
    fleet,
    hostile,
    named,
    plan,
)

HERE = Origin("manifests/m.yaml", 3, 1)
EPOCHS = "hyperparameters.epochCount: 5 -> 20"
COSTS = "38 training steps, 360 characters of data, an estimated 3,060 training tokens, about 40m00s, about 0.05 USD"


def told(made: Plan, objection: str = "") -> list[Annotation]:
    return list(annotations(made, lambda row: row.desired.origin if row.desired else Origin(""), objection))


def test_a_refused_row_is_an_error_beside_its_manifest() -> None:
    why = "lifecycle.protect is set; `--unprotect TunedModel/m`"
    said = f"refused to replace: {why}; {EPOCHS}; would take 38 training steps, 360 characters of data"
    row = replace(REFUSED, steps=CREATE.steps)
    assert told(plan(row)) == [Annotation(Level.ERROR, said, "TunedModel/m", HERE)]


def test_a_replacement_and_a_delete_are_warnings() -> None:
    delete, replaced = told(plan(named(REPLACE, "a"), named(DELETE, "z")))
    assert delete == Annotation(Level.WARNING, "delete: no manifest declares it any more", "TunedModel/z")
    assert replaced == Annotation(
        Level.WARNING,
        f"replace: hyperparameters.epochCount can only be changed by training; {EPOCHS}; {COSTS}",
        "TunedModel/a",
        HERE,
    )


def test_a_training_that_is_deleted_when_it_is_over_is_a_warning() -> None:
    leaving = replace(DELETE, action=Action.WAIT, observed=replace(MODEL, state=State.TRAINING))
    assert [each.level for each in told(plan(leaving))] == [Level.WARNING]


def test_the_rest_are_notices_and_what_does_nothing_says_nothing() -> None:
    found = told(plan(CREATE, UPDATE, WAIT, IGNORED))
    assert [(each.level, each.message.partition(":")[0]) for each in found] == [
        (Level.NOTICE, "create"),
        (Level.NOTICE, "update"),
    ]


def test_the_most_severe_come_first() -> None:
    made = plan(*(named(row, f"m{n}") for n, row in enumerate(reversed(KINDS))), warnings=("careful",))
    assert [each.message.partition(":")[0] for each in told(made, "too much")] == [
        "too much",
        "refused to replace",
        "delete",
        "replace",
        "careful",
        "update",
        "create",
    ]
    assert told(made, "too much")[0] == Annotation(Level.ERROR, "too much", "Refused by a guard")


def test_of_many_rows_the_log_has_ten_of_each_level() -> None:
    read = runner.commands(commands(told(fleet(5000, *KINDS)), str))
    assert [each.name for each in read] == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10


@given(st.text(st.sampled_from("::,%=\n\r#[]aD0A \u2028\x1b")) | st.text())
def test_whatever_is_written_nothing_but_annotations_is_commanded(text: str) -> None:
    log = commands(told(hostile(text), text), str)
    read = runner.commands(log)
    assert {each.name for each in read} <= {"error", "warning", "notice"}
    assert len(read) == len(log.splitlines())


def test_outputs_count_what_the_plan_does() -> None:
    lost = replace(CREATE, estimate=Estimate())
    made = plan(*(named(row, f"m{n}") for n, row in enumerate((*KINDS, lost))))
    assert outputs(made, 2) == {
        "summary": "Plan: 2 to create, 1 to update, 1 to replace, 1 to delete, 1 training, 1 refused, 1 ignored.",
        "changes": "5",
        "creates": "2",
        "updates": "1",
        "replaces": "1",
        "deletes": "1",
        "training": "1",
        "refused": "1",
        "ignored": "1",
        "steps": "114",
        "cost": "0.1",
        "currency": "USD",
        "unknown-cost": "1",
        "digest": made.digest,
        "exit-code": "2",
    }


def test_without_prices_there_is_no_currency() -> None:
    found = outputs(plan(prices=None), 0)
    assert (found["currency"], found["cost"], found["exit-code"]) == ("", "0", "0")


@given(st.dictionaries(st.sampled_from(["a", "b-c"]), st.text(st.sampled_from("END\n<= x")) | st.just("END\nENDD\nEN")))
def test_outputs_are_read_as_they_were_meant(values: dict[str, str]) -> None:
    assert runner.outputs(assignments(values)) == values


@pytest.mark.parametrize("cost", [Decimal("0.0500"), Decimal("5E-2")])
def test_money_is_a_plain_number(cost: Decimal) -> None:
    row = replace(CREATE, estimate=Estimate(cost=cost))
    assert outputs(plan(row), 0)["cost"] == "0.05"


def test_a_row_without_a_manifest_is_beside_no_line() -> None:
    assert told(plan(replace(REPLACE, desired=None)))[0].origin == Origin("")
    assert told(plan(replace(REPLACE, desired=DESIRED)))[0].origin == HERE


def test_of_many_fields_the_first_few_are_named() -> None:
    fields = tuple(UPDATE.fields[0]._replace(path=f"labels.x{number}") for number in range(5))
    (only,) = told(plan(replace(UPDATE, fields=fields)))
    assert "; labels.x2: " in only.message
    assert "labels.x3: " not in only.message
    assert only.message.endswith("; and 2 more fields")

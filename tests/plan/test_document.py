"""The published plan: what is in it, what is not, and which documents are read back."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.errors import Origin, ReconcilerError, StalePlan
from reconciler.plan.change import Action, Change, Effect, Estimate, FieldChange, Steps
from reconciler.plan.document import document, parse
from reconciler.plan.format import PlanDocument
from reconciler.plan.plan import Context, Plan, Wishes
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Example, Locator
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Grant, Observed, State
from reconciler.resource.prices import Prices
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Value

A = Address("support")
OLD = Observed(
    "tunedModels/support-old",
    State.READY,
    {"description": "secret of the remote"},
    created="2025",
    resources={"model": "models/7", "endpoint": "endpoints/8"},
)
CONSISTS = {"endpoint": "endpoints/8", "model": "models/7"}
FILE = Locator("/home/me/repo/data/a.jsonl", "jsonl", "text_input", "output")
DATASET = Dataset("1:" + "ab" * 32, 15, 300, 60, 900, FILE, tokens=90)
REPLACE = Change(
    A,
    Action.REPLACE,
    (Reason.IMMUTABLE_FIELD,),
    "tunedModels/support-new",
    Desired(A, {}, DATASET, origin=Origin("manifests/support.yaml", 3, 1)),
    OLD,
    (FieldChange("hyperparameters.epochCount", 5.0, 20, Effect.RETRAIN, Reason.IMMUTABLE_FIELD, "fixed"),),
    supersedes=(OLD,),
    inputs="f" * 64,
    steps=Steps(38, exact=False),
    estimate=Estimate(180, 90, Decimal("0.00090")),
    wasted=(Estimate(cost=Decimal("0.50")), Estimate()),
    grants=(Grant("USER", "a@example.com", "READER"),),
    notes=("a note",),
)
PLAN = Plan(
    Context("demo", "acme", "gemini", "v1beta", "https://x", "p", "l", "upsert-only"),
    (REPLACE,),
    Wishes(retry=frozenset({Address("b"), A}), new_attempt=frozenset({A})),
    complete=False,
    owned=3,
    foreign=2,
    warnings=("careful",),
    prices=Prices("USD", "2026-11-01"),
)


def text(plan: Plan = PLAN) -> str:
    return document(plan, "/home/me/repo").model_dump_json(by_alias=True)


def edited(**changes: Any) -> str:
    return json.dumps({**json.loads(text()), **changes})


def test_what_is_published() -> None:
    assert json.loads(text()) == {
        "formatVersion": "1.1",
        "digest": PLAN.digest,
        "context": {
            "workspace": "demo",
            "owner": "acme",
            "provider": "gemini",
            "serviceVersion": "v1beta",
            "host": "https://x",
            "project": "p",
            "location": "l",
            "policy": "upsert-only",
        },
        "environment": "",
        "wishes": {
            "retry": ["TunedModel/b", "TunedModel/support"],
            "replace": [],
            "unprotect": [],
            "cancel": [],
            "irreplaceable": [],
            "newAttempt": ["TunedModel/support"],
        },
        "complete": False,
        "summary": {
            "create": 0,
            "update": 0,
            "replace": 1,
            "delete": 0,
            "training": 0,
            "refused": 0,
            "ignored": 0,
            "notes": 1,
        },
        "total": {
            "trainings": 1,
            "steps": 38,
            "characters": 360,
            "trainingTokens": 180,
            "seconds": 90,
            "cost": "0.0009",
            "thrownAway": 2,
            "wasted": "0.5",
            "currency": "USD",
            "pricesAsOf": "2026-11-01",
            "unknownSteps": 0,
            "unknownTokens": 0,
            "unknownSeconds": 0,
            "unknownCost": 0,
            "unknownWasted": 1,
        },
        "changes": [
            {
                "address": "TunedModel/support",
                "action": "replace",
                "reasons": ["IMMUTABLE_FIELD"],
                "target": "tunedModels/support-new",
                "refused": False,
                "intended": "noop",
                "detail": "",
                "fields": [
                    {
                        "path": "hyperparameters.epochCount",
                        "old": 5,
                        "new": 20,
                        "effect": "retrain",
                        "reason": "IMMUTABLE_FIELD",
                        "why": "fixed",
                    }
                ],
                "supersedes": [
                    {"name": "tunedModels/support-old", "state": "READY", "created": "2025", "resources": CONSISTS}
                ],
                "successor": "",
                "parent": "",
                "resources": CONSISTS,
                "steps": {"count": 38, "exact": False},
                "estimate": {"trainingTokens": 180, "seconds": 90, "cost": "0.0009"},
                "wasted": [
                    {"trainingTokens": None, "seconds": None, "cost": "0.5"},
                    {"trainingTokens": None, "seconds": None, "cost": None},
                ],
                "grants": [{"grantee": "USER", "email": "a@example.com", "role": "READER"}],
                "notes": ["a note"],
                "data": None,
                "dataset": {
                    "digest": "1:" + "ab" * 32,
                    "count": 15,
                    "inputCharacters": 300,
                    "outputCharacters": 60,
                    "estimatedTokens": 90,
                    "path": "data/a.jsonl",
                },
                "origin": {"file": "manifests/support.yaml", "line": 3},
                "inputs": "f" * 64,
            }
        ],
        "acts": [
            {
                "address": "TunedModel/support",
                "verb": "create",
                "name": "tunedModels/support-new",
                "inputs": "f" * 64,
                "fields": [],
                "successor": "",
            },
            {
                "address": "TunedModel/support",
                "verb": "delete",
                "name": "tunedModels/support-old",
                "inputs": "",
                "fields": [],
                "successor": "tunedModels/support-new",
            },
        ],
        "warnings": ["careful"],
        "owned": 3,
        "foreign": 2,
    }


def test_what_is_written_is_read_back() -> None:
    read = parse(text())
    assert read == document(PLAN, "/home/me/repo")
    assert (read.place, read.wished, read.writes) == (PLAN.context, PLAN.wishes, PLAN.acts)
    assert read.recomputed == read.digest == PLAN.digest


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (5.0, 5),
        (0.0010000000474974513, 0.001),
        (1e-7, 1e-7),
        (1e12, 1e12),
        (float("inf"), "inf"),
        ("5", "5"),
        ("\ud800", r"\ud800"),
        (("1", "2"), ("1", "2")),
    ],
)
def test_values(value: Value | None, plain: Value | None) -> None:
    field = FieldChange("topP", value, value, Effect.WRITE, Reason.DRIFTED)
    made = Plan(PLAN.context, (Change(A, Action.UPDATE, (Reason.DRIFTED,), OLD.name, fields=(field,)),))
    read = parse(text(made)).changes[0].fields[0]
    assert (read.old, type(read.old)) == (plain, type(plain))


@pytest.mark.parametrize(
    ("path", "root", "shown"),
    [
        ("/home/me/repo/data/a.jsonl", "/home/me/repo/", "data/a.jsonl"),
        ("/home/me/repository/a.jsonl", "/home/me/repo", "a.jsonl"),
        ("/data/a.jsonl", "", "a.jsonl"),
        ("data/a.jsonl", "", "data/a.jsonl"),
        ("", "/home/me/repo", "inline"),
    ],
)
def test_no_path_says_where_the_checkout_lies(path: str, root: str, shown: str) -> None:
    locator = replace(FILE, path=path, inline=(Example("customer", "text"),))
    desired = Desired(A, {}, replace(DATASET, locator=locator), origin=Origin(path))
    part = document(Plan(PLAN.context, (replace(REPLACE, desired=desired),)), root).changes[0]
    assert part.dataset is not None
    assert part.dataset.path == shown
    assert (part.origin.file if part.origin else "inline") == shown
    assert "customer" not in part.model_dump_json()


def test_a_row_may_know_little() -> None:
    made = Plan(PLAN.context, (Change(A, Action.DELETE, (Reason.UNDECLARED,), OLD.name, observed=OLD),))
    row = parse(text(made)).changes[0]
    assert (row.dataset, row.origin, row.steps) == (None, None, None)
    bare = Plan(PLAN.context, (replace(REPLACE, desired=Desired(A, {}, None)),))
    assert parse(text(bare)).changes[0].dataset is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "the plan is not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ("[" * 100_000, "the plan is not JSON that can be read"),
        ("9" * 5000, "the plan is not JSON that can be read"),
        ("[]", "the file is not a plan: it holds no JSON object"),
        ("[" + "," * 2_000_000, "the file is not a plan: it holds more than 2,000,000 values"),
        ('{"digest": "a", "digest": "b"}', "the plan is damaged: the key 'digest' is given twice in one object"),
        ("{}", "the file is not a plan: it has no formatVersion"),
        ('{"formatVersion": 1}', "the file is not a plan: it has no formatVersion"),
        ('{"formatVersion": "one"}', "the file is not a plan: it has no formatVersion"),
        ('{"formatVersion": "2.0"}', "the plan has format 2.0, and this version reads up to 1.x"),
        ('{"formatVersion": "0.9"}', "the plan has the old format 0.9, which is not read any more"),
        (edited(owned="many"), "the plan is damaged: owned: Input should be a valid integer"),
        (edited(extra=1), "the plan is damaged: extra: Extra inputs are not permitted"),
        ('{"formatVersion": "1.0"}', "complete: Field required; summary: Field required and 5 more"),
        ('{"formatVersion": "1.0", "digest": "\\ud800"}', "the plan is damaged: "),
    ],
)
def test_what_is_not_a_plan_of_ours_is_said(content: str, message: str) -> None:
    with pytest.raises(ReconcilerError) as caught:
        parse(content)
    assert message in caught.value.message
    assert not isinstance(caught.value, StalePlan)
    assert "plan" in caught.value.advice


@pytest.mark.parametrize(
    "content",
    [
        edited(acts=[]),
        edited(wishes={}),
        edited(digest="0" * 64),
        edited(context={**json.loads(text())["context"], "host": "https://elsewhere"}),
    ],
)
def test_an_edited_plan_is_stale(content: str) -> None:
    with pytest.raises(StalePlan, match="the plan was edited: its content gives the digest "):
        parse(content)


def test_a_later_minor_version_may_add_keys_anywhere() -> None:
    content = json.loads(text())
    content["changes"][0]["fields"][0]["later"] = 1
    content |= {"formatVersion": "1.7", "later": {"a": 1}}
    later = PlanDocument.model_validate_json(json.dumps(content), context="lenient")
    content["digest"] = later.recomputed
    read = parse(json.dumps(content))
    assert read.changes == document(PLAN, "/home/me/repo").changes
    assert read.format_version == "1.7"


def test_as_many_defects_as_are_told_need_no_sum() -> None:
    wrong: dict[str, object] = {key: {} for key in ("owned", "foreign", "complete", "warnings", "acts")}
    with pytest.raises(ReconcilerError, match="the plan is damaged: ") as caught:
        parse(edited(**wrong))
    assert (caught.value.message.count("Input should be"), "more" in caught.value.message) == (5, False)


def test_a_part_of_the_wrong_shape_is_damage_in_any_version() -> None:
    with pytest.raises(ReconcilerError, match="the plan is damaged: context: "):
        parse(edited(formatVersion="1.7", context=3))


def test_the_schema_accepts_what_is_written() -> None:
    schema = PlanDocument.model_json_schema(by_alias=True)
    Draft202012Validator(schema).validate(json.loads(text()))
    assert schema["additionalProperties"] is False

"""Which differences count, and what each one takes."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.plan.change import Effect, FieldChange
from reconciler.plan.diff import compare, undeclared_notes
from reconciler.resource.desired import Desired
from reconciler.resource.identity import base_hash
from reconciler.resource.observed import Observed
from reconciler.resource.reason import Reason
from reconciler.resource.rules import FieldRule, Mutability, Value
from tests.build import (
    BASE,
    BATCH,
    CAPABILITIES,
    PATHS,
    RULES,
    WARMTH,
    desired,
    imported,
    marked,
    observed,
    planned,
    row,
    told,
    unmarked,
)

OTHER = "models/gemini-1.0-pro-001"


def differences(want: Desired, have: Observed, *, proven: bool = False) -> list[tuple[str, Effect, Reason]]:
    """Compare, and give what matters of each difference."""
    return [(f.path, f.effect, f.reason) for f in compare(want, have, CAPABILITIES, proven=proven)]


def test_a_model_as_it_was_created_does_not_differ() -> None:
    want = desired(epochs=5, batch=4, multiplier=0.001, temperature=0.7, description="x")
    assert differences(want, observed(want)) == []


def test_a_field_that_the_service_does_not_have_is_no_difference() -> None:
    """Validation has refused it; to plan all the same comes to an end."""
    unheard = replace(desired(), fields={**desired().fields, "unheardOf": "x"})
    assert differences(unheard, observed(desired())) == []


def test_what_is_not_declared_is_no_difference() -> None:
    """Law 20: a removed line changes nothing, and a value that the service chose is never drift."""
    created = desired(epochs=20, temperature=0.7, description="x", display_name="n")
    assert differences(desired(), observed(created)) == []


@pytest.mark.parametrize(
    ("declared", "echoed", "same"),
    [
        (0.1, 0.10000000149011612, True),
        (0.7, 0.699999988079071, True),
        (0.1, 0.1000001, False),
        (1, 1.0, True),
        (0, 0.0, True),
        (0.0, None, False),
    ],
)
def test_numbers_are_compared_as_the_service_keeps_them(declared: float, echoed: float | None, same: bool) -> None:  # noqa: FBT001
    """Floats of 32 bits; temperature has presence, so 0 is reported, and silence is a difference."""
    have = observed(desired(), temperature=echoed)
    assert (differences(desired(temperature=declared), have) == []) is same


@pytest.mark.parametrize(
    ("said", "echo"),
    [
        ({"description": ""}, {"description": None}),
        pytest.param({"projects": ()}, {"projects": None}, marks=pytest.mark.only("gemini")),
    ],
)
def test_services_leave_out_what_is_empty(said: dict[str, Any], echo: dict[str, Any]) -> None:
    assert differences(desired(**said), observed(desired(), **echo)) == []


def test_a_key_without_a_value_is_there_all_the_same() -> None:
    """An empty label is a label."""
    known = replace(CAPABILITIES, rules={**RULES, "labels.*": FieldRule("labels.*", Mutability.IN_PLACE, "")})
    want = replace(desired(), fields={**desired().fields, "labels.seen": ""})
    (change,) = compare(want, observed(desired()), known, proven=False)
    assert (change.path, change.old, change.new, change.effect) == ("labels.seen", None, "", Effect.WRITE)
    assert compare(want, observed(want), known, proven=False) == ()


@pytest.mark.only("gemini")
def test_a_declared_empty_set_is_a_set() -> None:
    """Law 37: absent is not managed, [] is none."""
    have = observed(desired(), projects=("1", "2"))
    assert differences(desired(), have) == []
    assert differences(desired(projects=()), have) == [("readerProjectNumbers", Effect.WRITE, Reason.DRIFTED)]


def test_drift_shows_what_is_overwritten() -> None:
    (change,) = compare(
        desired(description="ours"), observed(desired(), description="theirs"), CAPABILITIES, proven=False
    )
    assert change == FieldChange("description", "theirs", "ours", Effect.WRITE, Reason.DRIFTED)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"epochs": 6}, "hyperparameters.epochCount"),
        ({"batch": 8}, BATCH),
        pytest.param({"rate": 0.002}, "hyperparameters.learningRate", marks=pytest.mark.only("gemini")),
        ({"multiplier": 0.5}, "hyperparameters.learningRateMultiplier"),
        ({"base": OTHER}, "baseModel"),
        ({"source": "tunedModels/parent"}, PATHS["source"]),
    ],
)
def test_what_only_training_can_change(said: dict[str, Any], path: str) -> None:
    assert differences(desired(**said), observed(desired())) == [(path, Effect.RETRAIN, Reason.IMMUTABLE_FIELD)]


def test_a_forced_training_says_why_and_from_what() -> None:
    (change,) = compare(desired(epochs=6), observed(desired(epochs=5)), CAPABILITIES, proven=False)
    assert (change.old, change.new) == (5, 6)
    assert "fixed when training starts" in change.why


@pytest.mark.parametrize(
    ("want", "echo"),
    [
        pytest.param(desired(multiplier=1.0), {"multiplier": None, "rate": 0.001}, marks=pytest.mark.only("gemini")),
        (desired(multiplier=0.3), {"multiplier": None}),  # not shown at all
    ],
)
def test_a_value_that_is_not_echoed_is_unchanged_if_it_was_recorded(want: Desired, echo: dict[str, Any]) -> None:
    """Law 2: the endless retrain."""
    assert differences(want, observed(want, **echo)) == []


def test_a_clamped_echo_is_a_note() -> None:
    want = desired(batch=64)
    assert differences(want, observed(want, batch=15)) == [(BATCH, Effect.NOTE, Reason.SERVER_DEFAULT)]


def test_a_resolved_base_is_a_note() -> None:
    want = desired()
    assert differences(want, observed(want, base="models/gemini-1.5-flash-001")) == [
        ("baseModel", Effect.NOTE, Reason.SERVER_DEFAULT)
    ]


def test_removing_another_line_does_not_make_an_unechoed_value_look_changed() -> None:
    """Law 2: a hash alone will not do."""
    created = desired(epochs=5, multiplier=0.5)
    have = observed(created, multiplier=None)
    assert differences(desired(multiplier=0.5), have) == []


def test_a_value_neither_recorded_nor_echoed_is_changed() -> None:
    assert differences(desired(multiplier=0.5), observed(desired(), multiplier=None)) == [
        ("hyperparameters.learningRateMultiplier", Effect.RETRAIN, Reason.IMMUTABLE_FIELD)
    ]


def test_the_echo_is_as_good_as_the_record() -> None:
    assert differences(desired(epochs=5), observed(desired())) == []


def test_an_id_that_proves_the_inputs_is_never_replaced() -> None:
    """Law 2: whatever mark and echo say."""
    want = desired(multiplier=0.5, epochs=7)
    have = marked(observed(want, multiplier=None, epochs=5, base=OTHER), digest="", base="", declared={})
    assert {effect for _, effect, _ in differences(want, have, proven=True)} == {Effect.NOTE}
    assert told(planned(want, have)) == ["NOOP a"]


def test_changed_data_is_a_new_training() -> None:
    assert differences(desired(data="two"), observed(desired())) == [("dataset", Effect.RETRAIN, Reason.DATA_CHANGED)]


def test_unknown_data_is_neither_same_nor_other() -> None:
    assert differences(desired(), imported(observed(desired()))) == [("dataset", Effect.NOTE, Reason.DATA_UNKNOWN)]
    assert differences(desired(), unmarked(observed(desired()))) == [("dataset", Effect.NOTE, Reason.DATA_UNKNOWN)]


@pytest.mark.parametrize(
    ("field", "said", "echo"),
    [
        ("displayName", {"display_name": "x"}, {}),
        ("description", {"description": "x"}, {}),
        (WARMTH, {"temperature": 0.2}, {}),
        pytest.param("readerProjectNumbers", {"projects": ("7",)}, {}, marks=pytest.mark.only("gemini")),
        ("dataset", {"data": "two"}, {}),
        ("baseModel", {"base": OTHER}, {}),
        ("hyperparameters.epochCount", {"epochs": 9}, {}),
        (BATCH, {"batch": 9}, {}),
        pytest.param("hyperparameters.learningRate", {"rate": 0.5}, {}, marks=pytest.mark.only("gemini")),
        ("hyperparameters.learningRateMultiplier", {"multiplier": 0.5}, {}),
    ],
)
def test_a_difference_may_be_ignored_and_is_never_hidden(
    field: str, said: dict[str, Any], echo: dict[str, Any]
) -> None:
    """Law 25: ignored is not the same as nothing."""
    made = planned(desired(ignore_changes=[field], **said), observed(desired(), **echo))
    assert told(made) == ["NOOP a"]
    assert [(f.path, f.effect) for f in row(made).fields] == [(field, Effect.IGNORED)]
    assert (made.counts.ignored, made.empty, made.acts) == (1, False, ())
    assert told(planned(desired(ignore_changes=["topK"], **said), observed(desired(), **echo))) != ["NOOP a"]


def test_ignoring_one_field_does_not_stop_the_others() -> None:
    made = planned(desired(ignore_changes=["description"], description="x", temperature=0.1), observed(desired()))
    assert told(made) == ["UPDATE a DRIFTED"]
    assert [f.path for f in row(made).writes] == [WARMTH]


def test_what_a_service_cannot_report_is_never_compared() -> None:
    rule = CAPABILITIES.rule(WARMTH)
    assert rule is not None
    rules = {**RULES, rule.path: replace(rule, readable=False)}
    assert (
        compare(desired(temperature=0.1), observed(desired()), replace(CAPABILITIES, rules=rules), proven=False) == ()
    )


@pytest.mark.parametrize(
    ("declared", "echoed", "same"),
    [
        ("projects/acme/locations/r/models/17@1", "projects/4711/locations/r/models/17@1", True),
        ("projects/acme/locations/r/models/17", "projects/acme/locations/r/models/18", False),
        ("projects/acme/locations/r/models/17@1", "projects/4711/locations/r/models/17@2", False),
        ("projects/acme/locations/r/models/17@1", "projects/4711/locations/r/models/17", False),
        ("projects/acme/locations/r/models/17", "projects/4711/locations/s/models/17", False),
        ("projects/acme/locations/r/models/mine", "projects/other/locations/r/models/mine", False),
        ("mine", "yours", False),
    ],
)
@pytest.mark.only("vertex")
def test_a_project_may_be_told_by_its_number(declared: str, echoed: str, same: bool) -> None:  # noqa: FBT001
    """One spelling of a model for another is no reason to train; another version, or a name that people chose, is."""
    path = "preTunedModel.name"
    want = replace(desired(), fields={**without_base(desired()), path: declared})
    have = replace(observed(desired()), fields={**without_base(observed(desired())), path: echoed})
    assert differences(want, have) == ([] if same else [(path, Effect.RETRAIN, Reason.IMMUTABLE_FIELD)])


def without_base(model: Desired | Observed) -> dict[str, Value]:
    """The fields of a model but for its base."""
    return {path: value for path, value in model.fields.items() if path != "baseModel"}


def test_differences_are_sorted_by_path() -> None:
    changes = compare(
        desired(epochs=9, base=OTHER, data="two", temperature=0.1), observed(desired()), CAPABILITIES, proven=False
    )
    assert [f.path for f in changes] == sorted(f.path for f in changes)


@pytest.mark.only("gemini")
def test_a_value_that_nobody_declares_any_more_is_a_note() -> None:
    """Law 20: with the way to train anew."""
    (note,) = undeclared_notes(desired(), observed(desired(epochs=20)), RULES)
    assert note == ("hyperparameters.epochCount is 20, not declared; default 5; `--replace TunedModel/a` trains anew")
    assert planned(desired(), observed(desired(epochs=20))).counts.notes == 1


@pytest.mark.only("gemini")
def test_the_note_falls_back_to_what_was_recorded() -> None:
    (note,) = undeclared_notes(desired(), observed(desired(batch=64), batch=None), RULES)
    assert note.startswith("hyperparameters.batchSize is 64, not declared; default 4 or 16")


@pytest.mark.only("gemini")
def test_one_of_several_defaults_is_no_note() -> None:
    assert list(undeclared_notes(desired(), observed(desired(), batch=16, rate=0.0002), RULES)) == []


@pytest.mark.only("gemini")
def test_a_field_whose_alternative_is_declared_is_no_note() -> None:
    want = desired(multiplier=0.5)
    assert list(undeclared_notes(want, observed(want, multiplier=None, rate=0.0005), RULES)) == []


def test_the_base_in_the_mark_is_a_hash() -> None:
    have = observed(desired())
    assert have.ownership is not None
    assert have.ownership.base == base_hash(BASE)

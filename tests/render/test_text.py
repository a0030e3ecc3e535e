"""Plans as people read them, to the letter."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Origin
from reconciler.plan.change import Action, Change, Effect, FieldChange, Steps
from reconciler.plan.plan import Context, Plan
from reconciler.render.neutral import unsafe
from reconciler.render.style import ANSI, PLAIN
from reconciler.render.text import plan_text
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Locator
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Grant, Observed, Ownership, Progress, State
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Value

CONTEXT = Context("demo", "acme", "gemini", "v1beta", "https://generativelanguage.googleapis.com")
DATASET = Dataset("1:" + "ab" * 32, 15, 300, 60, 900, Locator("/repo/data/a.jsonl", "jsonl", "text_input", "output"))
ADDRESS = Address("support")
OLD, NEW = "tunedModels/support-aaaaaabbbbbbbbb", "tunedModels/support-aaaaaaccccccccc"
FIXED = "hyperparameters are fixed when training starts"
EPOCHS = FieldChange("hyperparameters.epochCount", 5.0, 20, Effect.RETRAIN, Reason.IMMUTABLE_FIELD, FIXED)
DATA = FieldChange("dataset", "1aaaaaaaaaaaa", "1q6urq6urq6ur", Effect.RETRAIN, Reason.DATA_CHANGED, "learned once")
WARMER = FieldChange("temperature", None, 0.5, Effect.WRITE, Reason.DRIFTED)


def declared(fields: Mapping[str, Value] | None = None, dataset: Dataset | None = DATASET) -> Desired:
    return Desired(ADDRESS, fields or {}, dataset, origin=Origin("manifests/support.yaml", 3, 1))


def model(name: str = OLD, state: State = State.READY, progress: Progress | None = None) -> Observed:
    return Observed(name, state, {}, progress=progress)


def plan(*changes: Change, foreign: int = 0, complete: bool = True, warnings: tuple[str, ...] = ()) -> Plan:
    return Plan(CONTEXT, changes, complete=complete, foreign=foreign, warnings=warnings)


def text(*changes: Change, width: int = 120) -> str:
    return plan_text(plan(*changes), PLAIN, width)


def body(change: Change, width: int = 120) -> list[str]:
    """Give the lines of the one row, without legend and sum."""
    parts = text(change, width=width).split("\n\n")
    return next(part for part in parts if f"{ADDRESS}  " in part).splitlines()


CREATE = Change(
    ADDRESS,
    Action.CREATE,
    (Reason.ABSENT,),
    NEW,
    declared({"hyperparameters.epochCount": 5, "baseModel": "models/b", "readerProjectNumbers": ("1", "2")}),
    steps=Steps(38, exact=False),
    inputs="f" * 64,
)
REPLACE = Change(
    ADDRESS,
    Action.REPLACE,
    (Reason.DATA_CHANGED, Reason.IMMUTABLE_FIELD),
    NEW,
    declared(),
    model(),
    (DATA, EPOCHS),
    supersedes=(model(),),
    steps=Steps(38),
    grants=(Grant("USER", "a@example.com", "READER"), Grant("EVERYONE", "", "READER")),
    notes=("not declared, so not carried over: temperature 0.9",),
)
UPDATE = Change(ADDRESS, Action.UPDATE, (Reason.DRIFTED,), OLD, declared(), model(), (WARMER,))


def test_a_create_tells_all_that_is_declared() -> None:
    assert text(CREATE) == (
        "  + create\n"
        "\n"
        "  + TunedModel/support  create: no model of ours was trained as declared\n"
        "      baseModel:                  models/b\n"
        "      hyperparameters.epochCount: 5\n"
        "      readerProjectNumbers:       [1, 2]\n"
        "      dataset:                    1:ababababababababab  (15 examples)\n"
        "      at most 38 training steps, 360 characters of data\n"
        "      id: tunedModels/support-aaaaaaccccccccc\n"
        "      declared in manifests/support.yaml:3:1\n"
        "\n"
        "1 training, at most 38 steps, 360 characters of data.\n"
        "\n"
        "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete.\n"
    )


def test_a_create_tells_what_it_is_measured_with_and_what_it_starts_from() -> None:
    """Of data in Cloud Storage nobody counts the examples."""
    stored = replace(DATASET, count=0, request_bytes=1_234_567, locator=Locator("gs://b/a.jsonl", "contents", "", ""))
    want = replace(declared({}, stored), validation=DATASET)
    assert body(replace(CREATE, desired=want, steps=None, parent=OLD))[1:] == [
        "      dataset:           1:ababababababababab  (1,234,567 bytes)",
        "      validationDataset: 1:ababababababababab  (15 examples)",
        "      id: tunedModels/support-aaaaaaccccccccc",
        f"      tuned from: {OLD}",
        "      declared in manifests/support.yaml:3:1",
    ]


def test_a_replace_tells_what_forces_it_what_it_costs_and_when_the_old_model_goes() -> None:
    assert text(REPLACE, width=200) == (
        "  +/- create, then delete the old one\n"
        "\n"
        "+/- TunedModel/support  replace: the examples are not those it was trained on; "
        "hyperparameters.epochCount can only be changed by training\n"
        "      dataset:                    1aaaaaaaaaaaa -> 1q6urq6urq6ur  (15 examples)"
        "  # forces a new training: learned once\n"
        "      hyperparameters.epochCount: 5 -> 20"
        "  # forces a new training: hyperparameters are fixed when training starts\n"
        "      38 training steps, 360 characters of data\n"
        f"      the id changes: {OLD} -> {NEW}; the old model is deleted when the new one is READY\n"
        "      copied to the new model before the old one goes: reader a@example.com, reader everyone\n"
        "      note: not declared, so not carried over: temperature 0.9\n"
        "      declared in manifests/support.yaml:3:1\n"
        "\n"
        "1 training, 38 steps, 360 characters of data.\n"
        "1 note on models.\n"
        "\n"
        "Plan: 0 to create, 0 to update, 1 to replace, 0 to delete.\n"
    )


def test_at_forty_columns_no_id_and_no_path_is_broken() -> None:
    assert body(replace(REPLACE, grants=(), notes=()), width=40) == [
        "+/- TunedModel/support  replace: the",
        "      examples are not those it was",
        "      trained on;",
        "      hyperparameters.epochCount can",
        "      only be changed by training",
        "      dataset: 1aaaaaaaaaaaa ->",
        "        1q6urq6urq6ur  (15 examples)  #",
        "        forces a new training: learned",
        "        once",
        "      hyperparameters.epochCount: 5 ->",
        "        20  # forces a new training:",
        "        hyperparameters are fixed when",
        "        training starts",
        "      38 training steps, 360 characters",
        "        of data",
        "      the id changes:",
        "        tunedModels/support-aaaaaabbbbbbbbb",
        "        ->",
        "        tunedModels/support-aaaaaaccccccccc;",
        "        the old model is deleted when",
        "        the new one is READY",
        "      declared in",
        "        manifests/support.yaml:3:1",
    ]


def test_an_update_shows_both_values() -> None:
    assert body(UPDATE) == [
        "  ~ TunedModel/support  update: not as declared: temperature",
        "      temperature: (not set) -> 0.5",
        f"      id: {OLD} (READY)",
        "      declared in manifests/support.yaml:3:1",
    ]


def test_an_update_shows_a_long_remote_text_whole_before_it_is_lost() -> None:
    remote = "Written by hand.\n" * 6
    lost = FieldChange("description", remote, "new", Effect.WRITE, Reason.DRIFTED)
    lines = body(replace(UPDATE, fields=(lost,)), width=160)
    short = r'"Written by hand.\nWritten by hand.\nWritte…d.\nWritten by hand.\n" (102 characters)'
    assert lines[1] == f"      description: {short} -> new"
    assert lines[2] == r'      overwrites description: "' + r"Written by hand.\n" * 6 + '"'


def test_marks() -> None:
    adopted = FieldChange("mark", None, "acme/support", Effect.MARK, Reason.MARK_LOST)
    assert body(replace(UPDATE, reasons=(Reason.MARK_LOST,), fields=(adopted,)))[:2] == [
        " <= TunedModel/support  adopt: its mark of ownership is gone",
        "      mark: (not set) -> acme/support",
    ]
    kept = FieldChange("mark", "acme/support", None, Effect.MARK, Reason.KEPT)
    forgotten = Change(ADDRESS, Action.UPDATE, (Reason.KEPT,), OLD, observed=model(), fields=(kept,), strips=True)
    assert body(forgotten) == [
        "  . TunedModel/support  forget: no longer managed: lifecycle.onRemoval keeps the model",
        "      mark: acme/support -> (removed)",
        f"      id: {OLD} (READY)",
    ]


def test_a_training_tells_how_far_it_is_and_what_comes_after() -> None:
    running = model(NEW, State.TRAINING, Progress(12, 38, ((12, 0.5),)))
    row = Change(
        ADDRESS,
        Action.WAIT,
        (Reason.TRAINING, Reason.DRIFTED),
        NEW,
        declared(),
        running,
        (WARMER, FieldChange("lifecycle.onRemoval", "delete", "keep", Effect.MARK, Reason.DRIFTED)),
        supersedes=(model(),),
    )
    assert body(row) == [
        "  … TunedModel/support  training: not as declared: temperature, lifecycle.onRemoval",
        "      temperature:         (not set) -> 0.5  # once it is ready",
        "      lifecycle.onRemoval: delete -> keep  # in the mark of ownership, once it is ready",
        f"      id: {NEW} (12 of 38 steps, 31%, loss 0.5)",
        f"      deleted when {NEW} is READY: {OLD} (READY)",
        "      declared in manifests/support.yaml:3:1",
    ]
    assert text(row).endswith("Plan: 0 to create, 0 to update, 0 to replace, 0 to delete, 1 training.\n")


def test_a_refused_row_tells_why_what_to_do_and_which_model_stays() -> None:
    row = replace(
        REPLACE,
        action=Action.NOOP,
        reasons=(Reason.PROTECTED, Reason.IMMUTABLE_FIELD),
        fields=(EPOCHS,),
        refused=True,
        intended=Action.REPLACE,
        detail="lifecycle.protect forbids replacing it; `--unprotect TunedModel/support`",
        supersedes=(),
        grants=(),
        notes=(),
    )
    trained = "can only be changed by training"
    assert body(row, width=160) == [
        f"  ! TunedModel/support  refused to replace: lifecycle.protect is set; {EPOCHS.path} {trained}",
        "      lifecycle.protect forbids replacing it; `--unprotect TunedModel/support`",
        f"      {EPOCHS.path}: 5 -> 20  # forces a new training: {FIXED}",
        "      would take 38 training steps, 360 characters of data",
        f"      id: {OLD} (READY)",
        "      declared in manifests/support.yaml:3:1",
    ]
    assert text(row).endswith("Plan: 0 to create, 0 to update, 0 to replace, 0 to delete, 1 refused.\n")


def test_a_detail_does_not_repeat_the_headline() -> None:
    unknown = FieldChange("dataset", None, "1q6urq6urq6ur", Effect.NOTE, Reason.DATA_UNKNOWN)
    said = "nobody knows what it was trained on"
    refused = replace(SILENT, reasons=(Reason.DATA_UNKNOWN,), refused=True, fields=(unknown,))
    assert body(replace(refused, detail=f"{said}; `import` it"))[:3] == [
        f"  ! TunedModel/support  refused: {said}",
        "      `import` it",
        "      dataset: (unknown) reported, 1q6urq6urq6ur declared  (15 examples)",
    ]
    assert body(replace(refused, detail=said)) == body(refused)


def test_leftovers() -> None:
    gone = Change(ADDRESS, Action.DELETE, (Reason.UNDECLARED,), OLD, observed=model(state=State.FAILED))
    assert body(gone) == [
        "  - TunedModel/support  delete: no manifest declares it any more",
        f"      id: {OLD} (FAILED)",
    ]
    grants = (Grant("GROUP", "g@example.com", "WRITER"),)
    replaced = Change(ADDRESS, Action.DELETE, (Reason.SUPERSEDED,), OLD, observed=model(), successor=NEW, grants=grants)
    assert body(replaced) == [
        "  - TunedModel/support  delete: another model of this name takes its place",
        f"      id: {OLD} (READY)",
        f"      in its place: {NEW}",
        f"      copied to {NEW} before the old one goes: writer g@example.com",
    ]


def test_what_a_model_consists_of_is_told_before_it_goes() -> None:
    whole = replace(model(), resources={"model": "models/7", "endpoint": "endpoints/8"})
    gone = Change(ADDRESS, Action.DELETE, (Reason.UNDECLARED,), OLD, observed=whole)
    assert body(gone)[-2:] == ["      endpoint: endpoints/8", "      model: models/7"]
    lines = body(replace(REPLACE, observed=whole, supersedes=(whole,)), width=200)
    assert lines[5:7] == ["      endpoint now: endpoints/8", "      model now: models/7"]


def test_a_replace_whose_old_model_stays_says_so_by_not_deleting_it() -> None:
    failed = model("tunedModels/x", State.FAILED)
    running = model("tunedModels/y", State.TRAINING)
    lines = body(replace(REPLACE, supersedes=(failed, running), notes=(), grants=()), width=200)
    assert lines[4:7] == [
        f"      the id changes: {OLD} -> {NEW}",
        f"      deleted when {NEW} is READY: tunedModels/x (FAILED)",
        f"      deleted when {NEW} is READY: tunedModels/y (TRAINING)",
    ]


def test_whoever_lifts_a_protection_is_seen() -> None:
    kept = replace(model(), ownership=Ownership("acme", "support", "1:ab", "b", protect=True))
    told = f"      protected until now: {OLD}"
    assert told in body(replace(REPLACE, observed=kept, supersedes=(kept,)))
    assert told in body(Change(ADDRESS, Action.DELETE, (Reason.UNDECLARED,), OLD, observed=kept))
    done = Change(ADDRESS, Action.DELETE, (Reason.SUPERSEDED,), OLD, observed=kept, successor=NEW)
    refused = replace(REPLACE, action=Action.NOOP, refused=True, observed=kept, supersedes=(kept,))
    assert told not in body(done) + body(refused)


def test_a_create_beside_a_model_that_the_policy_keeps() -> None:
    row = replace(REPLACE, action=Action.CREATE, supersedes=(), grants=(), fields=(EPOCHS._replace(why=""),))
    lines = body(row, width=160)
    assert lines[1] == "      hyperparameters.epochCount: 5 -> 20  # forces a new training"
    assert f"      id: {NEW}" in lines


def test_tokens_are_estimates_and_said_to_be() -> None:
    told = body(replace(CREATE, desired=declared({}, dataset=replace(DATASET, tokens=1234)), steps=None))
    assert told[1] == "      dataset: 1:ababababababababab  (15 examples, an estimated 1,234 tokens)"


def test_the_service_may_choose_the_id() -> None:
    assert "      id: an id that the service chooses" in body(replace(CREATE, target=""))
    refused = Change(ADDRESS, Action.NOOP, (Reason.AMBIGUOUS_RENAME,), refused=True)
    assert body(refused) == ["  ! TunedModel/support  refused: it may be a renamed model, or a new one"]


def test_a_create_without_data_or_fields() -> None:
    bare = Change(ADDRESS, Action.CREATE, (Reason.ABSENT,), NEW, replace(declared(dataset=None), origin=Origin("")))
    assert body(bare)[1:] == [f"      id: {NEW}"]


SILENT = Change(ADDRESS, Action.NOOP, (), OLD, declared(), model())


def test_what_does_nothing_is_silent() -> None:
    unselected = replace(SILENT, reasons=(Reason.NOT_SELECTED,))
    assert text() == text(SILENT) == "No changes.\n"
    assert text(unselected) == "Left alone because not selected: 1 model.\n\nNo changes.\n"


@pytest.mark.parametrize("reason", [Reason.RETAINED, Reason.COPIED_MARK, Reason.MARK_LOST])
def test_what_does_nothing_for_a_reason_worth_knowing_is_shown(reason: Reason) -> None:
    assert text(replace(SILENT, reasons=(reason,))).startswith("    TunedModel/support  unchanged: ")
    assert text(replace(SILENT, reasons=(reason,))).endswith("\n\nNo changes.\n")


def test_notes_are_shown_and_counted() -> None:
    reported = FieldChange("topP", 0.9, 1, Effect.NOTE, Reason.SERVER_DEFAULT)
    unknown = FieldChange("dataset", None, "1q6urq6urq6ur", Effect.NOTE, Reason.DATA_UNKNOWN)
    assert text(replace(SILENT, notes=("one", "two"), fields=(reported, unknown))) == (
        "    TunedModel/support  unchanged\n"
        "      topP:    0.9 reported, 1 declared  # the service reports another value than was sent\n"
        "      dataset: (unknown) reported, 1q6urq6urq6ur declared  (15 examples)"
        "  # nobody knows what it was trained on\n"
        f"      id: {OLD} (READY)\n"
        "      note: one\n"
        "      note: two\n"
        "      declared in manifests/support.yaml:3:1\n"
        "\n"
        "3 notes on models.\n"
        "\n"
        "No changes.\n"
    )


def test_what_is_ignored_is_a_difference() -> None:
    ignored = replace(SILENT, fields=(WARMER._replace(effect=Effect.IGNORED),))
    assert body(ignored)[:2] == [
        "    TunedModel/support  ignored",
        "      temperature: (not set) -> 0.5  # ignored, as asked",
    ]
    assert text(ignored).endswith("Plan: 0 to create, 0 to update, 0 to replace, 0 to delete, 1 ignored.\n")


def test_the_plan_as_a_whole() -> None:
    whole = plan(complete=False, foreign=2, warnings=("the service does not say",))
    assert plan_text(whole, PLAIN, 80) == (
        "Warning: the service does not say\n"
        "Only a part of the workspace was looked at, so nothing is deleted for want of a\n"
        "  manifest.\n"
        "Left alone because not ours: 2 models.\n"
        "\n"
        "Plan: 0 to create, 0 to update, 0 to replace, 0 to delete.\n"
    )


def test_the_last_line_is_never_broken() -> None:
    ignored = replace(SILENT, fields=(WARMER._replace(effect=Effect.IGNORED),))
    waiting = replace(SILENT, action=Action.WAIT)
    refused = replace(SILENT, refused=True)
    assert text(waiting, refused, ignored, CREATE, REPLACE, width=40).splitlines()[-1] == (
        "Plan: 1 to create, 0 to update, 1 to replace, 0 to delete, 1 training, 1 refused, 1 ignored."
    )


@pytest.mark.parametrize(
    ("new", "shown"),
    [
        (0.0010000000474974513, "0.001"),
        (float("nan"), "nan"),
        (True, "true"),
        ((), "[]"),
        (("1", "a b"), '[1, "a b"]'),
        ("", '""'),
    ],
)
def test_values(new: Value, shown: str) -> None:
    assert body(replace(UPDATE, fields=(WARMER._replace(new=new),)))[1] == f"      temperature: (not set) -> {shown}"


@given(st.text(max_size=200), st.sampled_from([40, 80, 160]))
def test_no_text_can_act_on_the_terminal_or_leave_its_line(found: str, width: int) -> None:
    desired = replace(declared({"displayName": found}), origin=Origin(f"{found}.yaml"))
    field = FieldChange("description", found, found[::-1], Effect.WRITE, Reason.DRIFTED, found)
    rows = (
        replace(CREATE, desired=desired, detail=found, notes=(found,), grants=(Grant("USER", found, "READER"),)),
        replace(UPDATE, fields=(field, field._replace(effect=Effect.RETRAIN)), target=found, successor=found),
    )
    made = plan_text(plan(*rows, warnings=(found,)), PLAIN, width)
    assert not any(unsafe(c) for c in made if c != "\n")
    assert made.count("\nPlan: ") == 1
    assert plan_text(plan(*rows, warnings=(found,)), PLAIN, width) == made


@given(st.integers(40, 120))
def test_colour_changes_nothing_but_colour(width: int) -> None:
    made = plan(CREATE, REPLACE, UPDATE, replace(SILENT, refused=True, detail="no"))
    coloured = plan_text(made, ANSI, width)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plan_text(made, PLAIN, width)
    assert "\x1b[35m+/- TunedModel/support\x1b[0m" in coloured


def test_an_environment_is_named_first() -> None:
    named = replace(plan(CREATE), environment="prod\x1b")
    assert plan_text(named, PLAIN, 100).startswith("Environment prod\\x1b\n\n  + create\n")

"""The table of models, and the ids for programs."""

import pytest

from reconciler.plan.serving import Serving
from reconciler.render.outputs import Output, outputs, outputs_dotenv, outputs_text
from reconciler.render.status import StatusRow, rows, status_text
from reconciler.render.style import ANSI, PLAIN
from reconciler.resource.address import Address
from reconciler.resource.observed import Mark, Observed, Ownership, Progress, State

A, B = Address("support"), Address("triage")
OWNED = Ownership("acme", "support", "1aaaaaaaaaaaa", "bbbbbb")


def model(name: str, state: State, ownership: Ownership | None = None, progress: Progress | None = None) -> Observed:
    return Observed(f"tunedModels/{name}", state, {}, Mark.VALID, ownership, "", "2025-01-01T00:00:00Z", "", progress)


OLD = model("old", State.READY, OWNED, Progress(38, 38, ((1, 3.3), (38, 0.35))))
NEW = model("new", State.TRAINING, OWNED, Progress(12, 38, ((1, 2.0), (12, 0.5))))
SERVINGS = (Serving(A, (NEW, OLD), OLD, stale=True), Serving(B, ()))


def test_rows_say_which_model_serves_and_how_its_data_is_known() -> None:
    asserted = model("x", State.FAILED, Ownership("acme", "gone", "1aaaaaaaaaaaa", "b", asserted=True))
    unknown = model("y", State.READY, Ownership("acme", "gone", "", "b"))
    unmarked = model("z", State.UNKNOWN)
    gone = Serving(Address("gone"), (asserted, unknown, unmarked), declared=False)
    found = rows((*SERVINGS, gone), {"tunedModels/old": ["its epochCount is not declared"]})
    assert [(row.id, row.serves, row.stale, row.declared, row.data, row.notes) for row in found] == [
        ("tunedModels/new", False, False, True, "trained", ()),
        ("tunedModels/old", True, True, True, "trained", ("its epochCount is not declared",)),
        ("", False, False, True, "", ()),
        ("tunedModels/x", False, False, False, "asserted", ()),
        ("tunedModels/y", False, False, False, "unknown", ()),
        ("tunedModels/z", False, False, False, "unknown", ()),
    ]


def test_the_table() -> None:
    found = rows(SERVINGS, {"tunedModels/old": ["one\ntwo"]})
    assert status_text(found, PLAIN, 140) == (
        "ADDRESS             ID               STATE     SERVES  PROGRESS        LOSS            CREATED"
        "               DATA\n"
        "TunedModel/support  tunedModels/new  TRAINING          ███░░░░░░░ 31%  █▁ 2 -> 0.5     2025-01-01T00:00:00Z"
        "  trained\n"
        "TunedModel/support  tunedModels/old  READY     stale                   █▁ 3.3 -> 0.35  2025-01-01T00:00:00Z"
        "  trained\n"
        "  note: one\\ntwo\n"
        "TunedModel/triage                    absent\n"
    )


def test_columns_without_anything_are_left_out() -> None:
    assert status_text((StatusRow(B, "tunedModels/t", State.READY, serves=True),), PLAIN, 60) == (
        "ADDRESS            ID             STATE  SERVES\nTunedModel/triage  tunedModels/t  READY  serves\n"
    )


def test_a_narrow_terminal_gets_blocks_and_whole_ids() -> None:
    gone = StatusRow(B, "tunedModels/t", State.UNKNOWN, declared=False, notes=("a note",))
    assert status_text((*rows(SERVINGS, {})[1:2], gone), PLAIN, 60) == (
        "TunedModel/support\n"
        "  id: tunedModels/old\n"
        "  state: READY\n"
        "  serves: stale\n"
        "  loss: █▁ 3.3 -> 0.35\n"
        "  created: 2025-01-01T00:00:00Z\n"
        "  data: trained\n"
        "\n"
        "TunedModel/triage (not declared)\n"
        "  id: tunedModels/t\n"
        "  state: UNKNOWN\n"
        "  note: a note\n"
    )


def test_without_models() -> None:
    assert status_text((), PLAIN, 80) == "No models.\n"


@pytest.mark.parametrize("width", [60, 200])
def test_colour_repeats_the_state(width: int) -> None:
    assert "\x1b[36mTunedModel/support" in status_text(rows(SERVINGS, {}), ANSI, width)


def test_a_training_without_a_total_has_no_bar() -> None:
    assert "░" not in status_text((StatusRow(A, "x", State.TRAINING, Progress(3)),), PLAIN, 100)


def test_outputs() -> None:
    served = outputs((*SERVINGS, Serving(Address("a-b"), (OLD,), OLD)))
    assert served == (Output(A, "tunedModels/old", stale=True), Output(Address("a-b"), "tunedModels/old"))
    assert outputs_text(served) == "support\ttunedModels/old\na-b\ttunedModels/old\n"
    assert outputs_dotenv(served) == "RECONCILER_MODEL_SUPPORT=tunedModels/old\nRECONCILER_MODEL_A_B=tunedModels/old\n"

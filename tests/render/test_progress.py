"""What a log hears of a run, and the parts a live display is drawn from."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan.change import Action
from reconciler.plan.event import Began, Ended, Event, Finished, Progressed, Report, Result, Waited
from reconciler.render.progress import BLOCKS, DOING, Heard, bar, duration, hear, line, sparkline, training
from reconciler.resource.address import Address
from reconciler.resource.observed import Progress

A, MODEL = Address("hello"), "tunedModels/hello-x"


def moved(step: int, total: int = 100) -> Progressed:
    return Progressed(A, MODEL, Progress(step, total))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0s"), (0, "0s"), (59.9, "59s"), (60, "1m00s"), (150, "2m30s"), (3599, "59m59s"), (3720, "1h02m")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_bars() -> None:
    assert bar(Progress(1, 4), 8) == "██░░░░░░"
    assert bar(Progress(9, 4), 8) == "████████"
    assert bar(Progress(9), 4) == "░░░░"


@pytest.mark.parametrize(
    ("losses", "drawn"),
    [
        ([], ""),
        ([2.0], "▁ 2 -> 2"),
        ([3.3, 0.35], "█▁ 3.3 -> 0.35"),
        ([8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], "█▆▃▁ 8 -> 1"),
        ([0.5, math.nan, 0.25], "█▁ 0.5 -> 0.25"),
        ([math.nan], "nan -> nan"),
        ([2.0, 1.0, math.inf], "█▁ 2 -> inf"),
        ([1e308, 1e308], "1e+308 -> 1e+308"),
        ([2.0, 2.0], "▁▁ 2 -> 2"),
    ],
)
def test_curves(losses: list[float], drawn: str) -> None:
    assert sparkline(losses, 4) == drawn


@given(st.lists(st.floats(0, 1e38), min_size=1), st.integers(1, 40))
def test_a_curve_has_as_many_cells_as_there_is_room_and_need_for(losses: list[float], width: int) -> None:
    drawn = sparkline(losses, width).partition(" ")[0]
    assert len(drawn) == min(width, len(losses))
    assert set(drawn) <= set(BLOCKS)


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress(12, 38, ((1, 2.0), (12, 0.51234))), "12 of 38 steps, 31%, loss 0.5123"),
        (Progress(0, 38), "0 of 38 steps, 0%"),
        (Progress(1), "1 step"),
    ],
)
def test_how_far_a_training_is(progress: Progress, text: str) -> None:
    assert training(progress) == text


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Began(A, Action.REPLACE, MODEL), "TunedModel/hello: creating tunedModels/hello-x"),
        (Began(A, Action.CREATE, ""), "TunedModel/hello: creating"),
        (Ended(A, Action.DELETE, MODEL, Result.DONE), "TunedModel/hello: deleted tunedModels/hello-x"),
        (
            Ended(A, Action.UPDATE, MODEL, Result.FAILED, "quota\x1b[2J"),
            r"TunedModel/hello: updating tunedModels/hello-x failed: quota\x1b[2J",
        ),
        (
            Ended(A, Action.DELETE, MODEL, Result.REFUSED, "it changed"),
            "TunedModel/hello: deleting tunedModels/hello-x refused: it changed",
        ),
        (Ended(A, Action.CREATE, MODEL, Result.TRAINING), "TunedModel/hello: training tunedModels/hello-x"),
        (
            Ended(A, Action.DELETE, MODEL, Result.NOT_BEGUN, "its successor trains"),
            "TunedModel/hello: not begun tunedModels/hello-x: its successor trains",
        ),
        (moved(12, 38), "TunedModel/hello: training tunedModels/hello-x: 12 of 38 steps, 31%"),
        (
            Progressed(A, MODEL, Progress(12, 38), 150),
            "TunedModel/hello: training tunedModels/hello-x: 12 of 38 steps, 31%, 2m30s left",
        ),
        (Waited(3, 150), "still training: 3 models, 2m30s"),
        (Waited(1, 5, "timeout"), "still training: 1 model, 5s; no answer from the service: timeout"),
        (Finished(Report(())), None),
    ],
)
def test_one_line_for_an_event(event: Event, text: str | None) -> None:
    assert line(event) == text


def test_every_action_has_its_words() -> None:
    assert set(DOING) == set(Action)


def told(events: list[Event]) -> list[str]:
    heard, lines = Heard(), []
    for event in events:
        heard, text = hear(heard, event)
        lines += [text] if text else []
    return lines


def test_a_log_hears_of_each_tenth_of_a_training_once() -> None:
    steps = [0, 3, 9, 10, 11, 19, 35, 39, 40, 100, 100]
    assert [text.rpartition(" ")[2] for text in told([moved(step) for step in steps])] == ["10%", "35%", "40%", "100%"]


def test_a_training_without_a_total_is_left_to_the_heartbeat() -> None:
    assert told([moved(50, 0), Waited(1, 61)]) == ["still training: 1 model, 1m01s"]


def test_a_log_hears_a_heartbeat_a_minute_and_every_trouble() -> None:
    looks: list[Event] = [Waited(2, second) for second in range(0, 200, 15)]
    assert [text.rpartition(" ")[2] for text in told(looks)] == ["1m00s", "2m00s", "3m00s"]
    assert told([Waited(2, 1, "reset"), Waited(0, 90)]) == [
        "still training: 2 models, 1s; no answer from the service: reset"
    ]


def test_a_log_hears_every_act_and_leaves_the_end_to_the_report() -> None:
    events: list[Event] = [
        Began(A, Action.DELETE, MODEL),
        Ended(A, Action.DELETE, MODEL, Result.DONE),
        Finished(Report(())),
    ]
    assert told(events) == [
        "TunedModel/hello: deleting tunedModels/hello-x",
        "TunedModel/hello: deleted tunedModels/hello-x",
    ]

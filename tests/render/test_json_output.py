"""JSON for programs: the same content as the values, and safe to print."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan.change import Action, Change, Effect, FieldChange
from reconciler.plan.document import parse
from reconciler.plan.event import Began, Ended, Event, Finished, Progressed, Report, Result, Waited
from reconciler.plan.plan import Context, Plan
from reconciler.plan.serving import Serving
from reconciler.render.json_output import (
    event_line,
    outputs_json,
    plan_json,
    pretty,
    status_json,
    version_line,
)
from reconciler.render.neutral import unsafe
from reconciler.render.outputs import Output, outputs, outputs_text
from reconciler.render.status import StatusRow
from reconciler.resource.address import Address
from reconciler.resource.observed import Observed, Progress, State
from reconciler.resource.reason import Reason

A, MODEL = Address("hello"), "tunedModels/hello-x"
REPORT = Report((Ended(A, Action.CREATE, MODEL, Result.FAILED, "quota"),), timed_out=True)
TOLD = {
    "outcomes": [
        {"address": "TunedModel/hello", "action": "create", "target": MODEL, "result": "failed", "detail": "quota"}
    ],
    "interrupted": False,
    "timedOut": True,
    "fatal": "",
    "exitCode": 1,
}
ROW = {"address": "TunedModel/hello", "target": MODEL}


def test_a_stream_begins_with_its_version() -> None:
    assert version_line() == '{"type": "version", "formatVersion": "1.1"}\n'


@pytest.mark.parametrize(
    ("event", "content"),
    [
        (Began(A, Action.DELETE, MODEL), {"type": "began", **ROW, "action": "delete"}),
        (
            Ended(A, Action.CREATE, MODEL, Result.NOT_BEGUN, "why"),
            {"type": "ended", **ROW, "action": "create", "result": "not begun", "detail": "why"},
        ),
        (
            Progressed(A, MODEL, Progress(19, 38, ((1, 2.0), (19, 0.5))), 60),
            {"type": "progressed", **ROW, "step": 19, "total": 38, "percent": 50.0, "loss": 0.5, "remaining": 60},
        ),
        (
            Progressed(A, MODEL, Progress(1, 0, ((1, math.nan),))),
            {"type": "progressed", **ROW, "step": 1, "total": None, "percent": None, "loss": None, "remaining": None},
        ),
        (Waited(2, 1.5, "reset"), {"type": "waited", "training": 2, "seconds": 1.5, "trouble": "reset"}),
        (Finished(REPORT), {"type": "finished", **TOLD}),
    ],
)
def test_an_event_is_one_line(event: Event, content: dict[str, object]) -> None:
    line = event_line(event)
    assert json.loads(line) == content
    assert line.index("\n") == len(line) - 1


def test_a_status() -> None:
    made = {"model": "m", "endpoint": "e"}
    training = StatusRow(A, MODEL, State.TRAINING, Progress(1, 4), "2025", data="trained", notes=("n",), resources=made)
    models = json.loads(status_json([training, StatusRow(A)]))["models"]
    assert models == [
        {
            "address": "TunedModel/hello",
            "id": MODEL,
            "resources": {"endpoint": "e", "model": "m"},
            "state": "TRAINING",
            "progress": {"step": 1, "total": 4, "percent": 25.0, "loss": None},
            "created": "2025",
            "serves": False,
            "stale": False,
            "declared": True,
            "data": "trained",
            "notes": ["n"],
        },
        {
            "address": "TunedModel/hello",
            "id": None,
            "resources": {},
            "state": "ABSENT",
            "progress": None,
            "created": None,
            "serves": False,
            "stale": False,
            "declared": True,
            "data": None,
            "notes": [],
        },
    ]


def test_outputs() -> None:
    assert outputs_json([Output(A, MODEL, stale=True)]) == (
        '{\n  "formatVersion": "1.1",\n  "models": {\n    "hello": {\n'
        '      "id": "tunedModels/hello-x",\n      "stale": true,\n      "resources": {}\n    }\n  }\n}\n'
    )


def test_what_is_called_is_the_endpoint_where_there_is_one() -> None:
    made = {"endpoint": "projects/p/endpoints/7", "model": "projects/p/models/5@1"}
    serving = Serving(A, (), Observed("hello-x", State.READY, {}, resources=made))
    (output,) = outputs([serving])
    assert outputs_text([output]) == "hello\tprojects/p/endpoints/7\n"
    assert json.loads(outputs_json([output]))["models"]["hello"]["resources"] == made


@given(st.text())
def test_a_parser_gets_the_text_and_a_terminal_nothing_to_act_on(text: str) -> None:
    written = pretty({"text": text})
    assert json.loads(written) == {"text": text}
    assert not any(unsafe(c) for c in written if c != "\n")
    assert len(written.splitlines()) == 3


def test_readable_text_stays_readable() -> None:
    assert pretty("Größe 漢字 😀\x7f\U000e0041\ud800") == '"Größe 漢字 😀\\u007f\\udb40\\udc41\\ud800"\n'
    assert pretty("\x7f") == '"\\u007f"\n'


def test_a_plan_is_its_document() -> None:
    remote = FieldChange("description", "a\x9b\ud800", "b", Effect.WRITE, Reason.DRIFTED)
    made = Plan(
        Context("demo", "acme", "gemini", "v1beta", "https://x"),
        (Change(A, Action.UPDATE, (Reason.DRIFTED,), MODEL, fields=(remote,)),),
    )
    text = plan_json(made)
    assert text == plan_json(made)
    assert text.startswith('{\n  "formatVersion": "1.1",\n  "digest": "')
    assert text.endswith("\n}\n")
    assert r'"old": "a\u009b\\ud800"' in text
    assert parse(text).digest == made.digest

"""Everything that is printed, as JSON for programs: documents of one object, and one line for each event of a run.

Every document has a formatVersion; what a minor version adds, readers skip. Unlike text, JSON carries remote texts as
they are; only characters that act on a terminal, and what begins a workflow command in the log of a pipeline, are
written as escapes, which mean the same to a parser.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, assert_never

from reconciler.plan.document import document
from reconciler.plan.event import Began, Ended, Event, Finished, Progressed, Report, Waited
from reconciler.plan.plan import FORMAT_VERSION, Plan
from reconciler.render.neutral import ANYWHERE, code_units, unsafe
from reconciler.render.outputs import Output
from reconciler.render.status import StatusRow
from reconciler.resource.observed import Progress

COMMAND = re.compile(ANYWHERE)
DELETE = "\x7f"
"""The one ASCII control character that JSON lets pass."""

Json: TypeAlias = "str | int | float | bool | Mapping[str, Json] | Sequence[Json] | None"


def plan_json(plan: Plan, root: str = "") -> str:
    """Write a plan as its document; `root` as in `document`."""
    return pretty(document(plan, root).model_dump(mode="json", by_alias=True))


def version_line() -> str:
    """The first line of every stream of events."""
    return line({"type": "version", "formatVersion": FORMAT_VERSION})


def event_line(event: Event) -> str:
    """Write an event as one line of a stream (NDJSON)."""
    content: dict[str, Json]
    match event:
        case Began():
            content = {"type": "began", **_about(event)}
        case Ended():
            content = {"type": "ended", **_ended(event)}
        case Progressed():
            content = {"type": "progressed", "address": str(event.address), "target": event.target}
            content |= {**_progress(event.progress), "remaining": event.remaining}
        case Waited():
            content = {"type": "waited", "training": event.training, "seconds": event.seconds}
            content["trouble"] = event.trouble
        case Finished():
            content = {"type": "finished", **_report(event.report)}
        case _:
            assert_never(event)
    return line(content)


def status_json(rows: Iterable[StatusRow]) -> str:
    """Write every model of a workspace."""
    return pretty({"formatVersion": FORMAT_VERSION, "models": [_status(row) for row in rows]})


def outputs_json(outputs: Iterable[Output]) -> str:
    """Write the ids to call, by name."""
    models: dict[str, Json] = {
        each.address.name: {"id": each.id, "stale": each.stale, "resources": dict(each.resources)} for each in outputs
    }
    return pretty({"formatVersion": FORMAT_VERSION, "models": models})


def pretty(content: Json) -> str:
    """Write a document: two spaces of indentation, keys in the order given, one newline at the end."""
    return _escaped(json.dumps(content, indent=2, ensure_ascii=False)) + "\n"


def line(content: Json) -> str:
    """Write one line of a stream (NDJSON)."""
    return _escaped(json.dumps(content, ensure_ascii=False)) + "\n"


def _escaped(text: str) -> str:
    """Escape what a terminal would act on, and what UTF-8 cannot carry; in JSON it can only stand inside strings."""
    text = COMMAND.sub(r"\\u0023#", text)
    if text.isascii() and DELETE not in text:
        return text
    return "".join(code_units(c) if unsafe(c) and c != "\n" else c for c in text)


def _about(event: Began | Ended) -> dict[str, Json]:
    """Which row an event is about."""
    return {"address": str(event.address), "action": event.action.name.lower(), "target": event.target}


def _ended(event: Ended) -> dict[str, Json]:
    """How a row, or an act of it, ended."""
    return {**_about(event), "result": event.result.value, "detail": event.detail}


def _progress(progress: Progress) -> dict[str, Json]:
    """How far a training is. A loss that is no number is null: JSON has no other word for it."""
    last = progress.losses[-1][1] if progress.losses else None
    loss = last if last is not None and math.isfinite(last) else None
    return {"step": progress.step, "total": progress.total or None, "percent": progress.percent, "loss": loss}


def _report(report: Report) -> dict[str, Json]:
    """The end of a run."""
    return {
        "outcomes": [_ended(each) for each in report.outcomes],
        "interrupted": report.interrupted,
        "timedOut": report.timed_out,
        "fatal": report.fatal,
        "exitCode": report.exit_code,
    }


def _status(row: StatusRow) -> dict[str, Json]:
    return {
        "address": str(row.address),
        "id": row.id or None,
        "resources": dict(sorted(row.resources.items())),
        "state": row.state.value if row.state else "ABSENT",
        "progress": _progress(row.progress) if row.progress else None,
        "created": row.created or None,
        "serves": row.serves,
        "stale": row.stale,
        "declared": row.declared,
        "data": row.data or None,
        "notes": list(row.notes),
    }

"""How what would be done now differs from the plan that was reviewed: in lines for people, and as JSON for programs."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from reconciler.plan.change import Act
from reconciler.plan.review import Deviation
from reconciler.render.json_output import Json, line
from reconciler.render.layout import flow

MOST = 50
"""Writes that are told to people; a program gets all of them."""
LONGEST = 300
"""Characters of one value that are told to people."""
SHORT = 12
"""Hex digits of a hash that tell it from another one."""


def stale_text(deviations: Sequence[Deviation], width: int) -> str:
    """Write, by address, `+` before what was not reviewed and `-` before what was, and is done or wanted no more."""
    lines = ["- reviewed, and done or wanted no more; + not reviewed; ~ reviewed otherwise:"]
    for address, found in groupby(deviations[:MOST], key=lambda each: each.address):
        lines += flow(address, width, "  ")
        lines += [part for each in found for said in _told(each) for part in flow(said, width, "    ", " " * 8)]
    if len(deviations) > MOST:
        lines.append(f"  and {len(deviations) - MOST:,} writes more")
    return "\n".join(lines) + "\n"


def _told(each: Deviation) -> Iterator[str]:
    """One deviation, line by line; of a write that has changed only what has."""
    then, now = each
    if then is None or now is None or then.name != now.name:
        yield from (f"{mark} {_act(act)}" for mark, act in zip("-+", each, strict=True) if act)
        return
    yield f"~ {now.verb} {now.name or 'a model'}"
    for mark, act, other in (("-", then, now), ("+", now, then)):
        yield from (f"{mark} {field[:LONGEST]}" for field in act.fields if field not in other.fields)
        if act.successor != other.successor:
            yield f"{mark} in its place: {act.successor or 'nothing'}"
        if act.inputs != other.inputs:
            yield f"{mark} trained from inputs {act.inputs[:SHORT]}"


def _act(act: Act) -> str:
    """A write in words."""
    place = f", and {act.successor} takes its place" if act.successor else ""
    fields = f": {', '.join(field[:LONGEST] for field in act.fields)}" if act.fields else ""
    return f"{act.verb} {act.name or 'a model'}{place}{fields}"


def stale_line(message: str, deviations: Sequence[Deviation]) -> str:
    """Write the deviations as one line of a stream; null: there was no such write, or there is none now."""
    told: list[Json] = [
        {"address": each.address, "then": _content(each.then), "now": _content(each.now)} for each in deviations
    ]
    return line({"type": "stale", "message": message, "deviations": told})


def _content(act: Act | None) -> Json:
    """A write as a document has it."""
    return None if act is None else act._asdict()

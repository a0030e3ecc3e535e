"""What a run says while it lasts: few lines, one at a time, for logs and pipelines; and the parts of a live display."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import assert_never

from reconciler.plan.change import Action
from reconciler.plan.event import Began, Ended, Event, Finished, Progressed, Result, Waited
from reconciler.render.layout import counted
from reconciler.render.neutral import neutral
from reconciler.resource.observed import Progress
from reconciler.resource.rules import float32

BLOCKS = "▁▂▃▄▅▆▇█"
STRIDE = 10
"""Percent that a training must gain before a log hears of it again."""
HEARTBEAT = 60.0
"""Seconds of silence after which a log hears that the run is alive."""
DIGITS = 4
"""Significant digits of a loss: what a person compares."""

DOING: Mapping[Action, tuple[str, str]] = {
    Action.NOOP: ("leaving", "left"),
    Action.WAIT: ("awaiting", "awaited"),
    Action.UPDATE: ("updating", "updated"),
    Action.CREATE: ("creating", "created"),
    Action.REPLACE: ("creating", "created"),
    Action.DELETE: ("deleting", "deleted"),
}
"""What is being done, and has been done, to the target of an event."""


def duration(seconds: float) -> str:
    """Write whole seconds as people say them: `45s`, `2m30s`, `1h02m`; seconds are left out from an hour on."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, left = divmod(minutes, 60)
    if hours:
        return f"{hours}h{left:02d}m"
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


def bar(progress: Progress, width: int) -> str:
    """Draw a share of `width` cells; cells without a number when the total is not known."""
    if progress.percent is None:
        return "░" * width
    full = int(width * progress.percent / 100)
    return f"{'█' * full}{'░' * (width - full)}"


def sparkline(losses: Sequence[float], width: int) -> str:
    """Draw a curve in `width` cells, scaled between its least and its greatest value, then `first -> last`.

    More values than cells are reduced to the mean of each cell's share. What a diverged training reports instead of
    numbers is not drawn, but told. No values: nothing.
    """
    if not losses:
        return ""
    drawn = _curve([value for value in losses if math.isfinite(float32(value))], width)
    return f"{drawn} {loss(losses[0])} -> {loss(losses[-1])}".lstrip()


def loss(value: float) -> str:
    """Write a loss in few digits."""
    return f"{value:.{DIGITS}g}"


def training(progress: Progress) -> str:
    """Say how far a training is: `12 of 38 steps, 31%, loss 0.512`; without a total only what is known."""
    percent = progress.percent
    steps = counted(progress.step, "step") if percent is None else f"{progress.step} of {progress.total} steps"
    share = "" if percent is None else f", {int(percent)}%"
    last = f", loss {loss(progress.losses[-1][1])}" if progress.losses else ""
    return f"{steps}{share}{last}"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a log was told so far: each training's last percentage, and when (seconds of waiting) it last got a line."""

    percents: Mapping[str, int] = field(default_factory=dict)
    beat: float = 0.0


def hear(heard: Heard, event: Event) -> tuple[Heard, str | None]:
    """Decide whether a log gets a line for this event: every act, each tenth of a training, else one a minute."""
    match event:
        case Progressed():
            percent = int(event.progress.percent or 0)
            if percent < heard.percents.get(event.target, 0) + STRIDE:
                return heard, None
            reached = percent - percent % STRIDE
            return replace(heard, percents={**heard.percents, event.target: reached}), line(event)
        case Waited() if not event.trouble and (event.seconds < heard.beat + HEARTBEAT or not event.training):
            return heard, None
        case Waited():
            return replace(heard, beat=event.seconds), line(event)
        case Began() | Ended() | Finished():
            return heard, line(event)
        case _:
            assert_never(event)


def line(event: Event) -> str | None:
    """Write an event as one line; None for the last one, which the report tells."""
    match event:
        case Began():
            text = f"{event.address}: {DOING[event.action][0]} {event.target}"
        case Ended():
            text = _ended(event)
        case Progressed():
            left = "" if event.remaining is None else f", {duration(event.remaining)} left"
            text = f"{event.address}: training {event.target}: {training(event.progress)}{left}"
        case Waited():
            trouble = f"; no answer from the service: {event.trouble}" if event.trouble else ""
            text = f"still training: {counted(event.training, 'model')}, {duration(event.seconds)}{trouble}"
        case Finished():
            return None
        case _:
            assert_never(event)
    return neutral(text).rstrip()


def _ended(event: Ended) -> str:
    """The end of a row, or of one act of it."""
    doing, did = DOING[event.action]
    detail = f": {event.detail}" if event.detail else ""
    match event.result:
        case Result.DONE:
            return f"{event.address}: {did} {event.target}{detail}"
        case Result.FAILED | Result.REFUSED:
            return f"{event.address}: {doing} {event.target} {event.result.value}{detail}"
        case Result.TRAINING | Result.NOT_BEGUN:
            return f"{event.address}: {event.result.value} {event.target}{detail}"
        case _:
            assert_never(event.result)


def _curve(values: Sequence[float], width: int) -> str:
    """Draw finite values, the least as the lowest block and the greatest as the highest; equal ones as the lowest."""
    if not values:
        return ""
    cells = _means(values, min(width, len(values)))
    low, top = min(cells), len(BLOCKS) - 1
    span = max(cells) - low or 1.0
    return "".join(BLOCKS[round(top * (cell - low) / span)] for cell in cells)


def _means(values: Sequence[float], cells: int) -> list[float]:
    """Reduce values to `cells` means of neighbours."""
    edges = [len(values) * i // cells for i in range(cells + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]

"""The course of a training, computed from the clock: nothing runs in the background.

totalSteps = ceil(examples * epochCount / batchSize): batches run across the borders of epochs.
epoch of a step = floor(step * batchSize / examples), counted from 0.
Times are nanoseconds since the epoch.
"""

import zlib
from dataclasses import dataclass
from math import exp
from typing import Literal

from reconciler.emulator.jsontext import float32, timestamp
from reconciler.emulator.wire import JsonObject

State = Literal["CREATING", "ACTIVE", "FAILED"]

_MICRO = 1_000
_FIRST_LOSS = 8.0
_LAST_LOSS = 0.01


def total_steps(examples: int, epochs: int, batch: int) -> int:
    """Count the steps of a training."""
    return -(-examples * epochs // batch)


@dataclass(frozen=True, slots=True)
class Course:
    """One training: when it starts, how fast it goes, and where it ends.

    `fail_step` is the step at which it fails; `cancelled` the time at which it was stopped, which leaves
    the model in `cancelled_state`. `seed` makes the losses, the same at each reading.
    """

    seed: str
    started: int
    step_nanos: int
    total: int
    batch: int
    examples: int
    fail_step: int | None = None
    cancelled: int | None = None
    cancelled_state: State = "FAILED"

    def steps(self, now: int) -> int:
        """Count the steps done by now."""
        if self.cancelled is not None:
            now = min(now, self.cancelled)
        if now < self.started:
            return 0
        done = (now - self.started) // self.step_nanos if self.step_nanos else self._last_step
        return min(done, self._last_step)

    def state(self, now: int) -> State:
        """Give the state of the model."""
        if now < self.ends:
            return "CREATING"
        if self.cancelled is not None and self.cancelled <= self._natural_end:
            return self.cancelled_state
        return "ACTIVE" if self.fail_step is None else "FAILED"

    @property
    def ends(self) -> int:
        """The time at which the training is over, whole microseconds as the service shows them."""
        if self.cancelled is None:
            return self._natural_end
        return min(self.cancelled, self._natural_end)

    def was_cancelled(self, now: int) -> bool:
        """Tell whether the training was stopped before its end."""
        return self.cancelled is not None and self.cancelled <= min(now, self._natural_end)

    def snapshots(self, now: int, limit: int | None) -> list[JsonObject]:
        """Give the snapshots so far, one a step; beyond the limit thinned evenly, the newest kept."""
        done = self.steps(now)
        stride = 1 if limit is None or done <= limit else -(-done // limit)
        return [self._snapshot(step) for step in reversed(range(done, 0, -stride))]

    def _snapshot(self, step: int) -> JsonObject:
        snapshot: JsonObject = {"step": step}
        if epoch := step * self.batch // self.examples:
            snapshot["epoch"] = epoch
        snapshot["meanLoss"] = self._loss(step)
        snapshot["computeTime"] = timestamp(self.started + step * self.step_nanos)
        return snapshot

    def _loss(self, step: int) -> float:
        noise = zlib.crc32(f"{self.seed}:{step}".encode()) / 2**32
        return float32((_FIRST_LOSS * exp(-5 * step / self.total) + _LAST_LOSS) * (0.85 + 0.3 * noise))

    @property
    def _last_step(self) -> int:
        return self.total if self.fail_step is None else min(self.fail_step, self.total)

    @property
    def _natural_end(self) -> int:
        end = self.started + self._last_step * self.step_nanos
        return -(-end // _MICRO) * _MICRO

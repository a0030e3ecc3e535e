"""The course of a tuning job, computed from the clock: nothing runs in the background.

Pending until it starts, running until it ends. Times are nanoseconds since the epoch.
"""

from dataclasses import asdict, dataclass

from reconciler.emulator.jsontext import timestamp
from reconciler.emulator.wire import JsonObject

TERMINAL = (
    "JOB_STATE_SUCCEEDED",
    "JOB_STATE_PARTIALLY_SUCCEEDED",
    "JOB_STATE_FAILED",
    "JOB_STATE_CANCELLED",
    "JOB_STATE_EXPIRED",
)
MICRO = 1_000
"""Nanoseconds; all that is due is due at a whole microsecond."""
SERVING = ("JOB_STATE_SUCCEEDED", "JOB_STATE_PARTIALLY_SUCCEEDED")
"""The states of a job that has made a Model and an Endpoint."""


_NANOS = 1_000_000_000
_LONGEST = 3e9
"""Seconds, a lifetime: what begins in the years that a clock can be moved to ends before the year 10000."""


def after(moment: int, seconds: float) -> int:
    """Give the moment, in whole microseconds of nanoseconds, some seconds after another."""
    return moment + int(min(seconds, _LONGEST) * _NANOS) // MICRO * MICRO


@dataclass(frozen=True, slots=True)
class Course:
    """One training: when it was asked for, starts and ends, and what it comes to.

    `cancelled` is when it was told to stop, `stops` when it does; both None unless that comes before its end.
    """

    created: int
    started: int
    ends: int
    outcome: str
    cancelled: int | None = None
    stops: int | None = None

    def state(self, now: int) -> str:
        """Give the state of the job."""
        if self.cancelled is not None and self.stops is not None and now >= self.cancelled:
            return "JOB_STATE_CANCELLING" if now < self.stops else "JOB_STATE_CANCELLED"
        if now < self.started:
            return "JOB_STATE_PENDING"
        return "JOB_STATE_RUNNING" if now < self.ends else self.outcome

    @property
    def over(self) -> int:
        """The time from which the state stays."""
        return self.ends if self.stops is None else self.stops

    def shown(self, now: int) -> JsonObject:
        """Give the state and the times that have come."""
        state = self.state(now)
        moments = [self.created, self.started, self.ends if self.cancelled is None else self.cancelled, self.over]
        shown: JsonObject = {"state": state, "createTime": timestamp(self.created)}
        if self.started <= min(now, self.over) and (self.cancelled is None or self.started < self.cancelled):
            shown["startTime"] = timestamp(self.started)
        if state in TERMINAL:
            shown["endTime"] = timestamp(self.over)
        shown["updateTime"] = timestamp(max(moment for moment in moments if moment <= now))
        return shown

    def as_json(self) -> JsonObject:
        """Give the course as it is kept."""
        return asdict(self)

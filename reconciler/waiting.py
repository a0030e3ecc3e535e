"""Waiting for trainings: one look at all of them a tick, however many they are. Never writes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.errors import PermissionDenied, Refused, RemoteError, Unauthenticated
from reconciler.plan.event import Waited
from reconciler.providers.port import Reader
from reconciler.resource.observed import Operation, Progress

FIRST, LONGEST, GROWTH = 1.0, 15.0, 1.5
"""Seconds between looks: short trainings are seen at once, long ones cost four requests a minute."""
PATIENCE = 20
"""Looks in a row that may fail before a wait gives up; the trainings themselves go on."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as a parameter: `now` in seconds, monotonic; `sleep` returns True when the run shall end early."""

    now: Callable[[], float]
    sleep: Callable[[float], bool]


@dataclass(slots=True)
class Vigil:
    """What a wait has to know between two looks."""

    clock: Clock
    deadline: float | None
    started: float
    interval: float = FIRST
    failures: int = 0
    interrupted: bool = False
    timed_out: bool = False
    fatal: str = ""
    pending: dict[str, Operation] = field(default_factory=dict)
    first: dict[str, tuple[float, int]] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether waiting was cut short."""
        return self.interrupted or self.timed_out or bool(self.fatal)

    def remaining(self, model: str, progress: Progress) -> float | None:
        """Estimate the seconds left of a training, from the pace seen since this wait first looked at it."""
        now = self.clock.now()
        start, step = self.first.setdefault(model, (now, progress.step))
        if progress.step <= step or not progress.total:
            return None
        return max(0, progress.total - progress.step) * (now - start) / (progress.step - step)

    def rest(self) -> bool:
        """Sleep until the next look; False when there shall be none."""
        pause = self.interval
        if self.deadline is not None:
            left = self.deadline - self.clock.now()
            if left <= 0:
                self.timed_out = True
                return False
            pause = min(pause, left)
        self.interval = min(self.interval * GROWTH, LONGEST)
        self.interrupted = self.clock.sleep(pause)
        return not self.interrupted


def begin(clock: Clock, timeout: float | None) -> Vigil:
    """Start a wait that lasts at most `timeout` seconds; None waits as long as it takes."""
    now = clock.now()
    return Vigil(clock, None if timeout is None else now + timeout, now)


def look(vigil: Vigil, reader: Reader) -> Iterator[Operation | Waited]:
    """Look at every pending training once; yield each as it is now, then what the look came to.

    A service that does not answer is waited out; one that does not let us in (any more), or does not keep our marks,
    ends the wait.
    """
    trouble = ""
    try:
        seen: Sequence[Operation] = reader.poll(tuple(vigil.pending.values()))
        vigil.failures = 0
    except (Unauthenticated, PermissionDenied, Refused) as error:
        seen, vigil.fatal = (), str(error)
    except RemoteError as error:
        seen, trouble = (), error.message
        vigil.failures += 1
        if vigil.failures >= PATIENCE:
            vigil.fatal = f"{error}; gave up after {vigil.failures} failed looks"
    for operation in seen:
        if operation.done:
            del vigil.pending[operation.model]
        else:
            vigil.pending[operation.model] = operation
        yield operation
    yield Waited(len(vigil.pending), vigil.clock.now() - vigil.started, trouble)

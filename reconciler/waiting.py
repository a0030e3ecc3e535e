"""Waiting for trainings: one look at all of them a tick, however many they are. Never writes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from reconciler.errors import PermissionDenied, Refused, RemoteError, Unauthenticated
from reconciler.plan.change import Change
from reconciler.plan.event import Ended, Event, Finished, Progressed, Report, Result, Waited, end
from reconciler.providers.port import Reader
from reconciler.resource.observed import Operation, Progress, State

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
    """What a wait has to know between two looks.

    `failures` counts the looks in a row that had no answer; `pending` are the trainings by the remote name of their
    model; `first` is when, and at which step, each of them was first looked at.
    """

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
    except Refused as error:
        seen, vigil.fatal = (), f"{error.reason}: {error}"
    except (Unauthenticated, PermissionDenied) as error:
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


def progressed(vigil: Vigil, row: Change, operation: Operation) -> Iterator[Progressed]:
    """Tell how far a training is, against the steps it was planned with; nothing when the service does not show it."""
    progress = operation.observed.progress if operation.observed else None
    if progress is not None:
        total = progress.total or (row.steps.number if row.steps else 0)
        progress = replace(progress, total=total)
        yield Progressed(row.address, row.target, progress, vigil.remaining(operation.model, progress))


def watch(rows: Iterable[Change], reader: Reader, clock: Clock, timeout: float | None) -> Iterator[Event]:
    """Wait for the trainings of these rows and do nothing else; the report is over them alone."""
    awaited = {row.target: row for row in rows}
    vigil = begin(clock, timeout)
    vigil.pending.update({name: Operation(name, done=False, observed=row.observed) for name, row in awaited.items()})
    ended: dict[str, Ended] = {}
    while vigil.pending and not vigil.over and vigil.rest():
        for seen in look(vigil, reader):
            match seen:
                case Waited():
                    yield seen
                case Operation(done=True):
                    ended[seen.model] = _ended(awaited[seen.model], seen)
                    yield ended[seen.model]
                case Operation():
                    yield from progressed(vigil, awaited[seen.model], seen)
    outcomes = tuple(ended.get(name) or end(row, Result.TRAINING) for name, row in awaited.items())
    yield Finished(Report(outcomes, vigil.interrupted, vigil.timed_out, vigil.fatal))


def shortfall(operation: Operation) -> str:
    """Why a training that is over has given no model to use; empty if it has."""
    ready = operation.observed is not None and operation.observed.state is State.READY
    return operation.error or ("" if ready else "its training did not end in a usable model")


def _ended(row: Change, operation: Operation) -> Ended:
    """A training is over: with a usable model, or not."""
    why = shortfall(operation)
    return end(row, Result.FAILED if why else Result.DONE, why or "ready")

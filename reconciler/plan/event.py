"""What apply and wait say while they run, and at their end."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from reconciler.plan.change import TRAININGS, Action, Change
from reconciler.resource.address import Address
from reconciler.resource.observed import Progress


class Result(Enum):
    """How one row ended."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    TRAINING = "training"
    NOT_BEGUN = "not begun"


@dataclass(frozen=True, slots=True)
class Began:
    """A request that writes is about to be sent."""

    address: Address
    action: Action
    target: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A row, or one act of it, has a result; `detail` says why it is not done."""

    address: Address
    action: Action
    target: str
    result: Result
    detail: str = ""

    @property
    def begun(self) -> bool:
        """Whether this run started a training that is not over."""
        return self.result is Result.TRAINING and self.action in TRAININGS


@dataclass(frozen=True, slots=True)
class Progressed:
    """A training moved. `remaining`: estimated seconds until it is over, None if that cannot be told."""

    address: Address
    target: str
    progress: Progress
    remaining: float | None = None


@dataclass(frozen=True, slots=True)
class Waited:
    """One look at all trainings is over: how many still run, after how many seconds of waiting."""

    training: int
    seconds: float
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a run: every row that was not a NOOP, and what cut the run short, if anything did."""

    outcomes: tuple[Ended, ...]
    interrupted: bool = False
    timed_out: bool = False
    fatal: str = ""

    def count(self, result: Result) -> int:
        """How many rows ended so."""
        return Counter(o.result for o in self.outcomes)[result]

    @property
    def exit_code(self) -> int:
        """1 the run failed, 5 partly done, 4 only refusals, 3 still training, 0 done; the first that holds."""
        failed, refused = self.count(Result.FAILED), self.count(Result.REFUSED)
        done = any(o.result is Result.DONE or o.begun for o in self.outcomes)
        unfinished = self.count(Result.TRAINING) + self.count(Result.NOT_BEGUN)
        if self.fatal or (failed and not done):
            return 1
        if done and (failed or refused):
            return 5
        if refused:
            return 4
        return 3 if unfinished or self.interrupted else 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every run."""

    report: Report


def end(row: Change, result: Result, detail: str = "") -> Ended:
    """The result of a row."""
    return Ended(row.address, row.action, row.target, result, detail)


Event: TypeAlias = Began | Ended | Progressed | Waited | Finished

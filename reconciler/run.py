"""One run of a plan: how acts are begun and ended, what is awaited, and what there is to report.

One row's failure does not stop the others; lost credentials do, as every other act would fail too.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from reconciler.errors import ReconcilerError, Refused, Unauthenticated
from reconciler.plan.change import TRAININGS, Action, Change, leaves
from reconciler.plan.event import Began, Ended, Event, Report, Result, end
from reconciler.plan.plan import Plan
from reconciler.providers.port import Provider
from reconciler.resource.address import Address
from reconciler.resource.dataset import ExampleSource
from reconciler.resource.observed import Operation
from reconciler.waiting import Vigil

Key: TypeAlias = tuple[Address, str]
Job: TypeAlias = Callable[[Change], Ended]


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: requests in flight at once; whether, and how many seconds at most, to wait for trainings."""

    parallelism: int = 4
    wait: bool = True
    timeout: float | None = None


@dataclass(slots=True)
class Run:
    """One run in progress.

    `ended` is how each row stands by now; `rows` are the rows awaited, by the remote name of the model that trains;
    `late` are the deletions that wait for every training of the run, `waited` is whether there was any to wait for.
    `children` are the trainings that start from a model that is not READY yet; until they are READY too, nothing of the
    addresses `needed` goes. `announced` are the models that go unless another run objects, and since when.
    """

    plan: Plan
    provider: Provider
    examples: ExampleSource
    options: Options
    vigil: Vigil
    ended: dict[Key, Ended] = field(default_factory=dict)
    rows: dict[str, Change] = field(default_factory=dict)
    late: list[Change] = field(default_factory=list)
    waited: bool = False
    announced: dict[str, float] = field(default_factory=dict)
    children: list[Change] = field(default_factory=list)
    needed: frozenset[Address] = frozenset()

    def batch(self, rows: Sequence[Change], job: Job) -> Iterator[Event]:
        """Do the same for several rows, so many at a time; each is announced once, results come in the plan's order."""
        size = max(1, self.options.parallelism)
        for start in range(0, len(rows), size):
            if self.stopped():
                return
            chunk = rows[start : start + size]
            fresh = [row for row in chunk if row.action is Action.DELETE or _key(row) not in self.ended]
            yield from (Began(row.address, row.action, row.target) for row in fresh)
            for ended in self._results(chunk, job):
                self.ended[_key(ended)] = ended
                yield ended

    def stopped(self) -> bool:
        """Whether no further act may begin."""
        self.vigil.interrupted = self.vigil.interrupted or self.vigil.clock.sleep(0)
        return self.vigil.over

    def expect(self, row: Change, operation: Operation) -> None:
        """Remember a row until its model has stopped training."""
        self.rows[row.target] = row
        self.vigil.pending[row.target] = replace(operation, model=row.target)
        self.ended[_key(row)] = end(row, Result.TRAINING)

    def born(self, arrived: Container[str]) -> list[Change]:
        """The children whose parents have arrived, well or not; no others are to be begun for them."""
        found = [row for row in self.children if row.parent in arrived]
        self.children = [row for row in self.children if row.parent not in arrived]
        return found

    def done(self, row: Change) -> bool:
        """Whether a row ended as it should."""
        ended = self.ended.get(_key(row))
        return ended is not None and ended.result is Result.DONE

    def settled(self) -> bool:
        """Whether all that this run trained or waited for is READY, so that undeclared models may go."""
        awaited = (*TRAININGS, Action.WAIT)
        rows = (row for row in self.plan.changes if row.action in awaited and not leaves(row))
        return all(map(self.done, rows)) and not self.vigil.over and not self.vigil.pending

    def report(self) -> Report:
        """Every row that is not a NOOP, in the order of the plan, and the leftovers that followed from them."""
        planned = {_key(row) for row in self.plan.changes if not row.refused}
        told = [ended for row in self.plan.changes if (ended := self._told(row))]
        told += [ended for key, ended in self.ended.items() if key not in planned]
        return Report(tuple(told), self.vigil.interrupted, self.vigil.timed_out, self.vigil.fatal)

    def _results(self, rows: Sequence[Change], job: Job) -> list[Ended]:
        """Do the job for all rows at once."""
        if len(rows) == 1:
            return [self._attempt(job, rows[0])]
        with ThreadPoolExecutor(len(rows)) as pool:
            return list(pool.map(lambda row: self._attempt(job, row), rows))

    def _attempt(self, job: Job, row: Change) -> Ended:
        """Turn our own errors into the row's result."""
        try:
            return job(row)
        except Refused as error:
            return end(row, Result.REFUSED, f"{error.reason}: {error}")
        except ReconcilerError as error:
            self.stopped()  # a signal also ends the pauses between the tries of a request, which then fails
            if isinstance(error, Unauthenticated):
                self.vigil.fatal = str(error)
            return end(row, Result.FAILED, str(error))

    def _told(self, row: Change) -> Ended | None:
        """How a row of the plan stands at the end; None for a NOOP."""
        if row.refused:
            return Ended(row.address, row.intended, row.target, Result.REFUSED, row.detail)
        if row.action is Action.NOOP:
            return None
        return self.ended.get(_key(row)) or end(row, Result.NOT_BEGUN)


def _key(row: Change | Ended) -> Key:
    """What tells the rows of a run apart."""
    return row.address, row.target

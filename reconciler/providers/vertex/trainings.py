"""Trainings under way: what a look at their jobs says about them.

A training is over when its job says so; what it made is read then, by itself. A job never vanishes, but lists lag: one
that they lack is read by its name, one such job a look.
"""

from collections.abc import Sequence
from dataclasses import replace

from reconciler.providers.vertex import fold
from reconciler.providers.vertex.codec import DEAD, MADE, Job
from reconciler.providers.vertex.history import History, counting
from reconciler.providers.vertex.reference import Reference, parse
from reconciler.providers.vertex.service import Service
from reconciler.resource.observed import Operation, State

VANISHED = "its training succeeded, and nothing of what it made is there any more; plan again"
UNTOLD = "the training failed; the service does not tell why"

LOOKS = 3
"""How often what a job made is looked for before it is believed to be missing: the first look may be too early."""


class Trainings:
    """The trainings that one provider is asked about; may be used from several threads at once."""

    def __init__(self, service: Service, history: History) -> None:
        """Nothing was looked for yet."""
        self._service = service
        self._history = history
        self._looked: dict[str, int] = {}
        self._turn = 0

    def look(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Look at the jobs of all operations: with one list, or one GET where a single one is under way."""
        awaited = [operation for operation in operations if not operation.done]
        jobs = self._jobs(awaited)
        return [
            operation if operation.done else self._progressed(operation, job_of(operation), jobs)
            for operation in operations
        ]

    def arrived(self, operation: Operation, job: Job) -> Operation:
        """The operation as its job tells it."""
        operation = replace(operation, name=job.name)
        if job.state in DEAD:
            found = fold.join(job, None, None)
            failed = replace(found, name=operation.model) if found else None
            return replace(operation, done=True, observed=failed, error=job.error or UNTOLD)
        found = self._service.joined(job)
        if found is not None and found.name != operation.model:
            found = replace(found, name=operation.model, twin=True)
        if job.state not in MADE:
            return replace(operation, observed=found)
        if found is not None and found.state is State.READY:
            return replace(operation, done=True, observed=found)
        looked = self._looked[job.name] = self._looked.get(job.name, 0) + 1
        if looked < LOOKS:
            return operation
        self._history.looked(job, found)
        error = found.trouble if found else VANISHED
        return replace(operation, done=True, observed=found, error=error)

    def _progressed(self, operation: Operation, job: Reference | None, jobs: dict[str, Job]) -> Operation:
        """The operation after this look; unchanged if its job was not seen."""
        found = (
            jobs.get(job.id)
            if job
            else counting(job for job in jobs.values() if job.identity == operation.model and fold.fits(job))
        )
        return self.arrived(operation, found) if found else operation

    def _jobs(self, awaited: Sequence[Operation]) -> dict[str, Job]:
        """The jobs of these operations, by the last part of their names, as far as they show."""
        known = [job for operation in awaited if (job := job_of(operation))]
        if not awaited:
            return {}
        if len(known) == len(awaited) == 1:
            found = self._service.job(known[0])
            return {found.reference.id: found} if found else {}
        single = awaited[0].model if len(awaited) == 1 else ""
        jobs = {job.reference.id: job for job in self._service.jobs(single)}
        absent = [job for job in known if job.id not in jobs]
        self._turn += 1
        if absent and (found := self._service.job(absent[self._turn % len(absent)])):
            jobs[found.reference.id] = found
        return jobs


def job_of(operation: Operation) -> Reference | None:
    """The job of an operation, from wherever it is known."""
    told = operation.observed.resources.get("job", "") if operation.observed else ""
    return next(
        (found for name in (operation.name, told, operation.model) if (found := parse(name, "tuningJobs"))), None
    )

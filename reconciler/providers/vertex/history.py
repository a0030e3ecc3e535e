"""What one provider has learned of the jobs: which there are by an id, and which have left nothing behind.

A job stays in the list for ever. One that failed, or whose Model and Endpoint were looked for and are gone, is spent:
the next training under its id is a new one. Whoever has not looked may not think so, since lists lag.
"""

from collections import defaultdict
from collections.abc import Iterable

from reconciler.providers.vertex.codec import DEAD, MADE, Job
from reconciler.providers.vertex.reference import Reference
from reconciler.providers.vertex.rules import NAMING
from reconciler.resource.observed import Observed

FEW = 3
"""Jobs of an address that are looked at once more before it is trained."""


def counting(jobs: Iterable[Job]) -> Job | None:
    """Of jobs with one id the one that counts: the oldest that did not fail, else the newest."""
    ordered = sorted(jobs, key=lambda job: (job.created.removesuffix("Z"), job.name))
    return next((job for job in ordered if job.state not in DEAD), ordered[-1] if ordered else None)


class History:
    """Grows while the provider lives; may be used from several threads at once."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._spent: set[str] = set()
        self._unseen: list[tuple[str, Reference]] = []
        self._known: dict[str, dict[str, Reference]] = defaultdict(dict)

    def seen(self, jobs: Iterable[Job]) -> None:
        """Remember what a look at everything has shown; jobs that failed are spent."""
        for job in jobs:
            self.begun(job)
            if job.state in DEAD:
                self._spent.add(job.reference.id)

    def begun(self, job: Job) -> None:
        """Remember a job by its id."""
        self._known[job.identity][job.reference.id] = job.reference

    def looked(self, job: Job, found: Observed | None) -> None:
        """Remember what came of a look at all that a job made; what one job has lost, it never gets back."""
        if job.state in MADE and found is None:
            self._spent.add(job.reference.id)

    def knows(self, identity: str, job: Reference) -> bool:
        """Whether a job has shown, or was begun, by this id."""
        return job.id in self._known.get(identity, {})

    def missing(self, identity: str, listed: Iterable[Job]) -> list[Reference]:
        """The jobs known by an id that a list lacks."""
        present = {job.reference.id for job in listed}
        return [known for number, known in self._known.get(identity, {}).items() if number not in present]

    def siblings(self, identity: str) -> list[Reference]:
        """The last jobs that succeeded for the same address under other ids, and of which no list showed anything."""
        stem = NAMING.stem_of(identity)
        return [job for other, job in self._unseen if stem and other != identity and NAMING.stem_of(other) == stem][
            -FEW:
        ]

    def unseen(self, jobs: Iterable[Job]) -> None:
        """Remember jobs that succeeded, oldest first, of which the lists show neither Model nor Endpoint."""
        self._unseen = [(job.identity, job.reference) for job in jobs]

    def spent(self, job: Reference) -> bool:
        """Whether a job has left nothing behind."""
        return job.id in self._spent

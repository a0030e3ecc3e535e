"""Beginning a training once, whatever happens: the service knows no id of ours that it could refuse a second time.

| the claim                         | a live job with the id | then                                             |
|-----------------------------------|------------------------|--------------------------------------------------|
| is ours now                       | listed                 | it is the one                                    |
| is ours now                       | none                   | begin it, and write its name into the claim, if  |
|                                   |                        | lists show what other claims of the address name |
| names a live job                  | -                      | it is the one                                    |
| names a spent job, or is too old  | listed                 | it is the one                                    |
| names a spent job, or is too old  | none                   | take the claim over, if nobody else does         |
| names one that has just ended     | none                   | refused (UNCERTAIN): what it made may yet show   |
| is young and names none           | listed                 | it is the one                                    |
| is young and names none           | none                   | look again for a minute, then refused (UNCERTAIN)|

The request that begins a training is repeated only where the service surely did not do it. When its answer is lost the
job is looked for, for a minute; one that does not show may still have been begun, so the claim stays, and so does the
doubt, until the grace is over.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NoReturn

from reconciler.errors import ReconcilerError, Refused, RemoteError, Unreachable, Unsent
from reconciler.providers.retry import Repeat
from reconciler.providers.vertex import fold
from reconciler.providers.vertex.claims import Claim, Claims, time_of
from reconciler.providers.vertex.codec import DEAD, Job, decode_job
from reconciler.providers.vertex.history import History, counting
from reconciler.providers.vertex.labels import decode
from reconciler.providers.vertex.service import Service
from reconciler.resource.observed import Mark, Ownership
from reconciler.resource.reason import Reason

LOG = logging.getLogger("reconciler.vertex")

LOOKS_AFTER = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds of waiting before each further look: a minute in all."""


class Creation:
    """Begins trainings, or finds those that were begun."""

    def __init__(self, service: Service, claims: Claims, history: History) -> None:
        """`history` tells which jobs do not count any more."""
        self._service = service
        self._claims = claims
        self._history = history

    def begin(self, identity: str, ownership: Ownership, body: Mapping[str, Any]) -> Job:
        """The one job under this id: begun now, or before by us, a killed run, or one that races with us."""
        place = self._claims.place(ownership, identity)
        held: Claim | None = None
        for wait in (0.0, *LOOKS_AFTER):
            self._pause(wait, identity)
            started = self._service.http.clock()
            claim, held = (None, self._claims.held(place)) if held else self._claims.take(place)
            job = self._standing(held, identity)
            if job is None and held and self._free(held):
                claim, held = self._claims.take(place, held.generation)
            if claim and job is None:
                job = self._overlooked(claim, identity) or self._post(claim, identity, body, started)
            if job:
                if claim:
                    self._record(claim, job)
                self._check(job, ownership)
                return job
        when = held.free if held else "once more"
        if held and held.job:
            why = f"the training of {identity} has just ended, and nothing of what it made shows"
            minutes = self._claims.grace / 60
            raise Refused(Reason.UNCERTAIN, why, f"apply again: it is begun anew {minutes:.0f} minutes after that end")
        raise Refused(
            Reason.UNCERTAIN,
            f"another run has announced the training of {identity}, and has not said what came of it",
            f"apply again at {when}: if that run was killed, this training is begun then",
        )

    def _standing(self, held: Claim | None, identity: str) -> Job | None:
        """The job that somebody else's claim names, if it counts; else one that is listed."""
        if held and held.job and not self._history.spent(held.job):
            job = self._service.job(held.job)
            if job and job.identity == identity and fold.fits(job):
                return job
        return self._listed(identity) if held else None

    def _free(self, held: Claim) -> bool:
        """Whether a claim may be taken over: its run is taken for dead, or its job has left nothing behind."""
        if held.job is None or not self._history.spent(held.job):
            return held.age >= self._claims.grace
        job = self._service.job(held.job)
        if job is None or job.state in DEAD:
            return True
        # What a job has just made may not show yet.
        ended = time_of(job.ended)
        return ended is not None and held.now - ended.timestamp() >= self._claims.grace

    def _listed(self, identity: str) -> Job | None:
        """The job with this id that counts; spent ones do not."""
        jobs = [
            job for job in self._service.jobs(identity) if fold.fits(job) and not self._history.spent(job.reference)
        ]
        return counting(jobs)

    def _overlooked(self, claim: Claim, identity: str) -> Job | None:
        """A job that is there before we begin one; if that cannot be told, the claim is free again."""
        try:
            found = self._listed(identity)
            if found is None:
                self._check_others(claim)
        except ReconcilerError:
            self._release(claim)
            raise
        return found

    def _check_others(self, claim: Claim) -> None:
        """Raise Refused if the address has a training that the plan cannot know of, because no list has shown it yet.

        Claims lie in Cloud Storage, whose lists never lag.
        """
        for identity, reference in self._claims.others(claim):
            if not self._history.knows(identity, reference) and self._service.job(reference):
                why = f"{identity} was begun for the same model, and the service's lists do not show it yet"
                raise Refused(Reason.UNCERTAIN, why, "apply again in a minute")

    def _post(self, claim: Claim, identity: str, body: Mapping[str, Any], started: float) -> Job:
        """Begin the training. What the service refuses was not begun: the claim is free again."""
        if 0 < self._claims.grace / 2 < self._service.http.clock() - started:
            self._release(claim)
            raise Refused(Reason.UNCERTAIN, f"{identity} took too long to be announced", "apply again")
        try:
            path = f"{self._service.root}/tuningJobs"
            return decode_job(self._service.http.send("POST", path, None, body, Repeat.REFUSED))
        except RemoteError as error:
            if not _certain(error):
                return self._look(claim, identity, error)
            self._release(claim)
            raise

    def _look(self, claim: Claim, identity: str, lost: RemoteError) -> Job:
        """Look for a job whose answer was lost."""
        for wait in LOOKS_AFTER:
            self._pause(wait, identity)
            try:
                found = self._listed(identity)
            except Unreachable as error:
                LOG.warning("%s is looked for: %s", identity, error.message)
                continue
            if found:
                return found
        raise Refused(
            Reason.UNCERTAIN,
            f"it is not known whether the training of {identity} was begun: {lost.message}",
            f"apply again: it is adopted once it shows, and begun anew from {claim.free} on",
        ) from lost

    def _pause(self, seconds: float, identity: str) -> None:
        """Wait; raise RemoteError if the run shall end."""
        if seconds and self._service.http.sleep(seconds):
            raise RemoteError(f"the run was ended before it was certain that {identity} trains", "apply again")

    def _record(self, claim: Claim, job: Job) -> None:
        """Write the job into the claim; without that the next run finds it by its labels."""
        try:
            kept = self._claims.record(claim, job.name)
        except RemoteError as error:
            LOG.warning("%s: the claim does not name its job: %s", job.identity, error.message)
        else:
            if not kept:
                LOG.warning("%s: another run has taken the claim over", job.identity)

    def _release(self, claim: Claim) -> None:
        """Take the claim back; if that fails it frees itself when the grace is over."""
        try:
            self._claims.release(claim)
        except RemoteError as error:
            LOG.warning("%s stays until it is free at %s: %s", claim.place, claim.free, error.message)

    def _check(self, job: Job, ownership: Ownership) -> None:
        """Let pass a job that was begun for the same address of the same owner."""
        mark, theirs = decode(job.labels, job.identity)
        if mark is Mark.VALID and theirs and (theirs.owner, theirs.name) == (ownership.owner, ownership.name):
            return
        _refuse(job)


def _certain(error: RemoteError) -> bool:
    """Whether a failure says that nothing was begun."""
    if isinstance(error, Unsent):
        return True
    refused = HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return refused and error.status != HTTPStatus.REQUEST_TIMEOUT


def _refuse(job: Job) -> NoReturn:
    """Somebody else's job has our id."""
    raise Refused(
        Reason.FOREIGN_OWNER,
        f"{job.name} has the id {job.identity} and the mark of another address",
        "look at it in the console, and train under another id: --new-attempt",
    )

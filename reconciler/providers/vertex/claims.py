"""Claims: how a training is announced before it is begun, since the service takes no id from us.

A claim is an object whose name is the id of the model. It is written on the condition that there is none, so one of
several runs gets it, and begins the training; then it writes the name of the job into it. A claim without a job belongs
to a run that is at it, or was killed: when it is older than the grace, by the service's clock, another run may take it
over, on the condition that nobody else did.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, datetime, timedelta

from reconciler.providers.storage.codec import Blob, Place
from reconciler.providers.storage.objects import ABSENT, Objects
from reconciler.providers.vertex.reference import Reference, parse
from reconciler.resource.observed import Ownership

GRACE = 600.0
"""Seconds after which a run that has not said what it began is taken for dead; no request lasts half as long."""

_KIND = "application/json"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as it was read or written.

    `run` tells who wrote it, `age` is in seconds, and `free` when it may be taken over if it has no job by then. `now`
    is the service's time (Unix seconds) when it was read, 0 where it does not tell.
    """

    place: Place
    generation: str
    run: str
    job: Reference | None
    age: float
    free: str
    now: float = 0.0


class Claims:
    """The claims in one staging bucket."""

    def __init__(self, objects: Objects, folder: Place, grace: float = GRACE) -> None:
        """`folder` is what the names of one project's and location's claims begin with; `grace` is in seconds."""
        self._objects = objects
        self._folder = folder
        self.grace = grace

    def place(self, ownership: Ownership, identity: str) -> Place:
        """Where the claim of a model lies."""
        name = f"{self._folder.name}{ownership.owner}/{ownership.name}/{identity}"
        return replace(self._folder, name=name)

    def take(self, place: Place, generation: str = ABSENT) -> tuple[Claim | None, Claim | None]:
        """Write a claim where there is none, or over this generation of one; give it, or else the one in the way.

        After an answer that was lost we may find our own claim to be in the way: what it says of its run tells.
        """
        run = secrets.token_hex(8)
        blob = self._write(place, generation, run, "")
        if blob is not None:
            return self._claim(place, blob, 0.0), None
        held = self.held(place)
        return (held, None) if held and held.run == run else (None, held)

    def held(self, place: Place) -> Claim | None:
        """Read a claim; None if there is none."""
        found = self._objects.find(place)
        return self._claim(place, *found) if found else None

    def others(self, claim: Claim) -> Iterator[tuple[str, Reference]]:
        """The trainings that were begun for the same address under other ids, as far as anything of them is left."""
        folder = replace(claim.place, name=f"{claim.place.name.rpartition('/')[0]}/")
        for place, blob in self._objects.below(folder):
            job = parse(blob.metadata.get("job", ""), "tuningJobs")
            if job and place != claim.place:
                yield place.name.removeprefix(folder.name), job

    def record(self, claim: Claim, job: str) -> bool:
        """Write into our claim which job it came to; False if it is not ours any more."""
        if self._write(claim.place, claim.generation, claim.run, job) is not None:
            return True
        held = self.held(claim.place)  # where our answer was lost, what is in the way is what we wrote
        return held is not None and held.run == claim.run

    def release(self, claim: Claim) -> None:
        """Take our claim away: nothing was begun, or nothing is left of it."""
        self._objects.delete(claim.place, claim.generation)

    def _write(self, place: Place, generation: str, run: str, job: str) -> Blob | None:
        said = {"run": run, "job": job}
        return self._objects.write(place, json.dumps(said).encode(), generation, said, kind=_KIND)

    def _claim(self, place: Place, blob: Blob, now: float) -> Claim:
        """A claim out of the metadata of its object. Without the service's time it stays young."""
        written = time_of(blob.updated)
        free = f"{written + timedelta(seconds=self.grace):%H:%M:%S} UTC" if written else "a later time"
        age = max(0.0, now - written.timestamp()) if written and now else 0.0
        job = parse(blob.metadata.get("job", ""), "tuningJobs")
        return Claim(place, blob.generation, blob.metadata.get("run", ""), job, age, free, now)


def time_of(text: str) -> datetime | None:
    """Read a timestamp; None for what is none, or so late that nothing comes after it."""
    try:
        time = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time if time.year < MAXYEAR else None

"""From the list of jobs, which is a log that nothing leaves, to the models there are. Pure.

| job                      | Model, and an Endpoint that has it deployed | is                                |
|--------------------------|---------------------------------------------|-----------------------------------|
| waits, runs, is cancelled| -                                           | TRAINING                          |
| failed, cancelled, expired| neither                                    | FAILED: a record, nothing to erase|
| failed, cancelled, expired| one of them                                | UNKNOWN, with its trouble         |
| succeeded                | both                                        | READY                             |
| succeeded                | one of them                                 | UNKNOWN, with its trouble         |
| succeeded                | neither                                     | history: not a model any more     |
| in any other state       | -                                           | UNKNOWN                           |

Of several jobs with one id the oldest that did not fail counts; others that live are its twins. Where all have failed
the newest counts, and only while no younger model of the address is READY.
The mark is read from the Model, where it can be changed, once there is one; it is void unless it fits the job, whose
display name is the id and cannot be changed. What a model was made from is read from the job alone.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from reconciler.providers.naming import ID_PATTERN
from reconciler.providers.vertex.bodies import LABELS
from reconciler.providers.vertex.codec import DEAD, MADE, WORKING, Job
from reconciler.providers.vertex.labels import decode, ours, theirs
from reconciler.providers.vertex.reference import Reference
from reconciler.providers.vertex.serving import Endpoint, Model
from reconciler.resource.observed import Mark, Observed, Ownership, Snapshot, State
from reconciler.resource.rules import Value

NO_ENDPOINT = "its Model is there, its Endpoint is gone"
NO_MODEL = "its Endpoint is there, its Model is gone"
NOT_DEPLOYED = "its Model is not deployed on its Endpoint"
NO_TRAFFIC = "its Endpoint sends all requests to other Models"
NOTHING_NAMED = "its training succeeded, and the service names no Model that it made"
LEFT_BEHIND = "its training did not succeed, and has left a Model behind"

SERVICES = re.compile(r"tune-type$|google-vertex-")
"""Labels that the service gives every model that it tunes."""

Kind = TypeVar("Kind")
Models = Mapping[str, Model]
Endpoints = Mapping[str, Endpoint]
"""By `Reference.path`, Models with their version."""


def fits(job: Job) -> bool:
    """Whether a job is what its labels say it is: an id of our shape, and the display name it was given for that."""
    return job.title == job.identity and re.fullmatch(ID_PATTERN, job.identity) is not None


def join(job: Job, model: Model | None, endpoint: Endpoint | None) -> Observed | None:
    """One job with what there is of what it made; None for history."""
    state, trouble = _state(job, model, endpoint)
    if state is None:
        return None
    if job.problems or (model and model.problems) or (endpoint and endpoint.problems):
        state, trouble = State.UNKNOWN, ""
    labels = model.labels if model else job.labels
    mark, ownership = decode(labels, job.identity)
    if mark is Mark.VALID and not fits(job):
        mark = Mark.VOID
    if model and mark is Mark.VALID and ownership:
        ownership = _recorded(ownership, job)
    if ownership and trouble == NO_MODEL:
        ownership = replace(ownership, keep=False)  # an empty Endpoint is nothing to keep, and carries no mark to lose
    return Observed(
        job.identity if fits(job) else job.name,
        state,
        {**job.fields, **(model.fields if model else {}), **label_fields(labels)},
        mark,
        ownership,
        carrier=carrier(labels),
        created=job.created,
        updated=(model.updated if model else "") or job.updated,
        completed=job.ended,
        resources=job.resources,
        trouble=trouble,
        erasable=state is not State.FAILED and trouble != NOTHING_NAMED,
        data=job.data,
    )


def one_sided(jobs: Iterable[Job], models: Models, endpoints: Endpoints) -> Iterator[Reference]:
    """What has to be looked for by itself: lists show the one thing that a job made, and not the other."""
    for job in jobs:
        if job.model and job.endpoint:
            seen = job.model.path in models, job.endpoint.path in endpoints
            if seen == (True, False):
                yield job.endpoint
            elif seen == (False, True):
                yield job.model


def hidden(jobs: Iterable[Job], models: Models, endpoints: Endpoints) -> list[Job]:
    """Jobs that succeeded, oldest first, of which lists show nothing: history, or without any label."""
    found = [
        job
        for job in jobs
        if job.state in MADE and fits(job) and not _of(job.model, models) and not _of(job.endpoint, endpoints)
    ]
    return sorted(found, key=lambda job: job.created.removesuffix("Z"))


def fold(jobs: Iterable[Job], models: Models, endpoints: Endpoints, strays: Iterable[Observed] = ()) -> Snapshot:
    """The models that these jobs have come to, and those that none of them has made."""
    by_id: dict[str, list[Observed]] = defaultdict(list)
    rest: list[Observed] = []
    for job in jobs:
        found = join(job, _of(job.model, models), _of(job.endpoint, endpoints))
        if found and fits(job):
            by_id[job.identity].append(found)
        elif found and found.state is not State.FAILED:
            rest.append(found)
    chosen = [*(each for group in by_id.values() for each in choose(group)), *strays]
    return (*_without_outdated(chosen), *rest)


def choose(group: Iterable[Observed]) -> Iterator[Observed]:
    """Of several models with one id: the oldest that did not fail, then its twins; else the newest failure."""
    ordered = sorted(group, key=age)
    alive = [each for each in ordered if each.state is not State.FAILED]
    if not alive:
        yield from ordered[-1:]
    for number, each in enumerate(alive):
        yield replace(each, name=each.resources["job"], twin=True) if number else each


def age(observed: Observed) -> tuple[str, str]:
    """Sorting key among models of one id, which have the same name."""
    return observed.born[0], observed.resources.get("job", "")


def carrier(labels: Mapping[str, str]) -> str:
    """The labels that are the mark, as one text."""
    return json.dumps(ours(labels), sort_keys=True)


def _recorded(ownership: Ownership, job: Job) -> Ownership:
    """The ownership that a Model carries, with what its job tells of its making, which nobody can change.

    What a person asserted of its data stands on the Model alone.
    """
    _, made = decode(job.labels, job.identity)
    if made is None:
        return ownership
    digest = ownership.digest if ownership.asserted else made.digest
    return replace(ownership, digest=digest, base=made.base, declared=made.declared, validation=made.validation)


def _state(job: Job, model: Model | None, endpoint: Endpoint | None) -> tuple[State | None, str]:
    """The state by the table, and the trouble with a model that does not serve; None for history."""
    if job.state in MADE and not job.problems:
        return _made(job, model, endpoint)
    if job.state in WORKING:
        return State.TRAINING, ""
    if job.state not in DEAD:
        return State.UNKNOWN, ""
    left = model or (endpoint and endpoint.serves(job.model))
    return (State.UNKNOWN, LEFT_BEHIND) if left else (State.FAILED, "")


def _made(job: Job, model: Model | None, endpoint: Endpoint | None) -> tuple[State | None, str]:
    """The same of a job that succeeded."""
    if not job.model:
        return State.UNKNOWN, NOTHING_NAMED
    if model and endpoint:
        if endpoint.answers(job.model):
            return State.READY, ""
        return State.UNKNOWN, NO_TRAFFIC if endpoint.serves(job.model) else _undeployed(job, model)
    if model:
        elsewhere = _elsewhere(job, model)
        told = f"; it is deployed on {elsewhere}, where it can be asked, and which is not looked after here"
        return State.UNKNOWN, NO_ENDPOINT + (told if elsewhere else "")
    # An Endpoint that serves others alone is theirs by now.
    left = endpoint is not None and (not endpoint.deployed or endpoint.serves(job.model))
    return (State.UNKNOWN, NO_MODEL) if left else (None, "")


def _undeployed(job: Job, model: Model) -> str:
    """The trouble with a Model whose Endpoint is there without it."""
    if elsewhere := _elsewhere(job, model):
        return f"{NOT_DEPLOYED}, but on {elsewhere}; deploy it on {job.resources['endpoint']} again"
    return NOT_DEPLOYED


def _elsewhere(job: Job, model: Model) -> str:
    """The Endpoints on which somebody else has deployed a Model."""
    return ", ".join(sorted(name for reference, name in model.deployments if reference not in job.endpoints))


def _without_outdated(snapshot: list[Observed]) -> Iterator[Observed]:
    """Leave out failures that a younger READY model of the address has made up for."""
    latest: dict[tuple[str, str], str] = {}
    for each in snapshot:
        if each.state is State.READY and each.ownership:
            address = each.ownership.owner, each.ownership.name
            latest[address] = max(latest.get(address, ""), each.born[0])
    for each in snapshot:
        address = (each.ownership.owner, each.ownership.name) if each.ownership else ("", "")
        if each.state is not State.FAILED or each.born[0] >= latest.get(address, ""):
            yield each


def _of(reference: Reference | None, found: Mapping[str, Kind]) -> Kind | None:
    return found.get(reference.path) if reference else None


def label_fields(labels: Mapping[str, str]) -> dict[str, Value]:
    """Labels that are people's, by our paths: neither the mark nor what the service writes itself."""
    return {f"{LABELS}{key}": value for key, value in theirs(labels).items() if not SERVICES.match(key)}

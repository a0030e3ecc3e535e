"""Models as the registry has them: those that we did not make, and ours after a change. Pure.

A Model that somebody else made is ours once a person said so: it then carries our mark, with an id that is made from
its own name, so that labels copied to another Model do not fit that one. It has no computed id, and is called by its
name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.providers.vertex.bodies import LABELS
from reconciler.providers.vertex.codec import WORKING, Job
from reconciler.providers.vertex.fold import NO_ENDPOINT, NOT_DEPLOYED, carrier, label_fields
from reconciler.providers.vertex.labels import ID, JOB, decode, imported
from reconciler.providers.vertex.reference import Reference
from reconciler.providers.vertex.serving import Endpoint, Model
from reconciler.resource.observed import Mark, Observed, State


def remodelled(observed: Observed, model: Model, identity: str) -> Observed:
    """A model as it is after a change of its Model."""
    mark, ownership = decode(model.labels, identity)
    kept = {path: value for path, value in observed.fields.items() if not path.startswith(LABELS)}
    return replace(
        observed,
        fields={**kept, **model.fields, **label_fields(model.labels)},
        mark=mark,
        ownership=ownership,
        carrier=carrier(model.labels),
        updated=model.updated,
        adopted=mark is Mark.VALID and identity == identity_of(model.reference),
    )


def foreign(name: str, model: Model, job: Job | None, endpoint: Endpoint | None) -> Observed:
    """A Model that we did not make, with the job that made it, if that is known; ours if a person said so."""
    mark, ownership = decode(model.labels, identity_of(model.reference))
    where = served_at(model, job)
    asked = next((name for reference, name in model.deployments if reference == where), "")
    deployed = endpoint.serves(model.reference) if endpoint else bool(asked)
    trouble = "" if deployed else NOT_DEPLOYED if endpoint else NO_ENDPOINT
    version = f"@{model.reference.version}" if model.reference.version else ""
    resources = {"model": f"{model.name}{version}", **(job.resources if job else {})}
    if asked:
        resources["endpoint"] = asked
    return Observed(
        name,
        State.UNKNOWN if model.problems or trouble else State.READY,
        {**(job.fields if job else {}), **model.fields, **label_fields(model.labels)},
        mark,
        ownership,
        carrier=carrier(model.labels),
        created=job.created if job else model.created,
        updated=model.updated,
        completed=job.ended if job else "",
        resources=resources,
        trouble="" if model.problems else trouble,
        adopted=mark is Mark.VALID,
        data=job.data if job else "",
    )


def served_at(model: Model, job: Job | None) -> Reference | None:
    """The Endpoint through which a Model that we did not make is asked: its training's, if it is deployed there.

    Else it is any other one; those of earlier checkpoints serve another state of it.
    """
    deployed = [reference for reference, _ in model.deployments]
    made = job.endpoint if job else None
    if made in deployed:
        return made
    return next((each for each in deployed if job is None or each not in job.endpoints), made)


def identity_of(model: Reference) -> str:
    """What stands for the computed id of a Model that we did not make."""
    return imported(f"{model.location}/{model.id}")


def strays(models: Iterable[Model], jobs: Iterable[Job]) -> Iterator[Model]:
    """Models with an id of ours that no job of ours has made: adopted ones, and those that copied their labels.

    A job that still worked when it was listed may have come to its Model before those were.
    """
    jobs = list(jobs)
    made = {job.model.whole for job in jobs if job.model}
    ends = {job.identity for job in jobs if job.state in WORKING}
    for model in models:
        if ID in model.labels and model.reference.whole not in made and model.labels[ID] not in ends:
            yield model


def maker(model: Model) -> str:
    """The id of the job that made an adopted Model, as its labels have it."""
    return model.labels.get(JOB, "")


def made_by(job: Job, model: Model) -> bool:
    """Whether a job made this version of a Model."""
    return job.model is not None and job.model.covers(model.reference)

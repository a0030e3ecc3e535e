"""Looking at what exists: everything, or single models by whatever name they have.

Everything is three lists, of jobs, Models and Endpoints, and a GET for each thing of which the lists show only the
other half. A single model is read without trusting the lists: its job is read by name if that is known, and then what
that made.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reconciler.providers.naming import ID_PATTERN
from reconciler.providers.vertex import fold, registry
from reconciler.providers.vertex.codec import MADE, Job
from reconciler.providers.vertex.history import History
from reconciler.providers.vertex.labels import ID
from reconciler.providers.vertex.reference import Reference, parse
from reconciler.providers.vertex.service import Service
from reconciler.providers.vertex.serving import Endpoint, Model
from reconciler.resource.observed import Observed, Snapshot

FEW = 3
"""Models up to which one list each is less than the list of all."""

_SHORT = re.compile(r"(?:(tuningJobs|models)/)?([0-9]{1,128}(?:@[A-Za-z0-9-]{1,63})?)")
"""What a console shows of a resource name: its number, or that and what it is."""


class Observation:
    """What one provider sees; may be used from several threads at once."""

    def __init__(self, service: Service, history: History) -> None:
        """`history` learns from every look."""
        self._service = service
        self._history = history

    def everything(self) -> Snapshot:
        """Everything of ours, and what looks as if it were."""
        jobs = self._service.jobs()
        models, endpoints = self._service.models(), self._service.endpoints()
        return self._folded(jobs, models, endpoints)

    def survey(self) -> Snapshot:
        """The same, and all that the jobs of others have made, by the names of their Models.

        A Model goes by its name alone at the version that lists show, which is its default one.
        """
        jobs = list(self._service.all_jobs())
        models, endpoints = self._service.all_models(), self._service.all_endpoints()
        shown = set(models)
        ours = self._folded([job for job in jobs if job.identity], models, endpoints)
        others = [job for job in jobs if not job.identity]
        self._complete(others, models, endpoints)
        found: dict[str, Observed] = {}
        for job in others:
            model = models.get(job.model.path) if job.model else None
            if model and ID not in model.labels:
                reference = model.reference.whole if model.reference.path in shown else model.reference
                where = registry.served_at(model, job)
                endpoint = endpoints.get(where.path) if where else None
                found[reference.path] = registry.foreign(self._name(reference), model, job, endpoint)
        return (*ours, *found.values())

    def _complete(self, jobs: Iterable[Job], models: dict[str, Model], endpoints: dict[str, Endpoint]) -> None:
        """Look for what lists do not show of these jobs, where they show the other half."""
        for reference in list(fold.one_sided(jobs, models, endpoints)):
            if reference.collection == "models" and (model := self._service.model(reference)):
                models[reference.path] = model
            elif reference.collection == "endpoints" and (endpoint := self._service.endpoint(reference)):
                endpoints[reference.path] = endpoint

    def _folded(self, jobs: list[Job], models: dict[str, Model], endpoints: dict[str, Endpoint]) -> Snapshot:
        """What these jobs of ours have come to, and the Models that none of them has made."""
        self._complete(jobs, models, endpoints)
        self._history.seen(jobs)
        self._history.unseen(fold.hidden(jobs, models, endpoints))
        strays = [self._stray(model) for model in registry.strays(models.values(), jobs)]
        return fold.fold(jobs, models, endpoints, strays)

    def these(self, names: Sequence[str]) -> Snapshot:
        """These models, now: by id, by job (a twin), by Model (one that we did not make), or as people call those."""
        ids = [name for name in names if re.fullmatch(ID_PATTERN, name)]
        many = len(ids) > FEW
        jobs = self._service.jobs() if many else []
        found: list[Observed] = []
        for name in names:
            if name in ids:
                listed = jobs if many else self._service.jobs(name)
                found += self._by_id(name, [job for job in listed if job.identity == name])
            elif job := parse(name, "tuningJobs"):
                found += self._by_job(name, job)
            elif model := parse(name, "models"):
                found += self._by_model(name, model)
            elif short := _SHORT.fullmatch(name):
                found += self._by_number(short[1], short[2])
        return tuple(found)

    def _by_number(self, collection: str | None, number: str) -> list[Observed]:
        """What a person means: the Model with this number, else the one that the job with this number made."""
        found: list[Observed] = []
        if collection != "tuningJobs" and (model := parse(f"{self._service.parent}/models/{number}", "models")):
            found += self._by_model(self._name(model), model)
        if found or collection == "models":
            return found
        reference = parse(f"{self._service.parent}/tuningJobs/{number}", "tuningJobs")
        job = self._service.job(reference) if reference else None
        if job and fold.fits(job):
            found += self._by_id(job.identity, [job])
        elif job and job.model:
            found += self._by_model(self._name(job.model), job.model)
        return found

    def _by_id(self, identity: str, listed: list[Job]) -> Iterator[Observed]:
        """The model that counts under an id; where there is none, what else the address may have."""
        known = (self._service.job(reference) for reference in self._history.missing(identity, listed))
        jobs = [job for job in (*listed, *known) if job and fold.fits(job)]
        self._history.seen(jobs)
        group = [found for job in jobs if (found := self._joined(job))]
        yield from list(fold.choose(group))[:1]
        if not group:
            yield from self._hidden(identity)

    def _hidden(self, identity: str) -> Iterator[Observed]:
        """Other models of the address that no list shows, because somebody wiped all their labels."""
        for job in map(self._service.job, self._history.siblings(identity)):
            if job and (found := self._joined(job)):
                yield found

    def _by_job(self, name: str, reference: Reference) -> Iterator[Observed]:
        """The model that one job made, by the name of the job: it is not the one that counts under its id.

        What a job without an id of ours made is known by its Model.
        """
        job = self._service.job(reference)
        if job and job.model and not job.identity:
            yield from self._by_model(self._name(job.model), job.model)
        elif job and (found := self._joined(job)):
            yield replace(found, name=name, twin=fold.fits(job))

    def _by_model(self, name: str, reference: Reference) -> Iterator[Observed]:
        """A Model by its name; if a job of ours made it, it is ours, and has its id."""
        model = self._service.model(reference)
        if model is None:
            return
        job = self._maker(model)
        if job and fold.fits(job):
            yield from self._by_id(job.identity, [job])
            return
        where = registry.served_at(model, job)
        yield registry.foreign(name, model, job, self._service.endpoint(where) if where else None)

    def _stray(self, model: Model) -> Observed:
        """A Model with an id of ours that no listed job has made."""
        return registry.foreign(self._name(model.reference.whole), model, self._told(model), None)

    def _name(self, reference: Reference) -> str:
        """The name of a resource, by our project."""
        return f"{self._service.parent}/{reference.path}"

    def _maker(self, model: Model) -> Job | None:
        """The job that made a Model: named in its labels if it was adopted, else found by a walk over all jobs."""
        if told := self._told(model):
            return told
        if identity := model.labels.get(ID, ""):
            listed = self._service.jobs(identity)
            if found := next((job for job in listed if registry.made_by(job, model)), None):
                return found
        return next((job for job in self._service.all_jobs() if registry.made_by(job, model)), None)

    def _told(self, model: Model) -> Job | None:
        """The job that the labels of an adopted Model name, if it did make that."""
        maker = registry.maker(model)
        job = self._service.job(Reference(self._service.location, "tuningJobs", maker)) if maker.isalnum() else None
        return job if job and registry.made_by(job, model) else None

    def _joined(self, job: Job) -> Observed | None:
        """One job with what it made; remembered where nothing is left."""
        found = self._service.joined(job)
        if job.state in MADE:
            self._history.looked(job, found)
        return found

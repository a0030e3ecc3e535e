"""Deleting what a job made: undeploy, Endpoints, Model, claim; the job itself stays for ever.

Every step looks first whether there is anything to do, so a run that was killed between two of them is finished by the
next one. What makes a delete wrong is looked for before the first step: a Model that somebody deployed elsewhere, and
other Models on our Endpoint beside which ours still has traffic. An Endpoint that serves others too is left to them,
and of a Model with other versions only ours goes.
"""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus

from reconciler.errors import Refused, RemoteError, Unreachable
from reconciler.providers.vertex import longrunning
from reconciler.providers.vertex.claims import Claims
from reconciler.providers.vertex.codec import WORKING, Job
from reconciler.providers.vertex.labels import decode
from reconciler.providers.vertex.reference import Reference
from reconciler.providers.vertex.service import Service
from reconciler.providers.vertex.serving import Endpoint
from reconciler.resource.reason import Reason

LOG = logging.getLogger("reconciler.vertex")

PAUSES = (2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before a step that the service refuses is looked at again, and begun if it is not done. Where an operation is
under way, one that we lost sight of or somebody else's, that is waited for instead."""

_REFUSALS = frozenset((HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT))


class Deletion:
    """Deletes one thing after the other, and waits for each."""

    def __init__(self, service: Service, claims: Claims) -> None:
        """Nothing is remembered between two deletes."""
        self._service = service
        self._claims = claims

    def delete(self, job: Job, again: Callable[[], object]) -> None:
        """Delete everything that a job made. `again` is called before anything is sent a second time."""
        if job.state in WORKING:
            raise Refused(Reason.STALE, f"{job.name} still trains", "apply again when it has stopped")
        if job.model:
            self._check(job, job.model)
            for reference in job.endpoints:
                self._repeatedly(partial(self._vacate, reference, job, again), reference, again)
            self._repeatedly(partial(self._unregister, job.model, again), job.model.whole, again)
        self._free(job)

    def _check(self, job: Job, model: Reference) -> None:
        """Refuse what would take something from somebody else."""
        for reference in job.endpoints:
            if (endpoint := self._service.endpoint(reference)) and _shared(endpoint, model):
                raise Refused(
                    Reason.DEPENDENCY,
                    f"{reference.path} serves other Models too, and {model.path} has a share of its traffic",
                    "give all traffic to the others, then apply again",
                )
        found = self._service.model(model)
        for reference, name in found.deployments if found else ():
            if reference not in job.endpoints and self._deployed(reference, model):
                raise Refused(
                    Reason.DEPENDENCY,
                    f"{model.path} is deployed on {name} as well",
                    "undeploy it there, then apply again",
                )

    def _deployed(self, reference: Reference, model: Reference) -> bool:
        """Whether a Model is on an Endpoint; one of another location cannot be looked at, so it is believed."""
        if reference.location != self._service.location:
            return True
        endpoint = self._service.endpoint(reference)
        return endpoint is not None and endpoint.serves(model)

    def _vacate(self, reference: Reference, job: Job, again: Callable[[], object]) -> None:
        """Take our Model from an Endpoint, and delete that if nothing else is on it."""
        endpoint = self._service.endpoint(reference)
        for deployed in _ours(endpoint, job.model):
            undeploy = {"deployedModelId": deployed}
            begun = longrunning.begin(self._service, "POST", f"{reference.path}:undeployModel", again, undeploy)
            if begun is not None:
                longrunning.wait(self._service, begun, f"undeploying {job.identity}")
            endpoint = self._service.endpoint(reference)
        if endpoint is None:
            return
        if endpoint.deployed:
            if endpoint.serves(job.model):
                raise RemoteError(
                    f"{job.identity} is still deployed on {reference.path}", "apply again", status=HTTPStatus.CONFLICT
                )
            LOG.warning("%s stays: other Models are deployed on it", reference.path)
            return
        if (begun := longrunning.begin(self._service, "DELETE", reference.path, again)) is not None:
            longrunning.wait(self._service, begun, f"deleting {reference.path}")

    def _unregister(self, model: Reference, again: Callable[[], object]) -> None:
        """Delete the version of the Model that is ours, or all of it if there is no other."""
        if self._service.model(model) is None:
            return
        others = [each for each in self._service.versions(model) if each.version != model.version]
        path = f"{model.path}:deleteVersion" if model.version and others else model.whole.path
        if (begun := longrunning.begin(self._service, "DELETE", path, again)) is not None:
            longrunning.wait(self._service, begun, f"deleting {model.path}")

    def _repeatedly(self, step: Callable[[], None], resource: Reference, again: Callable[[], object]) -> None:
        """Do a step; where the service refuses it, look again later: it may be done, or not be ready yet."""
        for pause in PAUSES:
            try:
                return step()
            except RemoteError as error:
                if error.status not in _REFUSALS:
                    raise
                LOG.warning("%s; looking again", error.message)
                if not self._outlasted(resource) and self._service.http.sleep(pause):
                    raise
                again()
        return step()

    def _outlasted(self, resource: Reference) -> bool:
        """Wait for an operation that we did not begin, or do not know to have begun; False if none came to its end."""
        going = longrunning.under_way(self._service, resource.path)
        if going is None:
            return False
        try:
            longrunning.wait(self._service, going, f"what goes on at {resource.path}")
        except Unreachable:
            raise
        except RemoteError as error:
            LOG.warning("%s", error.message)
            return False
        return True

    def _free(self, job: Job) -> None:
        """Delete the claim, unless it is about another job. One that stays does no harm: its job is spent."""
        _, ownership = decode(job.labels, job.identity)
        if ownership is None:
            return
        try:
            held = self._claims.held(self._claims.place(ownership, job.identity))
            if held and held.job == job.reference:
                self._claims.release(held)
        except RemoteError as error:
            LOG.warning("the claim of %s stays: %s", job.identity, error.message)


def _ours(endpoint: Endpoint | None, model: Reference | None) -> Iterator[str]:
    """The ids under which our Model is deployed."""
    if endpoint and model:
        yield from (each.id for each in endpoint.deployed if model.covers(each.model))


def _shared(endpoint: Endpoint, model: Reference) -> bool:
    """Whether others are served beside our Model, which still has traffic."""
    ours = set(_ours(endpoint, model))
    others = any(each.id not in ours for each in endpoint.deployed)
    return others and any(each.traffic for each in endpoint.deployed if each.id in ours)

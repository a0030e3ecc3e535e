"""The Vertex provider: the port's acts as requests to Vertex AI and Cloud Storage.

The service chooses the names of what it makes and takes none from us, so a model is called by its computed id, which is
a label, and the display name that its job was given. The modules of this package have one part each: `observation`
and `fold` look, `staging`, `claims` and `creation` begin a training, `changes` writes, `deletion` deletes.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.errors import PermissionDenied, Refused, RemoteError
from reconciler.providers import inference
from reconciler.providers.refusals import UNASKED
from reconciler.providers.storage.codec import Place, place
from reconciler.providers.storage.objects import Objects
from reconciler.providers.vertex import bodies, fold
from reconciler.providers.vertex.changes import change
from reconciler.providers.vertex.claims import Claims
from reconciler.providers.vertex.creation import Creation
from reconciler.providers.vertex.deletion import Deletion
from reconciler.providers.vertex.history import History
from reconciler.providers.vertex.labels import encode
from reconciler.providers.vertex.observation import Observation
from reconciler.providers.vertex.reference import Reference, parse
from reconciler.providers.vertex.rules import NAMING, capabilities
from reconciler.providers.vertex.service import Service
from reconciler.providers.vertex.staging import Staging
from reconciler.providers.vertex.trainings import Trainings, job_of
from reconciler.resource.dataset import Example, Stored
from reconciler.resource.desired import Desired
from reconciler.resource.identity import PARENT
from reconciler.resource.naming import Naming
from reconciler.resource.observed import Grant, Observed, Operation, Ownership, Snapshot, State
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Capabilities, Value

LOG = logging.getLogger("reconciler.vertex")


class VertexProvider:
    """Reader and Provider for one location of one project; may be used from several threads at once."""

    def __init__(self, service: Service, objects: Objects, folder: Place, grace: float) -> None:
        """`folder` is where in the staging bucket what is ours lies; `grace` see `claims`."""
        self._service = service
        self._objects = objects
        self._capabilities = capabilities(service.location)
        announced = replace(folder, name=f"{folder.name}claims/{service.project}/{service.location}/")
        history, claims = History(), Claims(objects, announced, grace)
        self._history = history
        self._observation = Observation(service, history)
        self._staging = Staging(objects, folder)
        self._creation = Creation(service, claims, history)
        self._deletion = Deletion(service, claims)
        self._trainings = Trainings(service, history)

    @property
    def capabilities(self) -> Capabilities:
        """The fields, rules and limits, and the host of the location."""
        return self._capabilities

    @property
    def naming(self) -> Naming:
        """Computed ids."""
        return NAMING

    def observe(self) -> Snapshot:
        """Everything of ours: three lists."""
        return self._observation.everything()

    def survey(self) -> Snapshot:
        """Everything that was tuned here, by whomever: three lists, without a filter."""
        return self._observation.survey()

    def read(self, names: Sequence[str]) -> Snapshot:
        """These models, now; those that do not exist are missing."""
        return self._observation.these(names)

    def withheld(self, name: str) -> bool:
        """Whether a model is there after all, or may not be asked for."""
        try:
            return bool(self.read([name]))
        except PermissionDenied:
            return True

    def stat(self, uri: str) -> Stored | None:
        """What lies in Cloud Storage, without reading it."""
        found = self._objects.visible(place(uri))
        return found.blob.stored if found else None

    def grants(self, observed: Observed) -> tuple[Grant, ...]:  # noqa: ARG002 - IAM is the project's, not a model's
        """None: who may use an Endpoint is a matter of the project's IAM policy, which survives every model."""
        return ()

    def tunable(self) -> frozenset[str] | None:
        """Nobody knows: the service has no list of the bases it tunes."""
        return None

    def explain(self, observed: Observed) -> str:
        """Why this model's training failed, as its job says."""
        reference = _job(observed)
        try:
            job = self._service.job(reference) if reference else None
        except RemoteError as error:
            return UNASKED.format(why=error.message)
        return job.error if job else ""

    def create(
        self,
        name: str,
        desired: Desired,
        ownership: Ownership,
        examples: Iterable[Example],
        validation: Iterable[Example] = (),
        parent: Observed | None = None,
    ) -> Operation:
        """Begin a training, or find the one that was begun under this id before: see `creation`."""
        if desired.dataset is None:
            raise Refused(Reason.NO_DATASET, f"{desired.address} names no dataset", "add spec.dataset")
        source = _source(desired, parent)
        data = self._staging.stage(desired.dataset, examples)
        measured = self._staging.stage(desired.validation, validation) if desired.validation else ""
        body = bodies.job(desired.fields, name, encode(ownership, name), data, measured, source)
        job = self._creation.begin(name, ownership, body)
        self._history.begun(job)
        return self._trainings.arrived(Operation(name, done=False), job)

    def update(self, observed: Observed, values: Mapping[str, Value], ownership: Ownership | None) -> Operation:
        """Write values and mark to the Model, which is read just before: see `changes`."""
        return change(self._service, observed, values, ownership)

    def delete(self, observed: Observed, again: Callable[[], object] = lambda: None) -> Operation:
        """Delete what the model's job made, step by step: see `deletion`."""
        if observed.adopted or parse(observed.name, "models"):
            why = f"{observed.name} was made by somebody else"
            raise Refused(Reason.ADOPTED, why, "delete it in the console, or let it go: `reconciler forget`")
        reference = _job(observed) or next(map(_job, self.read([observed.name])), None)
        job = self._service.job(reference) if reference else None
        if job is not None:
            if not fold.fits(job):
                raise Refused(Reason.COPIED_MARK, f"{job.name} only has the labels of another job", "plan again")
            self._deletion.delete(job, again)
        return Operation(observed.name, done=True)

    def grant(self, observed: Observed, grants: Sequence[Grant]) -> None:
        """Nothing to do: see `grants`."""

    def cancel(self, observed: Observed) -> None:
        """Ask for a training to be stopped."""
        reference = _job(observed)
        if observed.state is not State.TRAINING or reference is None:
            return
        self._service.http.send("POST", f"{self._service.root}/{reference.path}:cancel", None, {})

    def poll(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Look at all trainings at once: see `Trainings.look`."""
        return self._trainings.look(operations)

    def generate(self, observed: Observed, prompt: str) -> str:
        """Ask a model through its Endpoint."""
        endpoint = parse(observed.resources.get("endpoint", ""), "endpoints")
        if endpoint is None or observed.state is not State.READY:
            why = observed.trouble or observed.state.value
            raise RemoteError(f"{observed.name} cannot be asked: {why}", "`reconciler status` shows what serves")
        path = f"{self._service.root}/{endpoint.path}:generateContent"
        return inference.text(self._service.http.send("POST", path, None, inference.content_request(prompt)))


def _source(desired: Desired, parent: Observed | None) -> str:
    """The Model that a training goes on from; empty where it begins with a base."""
    if PARENT not in desired.fields:
        return str(desired.fields.get("preTunedModel.name", ""))
    model = parent.resources.get("model", "") if parent and parent.state is State.READY else ""
    if not model:
        why = f"{desired.fields[PARENT]}, which {desired.address} is tuned from, is not READY"
        raise Refused(Reason.DEPENDENCY, why, "apply again when it is")
    return model


def _job(observed: Observed) -> Reference | None:
    """The job of a model."""
    return job_of(Operation(observed.name, done=False, observed=observed))

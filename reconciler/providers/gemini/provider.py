"""The port, spoken to the Gemini API's tunedModels.

A model is recognised by its computed id and by the mark in its description. No act depends on an operation: a model
that was adopted has none, and the service promises nothing about how long it keeps them. The state of record is the
model's own; operations are asked only why a training failed, and to cancel one.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from reconciler.errors import AlreadyExists, NotFound, PermissionDenied, Refused, RemoteError, Unreachable
from reconciler.providers import inference
from reconciler.providers.gemini import codec, collision, mark, operations, permissions
from reconciler.providers.gemini.advice import hides
from reconciler.providers.gemini.rules import NAMING, PREFIX, capabilities
from reconciler.providers.gemini.service import Service
from reconciler.providers.gemini.trainings import Trainings, mark_refused
from reconciler.providers.http import Http
from reconciler.providers.retry import Repeat
from reconciler.resource.dataset import Example, Stored
from reconciler.resource.desired import Desired
from reconciler.resource.naming import Naming
from reconciler.resource.observed import Grant, Mark, Observed, Operation, Ownership, Snapshot
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Capabilities, Value

LOG = logging.getLogger("reconciler.gemini")

SILENT = frozenset((HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED))
"""Answers that say nothing about which bases can be tuned."""


class GeminiProvider:
    """Reader and Provider for one version of the API; may be used from several threads at once."""

    def __init__(self, http: Http, service_version: str, *, losses: bool = False) -> None:
        """`service_version` is v1beta or v1beta3; with `losses`, trainings are observed with their loss curves."""
        self._http = http
        self._service = Service(http, service_version, losses=losses)
        self._capabilities = capabilities(service_version)
        self._trainings = Trainings(self._service)

    @property
    def capabilities(self) -> Capabilities:
        """The fields, rules and limits of this version."""
        return self._capabilities

    @property
    def naming(self) -> Naming:
        """Computed ids."""
        return NAMING

    def observe(self) -> Snapshot:
        """Everything this identity can list."""
        return self._service.models()

    def survey(self) -> Snapshot:
        """The same: the service lists whatever this identity may see."""
        return self.observe()

    def read(self, names: Sequence[str]) -> Snapshot:
        """These models, now; those that do not exist or are hidden are missing."""
        return tuple(observed for name in names if (observed := self._service.model(name)))

    def withheld(self, name: str) -> bool:
        """Whether a model is there after all. A 403 may also be said of what does not exist: then the list decides."""
        try:
            self._http.send("GET", f"{self._service.root}/{name}", {"fields": "name"})
        except NotFound:
            return False
        except PermissionDenied as error:
            return not hides(error) or self._lists(name)
        return True

    def stat(self, uri: str) -> Stored | None:  # noqa: ARG002 - training data stands in the request itself
        """Nothing: this service takes no data from Cloud Storage."""
        return None

    def grants(self, observed: Observed) -> tuple[Grant, ...]:
        """Every permission but the owner's, sorted."""
        return self._service.grants(observed.name)

    def tunable(self) -> frozenset[str] | None:
        """Base models that can be tuned today; None where the service does not say."""
        try:
            return self._service.tunable()
        except RemoteError as error:
            if error.status in SILENT:
                return None
            raise

    def explain(self, observed: Observed) -> str:
        """Why this model's training failed, as any operation that the service still knows of it says."""
        return self._service.failure(observed.name, "")

    def create(
        self,
        name: str,
        desired: Desired,
        ownership: Ownership,
        examples: Iterable[Example],
        validation: Iterable[Example] = (),  # noqa: ARG002 - the API has none
        parent: Observed | None = None,  # noqa: ARG002 - the API has none
    ) -> Operation:
        """Start a training, or adopt the one that an earlier request started under this id."""
        if desired.dataset is None:
            raise Refused(Reason.NO_DATASET, f"{desired.address} names no dataset", "add spec.dataset")
        model_id = name.removeprefix(PREFIX)
        text = str(desired.fields.get("description", ""))
        description = mark.place("", text, mark.encode(ownership, model_id))
        body = codec.training_body(desired.fields, description, desired.dataset, examples)
        try:
            answer = self._http.send("POST", f"{self._service.root}/tunedModels", {"tunedModelId": model_id}, body)
        except AlreadyExists:
            return self._adopt(name, desired, ownership)
        self._trainings.begun(name, ownership)
        return replace(operations.decode(answer), model=name, done=False, error="")

    def update(self, observed: Observed, values: Mapping[str, Value], ownership: Ownership | None) -> Operation:
        """Write values and mark with one PATCH; a description is compared with what the service has, just before."""
        token = mark.encode(ownership, observed.name.removeprefix(PREFIX)) if ownership else None
        body = codec.encode(values, _description(observed, values.get("description"), token))
        if not body:
            return Operation(observed.name, done=True, observed=observed)
        if "description" in body:
            self._refuse_if_moved(observed)
        query = {"updateMask": codec.update_mask(body), "fields": self._service.columns}
        answer = self._http.send("PATCH", f"{self._service.root}/{observed.name}", query, body)
        written = self._service.decode(answer)
        if token and "description" in body and token not in written.carrier:
            raise mark_refused(written)
        return Operation(observed.name, done=True, observed=written)

    def delete(self, observed: Observed, again: Callable[[], object] = lambda: None) -> Operation:
        """Delete the model. Gone is gone: a 404 is done, and so is a 403 for what is no longer listed."""
        try:
            self._http.send("DELETE", f"{self._service.root}/{observed.name}", again=again)
        except NotFound:
            pass
        except PermissionDenied as error:
            if not hides(error) or self._lists(observed.name):
                raise
        return Operation(observed.name, done=True)

    def grant(self, observed: Observed, grants: Sequence[Grant]) -> None:
        """Create the permissions that are missing. One whose answer is lost is looked for, not repeated."""
        present = self.grants(observed)
        for wanted in grants:
            if permissions.covered(wanted, present):
                continue
            path, body = f"{self._service.root}/{observed.name}/permissions", permissions.encode(wanted)
            try:
                self._http.send("POST", path, None, body, Repeat.REFUSED)
            except (AlreadyExists, Unreachable):
                if not permissions.covered(wanted, self.grants(observed)):
                    raise

    def cancel(self, observed: Observed) -> None:
        """Ask for the running operations of a model to be cancelled; the API has that at v1 only."""
        try:
            for operation in self._service.operations(observed.name):
                if operation.name and not operation.done:
                    self._http.send("POST", f"/v1/{operation.name}:cancel", None, {})
        except RemoteError as error:
            LOG.warning("%s was not cancelled: %s", observed.name, error)

    def poll(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Look at all trainings at once: see `Trainings.look`."""
        return self._trainings.look(operations)

    def generate(self, observed: Observed, prompt: str) -> str:
        """Ask a model; those of the PaLM generation know generateText only."""
        path = f"{self._service.root}/{observed.name}"
        if self._service.version != "v1beta3":
            try:
                content = self._http.send("POST", f"{path}:generateContent", None, inference.content_request(prompt))
                return inference.text(content)
            except NotFound:
                LOG.info("%s has no generateContent: generateText is tried", observed.name)
        answer = self._http.send("POST", f"{path}:generateText", None, inference.text_request(prompt))
        return inference.text(answer)

    def _adopt(self, name: str, desired: Desired, ownership: Ownership) -> Operation:
        """Take over, in whatever state it is, the model that has our id; give it its mark back if it has none."""
        observed = collision.find(self._service, name, desired.address, self._http.sleep)
        collision.check(observed, ownership, desired.address)
        if observed.mark is Mark.NONE:
            observed = self.update(observed, {}, ownership).observed or observed
        return self._trainings.progressed(Operation(name, done=False), observed)

    def _lists(self, name: str) -> bool:
        """Whether a model is in the list, now."""
        return any(observed.name == name for observed in self.observe())

    def _refuse_if_moved(self, observed: Observed) -> None:
        """Read the description again; Refused (STALE) if somebody changed it since it was observed."""
        path, query = f"{self._service.root}/{observed.name}", {"fields": "name,description"}
        if self._service.decode(self._http.send("GET", path, query)).carrier != observed.carrier:
            raise Refused(
                Reason.STALE, f"the description of {observed.name} was changed meanwhile", "plan again and review"
            )


def _description(observed: Observed, text: Value | None, token: str | None) -> str | None:
    """The raw description to write: None if neither the text nor the mark has to change."""
    kept = token in observed.carrier and observed.mark is Mark.VALID if token else observed.mark is Mark.NONE
    if text is None and kept:
        return None
    raw = mark.place(observed.carrier, None if text is None else str(text), token)
    return None if raw == observed.carrier else raw

"""The requests that reading tunedModels takes: lists of any length, one model, and the operations of one.

Operations are served at the version of the model and at v1, depending on the age of the service; v1beta3 has them at
v1 only. What worked first is kept.
"""

from reconciler.errors import NotFound, RemoteError
from reconciler.providers.gemini import codec, operations, permissions
from reconciler.providers.gemini.advice import hides
from reconciler.providers.http import Http
from reconciler.providers.paging import pages
from reconciler.providers.protojson import Json
from reconciler.providers.redaction import quotable
from reconciler.providers.refusals import UNASKED
from reconciler.resource.observed import Grant, Observed, Operation

UNTOLD = "the training failed; the service no longer tells why"


class Service:
    """Read-only requests to one version of the API."""

    def __init__(self, http: Http, version: str, *, losses: bool) -> None:
        """With `losses`, models are read with the snapshots of their training."""
        self.http = http
        self.version = version
        self.root = f"/{version}"
        self.columns = codec.columns(version, losses=losses)
        self._operation_versions: tuple[str, ...] = ("v1",) if version == "v1beta3" else (version, "v1")

    def models(self) -> tuple[Observed, ...]:
        """Every model this identity can list. One that moved from a page to another meanwhile counts once."""
        query = {"fields": f"tunedModels({self.columns}),nextPageToken"}
        listed = (
            observed
            for page in pages(self.http, f"{self.root}/tunedModels", query)
            for observed in codec.decode_models(page, self.version)
        )
        return tuple({observed.name: observed for observed in listed}.values())

    def model(self, name: str) -> Observed | None:
        """One model, now; None if there is none, or it is hidden. A refusal of the caller as such is an error."""
        try:
            return self.decode(self.http.send("GET", f"{self.root}/{name}", {"fields": self.columns}))
        except RemoteError as error:
            if hides(error):
                return None
            raise

    def decode(self, model: Json) -> Observed:
        """Read a model in an answer of this version."""
        return codec.decode(model, self.version)

    def grants(self, name: str) -> tuple[Grant, ...]:
        """Every permission on a model but the owner's, sorted."""
        found = {
            grant for page in pages(self.http, f"{self.root}/{name}/permissions") for grant in permissions.decode(page)
        }
        return tuple(sorted(found, key=lambda grant: (grant.grantee, grant.email, grant.role)))

    def tunable(self) -> frozenset[str]:
        """Base models that name tuning among their methods."""
        listed = pages(self.http, f"{self.root}/models")
        return frozenset(name for page in listed for name in codec.decode_tunable(page))

    def operations(self, name: str) -> list[Operation]:
        """The operations the service still knows of a model."""
        for version in self._operation_versions:
            try:
                listed = list(pages(self.http, f"/{version}/{name}/operations"))
            except NotFound:
                continue
            self._operation_versions = (version,)
            return [operation for page in listed for operation in operations.decode_page(page)]
        return []

    def failure(self, model: str, operation: str) -> str:
        """Why a training failed: from its operation if it is known by name, else from any the model has."""
        try:
            found = [self._operation(operation)] if operation else self.operations(model)
        except RemoteError as error:
            if not hides(error):
                return UNASKED.format(why=error.message)
            found = []
        return next((quotable(each.error) for each in found if each.error), UNTOLD)

    def _operation(self, name: str) -> Operation:
        """One operation."""
        for version in self._operation_versions[:-1]:
            try:
                return operations.decode(self.http.send("GET", f"/{version}/{name}"))
            except NotFound:
                continue
        return operations.decode(self.http.send("GET", f"/{self._operation_versions[-1]}/{name}"))

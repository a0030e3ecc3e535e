"""The requests that reading takes: lists of any length, one resource, what one job made, and long-running operations.

Lists are filtered by the service where it takes the filter, and always again here. A service that answers 400 is asked
for everything, from then on.
"""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus

from reconciler.errors import NotFound, RemoteError
from reconciler.providers.http import Http
from reconciler.providers.paging import pages
from reconciler.providers.protojson import Json, items
from reconciler.providers.vertex import fold
from reconciler.providers.vertex.codec import WORKING, Job, decode_job, marked
from reconciler.providers.vertex.labels import ID
from reconciler.providers.vertex.reference import Reference
from reconciler.providers.vertex.serving import Endpoint, Model, decode_endpoint, decode_model, decode_versions
from reconciler.resource.observed import Observed

ANY = f"labels.{ID}:*"
"""The filter for whatever carries an id of ours."""


class Service:
    """Read-only requests to one location of one project."""

    def __init__(self, http: Http, project: str, location: str) -> None:
        """`http` speaks to the host of the location."""
        self.http = http
        self.project = project
        self.location = location
        self.parent = f"projects/{project}/locations/{location}"
        self.root = f"/v1/{self.parent}"
        self._unfiltered: set[str] = set()
        self._filters = False

    def jobs(self, identity: str = "") -> list[Job]:
        """All jobs with an id of ours, or with this one.

        That this list takes a filter for labels is documented nowhere. Until it has given something of ours, an empty
        answer may only mean that it does not: then all of ours are asked for, and where there are none, everything.
        Asking so often before a first training is meant: each list may be the one that lags no more.
        """
        path, wanted = f"{self.root}/tuningJobs", f"labels.{ID}={identity}" if identity else ANY
        found = self._jobs(self._listed("tuningJobs", wanted), identity)
        if path in self._unfiltered:
            return found
        self._filters = self._filters or bool(found)
        if self._filters:
            return found
        if identity:
            return [job for job in self.jobs() if job.identity == identity]
        found = self._jobs(self._all("tuningJobs"))
        if found:
            self._unfiltered.add(path)
        return found

    def all_jobs(self) -> Iterator[Job]:
        """Every job of the project, page by page."""
        return map(decode_job, self._all("tuningJobs"))

    def models(self) -> dict[str, Model]:
        """The Models with an id of ours, at the version that the list shows."""
        return _models(self._listed("models", ANY))

    def all_models(self) -> dict[str, Model]:
        """Every Model of the project, at the version that the list shows."""
        return _models(self._all("models"))

    def endpoints(self) -> dict[str, Endpoint]:
        """The Endpoints with an id of ours."""
        return _endpoints(self._listed("endpoints", ANY))

    def all_endpoints(self) -> dict[str, Endpoint]:
        """Every Endpoint of the project."""
        return _endpoints(self._all("endpoints"))

    def job(self, reference: Reference) -> Job | None:
        """One job, now."""
        found = self._get(reference)
        return None if found is None else decode_job(found)

    def model(self, reference: Reference) -> Model | None:
        """One Model, now, at its version."""
        found = self._get(reference)
        return None if found is None else decode_model(found)

    def endpoint(self, reference: Reference) -> Endpoint | None:
        """One Endpoint, now."""
        found = self._get(reference)
        return None if found is None else decode_endpoint(found)

    def versions(self, model: Reference) -> list[Reference]:
        """The versions of a Model."""
        path = f"{self.root}/{model.whole.path}:listVersions"
        return [version for page in pages(self.http, path) for version in decode_versions(page)]

    def joined(self, job: Job) -> Observed | None:
        """One job with what it made, as it is now; None if nothing of that is left."""
        over = job.state not in WORKING
        model = self.model(job.model) if job.model and over else None
        return fold.join(job, model, self.endpoint(job.endpoint) if job.endpoint and over else None)

    def _get(self, reference: Reference) -> Json | None:
        """One resource, named by our own project; None if there is none."""
        if reference.location != self.location:
            return None
        try:
            return self.http.send("GET", f"{self.root}/{reference.path}")
        except NotFound:
            return None

    def _jobs(self, listed: Iterable[Json], identity: str = "") -> list[Job]:
        """Those of ours, or with this id, each once."""
        jobs = map(decode_job, filter(marked, listed))
        return list({job.name: job for job in jobs if not identity or job.identity == identity}.values())

    def _all(self, collection: str) -> Iterator[Json]:
        """Every resource in a list."""
        for page in pages(self.http, f"{self.root}/{collection}"):
            yield from items(page, collection)

    def _listed(self, collection: str, wanted: str) -> Iterator[Json]:
        """Every resource in a list that carries an id of ours."""
        for page in self._pages(f"{self.root}/{collection}", wanted):
            yield from filter(marked, items(page, collection))

    def _pages(self, path: str, wanted: str) -> Iterator[Json]:
        """The pages of a filtered list, or of the whole one where there is no such filter."""
        if path not in self._unfiltered:
            filtered = pages(self.http, path, {"filter": wanted})
            try:
                first: Mapping[str, object] = next(filtered)
            except RemoteError as error:
                if error.status != HTTPStatus.BAD_REQUEST:
                    raise
            else:
                yield first
                yield from filtered
                return
        yield from pages(self.http, path)
        self._unfiltered.add(path)


def _models(listed: Iterable[Json]) -> dict[str, Model]:
    """Models by where they are, with their version."""
    return {model.reference.path: model for model in map(decode_model, listed)}


def _endpoints(listed: Iterable[Json]) -> dict[str, Endpoint]:
    """Endpoints by where they are."""
    return {endpoint.reference.path: endpoint for endpoint in map(decode_endpoint, listed)}

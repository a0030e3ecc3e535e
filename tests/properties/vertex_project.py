"""What there is at Vertex AI, read from the emulator's own tables: jobs, and what each of them has made."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.server import Emulator
from reconciler.emulator.vertex import jobs, settlement, versions
from reconciler.emulator.wire import Request, Response
from tests.properties.remote import State
from tests.services.vertex import RUNNING, TUNED


@dataclass(frozen=True)
class Made:
    """A job with what there is of what it made: the Model at the version that it made, the Endpoints by number."""

    job: Mapping[str, Any]
    model: Mapping[str, Any] | None
    endpoints: Mapping[str, Mapping[str, Any]]

    @property
    def number(self) -> str:
        """The name of the Model, without version."""
        return last(self.job.get("tunedModel", {}).get("model", ""))

    @property
    def version(self) -> str:
        """The version of the Model."""
        return str(self.job.get("tunedModel", {}).get("model", "").partition("@")[2])

    @property
    def main(self) -> Mapping[str, Any] | None:
        """The Endpoint that programs call."""
        return self.endpoints.get(last(self.job.get("tunedModel", {}).get("endpoint", "")))

    @property
    def labels(self) -> Mapping[str, str]:
        """Where its mark is."""
        found: Mapping[str, str] = (self.model or self.job).get("labels", {})
        return found

    def deployments(self, endpoint: Mapping[str, Any]) -> list[str]:
        """The ids under which an Endpoint serves it."""
        return [one["id"] for one in endpoint.get("deployedModels", []) if self.is_version(one)]

    def is_version(self, deployed: Mapping[str, Any]) -> bool:
        """Whether it is what is deployed."""
        return (last(deployed["model"]), deployed["modelVersionId"]) == (self.number, self.version)

    @property
    def state(self) -> State | None:
        """What has become of it; None if nothing is left."""
        if self.job["state"] in RUNNING:
            return "CREATING"
        if self.job["state"] not in TUNED:
            return "FAILED"
        if self.model and self.main and self.deployments(self.main):
            return "ACTIVE"
        left = self.model or (self.main is not None and not self.main.get("deployedModels"))
        return "HALF" if left else None


@dataclass(frozen=True)
class Project:
    """All there is in a project."""

    emulator: Emulator

    def everything(self) -> list[Made]:
        """Every job, the oldest first, with what it made, once what was due has come to pass."""
        emulator = self.emulator
        with emulator._lock:
            now = round(emulator.now() * 1_000_000) * 1_000
            settlement.settle(emulator._store, emulator.settings, now)
            found = [jobs.shown(kept, now) for kept in self._rows("jobs")]
            models = {last(kept["shown"]["name"]): kept for kept in self._rows("models")}
            endpoints = {last(kept["shown"]["name"]): kept["shown"] for kept in self._rows("endpoints")}
        return [_joined(job, models, endpoints) for job in found]

    def job(self, number: str) -> str:
        """The name of a job."""
        found = (made.job["name"] for made in self.everything() if last(made.job["name"]) == number)
        return next(found, f"job {number}")

    def maker(self, number: str, version: str) -> str:
        """The job that made a version of a Model."""
        found = (made.job["name"] for made in self.everything() if (made.number, made.version) == (number, version))
        return next(found, f"model {number}@{version}")

    def ask(self, method: str, target: str, body: Any = None) -> Response:
        """Ask as somebody else would, who does not mind a refusal."""
        return self.emulator.handle(Request(method, target, {}, b"" if body is None else json.dumps(body).encode()))

    def _rows(self, table: str) -> Iterator[dict[str, Any]]:
        query = f"SELECT kept FROM vertex_{table} WHERE gone_from IS NULL ORDER BY seq"  # noqa: S608 - constants
        yield from (json.loads(kept) for (kept,) in self.emulator._store.sql.execute(query).fetchall())


def last(name: str) -> str:
    """The number at the end of a resource name, without version."""
    return name.rpartition("/")[2].partition("@")[0]


def _joined(job: Mapping[str, Any], models: Mapping[str, Any], endpoints: Mapping[str, Any]) -> Made:
    tuned = job.get("tunedModel", {})
    kept, version = models.get(last(tuned.get("model", ""))), tuned.get("model", "").partition("@")[2]
    model = versions.shown(kept, version) if kept and version in kept["versions"] else None
    named = [tuned.get("endpoint", ""), *(each.get("endpoint", "") for each in tuned.get("checkpoints", []))]
    return Made(job, model, {last(name): endpoints[last(name)] for name in named if last(name) in endpoints})

"""Histories at Vertex AI: a job makes a Model and Endpoints, its mark is in labels, and it goes step by step.

A model is called by its job, which never goes away. What there is, is read from the emulator's own tables.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import requests
from hypothesis import strategies as st

from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.storage import objects
from reconciler.emulator.vertex import jobs, settlement, versions
from reconciler.emulator.wire import Request, Response
from reconciler.providers.credentials import EMBEDDED
from reconciler.providers.port import Provider
from reconciler.providers.vertex.connect import connect
from tests import tested
from tests.properties.remote import (
    Act,
    Birth,
    Create,
    Deed,
    Land,
    Mark,
    Model,
    Sent,
    State,
    Stop,
    Withdraw,
    Write,
)
from tests.services.vertex import BUCKET, HERE, ID, OURS, PLACE, RUNNING, TUNED, line

BASE = tested.SERVICES["vertex"].base
MARK = (ID, f"{OURS}owner", f"{OURS}name", f"{OURS}flags")
"""The labels that say whose a model is and what is to survive its manifest."""

GUEST = f"{PLACE}/models/4242"
"""A Model that has always been there, and is nobody's here."""

PAINT = ("wipe", "overwrite", "copy")
"""Deeds that write the mark over."""

DEEDS = (
    *(*PAINT, "write", "warm", "edit", "delete", "delete", "cancel", "clone", "guest", "version"),
    *("undeploy", "delete endpoint", "delete model"),
)

AIMS = (
    *("POST .*/tuningJobs$", "POST .*/tuningJobs$", "claims%2F", "POST .*claims%2F", "data%2F", "PATCH"),
    *(":undeployModel", "DELETE .*/endpoints/", "DELETE .*/models/", "operations/"),
)

SETTINGS = st.builds(
    Settings,
    steps_per_second=st.sampled_from((0.3, 5.0)),
    list_lag=st.sampled_from((0, 0, 0, 0, 1, 2, 5)),
    label_filter=st.sampled_from(("ok", "ok", "refuse")),
    operation_seconds=st.sampled_from((0.0, 0.0, 7.0, 50.0)),
    busy=st.sampled_from(("refuse", "refuse", "ok")),
    cancel_seconds=st.sampled_from((0.0, 20.0)),
    project_numbers=st.sampled_from(({}, {"a-project": "123456789"})),
    vertex_defaults=st.sampled_from(("omit", "echo")),
    label_level=st.sampled_from(("model", "version")),
    default_version=st.sampled_from(("newest", "first")),
    deployed_name=st.sampled_from(("version", "model")),
    outcomes=st.sampled_from(({}, {}, {"": "JOB_STATE_PARTIALLY_SUCCEEDED"})),
    object_versioning=st.booleans(),
)


@dataclass(frozen=True)
class Made:
    """A job with what there is of what it made: the Model at the version that it made, the Endpoints by number."""

    job: Mapping[str, Any]
    model: Mapping[str, Any] | None
    endpoints: Mapping[str, Mapping[str, Any]]

    @property
    def number(self) -> str:
        """The name of the Model, without version."""
        return _last(self.job.get("tunedModel", {}).get("model", ""))

    @property
    def version(self) -> str:
        """The version of the Model."""
        return str(self.job.get("tunedModel", {}).get("model", "").partition("@")[2])

    @property
    def main(self) -> Mapping[str, Any] | None:
        """The Endpoint that programs call."""
        return self.endpoints.get(_last(self.job.get("tunedModel", {}).get("endpoint", "")))

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
        return (_last(deployed["model"]), deployed["modelVersionId"]) == (self.number, self.version)

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


@dataclass
class Vertex:
    """See `remote.Remote`. `dooms` are what the emulator looks for in the ids of those that fail."""

    emulator: Emulator
    dooms: dict[str, int]
    workspace: Any = field(default_factory=lambda: replace(tested.SERVICES["vertex"].workspace, endpoint="emulator"))
    strangers: int = 0

    def models(self) -> list[Model]:
        return [found for made in self._all() if (found := _model(made))]

    def model(self, name: str) -> Model | None:
        return next((found for found in self.models() if found.name == name), None)

    def users(self, model: str) -> set[str]:  # noqa: ARG002 - who may use it is a matter of the project
        return set()

    def read(self, word: str) -> Mark:
        said = json.loads(word)
        flags = said.get(f"{OURS}flags", "")
        return Mark(said.get(f"{OURS}name", ""), "p" in flags, "k" in flags)

    def means(self, sent: Sent) -> Act | None:
        path, _, method = sent.path.removeprefix(f"{HERE}/").partition(":")
        kind, _, name = path.partition("/")
        act: Act | None = None
        match sent.method, kind, method:
            case "POST", "tuningJobs", "":
                act = Create()
            case "POST", "tuningJobs", "cancel":
                act = Stop(self._job(name))
            case "PATCH", "models", "":
                act = self._write(name, sent)
            case "POST", "endpoints", "undeployModel":
                act = self._undeploy(name, sent.body["deployedModelId"])
            case "DELETE", "endpoints", "":
                owners = [m.job["name"] for m in self._all() if name in m.endpoints]
                act = Withdraw(owners[0] if owners else f"endpoint {name}")
            case "DELETE", "models", "deleteVersion":
                number, _, version = name.partition("@")
                act = Withdraw(self._version(number, version))
            case "DELETE", "models", "":
                owners = [m.job["name"] for m in self._all() if m.model and m.number == name]
                act = Withdraw(owners[0] if owners else f"model {name}", tuple(owners[1:]))
            case "PATCH" | "DELETE", "tuningJobs" | "endpoints" | "models", _:
                act = Write(path, None, loses=("what nobody should touch",))
            case _:
                pass
        return act

    def born(self, sent: Sent, answer: Response) -> Birth:
        spec = sent.body["supervisedTuningSpec"]
        bucket, _, name = spec["trainingDatasetUri"].removeprefix("gs://").partition("/")
        data = objects.read(self.emulator._store, bucket, name) or b"{}"
        epochs = spec.get("hyperParameters", {}).get("epochCount")
        tuned = sent.body.get("preTunedModel", {}).get("tunedModelName", "")
        labels = sent.body.get("labels", {})
        return Birth(
            json.loads(answer.body)["name"],
            _word(labels),
            json.loads(data.partition(b"\n")[0])["contents"][-1]["parts"][0]["text"],
            int(epochs) if epochs else None,
            self._version(_last(tuned), tuned.partition("@")[2]) if tuned else "",
            labels.get(ID, ""),
        )

    def deed(self, deed: str, nth: int) -> Deed:
        there = [made for made in self._all() if _model(made) and _suits(made, deed)]
        if not there:
            return Deed()
        before = self.emulator.settings
        self.emulator.settings = replace(before, operation_seconds=0.0)
        made, other = there[nth % len(there)], there[(nth + 1) % len(there)]
        try:
            if deed in PAINT:
                return self._paint(deed, made, other)
            return self._meddle(deed, made, nth)
        finally:
            self.emulator.settings = before

    def _paint(self, deed: str, made: Made, other: Made) -> Deed:
        """Write the mark over."""
        kept = {key: value for key, value in made.labels.items() if not key.startswith(OURS)}
        ours = {ID: "a-nobody", f"{OURS}owner": tested.OWNER, f"{OURS}name": "a", f"{OURS}data": "1-aaaaaaaaa"}
        labels = {"wipe": kept, "overwrite": {**kept, **ours}, "copy": {**other.labels, **made.labels}}[deed]
        target = other if deed == "copy" else made
        self._label(target, labels)
        return Deed("defaced", target.job["name"])

    def _meddle(self, deed: str, made: Made, nth: int) -> Deed:
        """Do anything else."""
        match deed:
            case "write":
                self._patch(made, description=f"{(made.model or {}).get('description', '')} by hand".strip())
            case "warm":
                self._label(made, {**made.labels, "temperature": "0_4"})
            case "edit":
                self._edit(made, nth)
            case "guest":
                self._visit(made, nth)
            case "version":
                self._train({"preTunedModel": {"tunedModelName": made.job["tunedModel"]["model"]}}, {})
            case "clone":
                return self._clone(made.job)
            case "cancel":
                self._ask("POST", f"{HERE}/tuningJobs/{_last(made.job['name'])}:cancel", {})
            case _:
                return self._dismantle(deed, made)
        return Deed()

    def doom(self, names: set[str]) -> None:
        self.dooms.clear()
        self.dooms.update({f"{name}-": 1 for name in names})

    def part(self) -> None:
        """Guests leave our Endpoints, and give the traffic back."""
        for made in list(self._all()):
            for endpoint in made.endpoints.values():
                ours = made.deployments(endpoint)
                guests = [one["id"] for one in endpoint.get("deployedModels", []) if not made.is_version(one)]
                for guest in guests if ours else []:
                    target = f"{HERE}/endpoints/{_last(endpoint['name'])}"
                    split = {ours[0]: 100}
                    self._ask("POST", f"{target}:undeployModel", {"deployedModelId": guest, "trafficSplit": split})

    def strange(self) -> None:
        self.strangers += 1
        name = f"rival-{self.strangers}"
        labels = {ID: name, f"{OURS}owner": "rival", f"{OURS}name": "a"}
        self._train({"baseModel": BASE, "tunedModelDisplayName": name}, labels)

    def fields(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        degrees = {"temperature": str(said["temperature"]).replace(".", "_")} if "temperature" in said else {}
        return {**({} if "parent" in said else {"base": BASE}), **said, **degrees}

    def provider(
        self, wire: requests.adapters.BaseAdapter, sleep: Callable[[float], Any], clock: Callable[[], float]
    ) -> Provider:
        session = requests.Session()
        session.trust_env = False
        session.mount(EMBEDDED, wire)
        return connect(self.workspace, {}, session=session, sleep=sleep, clock=clock, chance=lambda: 0.5)

    def _all(self) -> Iterator[Made]:
        """Every job, the oldest first, with what it made, once what was due has come to pass."""
        emulator = self.emulator
        with emulator._lock:
            now = round(emulator.now() * 1_000_000) * 1_000
            settlement.settle(emulator._store, emulator.settings, now)
            found = [jobs.shown(kept, now) for kept in self._rows("jobs")]
            models = {_last(kept["shown"]["name"]): kept for kept in self._rows("models")}
            endpoints = {_last(kept["shown"]["name"]): kept["shown"] for kept in self._rows("endpoints")}
        for job in found:
            tuned = job.get("tunedModel", {})
            kept, version = models.get(_last(tuned.get("model", ""))), tuned.get("model", "").partition("@")[2]
            model = versions.shown(kept, version) if kept and version in kept["versions"] else None
            named = [tuned.get("endpoint", ""), *(each.get("endpoint", "") for each in tuned.get("checkpoints", []))]
            yield Made(job, model, {_last(name): endpoints[_last(name)] for name in named if _last(name) in endpoints})

    def _rows(self, table: str) -> list[dict[str, Any]]:
        query = f"SELECT kept FROM vertex_{table} WHERE gone_from IS NULL ORDER BY seq"  # noqa: S608 - constants
        return [json.loads(kept) for (kept,) in self.emulator._store.sql.execute(query).fetchall()]

    def _job(self, number: str) -> str:
        return next((m.job["name"] for m in self._all() if _last(m.job["name"]) == number), f"job {number}")

    def _version(self, number: str, version: str) -> str:
        """The job that made a version of a Model."""
        found = (m.job["name"] for m in self._all() if (m.number, m.version) == (number, version))
        return next(found, f"model {number}@{version}")

    def _write(self, name: str, sent: Sent) -> Write:
        """A PATCH of a Model, or of one version: labels that it leaves out are lost."""
        number, _, version = name.partition("@")
        owners = [m for m in self._all() if m.model and m.number == number and version in ("", m.version)]
        ours = [m for m in owners if ID in m.job.get("labels", {})] or owners
        if not ours:
            return Write(f"model {name}", None)
        if "labels" not in sent.query.get("updateMask", "").split(","):
            return Write(ours[0].job["name"], None)
        labels = sent.body.get("labels", {})
        lost = [key for key in ours[0].labels if key not in labels and not key.startswith(OURS)]
        return Write(ours[0].job["name"], (_word(labels),) if labels.get(ID) else (), tuple(lost))

    def _undeploy(self, endpoint: str, deployed: str) -> Withdraw:
        """Whatever is taken off an Endpoint is the model's whose version it is."""
        for made in self._all():
            if endpoint in made.endpoints and deployed in made.deployments(made.endpoints[endpoint]):
                return Withdraw(made.job["name"])
        return Withdraw(f"{deployed} on endpoint {endpoint}", (deployed,))

    def _edit(self, made: Made, nth: int) -> None:
        """Change labels of which the mark does not consist: what is recorded there is not known any more, or wrong."""
        without = {key: value for key, value in made.labels.items() if key != f"{OURS}data"}
        base = {f"{OURS}base": "0" * 40}
        wrong = {f"{OURS}data": f"1-{'0' * 40}"}
        self._label(made, (without, {**made.labels, **base}, {**made.labels, **wrong})[nth % 3])

    def _visit(self, made: Made, nth: int) -> None:
        """Deploy somebody else's Model on an Endpoint, with all of the traffic or with none."""
        if made.main is None:
            return
        body: dict[str, Any] = {"deployedModel": {"model": GUEST}}
        if nth % 2:
            body["trafficSplit"] = {"0": 100}
        self._ask("POST", f"{HERE}/endpoints/{_last(made.main['name'])}:deployModel", body)

    def _clone(self, job: Mapping[str, Any]) -> Deed:
        """Begin a training once more, with all that was asked for: the console has a button for that."""
        asked = ("tunedModelDisplayName", "description", "baseModel", "preTunedModel", "supervisedTuningSpec", "labels")
        self.emulator.advance(1.0)  # of two that were begun at the same instant nobody could say which is the older
        answer = self._ask("POST", f"{HERE}/tuningJobs", {key: job[key] for key in asked if key in job})
        return Deed("cloned", job["name"], json.loads(answer.body)["name"]) if answer.status == 200 else Deed()

    def _dismantle(self, deed: str, made: Made) -> Deed:
        """Take away what a job made, or a part of it."""
        whole = deed in ("delete", "delete model")
        endpoints = made.endpoints.values() if whole else [made.main] if made.main else []
        for endpoint in endpoints:
            target = f"{HERE}/endpoints/{_last(endpoint['name'])}"
            for deployed in made.deployments(endpoint):
                self._ask("POST", f"{target}:undeployModel", {"deployedModelId": deployed})
            if deed in ("delete", "delete endpoint"):
                self._ask("DELETE", target)
        if whole:
            several = sum(m.number == made.number and m.model is not None for m in self._all()) > 1
            path = f"{made.number}@{made.version}:deleteVersion" if several else made.number
            self._ask("DELETE", f"{HERE}/models/{path}")
        name = made.job["name"]
        return Deed("taken", name) if whole and self.model(name) is None else Deed()

    def _train(self, source: Mapping[str, Any], labels: Mapping[str, str]) -> None:
        self.emulator.put_object(BUCKET.removeprefix("gs://"), "people/data.jsonl", line("x", "y").encode())
        spec = {"trainingDatasetUri": f"{BUCKET}/people/data.jsonl"}
        self._ask("POST", f"{HERE}/tuningJobs", {**source, "labels": labels, "supervisedTuningSpec": spec})

    def _label(self, made: Made, labels: Mapping[str, str]) -> None:
        """Set the labels of a Model, wherever the service keeps them."""
        self._patch(made, labels=labels)
        if self.emulator.settings.label_level == "version":
            self._ask("PATCH", f"{HERE}/models/{made.number}@{made.version}?updateMask=labels", {"labels": labels})

    def _patch(self, made: Made, **fields: Any) -> None:
        self._ask("PATCH", f"{HERE}/models/{made.number}?updateMask={','.join(fields)}", fields)

    def _ask(self, method: str, target: str, body: Any = None) -> Response:
        return self.emulator.handle(Request(method, target, {}, b"" if body is None else json.dumps(body).encode()))


def _model(made: Made) -> Model | None:
    """What a job came to, in the words of histories; None if nothing is left."""
    state = made.state
    if state is None:
        return None
    epochs = made.job["supervisedTuningSpec"].get("hyperParameters", {}).get("epochCount")
    shown = made.model or {}
    degrees = re.fullmatch(r"([0-9])_([0-9])", made.labels.get("temperature", ""))
    return Model(
        made.job["name"],
        state,
        _word(made.labels),
        shown.get("displayName", made.job.get("tunedModelDisplayName", "")),
        shown.get("description", ""),
        float(f"{degrees[1]}.{degrees[2]}") if degrees else None,
        int(epochs) if epochs else None,
        identity=made.job.get("labels", {}).get(ID, ""),
        record=state == "FAILED",
        empty=state == "HALF" and made.model is None,
    )


def _suits(made: Made, deed: str) -> bool:
    """Whether a deed can be done to it: most are about Models."""
    return deed == "clone" or (made.state == "CREATING" if deed == "cancel" else made.model is not None)


def _word(labels: Mapping[str, str]) -> str:
    """The mark in labels."""
    return json.dumps({key: labels[key] for key in MARK if key in labels})


def _last(name: str) -> str:
    """The number at the end of a resource name, without version."""
    return name.rpartition("/")[2].partition("@")[0]


def _open(settings: Settings, clock: Callable[[], float]) -> Vertex:
    dooms: dict[str, int] = {}
    emulator = Emulator(None, clock, replace(settings, fail_after=dooms))
    emulator.load_vertex(models=[{"name": GUEST, "displayName": "theirs", "labels": {f"{OURS}owner": "rival"}}])
    return Vertex(emulator, dooms)


LAND = Land(
    open=_open,
    settings=SETTINGS,
    deeds=DEEDS,
    lines={
        "data": ("one", "two", "three"),
        "epochs": (None, 3, 7),
        "temperature": (None, 0.2, 0.7),
        "text": (None, "words", "other words", ""),
        "keep": (0, 0, 0, 1),
        "protect": (False, False, False, True),
        "on_removal": ("delete", "delete", "delete", "keep"),
        "doomed": (False, False, False, True),
        "parent": ("", "", "", "a", "b"),
        "measured": (None, None, None, "apart", "aside"),
    },
    reach=(20, 45),
    odd=(b'"JOB_STATE_SUCCEEDED"', b'"JOB_STATE_RESTING"'),
    moments=(1, 10, 100, 700),
    rounds=20,
    pause=120.0,
    aims=AIMS,
    lists=2,
)

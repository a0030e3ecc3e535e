"""Histories at Vertex AI: a job makes a Model and Endpoints, its mark is in labels, and it goes step by step.

A model is called by its job, which never goes away. What there is, is read from the emulator's own tables.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
from hypothesis import strategies as st

from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.storage import objects
from reconciler.emulator.wire import Response
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
    Stop,
    Withdraw,
    Write,
)
from tests.properties.vertex_people import BASE, DEEDS, GUEST, People
from tests.properties.vertex_project import Made, Project, last
from tests.services.vertex import HERE, ID, OURS

WORKSPACE = replace(tested.SERVICES["vertex"].workspace, endpoint="emulator")
MARK = (ID, f"{OURS}owner", f"{OURS}name", f"{OURS}flags")
"""The labels that say whose a model is and what is to survive its manifest."""

RECORD = (f"{OURS}data", f"{OURS}base", f"{OURS}declared")
"""The labels that say what it was trained from."""

AIMS = (
    *("POST .*/tuningJobs$", "POST .*/tuningJobs$", "claims%2F", "POST .*claims%2F", "data%2F", "PATCH"),
    *(":undeployModel", "DELETE .*/endpoints/", "DELETE .*/models/", "operations/"),
)

SETTINGS = st.builds(
    Settings,
    steps_per_second=st.sampled_from((0.3, 5.0)),
    list_lag=st.sampled_from((0, 0, 0, 0, 0, 1, 7)),
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


@dataclass
class Vertex:
    """See `remote.Remote`. `dooms` are what the emulator looks for in the ids of those that fail."""

    emulator: Emulator
    dooms: dict[str, int]
    project: Project
    people: People

    def models(self) -> list[Model]:
        return [found for made in self.project.everything() if (found := _model(made))]

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
                act = Stop(self.project.job(name))
            case "PATCH", "models", "":
                act = self._write(name, sent)
            case "POST", "endpoints", "undeployModel":
                gone = sent.body["deployedModelId"]
                act = self._withdraw(
                    f"{gone} on {path}", lambda made: gone in made.deployments(made.endpoints.get(name, {}))
                )
            case "DELETE", "endpoints", "":
                act = self._withdraw(path, lambda made: name in made.endpoints)
            case "DELETE", "models", "deleteVersion":
                act = self._withdraw(path, lambda made: f"{made.number}@{made.version}" == name)
            case "DELETE", "models", "":
                act = self._withdraw(path, lambda made: made.model is not None and made.number == name)
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
            self.project.maker(last(tuned), tuned.partition("@")[2]) if tuned else "",
            labels.get(ID, ""),
        )

    def deed(self, deed: str, nth: int) -> Deed:
        return self.people.deed(deed, nth)

    def doom(self, names: set[str]) -> None:
        self.dooms.clear()
        self.dooms.update({f"{name}-": 1 for name in names})

    def part(self) -> None:
        self.people.part()

    def strange(self) -> None:
        self.people.strange()

    def fields(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        degrees = {"temperature": str(said["temperature"]).replace(".", "_")} if "temperature" in said else {}
        return {**({} if "parent" in said else {"base": BASE}), **said, **degrees}

    def provider(
        self, wire: requests.adapters.BaseAdapter, sleep: Callable[[float], Any], clock: Callable[[], float]
    ) -> Provider:
        session = requests.Session()
        session.trust_env = False
        session.mount(EMBEDDED, wire)
        return connect(WORKSPACE, {}, session=session, sleep=sleep, clock=clock, chance=lambda: 0.5)

    def _write(self, name: str, sent: Sent) -> Write:
        """A PATCH of a Model, or of one version: labels that it leaves out are lost."""
        number, _, version = name.partition("@")
        owners = [m for m in self.project.everything() if m.model and m.number == number and version in ("", m.version)]
        ours = [m for m in owners if ID in m.job.get("labels", {})] or owners
        if not ours:
            return Write(f"model {name}", None)
        if "labels" not in sent.query.get("updateMask", "").split(","):
            return Write(ours[0].job["name"], None)
        labels = sent.body.get("labels", {})
        lost = [key for key in ours[0].labels if key not in labels and not key.startswith(OURS)]
        return Write(ours[0].job["name"], (_word(labels),) if labels.get(ID) else (), tuple(lost))

    def _undeploy(self, endpoint: str, deployed: str) -> Withdraw:
        """Whatever is taken off an Endpoint is the job's whose version it is."""
        return self._withdraw(
            f"{deployed} on endpoint {endpoint}",
            lambda made: deployed in made.deployments(made.endpoints.get(endpoint, {})),
        )

    def _withdraw(self, what: str, concerns: Callable[[Made], bool]) -> Withdraw:
        """Whatever is taken away is the job's that made it; what nobody here has made is somebody else's."""
        owners = [made.job["name"] for made in self.project.everything() if concerns(made)]
        return Withdraw(owners[0], tuple(owners[1:])) if owners else Withdraw(what, (what,))


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
        legible=all(made.labels.get(key) == made.job.get("labels", {}).get(key) for key in RECORD),
    )


def _word(labels: Mapping[str, str]) -> str:
    """The mark in labels."""
    return json.dumps({key: labels[key] for key in MARK if key in labels})


def _open(settings: Settings, clock: Callable[[], float]) -> Vertex:
    dooms: dict[str, int] = {}
    emulator = Emulator(None, clock, replace(settings, fail_after=dooms))
    emulator.load_vertex(models=[{"name": GUEST, "displayName": "theirs", "labels": {f"{OURS}owner": "rival"}}])
    project = Project(emulator)
    return Vertex(emulator, dooms, project, People(project))


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
    rounds=20,
    pause=120.0,
    aims=AIMS,
    lists=2,
    listed=tuple(f"{HERE}/{kind}" for kind in ("tuningJobs", "models", "endpoints")),
)

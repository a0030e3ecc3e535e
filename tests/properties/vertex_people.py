"""What people do at Vertex AI by hand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.emulator.wire import Response
from tests import tested
from tests.properties.remote import Deed
from tests.properties.vertex_project import Made, Project, last
from tests.services.vertex import BUCKET, HERE, ID, OURS, PLACE, line

BASE = tested.SERVICES["vertex"].base
GUEST = f"{PLACE}/models/4242"
"""A Model that has always been there, and is nobody's here."""

PAINT = ("wipe", "overwrite", "copy")
"""Deeds that write the mark over."""

DEEDS = (
    *(*PAINT, "write", "warm", "edit", "delete", "delete", "cancel", "clone", "guest", "version"),
    *("undeploy", "delete endpoint", "delete model"),
)


@dataclass
class People:
    """All who have access to a project."""

    project: Project
    strangers: int = 0

    def deed(self, deed: str, nth: int) -> Deed:
        """Do something to the nth model that it can be done to; what the service takes its time for is done at once."""
        there = [made for made in self.project.everything() if made.state and _suits(made, deed)]
        if not there:
            return Deed()
        before = self.project.emulator.settings
        self.project.emulator.settings = replace(before, operation_seconds=0.0)
        made, other = there[nth % len(there)], there[(nth + 1) % len(there)]
        try:
            if deed in PAINT:
                return self._paint(deed, made, other)
            return self._meddle(deed, made, nth)
        finally:
            self.project.emulator.settings = before

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
                return self._visit(made, nth)
            case "version":
                self._train({"preTunedModel": {"tunedModelName": made.job["tunedModel"]["model"]}}, {})
            case "clone":
                return self._clone(made.job)
            case "cancel":
                self._ask("POST", f"{HERE}/tuningJobs/{last(made.job['name'])}:cancel", {})
            case _:
                return self._dismantle(deed, made)
        return Deed()

    def part(self) -> None:
        """Guests leave our Endpoints, and give the traffic back."""
        for made in self.project.everything():
            for endpoint in made.endpoints.values():
                ours = made.deployments(endpoint)
                guests = [one["id"] for one in endpoint.get("deployedModels", []) if not made.is_version(one)]
                for guest in guests if ours else []:
                    target = f"{HERE}/endpoints/{last(endpoint['name'])}"
                    split = {ours[0]: 100}
                    self._ask("POST", f"{target}:undeployModel", {"deployedModelId": guest, "trafficSplit": split})

    def strange(self) -> None:
        """Begin a training that is nobody's here."""
        self.strangers += 1
        name = f"rival-{self.strangers}"
        labels = {ID: name, f"{OURS}owner": "rival", f"{OURS}name": "a"}
        self._train({"baseModel": BASE, "tunedModelDisplayName": name}, labels)

    def _edit(self, made: Made, nth: int) -> None:
        """Change labels of which the mark does not consist: what is recorded there is not known any more, or wrong."""
        without = {key: value for key, value in made.labels.items() if key != f"{OURS}data"}
        base = {f"{OURS}base": "0" * 40}
        wrong = {f"{OURS}data": f"1-{'0' * 40}"}
        self._label(made, (without, {**made.labels, **base}, {**made.labels, **wrong})[nth % 3])

    def _visit(self, made: Made, nth: int) -> Deed:
        """Deploy somebody else's Model on an Endpoint, with all of the traffic or with none."""
        if made.main is None:
            return Deed()
        body: dict[str, Any] = {"deployedModel": {"model": GUEST}}
        if nth % 2:
            body["trafficSplit"] = {"0": 100}
        self._ask("POST", f"{HERE}/endpoints/{last(made.main['name'])}:deployModel", body)
        return Deed("halted", made.job["name"]) if nth % 2 else Deed()

    def _clone(self, job: Mapping[str, Any]) -> Deed:
        """Begin a training once more, with all that was asked for: the console has a button for that."""
        asked = ("tunedModelDisplayName", "description", "baseModel", "preTunedModel", "supervisedTuningSpec", "labels")
        self.project.emulator.advance(
            1.0
        )  # of two that were begun at the same instant nobody could say which is the older
        answer = self._ask("POST", f"{HERE}/tuningJobs", {key: job[key] for key in asked if key in job})
        return Deed("cloned", job["name"], json.loads(answer.body)["name"]) if answer.status == 200 else Deed()

    def _dismantle(self, deed: str, made: Made) -> Deed:
        """Take away what a job made, or a part of it."""
        whole = deed in ("delete", "delete model")
        endpoints = made.endpoints.values() if whole else [made.main] if made.main else []
        for endpoint in endpoints:
            target = f"{HERE}/endpoints/{last(endpoint['name'])}"
            for deployed in made.deployments(endpoint):
                self._ask("POST", f"{target}:undeployModel", {"deployedModelId": deployed})
            if deed in ("delete", "delete endpoint"):
                self._ask("DELETE", target)
        if whole:
            several = sum(m.number == made.number and m.model is not None for m in self.project.everything()) > 1
            path = f"{made.number}@{made.version}:deleteVersion" if several else made.number
            self._ask("DELETE", f"{HERE}/models/{path}")
        name = made.job["name"]
        left = [each.state for each in self.project.everything() if each.job["name"] == name]
        return Deed("taken" if whole and left == [None] else "halted", name)

    def _train(self, source: Mapping[str, Any], labels: Mapping[str, str]) -> None:
        self.project.emulator.put_object(BUCKET.removeprefix("gs://"), "people/data.jsonl", line("x", "y").encode())
        spec = {"trainingDatasetUri": f"{BUCKET}/people/data.jsonl"}
        self._ask("POST", f"{HERE}/tuningJobs", {**source, "labels": labels, "supervisedTuningSpec": spec})

    def _label(self, made: Made, labels: Mapping[str, str]) -> None:
        """Set the labels of a Model, wherever the service keeps them."""
        self._patch(made, labels=labels)
        if self.project.emulator.settings.label_level == "version":
            self._ask("PATCH", f"{HERE}/models/{made.number}@{made.version}?updateMask=labels", {"labels": labels})

    def _patch(self, made: Made, **fields: Any) -> None:
        self._ask("PATCH", f"{HERE}/models/{made.number}?updateMask={','.join(fields)}", fields)

    def _ask(self, method: str, target: str, body: Any = None) -> Response:
        return self.project.ask(method, target, body)


def _suits(made: Made, deed: str) -> bool:
    """Whether a deed can be done to it: most are about Models."""
    return deed == "clone" or (made.state == "CREATING" if deed == "cancel" else made.model is not None)

"""Histories at the Gemini API: a model is one resource, its mark a word in its description."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from hypothesis import strategies as st

from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response
from reconciler.providers.gemini.advice import explain
from reconciler.providers.gemini.provider import GeminiProvider
from reconciler.providers.http import Http
from tests.properties.remote import (
    DOOMED,
    OWNER,
    Act,
    Birth,
    Create,
    Deed,
    Land,
    Mark,
    Model,
    Sent,
    Withdraw,
    Write,
)
from tests.properties.wire import Anonymous

BASE = "models/gemini-1.0-pro-001"
DEEDS = ("wipe", "write", "warm", "delete", "copy", "share", "overwrite")

SETTINGS = st.builds(
    Settings,
    steps_per_second=st.sampled_from((0.3, 5.0)),
    missing=st.sampled_from((404, 403)),
    after_cancel=st.sampled_from(("failed", "active", "deleted")),
    list_lag=st.sampled_from((0, 0, 0, 1)),
    description_trim=st.booleans(),
    delete_creating=st.sampled_from(("ok", "refuse")),
    fail_after=st.just({DOOMED: 1}),
)


@dataclass
class Gemini:
    """See `remote.Remote`."""

    emulator: Emulator
    strangers: int = 0

    def models(self) -> list[Model]:
        rows = self.emulator._store.sql.execute("SELECT id FROM models WHERE gone_from IS NULL ORDER BY seq")
        return [found for (model,) in rows.fetchall() if (found := self.model(f"tunedModels/{model}"))]

    def model(self, name: str) -> Model | None:
        answer = self.emulator.handle(Request("GET", f"/v1beta/{name}", {}, b""))
        if answer.status != 200:
            return None
        found = json.loads(answer.body)
        text = found.get("description", "")
        return Model(
            found["name"],
            found["state"],
            text,
            found["displayName"],
            re.sub(r" ?reconciler:1:\S*", "", text),
            found.get("temperature", 0),
            found["tuningTask"]["hyperparameters"]["epochCount"],
        )

    def users(self, model: str) -> set[str]:
        answer = self.emulator.handle(Request("GET", f"/v1beta/{model}/permissions?pageSize=1000", {}, b""))
        granted = json.loads(answer.body).get("permissions", [])
        return {f"{g['granteeType']} {g.get('emailAddress', '')}" for g in granted if g["role"] != "OWNER"}

    def read(self, word: str) -> Mark:
        parts = word.split(":")
        return Mark(parts[3], "p" in parts[7], "k" in parts[7])

    def means(self, sent: Sent) -> Act | None:
        match sent.method, sent.path.rpartition("/v1beta/")[2]:
            case "POST", "tunedModels":
                return Create()
            case "PATCH", model:
                touched = "description" in sent.body
                return Write(model, tuple(_words(sent.body["description"])) if touched else None)
            case "DELETE", model:
                return Withdraw(model)
            case _:
                return None

    def born(self, sent: Sent, answer: Response) -> Birth:  # noqa: ARG002 - the request has said it
        task = sent.body["tuningTask"]
        (word,) = _words(sent.body.get("description", ""))
        data = task["trainingData"]["examples"]["examples"][0]["output"]
        return Birth(
            f"tunedModels/{sent.query['tunedModelId']}", word, data, task.get("hyperparameters", {}).get("epochCount")
        )

    def deed(self, deed: str, nth: int) -> Deed:
        models = self.models()
        if not models:
            return Deed()
        model = models[nth % len(models)]
        match deed:
            case "wipe":
                return self._defaced(model, "")
            case "write":
                self._patch(model, description=f"{model.carrier} by hand".strip())
            case "warm":
                self._patch(model, temperature=0.4)
            case "delete":
                self._ask("DELETE", model.name)
                return Deed("taken", model.name)
            case "copy":
                return self._defaced(models[(nth + 1) % len(models)], model.carrier)
            case "overwrite":
                return self._defaced(model, "reconciler:1:acme:a:?:-:-:-:AAAAAA")
            case "share":
                self._ask("POST", f"{model.name}/permissions", {"granteeType": "EVERYONE", "role": "READER"})
            case _:
                raise AssertionError(deed)
        return Deed()

    def doom(self, names: set[str]) -> None:
        """The display name says it."""

    def part(self) -> None:
        """Nobody is in our way."""

    def strange(self) -> None:
        self.strangers += 1
        body = {
            "displayName": "theirs",
            "baseModel": BASE,
            "description": "reconciler:1:rival:a:?:-:-:-:AAAAAA",
            "tuningTask": {"trainingData": {"examples": {"examples": [{"textInput": "x", "output": "y"}]}}},
        }
        self._ask("POST", f"tunedModels?tunedModelId=stranger-{self.strangers}", body)

    def fields(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"base": BASE, **said}

    def provider(
        self, wire: requests.adapters.BaseAdapter, sleep: Callable[[float], Any], clock: Callable[[], float]
    ) -> GeminiProvider:
        session = requests.Session()
        session.trust_env = False
        session.mount("http://", wire)
        http = Http("http://emulator", Anonymous(), session, explain, sleep=sleep, clock=clock, chance=lambda: 0.5)
        return GeminiProvider(http, "v1beta")

    def _defaced(self, model: Model, description: str) -> Deed:
        self._patch(model, description=description)
        return Deed("defaced", model.name)

    def _patch(self, model: Model, **fields: Any) -> None:
        self._ask("PATCH", f"{model.name}?updateMask={','.join(fields)}", fields)

    def _ask(self, method: str, target: str, body: Any = None) -> None:
        self.emulator.handle(
            Request(method, f"/v1beta/{target}", {}, b"" if body is None else json.dumps(body).encode())
        )


def _words(text: str) -> list[str]:
    """The marks in a text."""
    return re.findall(rf"reconciler:1:{OWNER}:\S*", text)


LAND = Land(
    listed=("/v1beta/tunedModels",),
    open=lambda settings, clock: Gemini(Emulator(None, clock, settings)),
    settings=SETTINGS,
    deeds=DEEDS,
    lines={
        "data": ("one", "two", "three"),
        "epochs": (None, 5, 7),
        "temperature": (None, 0.2, 0.7),
        "text": (None, "words", "other words", ""),
        "keep": (0, 0, 0, 1),
        "protect": (False, False, False, True),
        "on_removal": ("delete", "delete", "delete", "keep"),
        "doomed": (False, False, False, True),
    },
    reach=(7, 14),
    odd=(b'"ACTIVE"', b'"PAUSED"'),
)

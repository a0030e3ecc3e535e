"""The Gemini API's tunedModels: the id is in the request, one DELETE takes a model away."""

import re
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.wire import Recorded
from tests.services.dialect import DRIFTED, Ask, Dialect, Lines, queried

MODELS = "/v1beta/tunedModels"
MARK = re.compile(r"reconciler:[0-9]+:\S+")

LINES = Lines(
    workspace=(),
    base="models/gemini-1.5-flash-001-tuning",
    other="models/gemini-1.0-pro-001",
    path="temperature",
    ignored="temperature",
    cool="temperature: 0.2",
    mild="temperature: 0.3",
    fresh="temperature: 0.4",
    warm="temperature: 0.7",
    size="batchSize",
    budget=("  maxSteps: 40",),
)


class Wire:
    """See `dialect.Wire`."""

    def model(self, request: Recorded, ask: Ask) -> str:  # noqa: ARG002 - the path says it
        given = request.query.get("tunedModelId", "")
        return given or request.path.partition("/tunedModels/")[2].partition("/")[0].partition(":")[0]

    def creates(self, request: Recorded) -> bool:
        made = request.method == "POST" and request.path.endswith("/tunedModels")
        return made and request.status == 200

    def deletes(self, request: Recorded) -> bool:
        return request.method == "DELETE" and request.status == 200

    def withdraws(self, request: Recorded) -> bool:
        return self.deletes(request)

    def states(self, ask: Ask) -> Mapping[str, str]:
        listed = ask("GET", "/v1beta/tunedModels?pageSize=1000&fields=tunedModels(name,state)").get("tunedModels", [])
        return {each["name"].removeprefix("tunedModels/"): each["state"] for each in listed}

    def target(self, request: Recorded) -> str:
        return queried(request.path, request.query)

    def content(self, body: Any) -> Any:
        return body


class Deeds:
    """See `dialect.Deeds`."""

    carrier = "description"
    extras = "topP, readers, and a description"

    def make(self, ask: Ask, name: str, description: str = "", like: str = "", title: str = "Sentences") -> None:
        pairs = [{"textInput": str(number), "output": str(number + 1)} for number in range(20)]
        task = {"hyperparameters": {"epochCount": 1}, "trainingData": {"examples": {"examples": pairs}}}
        said = self._get(ask, like)["description"] if like else description
        body = {"displayName": title, "baseModel": LINES.base, "description": said, "tuningTask": task}
        ask("POST", f"{MODELS}?tunedModelId={name}", body)

    def handle(self, ask: Ask, model: str) -> str:  # noqa: ARG002 - the id is all there is
        return model

    def text(self, ask: Ask, model: str) -> str:
        return MARK.sub("", self._get(ask, model).get("description", "")).strip()

    def mark(self, ask: Ask, model: str) -> str:
        found = MARK.search(self._get(ask, model).get("description", ""))
        return found[0] if found else ""

    def describe(self, ask: Ask, model: str, text: str) -> None:
        self._patch(ask, model, description=f"{text} {self.mark(ask, model)}")

    def wipe(self, ask: Ask, model: str) -> None:
        self._patch(ask, model, description="")

    def take(self, ask: Ask, model: str) -> None:
        self._patch(ask, model, description="Mine.")

    def outdate(self, ask: Ask, model: str) -> None:
        self._patch(ask, model, description="reconciler:2:acme-1:sentences:of:the:future")

    def drift(self, ask: Ask, model: str) -> None:
        self._patch(ask, model, temperature=0.9, displayName=DRIFTED)

    def adorn(self, ask: Ask, model: str) -> None:
        self.describe(ask, model, "Ask Ada first.\n")
        self._patch(ask, model, topP=0.5, readerProjectNumbers=["12"])

    def delete(self, ask: Ask, model: str) -> None:
        ask("DELETE", f"{MODELS}/{model}")

    def _get(self, ask: Ask, model: str) -> Any:
        return ask("GET", f"{MODELS}/{model}")

    def _patch(self, ask: Ask, model: str, **values: object) -> None:
        ask("PATCH", f"{MODELS}/{model}?updateMask={','.join(values)}", values)


DIALECT = Dialect(
    LINES,
    Wire(),
    Deeds(),
    calls={"creating": "POST /tunedModels$", "look": "get"},
    collection="/tunedModels",
    examples=20,
)

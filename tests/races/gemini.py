"""Races for models of the Gemini API: data are in the request, the mark is in the description."""

from typing import Any

from reconciler.emulator.wire import Recorded
from tests.races.service import Inputs, Service, Signed
from tests.services.dialect import Ask


def _inputs(request: Recorded, ask: Ask) -> Inputs:  # noqa: ARG001 - the request says all
    task: Any = request.body["tuningTask"]
    examples = task["trainingData"]["examples"]["examples"]
    return Inputs(examples[0]["output"], task.get("hyperparameters", {}).get("epochCount"))


def _signed(request: Recorded) -> Signed | None:
    text = request.body.get("description")
    if not text:
        return None
    (word,) = (word for word in text.split() if word.startswith("reconciler:1:"))
    _, _, owner, name, *_ = word.split(":")
    return Signed(owner, name)


SERVICE = Service(_inputs, _signed, float, reach=12, few=50)

"""Races for models of Vertex AI: data are in the staging bucket, the mark is in labels."""

from typing import Any
from urllib.parse import quote

from reconciler.emulator.wire import Recorded
from tests.races.service import Inputs, Service, Signed
from tests.services.dialect import Ask
from tests.services.vertex import OURS


def _inputs(request: Recorded, ask: Ask) -> Inputs:
    spec: Any = request.body["supervisedTuningSpec"]
    bucket, _, name = spec["trainingDatasetUri"].removeprefix("gs://").partition("/")
    first = ask("GET", f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}?alt=media", lines=True)[0]
    epochs = spec.get("hyperParameters", {}).get("epochCount")
    return Inputs(first["contents"][-1]["parts"][0]["text"], epochs and int(epochs))


def _signed(request: Recorded) -> Signed | None:
    labels = request.body.get("labels")
    return Signed(labels[f"{OURS}owner"], labels[f"{OURS}name"]) if labels else None


SERVICE = Service(_inputs, _signed, lambda value: f"t{value}".replace(".", "_"), reach=60, few=12)

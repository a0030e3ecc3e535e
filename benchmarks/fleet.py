"""A workspace of many models, and the same models as the service would list them."""

import json
from pathlib import Path

from reconciler.plan.training import ownership
from reconciler.providers.gemini import mark
from reconciler.providers.gemini.rules import NAMING, PREFIX
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Example, Locator, digest
from reconciler.resource.desired import Desired
from reconciler.resource.identity import inputs_hash
from reconciler.resource.rules import Value

OWNER = "bench"
BASE = "models/gemini-1.5-flash-001-tuning"
DATA_BYTES = 32 * 1024
SNAPSHOTS = 20


def write(folder: Path, count: int, endpoint: str) -> None:
    """Write `count` manifests, each with a JSONL dataset of 32 KiB of its own, and the workspace."""
    for name in ("models", "data"):
        (folder / name).mkdir(parents=True)
    (folder / "workspace.yaml").write_text(
        "apiVersion: reconciler.dev/v1alpha1\nkind: Workspace\nmetadata: {name: bench}\n"
        f"spec: {{endpoint: {endpoint}, owner: {OWNER}}}\n"
    )
    for index in range(count):
        (folder / "data" / f"m{index}.jsonl").write_text(
            "".join(json.dumps({"text_input": e.input, "output": e.output}) + "\n" for e in _examples(index))
        )
        (folder / "models" / f"m{index}.yaml").write_text(_manifest(index))


def listed(count: int, changed: int) -> dict[str, object]:
    """Give the models as a `tunedModels` list; the first `changed` of them have drifted."""
    return {"tunedModels": [_model(index, drifted=index < changed) for index in range(count)]}


def _examples(index: int) -> list[Example]:
    """About 32 KiB of pairs, none like those of another model."""
    line = len(json.dumps({"text_input": "", "output": ""})) + 1
    pair = Example(f"{index:06d} {'question ' * 9}", f"{'answer ' * 6}")
    return [Example(f"{pair.input}{n:04d}", pair.output) for n in range(DATA_BYTES // (line + len("".join(pair)) + 4))]


def _manifest(index: int) -> str:
    return f"""apiVersion: reconciler.dev/v1alpha1
kind: TunedModel
metadata:
  name: m{index}
  labels: {{team: bench}}
spec:
  displayName: model {index}
  description: answers the questions of team {index}
  baseModel: {BASE}
  dataset: {{path: ../data/m{index}.jsonl}}
  hyperparameters:
    epochCount: 5
    batchSize: 4
    learningRate: 0.001
  temperature: 0.5
  topP: 0.95
"""


def _model(index: int, *, drifted: bool) -> dict[str, object]:
    """One model, trained from its manifest, with twenty snapshots of its loss."""
    desired = _desired(index)
    name = NAMING.name(OWNER, desired.address, inputs_hash(desired), 0)
    token = mark.encode(ownership(desired, OWNER), name.removeprefix(PREFIX))
    hyperparameters = {"epochCount": 5, "batchSize": 4, "learningRate": 0.001}
    moment = "2026-01-01T00:00:00.000001Z"
    snapshots = [
        {"step": step, "epoch": step // 4, "meanLoss": 10 / step, "computeTime": moment}
        for step in range(1, SNAPSHOTS + 1)
    ]
    return {
        "name": name,
        "baseModel": BASE,
        "displayName": f"model {index}",
        "description": f"answers the questions of team {index} {token}",
        "state": "ACTIVE",
        "createTime": moment,
        "updateTime": moment,
        "tuningTask": {
            "startTime": moment,
            "completeTime": moment,
            "snapshots": snapshots,
            "hyperparameters": hyperparameters,
        },
        "temperature": 0.9 if drifted else 0.5,
        "topP": 0.95,
        "topK": 40,
    }


def _desired(index: int) -> Desired:
    """The manifest, resolved without reading it."""
    dataset = Dataset(digest(_examples(index)), 0, 0, 0, 0, Locator("", "jsonl", "text_input", "output"))
    fields: dict[str, Value] = {
        "baseModel": BASE,
        "hyperparameters.epochCount": 5,
        "hyperparameters.batchSize": 4,
        "hyperparameters.learningRate": 0.001,
    }
    return Desired(Address(f"m{index}"), fields, dataset)

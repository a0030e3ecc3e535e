"""Vertex AI after a crash: the records of all jobs, what is left of what they made, and the data in the bucket.

Claims are no part of it: one that a dead process left behind names a job that is spent, or none.
"""

import signal
from collections.abc import Iterator, Mapping
from typing import Any

from tests.process.service import Service
from tests.services.dialect import Ask
from tests.services.vertex import BUCKET, HERE, ID, OURS

SHOWN = ("displayName", "description")


def _rows(ask: Ask) -> Iterator[tuple[object, ...]]:
    models = {_number(each["name"]): each for each in _all(ask, "models")}
    deployed = {each["name"]: len(each.get("deployedModels", [])) for each in _all(ask, "endpoints")}
    for job in _all(ask, "tuningJobs"):
        made = job.get("tunedModel", {})
        model = models.get(_number(made.get("model", "")))
        labels = model["labels"] if model else {}
        places = {made.get("endpoint"), *(each.get("endpoint") for each in made.get("checkpoints", []))}
        yield (
            _id(job),
            job["state"],
            *(str(model and model.get(key)) for key in SHOWN),
            sorted((key, label) for key, label in labels.items() if key.startswith(OURS) or key == "tone"),
            sorted(deployed[place] for place in places if place in deployed),
        )
    for data in ask("GET", f"/storage/v1/b/{BUCKET[5:]}/o?prefix=reconciler/data/").get("items", []):
        yield ("data", data["name"])


def _id(job: Mapping[str, Any]) -> str:
    return str(job.get("labels", {}).get(ID) or job["tunedModelDisplayName"])


def _trainings(ask: Ask) -> list[str]:
    return [_id(job) for job in _all(ask, "tuningJobs")]


def _world(ask: Ask) -> list[tuple[object, ...]]:
    return sorted(_rows(ask), key=str)


def _all(ask: Ask, collection: str) -> list[Any]:
    listed: list[Any] = ask("GET", f"{HERE}/{collection}?pageSize=1000").get(collection, [])
    return listed


def _number(name: str) -> str:
    return name.rpartition("/")[2].partition("@")[0]


SERVICE = Service(_trainings, _world, "brief", ((signal.SIGKILL, "after"),), "brief at once", 4)

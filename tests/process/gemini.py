"""The Gemini API after a crash."""

import signal
from collections.abc import Iterator

from tests.process.service import Service
from tests.services.dialect import Ask


def _rows(ask: Ask) -> Iterator[tuple[object, ...]]:
    for model in ask("GET", "/v1beta/tunedModels?pageSize=1000").get("tunedModels", []):
        granted = ask("GET", f"/v1beta/{model['name']}/permissions?pageSize=1000").get("permissions", [])
        users = tuple(sorted(each.get("emailAddress", "") for each in granted))
        name = model["name"].removeprefix("tunedModels/")
        yield name, model["state"], model.get("description"), model.get("temperature"), users


def _trainings(ask: Ask) -> list[str]:
    return [model["name"] for model in ask("GET", "/v1beta/tunedModels?pageSize=1000").get("tunedModels", [])]


def _world(ask: Ask) -> list[tuple[object, ...]]:
    return sorted(_rows(ask), key=str)


SERVICE = Service(
    _trainings,
    _world,
    "everyday",
    ((signal.SIGKILL, "before"), (signal.SIGKILL, "after"), (signal.SIGTERM, "after")),
    "at once",
    1,
)

"""A service to talk to: an emulator with a clock of its own, asked through its front door."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response

START = 1_695_153_385.999303


class Service:
    """An emulator, the time it lives in, and the account that asks."""

    def __init__(self, settings: Settings, state: Path | None = None, log: Path | None = None) -> None:
        self.time = START
        self.emulator = Emulator(state, lambda: self.time, settings, log)
        self.token = ""

    def send(self, method: str, target: str, body: object = None) -> Response:
        """Send a request; a body that is no bytes is sent as JSON."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.emulator.handle(Request(method, target, headers, data))

    def ask(self, method: str, target: str, body: object = None) -> Any:
        """Send a request that must succeed, and give its JSON."""
        response = self.send(method, target, body)
        assert response.status == 200, response.body
        return json.loads(response.body)

    def refused(self, method: str, target: str, body: object = None) -> tuple[int, str]:
        """Send a request that must be refused as the API does it, and give code and message."""
        response = self.send(method, target, body)
        error = json.loads(response.body)["error"]
        assert error["code"] == response.status >= 400
        return error["code"], error["message"]

    def create(self, model_id: str = "numbers-1", version: str = "v1beta", **changes: Any) -> Any:
        """Create a model of fifteen examples in 19 steps, or as changed."""
        target = f"/{version}/tunedModels?tunedModelId={model_id}" if model_id else f"/{version}/tunedModels"
        return self.ask("POST", target, a_model(**changes))

    def wait(self) -> None:
        """Let every training end."""
        self.time += 3600


def a_model(
    examples: int = 15, base: str = "models/gemini-1.0-pro-001", rate: dict[str, float] | None = None, **changes: Any
) -> dict[str, Any]:
    """Give the body of a create; `changes` are fields of the model, epochs and batch among them."""
    hyperparameters = {
        "epochCount": changes.pop("epochs", 5),
        "batchSize": changes.pop("batch", 4),
        **({"learningRate": 0.001} if rate is None else rate),
    }
    pairs = [{"textInput": str(number), "output": str(number + 1)} for number in range(1, examples + 1)]
    task = {"hyperparameters": hyperparameters, "trainingData": {"examples": {"examples": pairs}}}
    return {"displayName": "number generator", "baseModel": base, "tuningTask": task, **changes}


@pytest.fixture
def make_service() -> Iterator[Callable[..., Service]]:
    """Make services with settings of their own."""
    made: list[Service] = []

    def make(state: Path | None = None, log: Path | None = None, **settings: Any) -> Service:
        made.append(Service(Settings(**settings), state, log))
        return made[-1]

    yield make
    for service in made:
        service.emulator.close()


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    """Give a service as it is by default."""
    return make_service()

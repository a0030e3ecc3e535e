"""Vertex AI to talk to: an emulator with a clock of its own, asked through its front door.

What it answers at v1 is held against the discovery document.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response
from tests.emulator.vertex import discovery

START = 1_763_000_000.123456
PARENT = "projects/our-project/locations/us-central1"
DATA = "gs://our-bucket/data.jsonl"


class Project:
    """A project of the emulated Vertex AI, and the time it lives in.

    Paths without a slash in front are of its location.
    """

    def __init__(self, settings: Settings, state: Path | None = None) -> None:
        self.time = START
        self.emulator = Emulator(state, lambda: self.time, settings)
        self.headers: dict[str, str] = {}
        self.put("data.jsonl", [a_line(str(number), str(number + 1)) for number in range(40)])

    def put(self, name: str, lines: list[Any]) -> str:
        """Put JSON lines into the bucket and give their URI; a line that is text is taken as it is."""
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        self.emulator.put_object("our-bucket", name, text.encode())
        return f"gs://our-bucket/{name}"

    def send(self, method: str, path: str, body: object = None) -> Response:
        """Send a request; a body that is no bytes is sent as JSON."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.emulator.handle(Request(method, target(path), self.headers, data))

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send a request that must succeed, and give its JSON."""
        response = self.send(method, path, body)
        assert response.status == 200, response.body
        answer = json.loads(response.body)
        if "enum-encoding" not in path:
            discovery.check(method, target(path), answer)
        return answer

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str, str]:
        """Send a request that must be refused as the API does it, and give code, status and message."""
        response = self.send(method, path, body)
        error = json.loads(response.body)["error"]
        assert error["code"] == response.status >= 400
        return error["code"], error["status"], error["message"]

    def create(self, title: str = "ours", **changes: Any) -> Any:
        """Create a job of forty examples and two epochs, ten steps, or as changed."""
        return self.ask("POST", "tuningJobs", a_job(title, **changes))

    def succeed(self, title: str = "ours", **changes: Any) -> Any:
        """Create a job and give it once it has succeeded."""
        job = self.create(title, **changes)
        self.wait()
        job = self.ask("GET", job["name"])
        assert job["state"] == "JOB_STATE_SUCCEEDED", job
        return job

    def done(self, operation: Any) -> Any:
        """Give an operation as it is by now."""
        return self.ask("GET", operation["name"])

    def wait(self, seconds: float = 3600) -> None:
        """Let time go by."""
        self.time += seconds


def target(path: str) -> str:
    """Give the path of a request: a full one, a resource name, or one within the project's location."""
    if path.startswith("/"):
        return path
    return f"/v1/{path}" if path.startswith("projects/") else f"/v1/{PARENT}/{path}"


def a_line(question: str, answer: str, system: str | None = None) -> Any:
    """Give a training example of one question."""
    turns = [{"role": "user", "parts": [{"text": question}]}, {"role": "model", "parts": [{"text": answer}]}]
    return (
        {"contents": turns}
        if system is None
        else {"systemInstruction": {"parts": [{"text": system}]}, "contents": turns}
    )


def a_job(title: str = "ours", *, epochs: int | None = 2, base: str | None = "gemini-2.5-flash", **changes: Any) -> Any:
    """Give the body of a create; `changes` are fields of the job, or of its tuning spec."""
    spec: dict[str, Any] = {"trainingDatasetUri": DATA}
    if epochs is not None:
        spec["hyperParameters"] = {"epochCount": str(epochs)}
    of_spec = ("trainingDatasetUri", "validationDatasetUri", "hyperParameters", "exportLastCheckpointOnly")
    spec |= {name: changes.pop(name) for name in of_spec if name in changes}
    job: dict[str, Any] = {"supervisedTuningSpec": spec, "labels": {"team": "ours"}}
    if title:
        job["tunedModelDisplayName"] = title
    if base is not None:
        job["baseModel"] = base
    return {**job, **changes}


@pytest.fixture
def make_project() -> Iterator[Callable[..., Project]]:
    """Make projects with settings of their own."""
    made: list[Project] = []

    def make(state: Path | None = None, **settings: Any) -> Project:
        made.append(Project(Settings(**settings), state))
        return made[-1]

    yield make
    for project in made:
        project.emulator.close()


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    """Give a project as it is by default."""
    return make_project()

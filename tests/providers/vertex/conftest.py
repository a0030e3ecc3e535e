"""A Vertex provider that talks to an emulator in this process, in a time that only tests move."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from reconciler.emulator.faults import Fault
from reconciler.emulator.faulttext import parse
from reconciler.emulator.inprocess import adapter
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.plan.plan import Context, Plan
from reconciler.plan.terms import Terms
from reconciler.plan.training import ownership
from reconciler.preview import preview
from reconciler.providers.credentials import EMBEDDED
from reconciler.providers.vertex.connect import PATIENCE, connect
from reconciler.providers.vertex.provider import VertexProvider
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Example, Locator, digest
from reconciler.resource.desired import Desired
from reconciler.resource.identity import inputs_hash
from reconciler.resource.observed import Observed, Operation
from reconciler.resource.workspace import Workspace

START = 1_700_000_000.0
EXAMPLES = tuple(Example(str(number), str(number + 1)) for number in range(1, 21))
PROJECT, LOCATION, BUCKET = "my-project", "us-central1", "my-bucket"
PARENT = f"projects/{PROJECT}/locations/{LOCATION}"
ROOT = f"/v1/{PARENT}"


class Crash(BaseException):
    """The process is killed: nothing catches this."""


class Wire(BaseAdapter):
    """The way of a provider's requests; at the nth one something may happen, before or after it is served.

    `instead` sees every request, and may answer it in the service's place.
    """

    def __init__(self, emulator: Emulator, sleep: Callable[[float], None]) -> None:
        super().__init__()
        self.inner = adapter(emulator, sleep)
        self.sent = 0
        self.at = 0
        self.before: Callable[[requests.PreparedRequest], None] = lambda _: None
        self.after: Callable[[requests.PreparedRequest], None] = lambda _: None
        self.instead: Callable[[requests.PreparedRequest], requests.Response | None] = lambda _: None

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        """Deliver one request."""
        self.sent += 1
        if self.sent == self.at:
            self.before(request)
        answer = self.instead(request)
        if answer is None:
            answer = self.inner.send(request)
        if self.sent == self.at:
            self.after(request)
        return answer

    def close(self) -> None:
        """Nothing is held."""


class World:
    """An emulator, a provider connected to it, and the clock of both; sleeping moves it."""

    def __init__(self, grace: float | None = None, **settings: Any) -> None:
        self.time = START
        self.slept: list[float] = []
        self.grace = grace
        self.emulator = Emulator(clock=lambda: self.time, settings=Settings(**{"steps_per_second": 0.002, **settings}))
        self.wire = Wire(self.emulator, self.sleep)
        self.provider = self.connect()

    def connect(self, transport: BaseAdapter | None = None, workspace: Workspace | None = None) -> VertexProvider:
        """Connect anew, as another run does; what a provider remembers is gone."""
        session = requests.Session()
        self.wire = Wire(self.emulator, self.sleep)
        session.mount(EMBEDDED, transport or self.wire)
        return connect(
            workspace or self.workspace(),
            {} if self.grace is None else {PATIENCE: str(self.grace)},
            session=session,
            sleep=self.sleep,
            clock=lambda: self.time,
            chance=lambda: 0.5,
        )

    def anew(self) -> VertexProvider:
        """Let another run take the place of the present one."""
        self.provider = self.connect()
        return self.provider

    def workspace(self) -> Workspace:
        return Workspace(
            "acme",
            "acme",
            provider="vertex",
            service_version="v1",
            endpoint="emulator",
            project=PROJECT,
            location=LOCATION,
            staging_bucket=f"gs://{BUCKET}",
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def desired(self, name: Any = "numbers", examples: Any = EXAMPLES, **fields: Any) -> Desired:
        """One declared model."""
        examples = tuple(examples)
        locator = Locator("/data/numbers.jsonl", "jsonl", "text_input", "output")
        dataset = Dataset(digest(examples), len(examples), 31, 31, 800, locator)
        declared = {"displayName": "Numbers", "baseModel": "gemini-2.5-flash", **fields}
        return Desired(Address(name), {path: value for path, value in declared.items() if value is not None}, dataset)

    def name(self, desired: Desired, attempt: int = 0) -> str:
        return self.provider.naming.name("acme", desired.address, inputs_hash(desired), attempt)

    def create(self, desired: Desired | None = None, **changes: Any) -> Operation:
        """Create as apply does; `changes` are other arguments."""
        wanted = desired or self.desired()
        return self.provider.create(
            changes.get("name", self.name(wanted)),
            wanted,
            changes.get("ownership", ownership(wanted, "acme")),
            changes.get("examples", EXAMPLES),
            changes.get("validation", ()),
            changes.get("parent"),
        )

    def terms(self) -> Terms:
        """The terms of a plan for everything that is declared."""
        context = Context("acme", "acme", "vertex", "v1", "emulator", PROJECT, location=LOCATION)
        return Terms(context, self.provider.capabilities, self.provider.naming)

    def plan(self, *wants: Desired) -> Plan:
        """Plan as another run does."""
        return preview(wants, self.anew(), self.terms())

    def ready(self, desired: Desired | None = None, **changes: Any) -> Observed:
        """Create a model and let its training end."""
        operation = self.create(desired, **changes)
        self.time += 36_000
        return self.look(operation.model)

    def look(self, name: str) -> Observed:
        [observed] = self.connect().read([name])
        self.emulator.forget_requests()
        return observed

    def fault(self, fault: Fault | str) -> None:
        self.emulator.inject(parse(fault) if isinstance(fault, str) else fault)

    def raw(self, method: str, path: str, body: object = None) -> Any:
        """Act as somebody else: a console, a script."""
        session = requests.Session()
        session.mount(EMBEDDED, adapter(self.emulator, self.sleep))
        answer = session.request(method, f"{EMBEDDED}{path}", json=body)
        assert answer.ok, answer.text
        self.emulator.forget_requests()
        return answer.json() if answer.content else None

    def label(self, model: str, labels: dict[str, str]) -> None:
        """Write the labels of a Model behind our back."""
        self.raw("PATCH", f"/v1/{model.partition('@')[0]}?updateMask=labels", {"labels": labels})

    def listed(self, collection: str) -> list[Any]:
        """What there is, as the service shows it to anybody who asks often enough."""
        for _ in range(self.emulator.settings.list_lag):
            self.raw("GET", f"{ROOT}/{collection}?pageSize=1000")
        return list(self.raw("GET", f"{ROOT}/{collection}?pageSize=1000").get(collection, []))

    def jobs(self) -> list[str]:
        """The states of all jobs."""
        return [job["state"].removeprefix("JOB_STATE_") for job in self.listed("tuningJobs")]

    def claims(self) -> dict[str, dict[str, str]]:
        """What the claims say, by their ids."""
        found = self.raw("GET", f"/storage/v1/b/{BUCKET}/o?prefix=reconciler/claims/").get("items", [])
        return {each["name"].rpartition("/")[2]: each["metadata"] for each in found}

    def sent(self) -> list[str]:
        """The requests so far, as `METHOD path status`, without what all paths begin with."""
        return [
            f"{request.method} {request.path.replace(ROOT, '')} {request.status}" for request in self.emulator.requests
        ]


def renamed(observed: Observed, **changes: Any) -> Observed:
    """The same model with other values."""
    return replace(observed, **changes)


def foreign(world: World, number: int = 0) -> dict[str, Any]:
    """Train a model in the console; return its job."""
    world.emulator.put_object(BUCKET, "theirs.jsonl", LINE)
    spec = {"trainingDatasetUri": f"gs://{BUCKET}/theirs.jsonl", "hyperParameters": {"epochCount": "2"}}
    body = {"baseModel": "gemini-2.5-flash", "tunedModelDisplayName": f"theirs {number}", "supervisedTuningSpec": spec}
    job = world.raw("POST", f"{ROOT}/tuningJobs", body)
    world.time += 36_000
    return dict(world.raw("GET", f"/v1/{job['name']}"))


LINE = b'{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]}]}\n'


def lines(data: bytes | None) -> list[Any]:
    """JSONL, read."""
    assert data is not None
    return [json.loads(line) for line in data.splitlines()]


@pytest.fixture
def make_world() -> Callable[..., World]:
    return World


@pytest.fixture
def world() -> World:
    return World()

"""A provider that talks to an emulator in this process, in a time that only tests move; and answers made by hand."""

import json
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from reconciler.emulator.faults import Fault
from reconciler.emulator.faulttext import parse
from reconciler.emulator.inprocess import adapter
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.providers.credentials import EMBEDDED
from reconciler.providers.gemini.connect import connect
from reconciler.providers.gemini.provider import GeminiProvider
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Example, Locator, digest
from reconciler.resource.desired import Desired
from reconciler.resource.identity import base_hash, base_of, hyperparameters, inputs_hash, short_base, short_digest
from reconciler.resource.observed import Observed, Operation, Ownership
from reconciler.resource.workspace import Workspace, workspace

START = 1_700_000_000.0
EXAMPLES = tuple(Example(str(number), str(number + 1)) for number in range(1, 21))
BASES = {"v1beta": "models/gemini-1.0-pro-001", "v1beta3": "models/text-bison-001"}


class World:
    """An emulator, a provider connected to it, and the clock of both; sleeping moves it."""

    def __init__(self, version: str = "v1beta", *, losses: bool = False, **settings: Any) -> None:
        self.time = START
        self.slept: list[float] = []
        self.version = version
        self.emulator = Emulator(clock=lambda: self.time, settings=Settings(**settings))
        self.provider = self.connect(losses=losses)

    def connect(self, transport: BaseAdapter | None = None, *, losses: bool = False) -> GeminiProvider:
        """Connect to the emulator, or to a transport of the test's own."""
        session = requests.Session()
        session.mount(EMBEDDED, transport or adapter(self.emulator, self.sleep))
        return connect(
            self.workspace(),
            {},
            session=session,
            losses=losses,
            sleep=self.sleep,
            clock=lambda: self.time,
            chance=lambda: 0.5,
        )

    def workspace(self) -> Workspace:
        return workspace(
            {
                "apiVersion": "reconciler.dev/v1alpha1",
                "kind": "Workspace",
                "metadata": {"name": "acme"},
                "spec": {"endpoint": "emulator", "serviceVersion": self.version},
            }
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def desired(self, name: str = "numbers", **fields: Any) -> Desired:
        """One declared model, trained on EXAMPLES."""
        locator = Locator("/data/numbers.jsonl", "jsonl", "text_input", "output")
        dataset = Dataset(digest(EXAMPLES), len(EXAMPLES), 31, 31, 800, locator)
        declared = {"displayName": "Numbers", "baseModel": BASES[self.version], **fields}
        return Desired(Address(name), declared, dataset)

    def ownership(self, desired: Desired, owner: str = "acme", **more: Any) -> Ownership:
        data = short_digest(desired.dataset.digest) if desired.dataset else ""
        base = short_base(base_hash(base_of(desired.fields)))
        return Ownership(owner, desired.address.name, data, base, hyperparameters(desired.fields), **more)

    def name(self, desired: Desired, attempt: int = 0) -> str:
        return self.provider.naming.name("acme", desired.address, inputs_hash(desired), attempt)

    def create(self, desired: Desired | None = None, **changes: Any) -> Operation:
        """Create as apply does; `changes` are other arguments."""
        wanted = desired or self.desired()
        return self.provider.create(
            changes.get("name", self.name(wanted)),
            wanted,
            changes.get("ownership", self.ownership(wanted)),
            changes.get("examples", EXAMPLES),
        )

    def ready(self, desired: Desired | None = None) -> Observed:
        """Create a model and let its training end."""
        operation = self.create(desired)
        self.time += 3600
        return self.look(operation.model)

    def look(self, name: str) -> Observed:
        [observed] = self.provider.read([name])
        self.emulator.forget_requests()
        return observed

    def fault(self, fault: Fault | str) -> None:
        self.emulator.inject(parse(fault) if isinstance(fault, str) else fault)

    def raw(self, method: str, path: str, body: object = None) -> Any:
        """Act as somebody else: a console, a script."""
        session = requests.Session()
        session.mount(EMBEDDED, adapter(self.emulator, self.sleep))
        answer = session.request(method, f"{EMBEDDED}/{self.version}/{path}", json=body)
        assert answer.ok, answer.text
        self.emulator.forget_requests()
        return answer.json()

    def describe(self, name: str, text: str) -> None:
        """Change a description behind our back."""
        self.raw("PATCH", f"{name}?updateMask=description", {"description": text})

    def sent(self) -> list[str]:
        """The requests so far, as `METHOD path status`."""
        return [f"{request.method} {request.path} {request.status}" for request in self.emulator.requests]


@pytest.fixture
def make_world() -> Callable[..., World]:
    return World


@pytest.fixture
def world() -> World:
    return World()


class Script(BaseAdapter):
    """A transport that gives prepared answers, one after the other, and keeps the requests."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers: Iterator[Any] = iter(answers)
        self.requests: list[requests.PreparedRequest] = []
        self.options: list[Mapping[str, Any]] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]  # all by name
        self.requests.append(request)
        self.options.append(options)
        answer = next(self.answers)
        if isinstance(answer, BaseException):
            raise answer
        status, body, headers = (*answer, {})[:3] if isinstance(answer, tuple) else (200, answer, {})
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = requests.Response()
        response.status_code = status
        response.url = request.url or ""
        response.request = request
        response.headers = CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(BytesIO(content), headers=headers, status=status, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def script() -> Callable[..., Script]:
    return Script

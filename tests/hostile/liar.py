"""A workspace whose service says what it is told to say, and the command on a terminal or in a pipe.

Everything runs in this process: the emulator answers behind the transport, `lie` may change what it says, and time
passes only where the program sleeps.
"""

import io
import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest

from reconciler.cli.main import main
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response
from tests.inside import move_in

Lie: TypeAlias = Callable[[Request, Response], Response]

BASE = "models/gemini-1.5-flash-001-tuning"
WORKSPACE: Mapping[str, Any] = {
    "apiVersion": "reconciler.dev/v1alpha1",
    "kind": "Workspace",
    "metadata": {"name": "acme"},
    "spec": {"endpoint": "emulator", "owner": "acme-1"},
}
MODEL: Mapping[str, Any] = {
    "apiVersion": "reconciler.dev/v1alpha1",
    "kind": "TunedModel",
    "metadata": {"name": "one"},
    "spec": {
        "baseModel": BASE,
        "dataset": {"path": "numbers.jsonl"},
        "hyperparameters": {"epochCount": 2, "batchSize": 4},
    },
}


def truthful(_request: Request, response: Response) -> Response:
    """Say what is."""
    return response


def listed(request: Request) -> bool:
    """Whether a request asks for tuned models: all of them, or one."""
    return request.method == "GET" and "/tunedModels" in request.target and "/permissions" not in request.target


def said(response: Response, content: object, **changes: Any) -> Response:
    """The response with another content."""
    return replace(response, body=json.dumps(content).encode(), **changes)


class Ran(NamedTuple):
    """What came of one call of the command."""

    code: int
    out: str
    err: str


class Liar(Emulator):
    """An emulator whose answers pass through a lie."""

    lie: Lie = staticmethod(truthful)

    def handle(self, request: Request) -> Response:
        """Answer, and change the answer."""
        return self.lie(request, super().handle(request))


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def _united(pair: re.Match[str]) -> str:
    """One escape for what JSON writes as two."""
    character: str = json.loads(f'"{pair[0]}"')
    return f"\\U{ord(character):08x}"


class World:
    """A workspace with one manifest, and the service behind it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = 1_714_557_600.0
        self.folder = folder / "manifests"
        self.folder.mkdir()
        self.emulator = Liar(None, lambda: self.time, Settings())
        self.write("workspace.yaml", WORKSPACE)
        self.write("one.yaml", MODEL)
        pairs = ({"text_input": str(n), "output": str(n + 1)} for n in range(20))
        (self.folder / "numbers.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
        move_in(folder, monkeypatch, lambda: self.emulator, lambda: self.time, self.sleep)

    def write(self, name: str, document: object) -> None:
        """Write a manifest: JSON is YAML, and its escapes carry every character, but not as pairs of surrogates."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(re.sub(r"(\\ud[89ab]..)(\\ud[c-f]..)", _united, json.dumps(document)))

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds

    def run(self, *arguments: str, terminal: bool = False, typed: str = "") -> Ran:
        """Run a command in a pipe, or on a terminal where a person types this."""
        kept = sys.stdin, sys.stdout, sys.stderr
        kind = Screen if terminal else io.StringIO
        sys.stdin, sys.stdout, sys.stderr = kind(typed), kind(), kind()
        try:
            code = main(list(arguments))
            return Ran(code, sys.stdout.getvalue(), sys.stderr.getvalue())
        finally:
            sys.stdin, sys.stdout, sys.stderr = kept

"""Running the command inside of this process: an emulator behind its transport, and a time that only sleeping moves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.emulator.inprocess import adapter
from reconciler.emulator.server import Emulator
from reconciler.providers.credentials import EMBEDDED
from reconciler.providers.gemini import connect as gemini
from reconciler.providers.vertex import connect as vertex
from reconciler.waiting import Clock

JITTER = 0.5
"""What chance says every time."""


def move_in(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    emulator: Callable[[], Emulator],
    now: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    """Let commands run in this folder, against what is the emulator at that moment, in this time; nobody interrupts."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / ".cache"))

    def slept(seconds: float) -> bool:
        sleep(seconds)
        return False

    def timed(connect: Callable[..., Any]) -> Callable[..., Any]:
        given: dict[str, Any] = {"sleep": slept, "clock": now, "chance": lambda: JITTER}
        return lambda workspace, environ, **options: connect(workspace, environ, **{**options, **given})

    def embedded(_folder: Path) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.mount(EMBEDDED, adapter(emulator(), sleep))
        return session

    @contextmanager
    def interruptible(*_: object, **__: object) -> Iterator[Clock]:
        yield Clock(now, slept)

    for service in (gemini, vertex):
        monkeypatch.setattr(service, "connect", timed(service.connect))
    monkeypatch.setattr("reconciler.cli.connection._embedded", embedded)
    for command in ("apply", "wait"):
        monkeypatch.setattr(f"reconciler.cli.{command}.interruptible", interruptible)

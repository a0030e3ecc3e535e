"""The same provider over real connections, and with as many threads as there are connections."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from reconciler.emulator.faults import Cut, Fault
from reconciler.emulator.http import serve
from reconciler.emulator.server import Emulator
from reconciler.providers.credentials import choose
from reconciler.providers.gemini.advice import explain
from reconciler.providers.gemini.connect import AUDIENCE
from reconciler.providers.gemini.provider import GeminiProvider
from reconciler.providers.http import Http
from reconciler.providers.session import open_session

pytestmark = pytest.mark.loopback


@pytest.fixture
def served() -> Iterator[tuple[Emulator, GeminiProvider]]:
    """An emulator that is served, and a provider with connections of its own."""
    emulator = Emulator()
    server = serve(emulator, "127.0.0.1", 0)
    http = Http(
        server.url, choose(AUDIENCE, server.url, {}), open_session(server.url, {}), explain, sleep=lambda _: None
    )
    yield emulator, GeminiProvider(http, "v1beta")
    server.close()


def test_eight_threads_share_a_provider(served: tuple[Emulator, GeminiProvider], world: Any) -> None:
    _, world.provider = served
    wanted = [world.desired(f"numbers-{number}") for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        operations = list(threads.map(world.create, wanted))
    assert [operation.model for operation in operations] == [world.name(desired) for desired in wanted]
    assert len(world.provider.observe()) == len(wanted)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_is_cut(served: tuple[Emulator, GeminiProvider], world: Any, when: Any) -> None:
    emulator, provider = served
    emulator.inject(Fault("POST", "/tunedModels$", Cut(when)))
    world.provider = provider
    assert world.create().model == provider.observe()[0].name

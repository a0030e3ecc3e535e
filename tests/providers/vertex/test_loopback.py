"""The same provider over real connections, with as many threads as there are connections."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from reconciler.emulator.faults import Cut, Fault
from reconciler.emulator.http import serve
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.providers.vertex.connect import connect
from reconciler.providers.vertex.provider import VertexProvider
from reconciler.resource.observed import State
from tests.providers.vertex.conftest import World

pytestmark = pytest.mark.loopback


@pytest.fixture
def served(world: World) -> Iterator[tuple[Emulator, VertexProvider]]:
    """An emulator that is served, and a provider with connections of its own."""
    emulator = Emulator(settings=Settings(steps_per_second=1_000.0, start_delay=0.0))
    server = serve(emulator, "127.0.0.1", 0)
    workspace = replace(world.workspace(), endpoint=server.url)
    yield emulator, connect(workspace, {}, sleep=lambda _: None)
    server.close()


def test_eight_threads_share_a_provider(served: tuple[Emulator, VertexProvider], world: World) -> None:
    _, world.provider = served
    wanted = [world.desired(f"numbers-{number}") for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        operations = list(threads.map(world.create, wanted))
    assert [operation.model for operation in operations] == [world.name(desired) for desired in wanted]
    observed = world.provider.observe()
    assert len(observed) == len(wanted)
    ready = [each for each in observed if each.state is State.READY]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(world.provider.delete, ready))
    assert len(world.provider.observe()) == len(wanted) - len(ready)


def test_threads_that_create_the_same_train_once(served: tuple[Emulator, VertexProvider], world: World) -> None:
    _, world.provider = served
    with ThreadPoolExecutor(8) as threads:
        operations = list(threads.map(lambda _: world.create(), range(8)))
    assert len({operation.name for operation in operations}) == 1
    assert len(world.provider.observe()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_connections_that_are_cut(served: tuple[Emulator, VertexProvider], world: World, when: str) -> None:
    emulator, world.provider = served
    for path in ("/storage/", "^/upload/", "/models/", "/endpoints/"):
        emulator.inject(Fault("*", path, Cut("after" if when == "after" else "before")))
    operation = world.create()
    [operation] = world.provider.poll([operation])
    assert operation.model == world.provider.observe()[0].name

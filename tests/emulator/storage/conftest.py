"""Emulators whose Cloud Storage is asked."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.settings import Settings
from tests.emulator.storage.cloud import Cloud


@pytest.fixture
def make_cloud() -> Iterator[Callable[..., Cloud]]:
    """Make emulators with settings of their own."""
    made: list[Cloud] = []

    def make(state: Path | None = None, **settings: Any) -> Cloud:
        made.append(Cloud(Settings(**settings), state))
        return made[-1]

    yield make
    for cloud in made:
        cloud.emulator.close()


@pytest.fixture
def cloud(make_cloud: Callable[..., Cloud]) -> Cloud:
    """Give an emulator as it is by default."""
    return make_cloud()

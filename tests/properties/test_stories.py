"""Histories that show one thing each."""

import pytest

from reconciler.emulator.settings import Settings
from tests.properties.history import History
from tests.properties.steps import Edit
from tests.properties.stories import FAMILY, STORIES
from tests.properties.test_histories import live


@pytest.mark.only("vertex")
@pytest.mark.parametrize("told", STORIES)
def test_it_ends_in_peace(told: str) -> None:
    story = STORIES[told]
    live(History(story.settings), [*story.steps])


@pytest.mark.only("vertex")
def test_a_child_stays_where_its_parent_does() -> None:
    """What is written out for the parent is what it was trained with, so nothing is done about the parent itself."""
    world = History(Settings(steps_per_second=5.0, vertex_defaults="echo"))
    live(world, [*FAMILY, Edit(1, ("epochs", 3))])
    assert len(world.oracle.births) == len(world.manifests)

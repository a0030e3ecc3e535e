"""Histories that show one thing each."""

import pytest

from tests.properties.history import History
from tests.properties.stories import STORIES
from tests.properties.test_histories import live


@pytest.mark.only("vertex")
@pytest.mark.parametrize("told", STORIES)
def test_it_ends_in_peace(told: str) -> None:
    story = STORIES[told]
    live(History(story.settings), [*story.steps])

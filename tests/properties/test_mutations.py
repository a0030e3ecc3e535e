"""The history test is worth what it catches: bugs put back, each of which it must find."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as configure

from tests import tested
from tests.properties import bugs, bugs_gemini, bugs_vertex
from tests.properties.bugs import Patch
from tests.properties.history import History
from tests.properties.remote import land
from tests.properties.stories import STORIES, Story
from tests.properties.test_histories import HISTORIES, live

ENOUGH = 1500
"""Random histories within which a bug shows."""

SOON = {
    "gemini": (bugs.blind_to_data, bugs_gemini.marks_lost_on_update, bugs.one_model_an_address),
    "vertex": (bugs.one_model_an_address, bugs_vertex.labels_are_replaced),
}
"""Bugs that show so soon that they are looked for always, by service."""


def _of(module: Any, *marks: pytest.MarkDecorator) -> list[Any]:
    """The bugs of a module; those that take longer to show are left to the soak."""
    own = [each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__]
    found = [bug for bug in own if tested.name() != "vertex" or bug not in bugs_vertex.RARE]
    return [
        pytest.param(bug, marks=[*marks, *([] if bug in SOON[tested.name()] else [pytest.mark.soak])]) for bug in found
    ]


@pytest.mark.parametrize(
    "bug",
    [*_of(bugs), *_of(bugs_gemini, pytest.mark.only("gemini")), *_of(bugs_vertex, pytest.mark.only("vertex"))],
)
def test_a_bug_that_is_put_back_is_found(bug: Callable[[Patch], None], monkeypatch: Patch) -> None:
    bug(monkeypatch)

    @seed(0)
    @configure(
        max_examples=ENOUGH,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given],
    )
    @given(land().settings, HISTORIES)
    def search(made: Any, history: Any) -> None:
        live(History(made), history)

    with pytest.raises(AssertionError):
        search()


@pytest.mark.only("vertex")
@pytest.mark.parametrize("bug", bugs_vertex.SHOWN)
def test_a_bug_shows_in_its_story(bug: Callable[[Patch], None], monkeypatch: Patch) -> None:
    """Some need several things to come together, which chance brings about too seldom to be waited for."""
    told = [story for name, story in STORIES.items() if name.startswith(bugs_vertex.SHOWN[bug])]
    bug(monkeypatch)
    assert not all(_ends_well(story) for story in told)


def _ends_well(story: Story) -> bool:
    try:
        live(History(story.settings), [*story.steps])
    except AssertionError:
        return False
    return True

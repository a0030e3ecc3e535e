"""The law of laws: whatever happened, apply ends in a plan with nothing in it, and nothing was paid for twice."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configure
from hypothesis import strategies as st

from reconciler.emulator.settings import Settings
from tests.properties.history import History, Step, declares, settings, steps

HISTORIES = st.tuples(st.lists(declares, min_size=1, max_size=3), st.lists(steps, min_size=3, max_size=14)).map(
    lambda parts: [*parts[0], *parts[1]]
)


def live(made: Settings, history: list[Step]) -> None:
    """Let a history happen, and judge it."""
    world = History(made)
    for step in history:
        world.take(step)
    world.judge()


@configure(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(settings, HISTORIES)
def test_every_history_ends_in_peace(made: Settings, history: list[Step]) -> None:
    live(made, history)


@pytest.mark.soak
@configure(max_examples=5000, suppress_health_check=[HealthCheck.too_slow])
@given(settings, st.lists(steps, min_size=2, max_size=40))
def test_so_do_long_ones(made: Settings, history: list[Step]) -> None:
    live(made, history)

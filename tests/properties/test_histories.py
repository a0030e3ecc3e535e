"""The law of laws: whatever happened, apply ends in a plan with nothing in it, and nothing was paid for twice."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configure
from hypothesis import strategies as st

from reconciler.emulator.settings import Settings
from tests.properties.history import History, Step, declares, settings, steps
from tests.tally import Tally

LENIENT = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

HISTORIES = st.tuples(st.lists(declares, min_size=1, max_size=3), st.lists(steps, min_size=3, max_size=14)).map(
    lambda parts: [*parts[0], *parts[1]]
)


def live(made: Settings, history: list[Step]) -> History:
    """Let a history happen, and judge it."""
    world = History(made)
    for step in history:
        world.take(step)
    world.judge()
    return world


def counted(made: Settings, history: list[Step], tally: Tally) -> None:
    """Let a history happen that has to end well, and count it."""
    world = live(made, history)
    tally("histories")
    tally("crash points (histories)", world.crashes)
    tally("trainings duplicated", 0)
    tally("models lost", 0)


@configure(max_examples=250, suppress_health_check=LENIENT)
@given(settings, HISTORIES)
def test_every_history_ends_in_peace(tally: Tally, made: Settings, history: list[Step]) -> None:
    counted(made, history, tally)


@pytest.mark.soak
@configure(max_examples=5000, suppress_health_check=LENIENT)
@given(settings, st.lists(steps, min_size=2, max_size=40))
def test_so_do_long_ones(tally: Tally, made: Settings, history: list[Step]) -> None:
    counted(made, history, tally)

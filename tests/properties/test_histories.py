"""The law of laws: whatever happened, apply ends in a plan with nothing in it, and nothing was paid for twice."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configure
from hypothesis import strategies as st

from reconciler.emulator.settings import Settings
from tests.properties.history import History
from tests.properties.remote import land
from tests.properties.steps import Step, declares, steps
from tests.tally import Tally

LENIENT = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

HISTORIES = st.tuples(st.lists(declares, min_size=1, max_size=3), st.lists(steps, min_size=3, max_size=14)).map(
    lambda parts: [*parts[0], *parts[1]]
)


def live(world: History, history: list[Step]) -> None:
    """Let a history happen, and judge it."""
    for step in history:
        world.take(step)
    world.judge()


def counted(made: Settings, history: list[Step], tally: Tally) -> None:
    """Let a history happen that has to end well, and count it, with what is held against it."""
    world = History(made)
    try:
        for step in history:
            world.pass_through(step)
        world.judge()
    finally:
        tally("histories")
        tally("crash points (histories)", world.crashes)
        tally("trainings duplicated", sum("had been already" in each for each in world.oracle.offences))
        tally("models lost", sum(" was deleted" in each for each in world.oracle.offences))


@configure(max_examples=250, suppress_health_check=LENIENT)
@given(land().settings, HISTORIES)
def test_every_history_ends_in_peace(tally: Tally, made: Settings, history: list[Step]) -> None:
    counted(made, history, tally)


@pytest.mark.soak
@configure(max_examples=5000, suppress_health_check=LENIENT)
@given(land().settings, st.lists(steps, min_size=2, max_size=40))
def test_so_do_long_ones(tally: Tally, made: Settings, history: list[Step]) -> None:
    counted(made, history, tally)

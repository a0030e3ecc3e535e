"""Several applies at once, in every order of their requests that hypothesis thinks of."""

import random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configure
from hypothesis import strategies as st

from tests.races.race import Declared, Entry, Race, owned, races, run, troubled
from tests.tally import Tally

KINDS = {
    "runs of one commit": races("one"),
    "runs of an old and a new commit": races("old and new"),
    "runs that crash or lose answers": races("old and new", troubled),
    "two workspaces with the same names": races("old and new", owned),
    "two workspaces that share an owner by mistake": races("unrelated"),
}
LENIENT = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def judged(race: Race, tally: Tally) -> None:
    """Run a race, and count it."""
    course = run(race)
    tally("trainings duplicated", 0)
    tally("models lost", 0)
    tally("races")
    tally("turns in races", course.turnstile.switches)
    assert not course.judge.offences, "\n".join([*course.judge.offences, *course.judge.log])


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_pays_twice_or_loses_a_model(kind: str, tally: Tally) -> None:
    @configure(max_examples=50, suppress_health_check=LENIENT)
    @given(KINDS[kind])
    def search(race: Race) -> None:
        judged(race, tally)

    search()


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_nor_in_thousands_of_races(kind: str, tally: Tally) -> None:
    @configure(max_examples=1000, suppress_health_check=LENIENT)
    @given(KINDS[kind])
    def search(race: Race) -> None:
        judged(race, tally)

    search()


@configure(max_examples=50, suppress_health_check=LENIENT)
@given(seed=st.integers(0, 1 << 30))
def test_a_revert_and_what_it_reverts_do_not_delete_each_others_model(seed: int, tally: Tally) -> None:
    """Both wait for the same training, and delete the other model when it is over."""
    turns = random.Random(seed)
    schedule = tuple(turns.choice((0, 0, 1)) for _ in range(40))
    commits = ({"a": Declared("one")}, {"a": Declared("two")})
    judged(Race(commits, "replacing", (Entry(0), Entry(1)), schedule), tally)

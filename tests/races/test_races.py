"""Several applies at once, in every order of their requests that hypothesis thinks of."""

import random

import pytest
from hypothesis import HealthCheck, example, given
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
    offences = course.judge.offences
    tally("trainings duplicated", sum("trained already" in each for each in offences))
    tally("models lost", sum("serves as" in each for each in offences))
    tally("races")
    tally("turns in races", course.turnstile.switches)
    assert not offences, "\n".join([*offences, *course.judge.log])


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
@example(seed=284)  # the other run looks just before the announcement: fails with a GRACE below what a look takes
def test_a_revert_and_what_it_reverts_do_not_delete_each_others_model(seed: int, tally: Tally) -> None:
    """Both wait for the same training, and delete the other model when it is over."""
    opposite(seed, tally)


@pytest.mark.soak
@configure(max_examples=2000, suppress_health_check=LENIENT)
@given(seed=st.integers(0, 1 << 30))
def test_nor_in_thousands_of_reverts(seed: int, tally: Tally) -> None:
    opposite(seed, tally)


def opposite(seed: int, tally: Tally) -> None:
    """A run of a commit and one of its revert, in some order of their requests."""
    turns = random.Random(seed)
    schedule = tuple(turns.choice((0, 0, 1)) for _ in range(40))
    commits = ({"a": Declared("one")}, {"a": Declared("two")})
    judged(Race(commits, "replacing", (Entry(0), Entry(1)), schedule), tally)

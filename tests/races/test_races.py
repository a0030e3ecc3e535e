"""Several applies at once, in every order of their requests that hypothesis thinks of."""

import random

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as configure
from hypothesis import strategies as st

from tests.races.race import Declared, Entry, Race, Trouble, owned, races, run, troubled
from tests.races.service import service
from tests.tally import Tally

KINDS = {
    "runs of one commit": races("one"),
    "runs of an old and a new commit": races("old and new"),
    "runs that crash or lose answers": races("old and new", troubled),
    "two workspaces with the same names": races("old and new", owned),
    "two workspaces that share an owner by mistake": races("unrelated"),
    "runs after one that was killed": races("old and new", killed=True),
}
AT_MOST = 15
"""Requests within which any service has been asked for the training."""
LENIENT = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def judged(race: Race, tally: Tally) -> None:
    """Run a race, and count it."""
    course = run(race)
    offences = course.judge.offences
    tally("trainings duplicated", sum("trained already" in each for each in offences))
    tally("models lost", sum("serves as" in each for each in offences))
    tally("races")
    tally("turns in races", course.turnstile.switches)
    tally("conflicts in races", course.judge.conflicts)
    assert not offences, "\n".join([*offences, *course.judge.log])


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_pays_twice_or_loses_a_model(kind: str, tally: Tally) -> None:
    @configure(max_examples=service().few, suppress_health_check=LENIENT)
    @given(KINDS[kind])
    def search(race: Race) -> None:
        judged(race, tally)

    search()


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_nor_in_thousands_of_races(kind: str, tally: Tally) -> None:
    @configure(max_examples=20 * service().few, suppress_health_check=LENIENT)
    @given(KINDS[kind])
    def search(race: Race) -> None:
        judged(race, tally)

    search()


@configure(max_examples=service().few, suppress_health_check=LENIENT)
@given(seed=st.integers(0, 1 << 30))
@example(seed=284)  # the other run looks just before the announcement: fails with a GRACE below what a look takes
def test_a_revert_and_what_it_reverts_do_not_delete_each_others_model(seed: int, tally: Tally) -> None:
    """Both wait for the same training, and delete the other model when it is over."""
    opposite(seed, tally)


@pytest.mark.soak
@configure(max_examples=40 * service().few, suppress_health_check=LENIENT)
@given(seed=st.integers(0, 1 << 30))
def test_nor_in_thousands_of_reverts(seed: int, tally: Tally) -> None:
    opposite(seed, tally)


def opposite(seed: int, tally: Tally) -> None:
    """A run of a commit and one of its revert, in some order of their requests."""
    turns = random.Random(seed)
    schedule = tuple(turns.choice((0, 0, 1)) for _ in range(40))
    commits = ({"a": Declared("one")}, {"a": Declared("two")})
    judged(Race(commits, "replacing", (Entry(0), Entry(1)), schedule), tally)


@pytest.mark.parametrize("trouble", ["crash-before", "crash-after", "lost-before", "lost-after"])
@pytest.mark.parametrize("passed", [0, 605])
def test_of_many_runs_after_one_that_was_stricken_one_begins_the_training(
    trouble: Trouble, passed: float, tally: Tally
) -> None:
    """The first run is stricken at each of its requests; the others are on their way at once, then or much later."""
    for at in range(1, min(service().reach, AT_MOST)):
        turns = random.Random(at)
        schedule = tuple(turns.randrange(4) for _ in range(60))
        killed = Entry(wait=False, trouble=trouble, at=at)
        race = Race(({"a": Declared()},), "nothing", (Entry(), Entry(), Entry()), schedule, killed, passed)
        judged(race, tally)

"""A real process, ended by force or by a signal at every request: the command given again comes to the same end.

What a request did is all that outlives a killed process, so a process that is killed before and after each request in
turn, and never hears the last answer, has been killed at every boundary there is.
"""

import signal
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.process.scenarios import SCENARIOS
from tests.process.service import Kind, When, service
from tests.process.stricken import (
    LATER,
    START,
    Blow,
    Course,
    Scenario,
    declare,
    model,
    name_of,
    play,
    prepare,
    site,
)
from tests.tally import Tally

pytestmark = [pytest.mark.process, pytest.mark.loopback]

WORKERS = 4


def strike(folder: Path, scenario: Scenario, blows: Iterable[Blow]) -> list[Course]:
    """Play a scenario once for each blow, several at a time."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda blow: play(folder, scenario, blow), blows))


def judge(scenario: Scenario, whole: Course, course: Course) -> None:
    """What a blow may not change: the end, the trainings, and that something serves wherever something served."""
    where = f"{course.blow}\n{course.said}"
    assert course.codes[-1] in scenario.codes, where
    assert len(course.codes) == 2 or course.begun[2] > course.begun[1], where  # it had announced one, and not begun it
    if course.blow and course.blow.number == signal.SIGKILL:
        assert course.codes[0] == -signal.SIGKILL, where
    assert course.world == whole.world, where
    assert course.created == whole.created, where
    assert len(set(course.created)) == len(course.created), where
    if "1" in scenario.argv:  # one act at a time: that one may end
        assert len(course.late) <= 1, where
    stays = scenario.before.keys() & scenario.after.keys()
    if scenario.argv[0] == "apply":
        assert all(stays <= serving for serving in course.left), where


def boundaries(whole: Course, number: signal.Signals, *whens: When) -> list[Blow]:
    """A blow of this kind at every request."""
    return [Blow(nth, when, number) for nth in range(1, whole.requests + 1) for when in whens]


def everywhere(folder: Path, scenario: Scenario, tally: Tally, *kinds: Kind, every: int = 1) -> Course:
    """Strike a scenario with these blows, at each of its requests; give how it goes when nobody strikes."""
    prepare(folder, scenario)
    whole = play(folder, scenario)
    assert whole.codes == (0,), whole.said
    blows = [blow for number, when in kinds for blow in boundaries(whole, number, when)][::every]
    courses = strike(folder, scenario, blows)
    for course in courses:
        judge(scenario, whole, course)
    tally("crash points (processes)", len(blows))
    tally("crashes that left a claim to wait for", sum(len(course.codes) > 2 for course in courses))
    return whole


KILLED, ENDED, INTERRUPTED = signal.SIGKILL, signal.SIGTERM, signal.SIGINT
BLOWS: list[Kind] = [(number, when) for number in (KILLED, ENDED, INTERRUPTED) for when in ("before", "after")]


def test_killed_at_any_request_the_next_run_comes_to_the_same_end(tmp_path: Path, tally: Tally) -> None:
    scenario = SCENARIOS[service().scenario]
    whole = everywhere(tmp_path, scenario, tally, *service().kinds)
    assert {name.partition("-")[0] for name in whole.created} == {"created", "replaced"}
    assert set().union(*whole.left[-1:]) == scenario.after.keys()


def test_so_it_is_with_requests_in_flight_at_once(tmp_path: Path, tally: Tally) -> None:
    everywhere(tmp_path, SCENARIOS[service().at_once], tally, (KILLED, "after"), every=service().every)


@pytest.mark.soak
@pytest.mark.parametrize("name", SCENARIOS)
def test_so_it_is_with_every_blow_and_everything_else_that_writes(tmp_path: Path, tally: Tally, name: str) -> None:
    everywhere(tmp_path, SCENARIOS[name], tally, *BLOWS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_with_a_report(tmp_path: Path, number: signal.Signals) -> None:
    declare(tmp_path, {"sentences": model()})
    with site(tmp_path, tmp_path / "whole.sqlite3", START, steps_per_second=0.01) as there:
        there.run(("apply", "--yes", "--no-wait"))
        (begun,) = (number for number, each in enumerate(there.service.exchanges, 1) if each.creates)
    blow = Blow(begun, "after", number)
    with site(tmp_path, tmp_path / "state.sqlite3", START, blow, steps_per_second=0.01) as there:
        ended = there.run(("apply", "--yes"))
        assert sum(each.creates for each in there.service.exchanges) == 1
    assert ended.code == 3, ended.said
    assert "Stopping: " in ended.stderr
    assert "Still training:\n  TunedModel/sentences  " in ended.stdout
    assert "The run was interrupted." in ended.stdout
    assert ended.stdout.endswith("Result: 0 done, 1 training.\n")


@pytest.mark.only("vertex")
def test_a_claim_that_a_killed_delete_has_left_is_in_nobodys_way(tmp_path: Path) -> None:
    both = {"one": model(epochs=1), "two": model(epochs=1, rate=2)}
    scenario = Scenario(before=both, after={"two": both["two"]})
    prepare(tmp_path, scenario)
    last = play(tmp_path, scenario).requests
    with site(tmp_path, tmp_path / "state.sqlite3", START + LATER, Blow(last, "before")) as there:
        assert there.run(scenario.argv).code == -signal.SIGKILL
        there.service.blow = None
        assert {name_of(each) for each in there.service.states()} == {"two"}
        declare(tmp_path, both)
        again = there.run(scenario.argv)
        assert again.code == 0, again.said
        assert sum(each.creates for each in there.service.exchanges) == 1
        assert there.service.serving() == both.keys()

"""Two models of an address serve: the newer one is not deleted behind the back of a run that counts on it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.apply import execute
from reconciler.dispute import GRACE
from reconciler.errors import RemoteError
from reconciler.plan.event import Finished, Report, Result, Waited
from reconciler.plan.plan import Plan
from reconciler.preview import preview
from reconciler.resource.observed import Observed, Operation, State
from reconciler.run import Options
from reconciler.waiting import Clock
from tests.build import desired, marked, observed, planned, terms, told
from tests.world import Examples, World, run

OLDER = observed(desired(data="one"), created="2024-05-01T00:00:00Z")
NEWER = observed(desired(data="two"), created="2024-05-02T00:00:00Z")
ANNOUNCE, DELETE = ("update", NEWER.name), ("delete", NEWER.name)


def nothing(_: World) -> None:
    """Nobody does anything meanwhile."""


def reverted(
    *models: Observed, meanwhile: Callable[[World], object] = nothing, cut: bool = False
) -> tuple[World, Report]:
    """Apply a manifest that wants the older of these two models; other runs act in the pause."""
    world = World()
    world.put(*(models or (OLDER, NEWER)))
    made = planned(desired(data="one"), *world.models.values())

    def sleep(seconds: float) -> bool:
        world.time += seconds
        if seconds:
            meanwhile(world)
        return bool(seconds) and cut

    *_, last = execute(made, world, Examples(), Clock(lambda: world.time, sleep), Options(parallelism=1))
    assert isinstance(last, Finished)
    return world, last.report


def going(model: Observed) -> Observed:
    return marked(model, going=True)


def ended(report: Report) -> tuple[Result, str]:
    (only,) = (each for each in report.outcomes if each.target == NEWER.name)
    return only.result, only.detail


def why_it_stays(world: World, report: Report) -> str:
    """Why the newer model was announced and then not deleted."""
    assert world.writes == [ANNOUNCE]
    result, detail = ended(report)
    assert result is Result.REFUSED
    return detail


def test_the_newer_one_is_announced_and_goes_after_a_pause() -> None:
    world, report = reverted()
    assert world.writes == [ANNOUNCE, DELETE]
    assert world.time == GRACE
    assert ended(report) == (Result.DONE, "")


def replaced(older: Observed, newer: Observed) -> World:
    """What happens in the usual case, where the newer of two models is the declared one."""
    world = World()
    world.put(older, newer)
    run(world, planned(desired(data="two"), older, newer))
    return world


def test_the_older_one_goes_at_once() -> None:
    assert replaced(OLDER, NEWER).writes == [("delete", OLDER.name)]


def test_of_two_from_the_same_instant_one_direction_is_announced() -> None:
    twin = replace(NEWER, created=OLDER.created)
    world, _ = reverted(OLDER, twin)
    assert sorted(len(each.writes) for each in (world, replaced(OLDER, twin))) == [1, 2]


def test_a_fraction_of_a_second_is_younger_than_the_whole_one() -> None:
    """Timestamps leave out a fraction of zero."""
    world, _ = reverted(OLDER, replace(NEWER, created=OLDER.created.replace("Z", ".5Z")))
    assert world.writes == [ANNOUNCE, ("delete", NEWER.name)]


def test_nobody_counts_on_a_model_that_is_announced() -> None:
    world, report = reverted(OLDER, NEWER, meanwhile=lambda world: world.put(going(OLDER)))
    assert f"another run is about to delete {OLDER.name}, so {NEWER.name} stays" in why_it_stays(world, report)


def test_the_successor_went_in_the_pause() -> None:
    world, report = reverted(meanwhile=lambda world: world.models.pop(OLDER.name, None))
    assert f"{OLDER.name} is not READY any more" in why_it_stays(world, report)


def test_the_successor_fails_in_the_pause() -> None:
    world, report = reverted(meanwhile=lambda world: world.change(OLDER.name, state=State.UNKNOWN))
    assert DELETE not in world.writes
    assert ended(report)[0] is Result.REFUSED


def test_a_run_that_wants_it_takes_the_announcement_back() -> None:
    world, report = reverted(meanwhile=lambda world: world.put(NEWER))
    assert f"another run wants {NEWER.name}, so it stays" in why_it_stays(world, report)


def test_it_is_gone_after_the_pause() -> None:
    world, report = reverted(meanwhile=lambda world: world.models.pop(NEWER.name, None))
    assert world.writes == [ANNOUNCE]
    assert ended(report) == (Result.DONE, "already gone")


def test_a_run_that_is_ended_in_the_pause_deletes_nothing() -> None:
    world, report = reverted(cut=True)
    assert world.writes == [ANNOUNCE]
    assert world.calls[-1] == ANNOUNCE, "no other request begins"
    assert ended(report)[0] is Result.NOT_BEGUN
    assert report.interrupted


def test_the_next_run_goes_on_where_it_was_ended() -> None:
    world, report = reverted(OLDER, going(NEWER))
    assert NEWER.name not in world.models
    assert world.time == GRACE
    assert ended(report) == (Result.DONE, "")


def test_who_wants_an_announced_model_says_so_and_lets_the_other_run_finish() -> None:
    made = planned(desired(data="two"), OLDER, going(NEWER))
    assert told(made) == ["UPDATE a DRIFTED", "DELETE a SUPERSEDED"]
    world = World()
    world.put(OLDER, going(NEWER))
    slept: set[float] = set()

    def sleep(seconds: float) -> bool:
        slept.add(seconds)
        return False

    clock = Clock(lambda: 0, sleep)
    list(execute(made, world, Examples(), clock, Options(parallelism=1)))
    assert world.models[NEWER.name].ownership == NEWER.ownership
    assert world.writes == [ANNOUNCE, ("update", OLDER.name), ("delete", OLDER.name)]
    assert GRACE in slept


def test_a_failed_newer_one_needs_no_announcement() -> None:
    world, _ = reverted(OLDER, replace(NEWER, state=State.FAILED))
    assert world.writes == [DELETE]


def test_one_pause_is_enough_for_many() -> None:
    names = ("a", "b", "c", "d", "e")
    world = World()
    world.put(*(observed(desired(name, data="one"), created=OLDER.created) for name in names))
    world.put(*(observed(desired(name, data="two"), created=NEWER.created) for name in names))
    made = planned([desired(name, data="one") for name in names], *world.models.values())

    def sleep(seconds: float) -> bool:
        world.time += seconds
        return False

    list(execute(made, world, Examples(), Clock(lambda: world.time, sleep), Options(parallelism=1)))
    assert len(world.models) == len(names)
    assert world.time == GRACE


GONE, NEW = desired("gone", data="g"), desired("new", data="n")


def test_what_is_declared_again_during_a_wait_is_not_deleted() -> None:
    """Its deletion is announced when the wait begins, so the run of the later commit sees it, and takes it back."""
    world = World()
    world.put(observed(GONE))
    old_commit = preview([NEW], world, terms())
    seen: list[Plan] = []

    def new_commit() -> None:
        seen.append(preview([GONE, NEW], world, terms()))
        run(world, seen[0], Options(parallelism=1, wait=False))

    world.before["poll"] = new_commit
    report, _ = run(world, old_commit)
    assert {row.action.name for row in seen[0].changes} == {"UPDATE", "WAIT"}
    assert observed(GONE).name in world.models
    (refused,) = (each for each in report.outcomes if each.address.name == "gone")
    assert refused.result is Result.REFUSED
    assert "another run wants" in refused.detail
    assert preview([GONE, NEW], world, terms()).empty


def applied(world: World, made: Plan) -> Callable[[], None]:
    """Somebody else's run of a plan, when it is called."""

    def act() -> None:
        run(world, made)

    return act


def test_nobody_deletes_the_last_one_when_a_rename_is_reverted_while_it_trains() -> None:
    """The one run wants the new name, the other one the old: each would delete what the other one counts on."""
    old, new = [desired("x", data="one")], [desired("y", data="two", renamed_from="x")]
    for wants, meanwhile in ((new, old), (old, new)):
        world = World(looks=2)
        world.put(*map(observed, old))
        run(world, preview(new, world, terms()), Options(parallelism=1, wait=False))
        one, other = (preview(each, world, terms()) for each in (wants, meanwhile))
        world.before["poll"] = applied(world, other)
        run(world, one)
        assert [model.state for model in world.models.values()].count(State.READY) >= 1, wants


def test_a_delete_that_is_sent_again_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tries may lie the time in which another run counts on the model."""
    world = World()
    world.put(OLDER, NEWER)
    made = planned(desired(data="two"), OLDER, NEWER)
    looked: list[str] = []
    real = world.delete

    def delete(model: Observed, again: Callable[[], object] = lambda: None) -> Operation:
        world.put(going(NEWER))
        looked.append(model.name)
        again()
        return real(model)

    monkeypatch.setattr(world, "delete", delete)  # a service that is busy
    report, _ = run(world, made)
    assert looked == [OLDER.name]
    assert OLDER.name in world.models
    assert "another run is about to delete" in report.outcomes[0].detail


def test_a_training_that_is_declared_again_is_not_deleted_when_it_is_over() -> None:
    """Its run may be over before that of the old commit announces anything: so the training itself is announced."""
    world = World(looks=2)
    world.put(observed(GONE, State.TRAINING))
    old_commit = preview([], world, terms())

    def new_commit() -> None:
        run(world, preview([GONE], world, terms()))

    world.before["poll"] = new_commit
    report, _ = run(world, old_commit)
    assert observed(GONE).name in world.models
    assert "another run wants" in report.outcomes[0].detail
    assert preview([GONE], world, terms()).empty


def test_a_training_that_takes_no_announcement_is_deleted_all_the_same() -> None:
    def not_now() -> None:
        raise RemoteError("not while it trains")

    world = World(looks=2, before={"update": not_now})
    world.put(observed(GONE, State.TRAINING))
    report, _ = run(world, preview([], world, terms()))
    assert not world.models
    assert report.exit_code == 0
    assert world.time > GRACE


def test_a_training_that_was_announced_gives_others_their_time_again_when_it_is_over() -> None:
    """Who waited for it as well may have looked before it was announced."""
    world = World(looks=9)
    world.put(observed(GONE, State.TRAINING))
    _, events = run(world, preview([], world, terms()))
    *_, look = (event.seconds for event in events if isinstance(event, Waited))
    assert look > GRACE
    assert world.time >= look + GRACE


def test_a_declared_model_that_another_run_deletes_keeps_what_is_not_declared() -> None:
    world, kept = World(), observed(NEW)
    world.put(kept, observed(GONE))
    made = preview([NEW], world, terms())
    world.put(going(kept))
    report, _ = run(world, made)
    assert observed(GONE).name in world.models
    assert "does not serve any more" in report.outcomes[0].detail


def test_a_stranger_that_appears_in_the_pause_keeps_the_model() -> None:
    world, report = reverted(meanwhile=lambda world: world.put(observed(desired(data="three"))))
    assert "appeared at" in why_it_stays(world, report)

"""How long a training will still take, told from what a wait has seen of it."""

from dataclasses import replace

from reconciler import waiting
from reconciler.errors import Unreachable
from reconciler.plan.change import Action, Change, Steps
from reconciler.plan.event import Progressed, Waited
from reconciler.resource.address import Address
from reconciler.resource.observed import Observed, Operation, Progress, State
from reconciler.waiting import Clock, Vigil
from tests.build import desired, observed
from tests.world import World, clock

ROW = Change(Address("a"), Action.CREATE, (), "tunedModels/a", steps=Steps(100))


class Watch:
    """A wait whose time the test moves, and what it tells of one training."""

    def __init__(self) -> None:
        self.time = 50.0
        self.vigil: Vigil = waiting.begin(Clock(lambda: self.time, lambda _: False), None)

    def at(self, seconds: float, step: int, total: int = 0, name: str = "tunedModels/a") -> Progressed:
        """Look at a training that has come so far."""
        self.time += seconds
        observed = Observed(name, State.TRAINING, {}, progress=Progress(step, total))
        (told,) = waiting.progressed(self.vigil, ROW, Operation(name, done=False, observed=observed))
        return told


def test_the_pace_since_the_first_look_tells_the_rest() -> None:
    watch = Watch()
    assert watch.at(0, 10).remaining is None
    assert watch.at(5, 10).remaining is None  # no step since: no pace
    assert watch.at(5, 30).remaining == 70 * 10 / 20
    assert watch.at(0, 120).remaining == 0  # the service went on beyond what was planned


def test_each_training_has_a_pace_of_its_own() -> None:
    watch = Watch()
    watch.at(0, 0)
    watch.at(10, 50, name="tunedModels/b")
    assert watch.at(10, 60, name="tunedModels/b").remaining == 40 * 10 / 10
    assert watch.at(0, 40).remaining == 60 * 20 / 40


def test_the_total_is_what_the_service_says_else_what_was_planned() -> None:
    watch = Watch()
    assert watch.at(0, 10).progress == Progress(10, 100)
    assert watch.at(0, 10, total=40).progress == Progress(10, 40)
    told = watch.at(10, 20, total=40)
    assert (told.address, told.target, told.remaining) == (ROW.address, ROW.target, 20 * 10 / 10)


def test_without_steps_or_progress_nothing_is_guessed() -> None:
    watch = Watch()
    observed = Observed("tunedModels/a", State.TRAINING, {}, progress=Progress(3))
    operation = Operation("tunedModels/a", done=False, observed=observed)
    (told,) = waiting.progressed(watch.vigil, replace(ROW, steps=None), operation)
    assert (told.progress, told.remaining) == (Progress(3), None)
    for silent in (None, replace(observed, progress=None)):
        assert not list(waiting.progressed(watch.vigil, ROW, replace(operation, observed=silent)))


def test_a_look_tells_how_much_is_left_and_how_long_it_took() -> None:
    world = World(time=50.0, looks=3)
    world.put(observed(desired(), State.TRAINING))
    vigil = waiting.begin(clock(world), None)
    vigil.pending["x"] = Operation(observed(desired()).name, done=False)
    world.time += 7
    *_, told = waiting.look(vigil, world)
    assert isinstance(told, Waited)
    assert (told.training, told.seconds, told.trouble) == (2, 7, "")


def test_failed_looks_are_counted_in_a_row() -> None:
    world = World(looks=99)
    world.put(observed(desired(), State.TRAINING))
    vigil = waiting.begin(clock(world), None)
    vigil.pending[observed(desired()).name] = Operation(observed(desired()).name, done=False)
    for _ in range(2):
        list(waiting.look(vigil, world))
        world.faults["poll", ""] = Unreachable("no answer")
        for _ in range(waiting.PATIENCE - 1):
            list(waiting.look(vigil, world))
        assert not vigil.over
        world.faults.clear()
    list(waiting.look(vigil, world))
    world.faults["poll", ""] = Unreachable("no answer")
    for _ in range(waiting.PATIENCE):
        assert not vigil.over
        list(waiting.look(vigil, world))
    assert "no answer" in vigil.fatal


def test_the_last_second_is_waited_for() -> None:
    world = World()
    vigil = waiting.begin(clock(world), 1.5)
    assert vigil.rest()
    assert vigil.rest()
    assert world.time == 1.5
    assert not vigil.rest()
    assert vigil.timed_out

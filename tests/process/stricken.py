"""Real processes against a real socket, struck at one of their requests; and the folders that they are run in."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from reconciler.emulator.http import Served, serve
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response
from tests.golden.story import NUMBERS, SENTENCES, WORKSPACE
from tests.golden.wire import Watched
from tests.process.service import When, service
from tests.services.dialect import dialect
from tests.zygote import Ended, Running, Time, start

START = 1_714_557_600.0
LATER = 3600.0
"""Seconds after which a world that was left alone is looked at again."""
PATIENCE = 20.0
"""Real seconds for one process; it takes a tenth of one."""
UNCERTAIN = "UNCERTAIN"
"""What a run says that cannot know yet whether another one has begun a training."""
STRANGER = "stranger"
"""A model that somebody made without us, by the name it was made under."""

Writing: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Blow:
    """A signal, before or after the service has done the nth request; the client has no answer yet."""

    nth: int
    when: When = "after"
    number: signal.Signals = signal.SIGKILL

    def __str__(self) -> str:
        return f"{self.number.name} {self.when} request {self.nth}"


class Service(Watched):
    """An emulator that strikes its client once. Its time is the client's: it passes only when the client sleeps."""

    def __init__(self, state: Path, time: Time, settings: Settings, blow: Blow | None = None) -> None:
        super().__init__(time.now, settings, state)
        self.blow = blow
        self.client: Running | None = None
        self.known = threading.Event()
        self.turn = threading.Lock()

    def handle(self, request: Request) -> Response:
        """Answer one request at a time, and strike on the way."""
        self.known.wait(PATIENCE)
        with self.turn:
            number = len(self.exchanges) + 1
            self._strike(number, "before")
            if self._dead():
                return Response(503, {}, b"")
            response = super().handle(request)
            self._strike(number, "after")
            return response

    def serving(self) -> set[str]:
        """Names under which a model can be used."""
        return {name_of(model) for model, state in self.states().items() if state == "ACTIVE"}

    def _strike(self, number: int, when: str) -> None:
        blow, client = self.blow, self.client
        if blow is None or client is None or (blow.nth, blow.when) != (number, when):
            return
        if self._dead():  # it had other requests on their way when it was struck
            return
        os.kill(client.pid, blow.number)
        if blow.number == signal.SIGKILL:
            assert client.over.wait(PATIENCE)

    def _dead(self) -> bool:
        return self.client is not None and self.client.over.is_set()


def name_of(model: str) -> str:
    """The name that a model was made under, by its id."""
    return model.rpartition("-")[0] or model


def declare(folder: Path, manifests: Writing, *workspace: str) -> None:
    """Write a workspace with these models and no others; each is `sentences` with some of its lines changed."""
    shutil.rmtree(folder / "manifests", ignore_errors=True)
    (folder / "manifests" / "data").mkdir(parents=True)
    (folder / "manifests" / "data" / "sentences.jsonl").write_text(NUMBERS)
    (folder / "manifests" / "workspace.yaml").write_text(WORKSPACE + "".join(f"  {line}\n" for line in workspace))
    for name, text in manifests.items():
        (folder / "manifests" / f"{name}.yaml").write_text(text.replace("name: sentences", f"name: {name}"))


def model(*lines: str, epochs: int = 3, rate: float = 1.0, tone: str = "") -> str:
    """A manifest that differs from others in these: two are for training alone, `tone` may be patched."""
    said = dialect().lines
    text = SENTENCES.replace("epochCount: 3", f"epochCount: {epochs}")
    text = text.replace(f"{said.size}: 4", f"learningRateMultiplier: {rate}").replace(said.cool, tone or said.cool)
    return text + "".join(f"  {line}\n" for line in lines)


@dataclass(frozen=True)
class Site:
    """A folder with manifests, and a service on a socket; several may share a folder."""

    folder: Path
    service: Service
    time: Time
    served: Served

    def begin(self, argv: Sequence[str]) -> Running:
        """Start a process."""
        cache = self.folder / ".cache"
        environment = {**os.environ, "RECONCILER_ENDPOINT": self.served.url, "XDG_CACHE_HOME": str(cache)}
        return start(argv, cwd=self.folder, env=environment, time=self.time)

    def run(self, argv: Sequence[str]) -> Ended:
        """Run a process to its end, whatever that is."""
        self.service.known.clear()
        self.service.client = self.begin(argv)
        self.service.known.set()
        return self.service.client.wait(PATIENCE)

    def world(self) -> list[tuple[object, ...]]:
        """Everything that exists, but for what depends on how it came to be."""
        return service().world(self.service.ask)

    def spoken(self, argv: Sequence[str]) -> tuple[str, ...]:
        """A command, with what STRANGER is called at the service."""
        return tuple(dialect().deeds.handle(self.service.ask, STRANGER) if word == STRANGER else word for word in argv)


@contextmanager
def site(folder: Path, state: Path, now: float, blow: Blow | None = None, **settings: Any) -> Iterator[Site]:
    """Open a service on a state file."""
    time = Time(state.with_suffix(".time"), now)
    said = Settings(**{"steps_per_second": 8, "start_delay": 0, **dialect().settings, **settings})
    service = Service(state, time, said, blow)
    served = serve(service)
    try:
        yield Site(folder, service, time, served)
    finally:
        served.close()
        service.close()
        time.close()


@dataclass(frozen=True)
class Scenario:
    """What there was, what is wanted then, and the command that is struck and given again.

    `before` is applied beforehand; then `deed` happens to the service, and `after` is what the manifests say. `codes`
    are the exit codes that the command given again may have, `only` the one service that it is about; `troubles` are
    settings of the service before.
    """

    before: Writing
    after: Writing
    argv: tuple[str, ...] = ("apply", "--yes", "--parallelism", "1")
    workspace: tuple[str, ...] = ()
    deed: Callable[[Site], object] = lambda _: None
    codes: tuple[int, ...] = (0,)
    settings: Mapping[str, Any] = field(default_factory=dict)
    troubles: Mapping[str, Any] = field(default_factory=dict)
    prepared: tuple[tuple[str, ...], ...] = (("apply", "--yes"),)
    only: str = ""


@dataclass(frozen=True)
class Course:
    """How a scenario went: the codes of all its processes, what was left after each delete, and the end.

    `late` are the models that the process which was struck wrote to after the blow, `begun` how many trainings had been
    begun by the end of each process.
    """

    blow: Blow | None
    codes: tuple[int, ...]
    said: str
    requests: int
    late: frozenset[str]
    begun: tuple[int, ...]
    created: tuple[str, ...]
    left: tuple[frozenset[str], ...]
    world: list[tuple[object, ...]]


def prepare(folder: Path, scenario: Scenario) -> None:
    """Bring the folder and its state to where the scenario begins."""
    declare(folder, scenario.before, *scenario.workspace)
    with site(folder, folder / "state.sqlite3", START, **{**scenario.settings, **scenario.troubles}) as begun:
        for argv in scenario.prepared:
            ended = begun.run(argv)
            assert ended.code in (0, 3, 5), ended.said
        scenario.deed(begun)
    declare(folder, scenario.after, *scenario.workspace)


def play(folder: Path, scenario: Scenario, blow: Blow | None = None) -> Course:
    """Play a prepared scenario: struck once, and given again until it ends by itself."""
    state = folder / f"{blow or 'whole'}.sqlite3".replace(" ", "-")
    shutil.copy(folder / "state.sqlite3", state)
    with site(folder, state, START + LATER, blow, **scenario.settings) as there:
        argv = there.spoken(scenario.argv)
        runs: list[Ended] = []
        begun: list[int] = []

        def run() -> None:
            runs.append(there.run(argv))
            begun.append(sum(each.creates for each in there.service.exchanges))

        run()
        requests = len(there.service.exchanges)
        there.service.blow = None
        if blow is not None:
            run()
            if UNCERTAIN in runs[-1].said:
                there.time.advance(LATER)
                run()
        return Course(
            blow,
            tuple(run.code for run in runs),
            "\n".join(run.said for run in runs),
            requests,
            frozenset(
                name_of(each.model)
                for each in there.service.exchanges[blow.nth if blow else requests : requests]
                if each.writes and each.model
            ),
            tuple(begun),
            tuple(sorted(each.model for each in there.service.exchanges if each.creates)),
            tuple(
                frozenset(name_of(model) for model, state in left.items() if state == "ACTIVE")
                for left in there.service.left
            ),
            there.world(),
        )

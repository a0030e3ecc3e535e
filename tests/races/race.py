"""Races: several runs of apply at once, each with manifests of its own, on one service in this process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Literal, TypeAlias

import requests
from hypothesis import strategies as st

from reconciler.apply import execute
from reconciler.emulator.inprocess import adapter
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response
from reconciler.errors import ReconcilerError
from reconciler.plan.event import Finished, Report
from reconciler.plan.plan import Plan
from reconciler.plan.terms import Terms
from reconciler.preview import preview
from reconciler.providers import services
from reconciler.providers.credentials import EMBEDDED
from reconciler.providers.port import Provider
from reconciler.resource.desired import Desired
from reconciler.resource.reason import Reason
from reconciler.resource.workspace import EMULATOR
from reconciler.run import Options
from reconciler.waiting import Clock
from tests.build import CONTEXT, desired, terms
from tests.properties.wire import Crash
from tests.races.judge import Judge, Side
from tests.races.service import Inputs, Signed, service
from tests.races.turnstile import Turnstile
from tests.services.dialect import dialect
from tests.tested import tested
from tests.world import Examples

NAMES = ("a", "b", "c")
SETTINGS = Settings(**{**dialect().settings, "steps_per_second": 5.0})
LATER = 900.0
"""Seconds after which it is known of every training whether it was begun."""

Trouble: TypeAlias = Literal["", "crash-before", "crash-after", "lost-before", "lost-after"]
Before: TypeAlias = Literal["nothing", "begun", "applied", "replacing"]


@dataclass(frozen=True)
class Declared:
    """One manifest."""

    data: str = "one"
    epochs: int | None = None
    temperature: float | None = None
    keep: int = 0
    renamed_from: str = ""

    @property
    def inputs(self) -> Inputs:
        """What it is to be trained from."""
        return Inputs(self.data, self.epochs)


Commit: TypeAlias = Mapping[str, Declared]


@dataclass(frozen=True)
class Entry:
    """One run of the race: which commit it applies, and what goes wrong at its nth request."""

    commit: int = 0
    wait: bool = True
    trouble: Trouble = ""
    at: int = 0
    owner: str = "acme"


@dataclass(frozen=True)
class Race:
    """What was applied before (`replacing`: the first commit, and the second one begun), who runs, and in which order.

    The last of the commits is the newest one. Before all others, `killed` runs, and so many seconds are `passed`.
    """

    commits: tuple[Commit, ...]
    before: Before
    entries: tuple[Entry, ...]
    schedule: tuple[int, ...] = ()
    killed: Entry | None = None
    passed: float = 0


class Wire(requests.adapters.BaseAdapter):
    """The way of one run's requests: past the turnstile, by the judge, and sometimes into trouble."""

    def __init__(self, course: "Course", run: int, entry: Entry) -> None:
        super().__init__()
        self.course, self.run, self.entry = course, run, entry
        self.sent = 0
        self.service = _Judged(course.judge, run)
        self.inner = adapter(self.service, lambda _: None)

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        """Deliver one request in its turn, or not."""
        self.course.turnstile.stop(self.run)
        self.sent += 1
        trouble = self.entry.trouble if self.sent == self.entry.at else ""
        if trouble == "crash-before":
            raise Crash
        if trouble == "lost-before":
            raise requests.exceptions.ConnectionError("reset", request=request)
        self.service.heard = trouble != "lost-after"
        answer = self.inner.send(request)
        if trouble == "crash-after":
            raise Crash
        if trouble == "lost-after":
            raise requests.exceptions.ConnectionError("reset", request=request)
        return answer

    def close(self) -> None:
        """Nothing is held."""


class _Judged(Emulator):
    """The service as one run sees it, with the judge in front; it has no state of its own."""

    def __init__(self, judge: Judge, run: int) -> None:
        self.judge, self.run = judge, run
        self.heard = True

    def handle(self, request: Request) -> Response:
        return self.judge.deliver(self.run, request, heard=self.heard)


class Course:
    """A service, and the races that are run on it."""

    def __init__(self, settings: Settings) -> None:
        self.turnstile = Turnstile(1_700_000_000.0)
        self.judge = Judge(Emulator(None, lambda: self.turnstile.time, settings))
        self.runs = 0

    def race(
        self, commits: Sequence[Commit], entries: Sequence[Entry], schedule: Sequence[int] = ()
    ) -> list[Report | None]:
        """Let these runs happen at once; give what each reported (None: it crashed, or could not plan)."""
        reports: list[Report | None] = [None] * len(entries)

        def job(number: int, entry: Entry) -> Callable[[], None]:
            def run() -> None:
                try:
                    reports[number] = self._apply(number, entry, commits[entry.commit])
                except (Crash, ReconcilerError):
                    assert entry.trouble

            return run

        for number, entry in enumerate(entries):
            declared = {name: each.inputs for name, each in commits[entry.commit].items()}
            self.judge.joins(number, Side(entry.owner, declared))
        self.turnstile.drive([job(number, entry) for number, entry in enumerate(entries)], schedule)
        return reports

    def plan(self, entry: Entry, commit: Commit) -> Plan:
        """Plan in peace."""
        made: list[Plan] = []
        self.judge.joins(0, Side(entry.owner, {}))
        self.turnstile.drive([lambda: made.append(self._planned(0, entry, commit))], ())
        return made[0]

    def _planned(self, number: int, entry: Entry, commit: Commit) -> Plan:
        return preview(_wants(commit), self._provider(number, entry), _terms(entry.owner))

    def _apply(self, number: int, entry: Entry, commit: Commit) -> Report:
        provider = self._provider(number, entry)
        made = preview(_wants(commit), provider, _terms(entry.owner))
        clock = Clock(lambda: self.turnstile.time, lambda seconds: self._sleep(number, seconds))
        *_, last = execute(made, provider, Examples(), clock, Options(1, entry.wait, timeout=6000))
        assert isinstance(last, Finished)
        return last.report

    def _sleep(self, number: int, seconds: float) -> bool:
        if seconds:
            self.turnstile.sleep(number, seconds)
        return False

    def _provider(self, number: int, entry: Entry) -> Provider:
        session = requests.Session()
        session.trust_env = False
        session.mount(EMBEDDED, Wire(self, number, entry))
        workspace = services.settle(replace(tested().workspace, endpoint=EMULATOR), tested().service)
        connect = import_module(f"reconciler.providers.{workspace.provider}.connect").connect
        made: Provider = connect(
            workspace,
            {},
            session=session,
            sleep=lambda seconds: self._sleep(number, seconds),
            clock=lambda: self.turnstile.time,
            chance=lambda: 0.5,
        )
        return made


def run(race: Race) -> Course:
    """Run a race from its beginning to the peace after it; what was done wrong is in the judge's offences."""
    course, (old, new) = Course(SETTINGS), (race.commits[0], race.commits[-1])
    owners = sorted({entry.owner for entry in race.entries})
    for owner in owners:
        if race.before != "nothing":
            course.race([old], [Entry(0, wait=race.before != "begun", owner=owner)])
        if race.before == "replacing":
            course.race([new], [Entry(0, wait=False, owner=owner)])
    if race.before in ("applied", "replacing"):
        common = frozenset.intersection(*(frozenset(commit) for commit in race.commits))
        course.judge.steady = {Signed(owner, name) for owner in owners for name in common}
    if race.killed:
        course.race(race.commits, [race.killed])
        course.turnstile.time += race.passed
    course.race(race.commits, race.entries, race.schedule)
    course.turnstile.time += LATER
    for owner in owners:
        course.race([new], [Entry(owner=owner)])
    for owner in owners:
        course.judge.offences += _unfinished(course, owner, new)
    course.judge.emulator.close()
    return course


def _unfinished(course: Course, owner: str, commit: Commit) -> Iterator[str]:
    """What is wrong in the end; only a rename that can be read in two ways waits for a person's word."""
    made = course.plan(Entry(owner=owner), commit)
    unclear = {row.address.name for row in made.changes if row.refused and Reason.AMBIGUOUS_RENAME in row.reasons}
    if not (made.empty or (unclear and not made.acts)):
        yield f"after one more apply there is more to do: {made.acts}"
    for name, each in commit.items():
        if name not in unclear and not course.judge.serves(Signed(owner, name), each.inputs):
            yield f"in the end nothing serves as {name}"


def _wants(commit: Commit) -> list[Desired]:
    return [_desired(name, each) for name, each in commit.items()]


def _desired(name: str, each: Declared) -> Desired:
    tone = None if each.temperature is None else service().tone(each.temperature)
    said: dict[str, Any] = {"epochs": each.epochs, "temperature": tone}
    return desired(
        name,
        data=each.data,
        renamed_from=each.renamed_from,
        keep_superseded=each.keep,
        **{key: value for key, value in said.items() if value is not None},
    )


def _terms(owner: str) -> Terms:
    return replace(terms(), context=replace(CONTEXT, owner=owner))


names = st.sampled_from(NAMES)
manifests = st.builds(
    Declared,
    data=st.sampled_from(("one", "two", "three")),
    epochs=st.sampled_from((None, 7)),
    temperature=st.sampled_from((None, 0.2)),
    keep=st.sampled_from((0, 0, 0, 1)),
)
commits = st.dictionaries(names, manifests, min_size=1, max_size=3)


@st.composite
def successors(draw: st.DrawFn, commit: Commit) -> Commit:
    """A commit after this one: a manifest or two changed, gone, new, or under another name."""
    after = dict(commit)
    for _ in range(draw(st.integers(1, 2))):
        name = draw(st.sampled_from(sorted(commit)))
        each = after.get(name, commit[name])
        match draw(st.sampled_from(("data", "epochs", "temperature", "remove", "rename", "add"))):
            case "data":
                after[name] = replace(each, data=each.data + "'")
            case "epochs":
                after[name] = replace(each, epochs=9)
            case "temperature":
                after[name] = replace(each, temperature=0.7)
            case "remove":
                after.pop(name, None)
            case "rename" if name in after:
                after[f"{name}-new"] = after.pop(name)
            case _:
                after[f"{name}-too"] = Declared(draw(st.sampled_from(("four", "five"))))
    return after


waits = st.sampled_from((True, True, True, False))
entries = st.builds(Entry, commit=st.integers(0, 1), wait=waits)
owned = st.builds(Entry, commit=st.integers(0, 1), wait=waits, owner=st.sampled_from(("acme", "rival")))
troubles = st.sampled_from(("crash-before", "crash-after", "lost-before", "lost-after"))
reach = st.integers(1, service().reach)
troubled = st.builds(Entry, commit=st.integers(0, 1), wait=waits, trouble=troubles, at=reach)
kills = st.builds(Entry, commit=st.just(1), trouble=st.sampled_from(("crash-before", "crash-after")), at=reach)


@st.composite
def races(draw: st.DrawFn, kind: str, entries: st.SearchStrategy[Entry] = entries, *, killed: bool = False) -> Race:
    """Two, four or eight runs; of one commit, of an old and a new one, or of two that know nothing of each other."""
    first = draw(commits)
    second = {"one": first, "old and new": draw(successors(first)), "unrelated": draw(commits)}[kind]
    number = draw(st.sampled_from((2, 2, 2, 4, 8)))
    return Race(
        (first, second),
        draw(st.sampled_from(("nothing", "begun", "applied", "replacing"))),
        tuple(draw(st.lists(entries, min_size=number, max_size=number))),
        tuple(draw(st.lists(st.integers(0, 7), max_size=60))),
        draw(kills) if killed else None,
        draw(st.sampled_from((0, 60, 595, 605, 3600))) if killed else 0,
    )

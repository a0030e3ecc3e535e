"""A remote service written by hand: a few models, a clock, a list of every call.

It knows the port and nothing of the program behind it. A training takes as many looks as it has `looks`; a mark is
held beside the text, and tied to its carrier by the name it was written for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.apply import execute
from reconciler.errors import Refused
from reconciler.plan.event import Event, Finished, Report
from reconciler.plan.plan import Plan
from reconciler.plan.terms import Terms
from reconciler.preview import preview
from reconciler.resource.dataset import Dataset, Example, Stored
from reconciler.resource.desired import Desired
from reconciler.resource.naming import Naming
from reconciler.resource.observed import Grant, Mark, Observed, Operation, Ownership, Snapshot, State
from reconciler.resource.rules import Capabilities, Value
from reconciler.run import Options
from reconciler.waiting import Clock
from tests.build import CAPABILITIES, NAMING, SERVER


@dataclass
class World:
    """Models by name, and what was asked of them: `calls` holds (verb, name), reads and writes alike.

    The fields named in `late` it takes only by updates, and those only when a model is trained.
    """

    models: dict[str, Observed] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    looks: int = 1
    failing: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    withholds: set[str] = field(default_factory=set)
    permissions: dict[str, list[Grant]] = field(default_factory=dict)
    bases: frozenset[str] | None = None
    faults: dict[tuple[str, str], BaseException] = field(default_factory=dict)
    lost: dict[tuple[str, str], BaseException] = field(default_factory=dict)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    patches: list[dict[str, Value]] = field(default_factory=list)
    late: set[str] = field(default_factory=set)
    known: Capabilities = CAPABILITIES
    stored: dict[str, Stored] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    validations: dict[str, int] = field(default_factory=dict)
    time: float = 0.0

    def put(self, *models: Observed) -> None:
        """Place models."""
        self.models |= {model.name: model for model in models}

    def change(self, name: str, **changes: object) -> None:
        """Change a model by hand."""
        self.models[name] = replace(self.models[name], **changes)  # type: ignore[arg-type]  # any field

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The calls that changed something, or tried to."""
        return [call for call in self.calls if call[0] in ("create", "update", "delete", "grant", "cancel")]

    @property
    def capabilities(self) -> Capabilities:
        return self.known

    @property
    def naming(self) -> Naming:
        return NAMING

    def observe(self) -> Snapshot:
        self._asked("list")
        return tuple(model for name, model in self.models.items() if name not in self.hidden)

    def survey(self) -> Snapshot:
        return self.observe()

    def read(self, names: Sequence[str]) -> Snapshot:
        for name in names:
            self._asked("get", name)
        return tuple(self.models[name] for name in names if name in self.models and name not in self.withholds)

    def withheld(self, name: str) -> bool:
        self._asked("withheld", name)
        return name in self.withholds

    def grants(self, observed: Observed) -> tuple[Grant, ...]:
        self._asked("grants", observed.name)
        return tuple(self.permissions.get(observed.name, ()))

    def tunable(self) -> frozenset[str] | None:
        self._asked("tunable")
        return self.bases

    def explain(self, observed: Observed) -> str:
        self._asked("explain", observed.name)
        return "the data is empty"

    def poll(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        self._asked("poll")
        return [self._looked(operation) for operation in operations]

    def stat(self, uri: str) -> Stored | None:
        self._asked("stat", uri)
        return self.stored.get(uri)

    def create(
        self,
        name: str,
        desired: Desired,
        ownership: Ownership,
        examples: Iterable[Example],
        validation: Iterable[Example] = (),
        parent: Observed | None = None,
    ) -> Operation:
        assert list(examples)
        self.parents[name] = parent.name if parent else ""
        self.validations[name] = len(list(validation))
        with_fault = self._asked("create", name)
        if name in self.models:
            taken = self.models[name]
            if taken.ownership is not None and taken.ownership.owner != ownership.owner:
                raise Refused("FOREIGN_OWNER", f"{name} belongs to {taken.ownership.owner}")
            return Operation(name, taken.state is not State.TRAINING, taken)
        fields = {**SERVER, **{path: value for path, value in desired.fields.items() if path not in self.late}}
        created = f"2024-06-01T00:00:{len(self.calls) % 60:02}Z"
        self.put(Observed(name, State.TRAINING, fields, Mark.VALID, ownership, created=created))
        with_fault()
        return Operation(name, done=False, observed=self.models[name])

    def update(self, observed: Observed, values: Mapping[str, Value], ownership: Ownership | None) -> Operation:
        with_fault = self._asked("update", observed.name)
        self.patches.append(dict(values))
        current = self.models[observed.name]
        if self.late and observed.state is State.TRAINING:
            raise Refused("TRAINING", f"{observed.name} cannot be changed while it is trained")
        if current.carrier != observed.carrier:
            raise Refused("STALE", f"the description of {observed.name} was changed meanwhile")
        mark = Mark.VALID if ownership else Mark.NONE
        self.put(replace(current, fields={**current.fields, **values}, ownership=ownership, mark=mark))
        with_fault()
        return Operation(observed.name, done=True, observed=self.models[observed.name])

    def delete(self, observed: Observed, again: object = None) -> Operation:  # noqa: ARG002  (nothing is sent twice)
        with_fault = self._asked("delete", observed.name)
        self.models.pop(observed.name, None)
        with_fault()
        return Operation(observed.name, done=True)

    def grant(self, observed: Observed, grants: Sequence[Grant]) -> None:
        self._asked("grant", observed.name)
        self.permissions.setdefault(observed.name, []).extend(grants)

    def cancel(self, observed: Observed) -> None:
        self._asked("cancel", observed.name)
        self.failing.add(observed.name)

    def generate(self, observed: Observed, prompt: str) -> str:
        return f"{observed.name}: {prompt}"

    def _asked(self, verb: str, name: str = "") -> Callable[[], None]:
        """Note a call; fail it if it is to fail; return what loses its answer, if that is to happen."""
        if hook := self.before.pop(verb, None):
            hook()
        self.calls.append((verb, name))
        for key in ((verb, name), (verb, "")):
            if error := self.faults.get(key):
                raise error

        def answer() -> None:
            if error := self.lost.pop((verb, name), None):
                raise error

        return answer

    def _looked(self, operation: Operation) -> Operation:
        """Look at one training; it ends when it has been looked at often enough."""
        name = operation.model
        if name not in self.models:
            return Operation(name, done=True, error="the model vanished while it was awaited")
        self.seen[name] = self.seen.get(name, 0) + 1
        if self.models[name].state is State.TRAINING and self.seen[name] >= self.looks:
            self.change(name, state=State.FAILED if name in self.failing else State.READY)
        model = self.models[name]
        error = "the data is empty" if model.state is State.FAILED else ""
        return Operation(name, model.state in (State.READY, State.FAILED), model, error)


class Examples:
    """Opens every dataset, except those whose file has changed."""

    def __init__(self, moved: Iterable[str] = ()) -> None:
        self.moved = set(moved)

    def open(self, dataset: Dataset) -> Iterable[Example]:
        if dataset.digest in self.moved:
            raise Refused("DATA_MOVED", "the dataset changed since it was planned")
        return dataset.locator.inline


def clock(world: World, interrupts: Iterable[float] = ()) -> Clock:
    """A clock that sleeping moves; once the time in `interrupts` has come, the person interrupts."""
    ends = list(interrupts)

    def sleep(seconds: float) -> bool:
        world.time += seconds
        return bool(ends) and world.time >= ends[0]

    return Clock(lambda: world.time, sleep)


def run(
    world: World,
    made: Plan,
    options: Options | None = None,
    *,
    moved: Iterable[str] = (),
    interrupts: Iterable[float] = (),
) -> tuple[Report, list[Event]]:
    """Apply a plan; give the report and every event."""
    events = list(execute(made, world, Examples(moved), clock(world, interrupts), options or Options(parallelism=1)))
    finished = events[-1]
    assert isinstance(finished, Finished)
    return finished.report, events


def converge(world: World, wants: Iterable[Desired], terms: Terms) -> tuple[Plan, Report, Plan]:
    """Plan, apply, plan again."""
    wants = tuple(wants)
    first = preview(wants, world, terms)
    report, _ = run(world, first)
    return first, report, preview(wants, world, terms)

"""Carrying out a plan: the only module that changes the world.

Order: trainings are begun first, then what needs no waiting (updates, deletion of superseded models), then all
trainings are waited for together; as each one becomes READY its pending update is written, grants are copied and the
models it supersedes go. What is no longer declared goes last, and only when every training of the run is READY.

One row's failure does not stop the others. The run may be killed anywhere: nothing is remembered here that the next
plan would not find in the world. A delete reads the model and its successor once more, at the last moment.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from reconciler import waiting
from reconciler.errors import ReconcilerError, Refused, Unauthenticated
from reconciler.plan.change import Action, Change, Effect, leaves
from reconciler.plan.event import Began, Ended, Event, Finished, Outcome, Report, Result, Waited
from reconciler.plan.plan import Plan
from reconciler.plan.terms import wished
from reconciler.providers.port import Provider
from reconciler.removal import remove, strangers
from reconciler.resource.dataset import ExampleSource
from reconciler.resource.observed import Observed, Operation, State
from reconciler.resource.reason import Reason
from reconciler.waiting import Clock, Vigil

Key: TypeAlias = tuple[str, str]
Job: TypeAlias = Callable[[Change], Ended]


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: requests in flight at once; whether, and how many seconds at most, to wait for trainings."""

    parallelism: int = 4
    wait: bool = True
    timeout: float | None = None


@dataclass(slots=True)
class Run:
    """One run in progress."""

    plan: Plan
    provider: Provider
    examples: ExampleSource
    options: Options
    vigil: Vigil
    ended: dict[Key, Ended] = field(default_factory=dict)
    rows: dict[str, Change] = field(default_factory=dict)
    late: list[Change] = field(default_factory=list)


def execute(plan: Plan, provider: Provider, examples: ExampleSource, clock: Clock, options: Options) -> Iterator[Event]:
    """Carry out the plan; yield what happens, at last a Finished with the report."""
    run = Run(plan, provider, examples, options, waiting.begin(clock, options.timeout))
    rows = [row for row in plan.changes if not row.refused]
    trains = _having(rows, Action.CREATE, Action.REPLACE)
    yield from _batch(run, trains, lambda row: _create(run, row))
    run.vigil.pending = {row.target: op for row in trains if (op := run.vigil.pending.get(row.target))}
    for row in _having(rows, Action.WAIT):
        _await_row(run, row, Operation(row.target, done=False, observed=row.observed))
    _cancel(run, rows)
    yield from _batch(run, _having(rows, Action.UPDATE), lambda row: _update(run, row))
    deletes = _having(rows, Action.DELETE)
    run.late += [row for row in deletes if not row.successor]
    yield from _removals(run, [row for row in deletes if row.successor])
    yield from _arrivals(run, [op for op in run.vigil.pending.values() if op.done])
    if options.wait:
        yield from _wait(run)
    if _settled(run):
        yield from _removals(run, run.late)
    yield Finished(_report(run))


def _having(rows: Iterable[Change], *actions: Action) -> list[Change]:
    return [row for row in rows if row.action in actions]


def _batch(run: Run, rows: Sequence[Change], job: Job) -> Iterator[Event]:
    """Do the same for several rows, so many at a time; each is announced once, results come in the plan's order."""
    size = max(1, run.options.parallelism)
    for start in range(0, len(rows), size):
        if _stopped(run):
            return
        chunk = rows[start : start + size]
        fresh = [r for r in chunk if r.action is Action.DELETE or (str(r.address), r.target) not in run.ended]
        yield from (Began(row.address, row.action, row.target) for row in fresh)
        if len(chunk) == 1:
            results = [_guarded(run, job, chunk[0])]
        else:
            with ThreadPoolExecutor(len(chunk)) as pool:
                results = list(pool.map(lambda row: _guarded(run, job, row), chunk))
        for row, end in zip(chunk, results, strict=True):
            run.ended[str(row.address), row.target] = end
            yield end


def _stopped(run: Run) -> bool:
    """Whether no further act may begin."""
    run.vigil.interrupted = run.vigil.interrupted or run.vigil.clock.sleep(0)
    return run.vigil.over


def _guarded(run: Run, job: Job, row: Change) -> Ended:
    """Turn our own errors into the row's result; lost credentials end the run, as every other act would fail too."""
    try:
        return job(row)
    except Refused as error:
        return _end(row, Result.REFUSED, f"{error.reason}: {error}")
    except ReconcilerError as error:
        if isinstance(error, Unauthenticated):
            run.vigil.fatal = str(error)
        return _end(row, Result.FAILED, str(error))


def _end(row: Change, result: Result, detail: str = "") -> Ended:
    return Ended(row.address, row.action, row.target, result, detail)


def _create(run: Run, row: Change) -> Ended:
    """Begin a training; a model that is already there in its state is as good."""
    if row.desired is None or row.desired.dataset is None or row.ownership is None:
        raise Refused(Reason.NO_DATASET, f"{row.address} cannot be trained without data")
    examples = run.examples.open(row.desired.dataset)
    operation = run.provider.create(row.target, row.desired, row.ownership, examples)
    _await_row(run, row, operation)
    return _end(row, Result.TRAINING)


def _update(run: Run, row: Change) -> Ended:
    """Write what one PATCH can write."""
    _write(run, row)
    return _end(row, Result.DONE)


def _write(run: Run, row: Change) -> None:
    """Send what the plan showed, against the text that the plan saw: one that changed since is not overwritten."""
    values = {f.path: f.new for f in row.writes if f.effect is Effect.WRITE and f.new is not None}
    if row.observed is not None and row.writes:
        run.provider.update(row.observed, values, None if row.strips else row.ownership)


def _await_row(run: Run, row: Change, operation: Operation) -> None:
    """Remember a row until its model has stopped training."""
    run.rows[row.target] = row
    run.vigil.pending[row.target] = replace(operation, model=row.target)
    run.ended[str(row.address), row.target] = _end(row, Result.TRAINING)


def _cancel(run: Run, rows: Iterable[Change]) -> None:
    """Ask trainings that nobody wants any more to stop, where that was wished for; nothing depends on it."""
    for row in rows:
        if run.vigil.over or not wished(run.plan.wishes.cancel, row.address):
            continue
        leaving = [row.observed] if leaves(row) and row.observed else []
        for old in (*leaving, *row.supersedes):
            if old.state is State.TRAINING:
                with suppress(ReconcilerError):
                    run.provider.cancel(old)


def _wait(run: Run) -> Iterator[Event]:
    """Look at all trainings, tick by tick, and finish the rows whose models arrived."""
    while run.vigil.pending and not run.vigil.over and run.vigil.rest():
        arrived = []
        for seen in waiting.look(run.vigil, run.provider):
            match seen:
                case Waited():
                    yield seen
                case Operation(done=True):
                    arrived.append(seen)
                case Operation():
                    yield from waiting.progressed(run.vigil, run.rows[seen.model], seen)
        yield from _arrivals(run, arrived)


def _arrivals(run: Run, operations: Sequence[Operation]) -> Iterator[Event]:
    """Finish the rows of models that have stopped training."""
    arrived = {operation.model: operation for operation in operations}
    rows = [run.rows[name] for name in arrived]
    for name in arrived:
        run.vigil.pending.pop(name, None)
    leaving = [replace(row, action=Action.DELETE) for row in rows if leaves(row)]
    run.late += [row for row in leaving if not row.successor]
    yield from _removals(run, [row for row in leaving if row.successor])
    staying = [row for row in rows if not leaves(row)]
    yield from _batch(run, staying, lambda row: _arrive(run, row, arrived[row.target]))
    for row in staying:
        if run.ended[str(row.address), row.target].result is Result.DONE:
            yield from _supersede(run, row)


def _arrive(run: Run, row: Change, operation: Operation) -> Ended:
    """A training is over: write what had to wait for it."""
    observed = operation.observed
    if operation.error or observed is None or observed.state is not State.READY:
        said = operation.error or "its training did not end in a usable model"
        failed = observed is not None and observed.state is State.FAILED
        advice = f"; fix the cause and `--retry-failed {row.address}`" if failed else ""
        return _end(row, Result.FAILED, said.rstrip(".") + advice)
    if row.action is Action.WAIT:
        _write(run, row)
    return _end(row, Result.DONE, "ready")


def _supersede(run: Run, row: Change) -> Iterator[Event]:
    """The wanted model is READY: what it supersedes goes; what still trains goes when it has stopped."""
    olds = [_leftover(row, old) for old in row.supersedes if old.state is not State.UNKNOWN]
    for old in olds:
        if old.action is Action.WAIT and old.observed:
            _await_row(run, old, Operation(old.target, done=False, observed=old.observed))
    yield from _removals(run, _having(olds, Action.DELETE))


def _leftover(row: Change, old: Observed) -> Change:
    """The row of a model that this row supersedes."""
    action = Action.WAIT if old.state is State.TRAINING else Action.DELETE
    return Change(row.address, action, (Reason.SUPERSEDED,), old.name, observed=old, successor=row.target)


def _removals(run: Run, rows: Sequence[Change]) -> Iterator[Event]:
    """Delete, after one look at whether somebody else's run has been at work on these addresses."""
    if not rows or _stopped(run):
        return
    with ThreadPoolExecutor(1) as pool:  # what goes wrong in this look is each row's own failure, not the run's
        look = pool.submit(strangers, run.plan, rows, run.provider, run.rows)
    yield from _batch(run, rows, lambda row: _end(row, Result.DONE, remove(row, run.provider, look.result())))


def _settled(run: Run) -> bool:
    """Whether all that this run trained or waited for is READY, so that undeclared models may go."""
    awaited = (Action.CREATE, Action.REPLACE, Action.WAIT)
    rows = (row for row in run.plan.changes if row.action in awaited and not leaves(row))
    ends = (run.ended.get((str(row.address), row.target)) for row in rows)
    ready = all(end is not None and end.result is Result.DONE for end in ends)
    return ready and not run.vigil.over and not run.vigil.pending


def _report(run: Run) -> Report:
    """Every row that is not a NOOP, in the order of the plan, and the leftovers that followed from them."""
    outcomes = {(str(row.address), row.target, row.refused): _outcome(run, row) for row in run.plan.changes}
    extra = {(*key, False): end for key, end in run.ended.items() if (*key, False) not in outcomes}
    told = [outcome for outcome in outcomes.values() if outcome]
    told += [Outcome(e.address, e.action, e.target, e.result, e.detail) for e in extra.values()]
    vigil = run.vigil
    return Report(tuple(told), vigil.interrupted, vigil.timed_out, vigil.fatal)


def _outcome(run: Run, row: Change) -> Outcome | None:
    if row.refused:
        return Outcome(row.address, row.intended, row.target, Result.REFUSED, row.detail)
    if row.action is Action.NOOP:
        return None
    end = run.ended.get((str(row.address), row.target))
    if end is None:
        return Outcome(row.address, row.action, row.target, Result.NOT_BEGUN)
    return Outcome(row.address, end.action, row.target, end.result, end.detail)

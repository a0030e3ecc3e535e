"""Carrying out a plan: with `deletions`, `dispute` and `removal`, the only module that changes the world.

Order: trainings are begun first, then what needs no waiting (updates, deletion of superseded models), then all
trainings are waited for together; as each one becomes READY its pending update is written, grants are copied, trainings
that start from it are begun, and the models it supersedes go. What is no longer declared goes last, and only when every
training of the run is READY; so does what a declared model may still be tuned from.

The run may be killed anywhere: nothing is remembered here that the next plan would not find in the world. A delete
reads the model and its successor once more, at the last moment.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from reconciler import deletions, waiting
from reconciler.errors import ReconcilerError, Refused
from reconciler.plan.change import TRAININGS, Action, Change, Effect, leaves
from reconciler.plan.diff import compare
from reconciler.plan.event import Ended, Event, Finished, Result, Waited, end
from reconciler.plan.parents import needed
from reconciler.plan.plan import Plan
from reconciler.plan.terms import wished
from reconciler.providers.port import Provider
from reconciler.resource.dataset import ExampleSource
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Mark, Observed, Operation, Ownership, State
from reconciler.resource.reason import Reason
from reconciler.run import Options, Run
from reconciler.waiting import Clock, shortfall


def execute(plan: Plan, provider: Provider, examples: ExampleSource, clock: Clock, options: Options) -> Iterator[Event]:
    """Carry out the plan; yield what happens, at last a Finished with the report."""
    run = Run(plan, provider, examples, options, waiting.begin(clock, options.timeout), needed=needed(plan.changes))
    rows = [row for row in plan.changes if not row.refused]
    yield from run.batch([row for row in rows if _twin(row)], lambda row: _stop(run, row))
    trains = _having(rows, *TRAININGS)
    awaited = {row.target for row in (*trains, *_having(rows, Action.WAIT))}
    run.children = [row for row in trains if row.parent in awaited]
    yield from run.batch([row for row in trains if row.parent not in awaited], lambda row: _create(run, row))
    # Trainings are begun in any order; they are looked at in the plan's.
    run.vigil.pending = {row.target: op for row in trains if (op := run.vigil.pending.get(row.target))}
    for row in _having(rows, Action.WAIT):
        run.expect(row, Operation(row.target, done=False, observed=row.observed))
    _cancel(run, rows)
    yield from run.batch(_having(rows, Action.UPDATE), lambda row: _update(run, row))
    yield from _remove(run, [row for row in _having(rows, Action.DELETE) if not _twin(row)])
    yield from _arrivals(run, [op for op in run.vigil.pending.values() if op.done])
    if options.wait and run.vigil.pending:
        run.waited = True
        deletions.forewarn(run)
        yield from _wait(run)
    if run.settled():
        yield from deletions.carry_out(run, run.late)
    yield Finished(run.report())


def _having(rows: Iterable[Change], *actions: Action) -> list[Change]:
    return [row for row in rows if row.action in actions]


def _twin(row: Change) -> bool:
    """Whether a row is about a training that was begun a second time: it is stopped at once, and never awaited."""
    return row.action is Action.DELETE and Reason.DUPLICATE in row.reasons


def _stop(run: Run, row: Change) -> Ended:
    """Ask a training that is one too many to stop."""
    if row.observed is not None:
        run.provider.cancel(row.observed)
    return end(row, Result.DONE, "asked to stop")


def _remove(run: Run, rows: Iterable[Change]) -> Iterator[Event]:
    """Delete these models: at once those in whose place another one serves, if no training may start from them."""
    at_once: list[Change] = []
    for row in rows:
        (at_once if row.successor and row.address not in run.needed else run.late).append(row)
    yield from deletions.carry_out(run, at_once)


def _create(run: Run, row: Change) -> Ended:
    """Begin a training; a model that is already there in its state is as good."""
    if row.desired is None or row.desired.dataset is None or row.ownership is None:
        raise Refused(Reason.NO_DATASET, f"{row.address} cannot be trained without data")
    examples = run.examples.open(row.desired.dataset)
    validation = run.examples.open(row.desired.validation) if row.desired.validation else ()
    parent = _parent(run, row)
    operation = run.provider.create(row.target, row.desired, row.ownership, examples, validation, parent)
    run.expect(row, operation)
    return end(row, Result.TRAINING)


def _parent(run: Run, row: Change) -> Observed | None:
    """The model that a training starts from, as it is now; Refused unless it is READY."""
    if not row.parent:
        return None
    found = next((each for each in run.provider.read([row.parent]) if each.state is State.READY), None)
    if found is None:
        why = f"{row.parent}, which {row.address} is tuned from, is not READY"
        raise Refused(Reason.DEPENDENCY, why, "apply again when it is")
    return found


def _update(run: Run, row: Change) -> Ended:
    """Write what one PATCH can write."""
    _write(run, row)
    return end(row, Result.DONE, "its mark is taken off, and it stays" if row.strips else "")


def _write(run: Run, row: Change, now: Observed | None = None) -> None:
    """Send what the plan showed, against the text that the plan saw: one that changed since is not overwritten.

    `now` is the model after the training that the row waited for: what it is made of has come to be since.
    """
    values = {f.path: f.new for f in row.writes if f.effect is Effect.WRITE and f.new is not None}
    if (seen := row.observed) is not None and row.writes:
        seen = replace(seen, state=now.state, resources=now.resources) if now else seen
        run.provider.update(seen, values, None if row.strips else row.ownership)


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
    yield from _remove(run, [replace(row, action=Action.DELETE) for row in rows if leaves(row)])
    staying = [row for row in rows if not leaves(row)]
    yield from run.batch(staying, lambda row: _arrive(run, row, arrived[row.target]))
    yield from run.batch(run.born(arrived), lambda row: _create(run, row))
    yield from _supersede(run, [row for row in staying if run.done(row)])


def _arrive(run: Run, row: Change, operation: Operation) -> Ended:
    """A training is over: write what had to wait for it."""
    if why := shortfall(operation):
        failed = operation.observed is not None and operation.observed.state is State.FAILED
        advice = f"; fix the cause and `--retry-failed {row.address}`" if failed else ""
        return end(row, Result.FAILED, why.rstrip(".") + advice)
    if row.action is Action.WAIT:
        _write(run, row, operation.observed)
    elif operation.observed is not None and row.desired is not None:
        _complete(run, row.desired, operation.observed, row.ownership)
    return end(row, Result.DONE, "ready")


def _complete(run: Run, desired: Desired, observed: Observed, ownership: Ownership | None) -> None:
    """Write what the service could not be told, or has not kept, when the training was begun."""
    differ = compare(desired, observed, run.provider.capabilities, proven=True)
    values = {f.path: f.new for f in differ if f.effect is Effect.WRITE and f.new is not None}
    if values or observed.mark is Mark.NONE:
        run.provider.update(observed, values, ownership)


def _supersede(run: Run, rows: Sequence[Change]) -> Iterator[Event]:
    """The wanted models are READY: what they supersede goes; what still trains goes when it has stopped."""
    olds = [_leftover(row, old) for row in rows for old in row.supersedes]
    for old in olds:
        if old.action is Action.WAIT and old.observed:
            run.expect(old, Operation(old.target, done=False, observed=old.observed))
    yield from _remove(run, _having(olds, Action.DELETE))


def _leftover(row: Change, old: Observed) -> Change:
    """The row of a model that this row supersedes."""
    action = Action.WAIT if old.state is State.TRAINING else Action.DELETE
    return Change(row.address, action, (Reason.SUPERSEDED,), old.name, observed=old, successor=row.target)

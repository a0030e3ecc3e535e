"""The deletions of a run: after what was begun is READY, after other runs could object, and after a last look.

The list is read once for all of them: a model that the plan does not know, at one of their addresses, is another run's
work and stops that address; a declared model that does not serve any more stops what would have no successor.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from reconciler import dispute
from reconciler.errors import ReconcilerError, Refused
from reconciler.plan.change import Change, leaves
from reconciler.plan.event import Ended, Event, Result, end
from reconciler.removal import remove, strangers, unserved
from reconciler.resource.reason import Reason
from reconciler.run import Run


def carry_out(run: Run, rows: Sequence[Change]) -> Iterator[Event]:
    """Delete what nothing stands against; an objection is the row's own failure, not the run's."""
    if not rows or run.stopped():
        return
    objections = _objections(run, rows)
    fair = [row for row in rows if row.target not in objections]
    contested = dispute.contested(fair, run.plan, waited=run.waited)
    # For a training that is over the time begins anew: who waited for it may have looked before it was announced.
    objections |= _announce(
        run, [row for row in contested if row.target not in run.announced or row.target in run.rows]
    )
    if _paused(run, contested):
        if run.stopped():
            return
        objections |= _objections(run, rows)

    def job(row: Change) -> Ended:
        if error := objections.get(row.target):
            raise error
        return end(row, Result.DONE, remove(row, run.provider, announced=row.target in run.announced))

    yield from run.batch(rows, job)


def forewarn(run: Run) -> None:
    """Announce the deletes that are to follow upon hours of waiting, also of models in training, if those take it.

    What cannot be announced now is announced, or refused, when its time has come.
    """
    _announce(run, dispute.contested(run.late, run.plan, waited=True))
    for row in run.rows.values():
        if row.observed and leaves(row) and not row.successor and not run.stopped():
            with suppress(ReconcilerError):
                dispute.mark(row.observed, run.provider)
                run.announced[row.target] = run.vigil.clock.now()


def _announce(run: Run, rows: Iterable[Change]) -> dict[str, ReconcilerError]:
    """Announce these deletes; give what stands against some of them, by remote name."""
    against: dict[str, ReconcilerError] = {}
    for row in rows:
        if run.stopped():
            break
        try:
            if dispute.announce(row, run.provider, announced=row.target in run.announced):
                run.announced[row.target] = run.vigil.clock.now()
        except ReconcilerError as error:
            against[row.target] = error
    return against


def _paused(run: Run, contested: Iterable[Change]) -> bool:
    """Give other runs what is left of their time to object; whether there was any left."""
    now = run.vigil.clock.now()
    ends = (run.announced[row.target] + dispute.GRACE for row in contested if row.target in run.announced)
    rest = max(ends, default=now) - now
    if rest > 0:
        run.vigil.interrupted = run.vigil.clock.sleep(rest) or run.vigil.interrupted
    return rest > 0


def _objections(run: Run, rows: Sequence[Change]) -> dict[str, ReconcilerError]:
    """What stands against deleting these models, by remote name, as the service shows things now."""
    try:
        seen = run.provider.observe()
        unknown = strangers(run.plan, rows, seen, run.rows)
        missing = unserved(run.plan, seen, run.provider) if any(not row.successor for row in rows) else ""
    except ReconcilerError as error:
        return dict.fromkeys((row.target for row in rows), error)
    found: dict[str, ReconcilerError] = {}
    for row in rows:
        if stranger := unknown.get(row.address):
            why = f"{stranger} appeared at {row.address} since this was planned"
            found[row.target] = Refused(Reason.STALE, why, "plan again")
        elif missing and not row.successor:
            why = f"{missing} is declared and does not serve any more, so {row.target} stays"
            found[row.target] = Refused(Reason.STALE, why, "plan again")
    return found

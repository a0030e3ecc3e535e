"""Deleting a model that another run may count on.

Most runs replace an older model by a newer one; after a revert it is the other way round. Two such runs at once could
each look, find that the model it wants serves, and delete the one that the other run counts on: there is no conditional
delete. Likewise a run that waits for trainings, hours perhaps, before it deletes what was not declared when it began.

So such a delete is announced in the model's mark, at once where the run is going to wait. Every run looks for that just
before it deletes something on the strength of the model; a run that wants the model takes it back. After GRACE, when
those who had looked before are done, comes the last look. A model is left as long as no run takes longer than GRACE
from its last look to the end of its delete.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.plan.change import Change
from reconciler.plan.plan import Plan
from reconciler.providers.port import Provider
from reconciler.removal import going, look
from reconciler.resource.observed import Observed, State

GRACE = 30.0
"""Seconds between the announcement of a delete and the delete; what another run needs is two requests."""

LOG = logging.getLogger("reconciler.dispute")


def contested(rows: Iterable[Change], plan: Plan, *, waited: bool) -> list[Change]:
    """The rows of models that another run may count on by now.

    Either the successor is older, or was itself about to go; one that the plan has not seen was begun by this run, and
    so it is the newer one. Or there is no successor, and the run has `waited` for trainings since it was planned:
    meanwhile somebody may have declared the model again.
    """
    seen = {row.observed.name: row.observed for row in plan.changes if row.desired and row.observed}
    return [row for row in rows if row.observed and _contested(row, row.observed, seen, waited=waited)]


def announce(row: Change, provider: Provider, *, announced: bool) -> bool:
    """Announce that the row's model goes; False if there is nothing to announce: it is gone, or serves nobody.

    One that was `announced` before, and taken back since, is Refused. What is announced stays so: the next run goes on,
    or takes it back because it wants the model.
    """
    last = look(row, provider, announced=announced)
    if last is None or last.current.state is not State.READY:
        return False
    mark(last.current, provider)
    return True


def mark(observed: Observed, provider: Provider) -> None:
    """Write into the mark of a model that it goes, where it does not say so yet."""
    if observed.ownership and not going(observed):
        provider.update(observed, {}, replace(observed.ownership, going=True))
        LOG.warning("%s goes in %.0f s or later, if no other run wants it back", observed.name, GRACE)


def _contested(row: Change, old: Observed, seen: Mapping[str, Observed], *, waited: bool) -> bool:
    """Whether another run may count on this model."""
    if not row.successor:
        return waited
    successor = seen.get(row.successor)
    return successor is not None and (old.born > successor.born or going(successor))

"""Deleting one of two models that both serve, while another run may want to delete the other one.

Most runs replace an older model by a newer one; after a revert it is the other way round. Two such runs at once could
each look, find that the model it wants serves, and delete the one that the other run counts on: there is no conditional
delete. So whoever deletes the newer of two models first writes into its mark that it is going, which every run looks
for just before it deletes; waits until those who had looked before are done; and only then takes the last look.

One of the two models is left as long as no run takes longer than GRACE from its last look to the end of its delete.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.errors import ReconcilerError, Refused
from reconciler.plan.change import Change
from reconciler.plan.plan import Plan
from reconciler.providers.port import Provider
from reconciler.removal import going, look
from reconciler.resource.observed import State
from reconciler.resource.reason import Reason

GRACE = 30.0
"""Seconds between the announcement of a delete and the delete; what another run needs is two requests."""

LOG = logging.getLogger("reconciler.dispute")


def announce(
    rows: Sequence[Change], plan: Plan, provider: Provider, sleep: Callable[[float], bool]
) -> Mapping[str, ReconcilerError | None]:
    """Announce the deletes that another run may object to, and give it the time: once, however many they are.

    Gives the remote names of these models, each with the error that stands against its delete: it must not go, the
    announcement could not be written, or `sleep` was cut short. What is announced stays so: the next run goes on, or
    takes it back because it wants the model.
    """
    announced = dict(_announced(rows, plan, provider))
    if None in announced.values() and sleep(GRACE):
        return dict.fromkeys(announced, Refused(Reason.STALE, "the run was ended before the delete", "apply again"))
    return announced


def _announced(rows: Sequence[Change], plan: Plan, provider: Provider) -> Iterator[tuple[str, ReconcilerError | None]]:
    """Announce one after the other."""
    for row in _disputed(rows, plan):
        try:
            last = look(row, provider)
            if last and last.current.state is State.READY and last.current.ownership:
                LOG.warning("%s goes in %.0f s, if no other run wants it back", row.target, GRACE)
                provider.update(last.current, {}, replace(last.current.ownership, going=True))
                yield row.target, None
        except ReconcilerError as error:
            yield row.target, error


def _disputed(rows: Sequence[Change], plan: Plan) -> Iterator[Change]:
    """The rows of models whose successor is older, or was itself about to be deleted.

    A successor that the plan has not seen was begun by this run, and so it is the newer one.
    """
    seen = {row.observed.name: row.observed for row in plan.changes if row.desired and row.observed}
    for row in rows:
        old, successor = row.observed, seen.get(row.successor)
        if old and successor and ((old.created, old.name) > (successor.created, successor.name) or going(successor)):
            yield row

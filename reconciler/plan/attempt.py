"""Attempts at the same inputs: the ids they compute to, which of them exist, and which is the next.

The first attempt is 0. Another one follows a failure, `--replace`, or an id that is taken.
"""

from collections.abc import Collection, Mapping
from itertools import count

from reconciler.plan.inventory import Inventory
from reconciler.plan.terms import Terms, wished
from reconciler.resource.desired import Desired
from reconciler.resource.identity import inputs_hash
from reconciler.resource.observed import Mark, Observed

NO_ATTEMPT = -1
"""Of a model whose id the inputs do not compute to."""

GAPS = 8
"""How many more attempts than there are models are looked at: deleted ones leave gaps."""


def attempts(desired: Desired, names: Collection[str], terms: Terms) -> Mapping[str, int]:
    """Which of these names the declared inputs compute to, at which attempt; usually the first one is found at once."""
    sought, inputs = set(names), inputs_hash(desired)
    found: dict[str, int] = {}
    for attempt in range(len(names) + GAPS):
        if not sought - found.keys():
            break
        for owner in terms.owners:
            name = terms.naming.name(owner, desired.address, inputs, attempt)
            if name in sought:
                found.setdefault(name, attempt)
    return found


def next_id(desired: Desired, inputs: str, latest: int, inventory: Inventory, terms: Terms) -> str:
    """The id of the next attempt: the first that no model of ours holds; someone else's stops the search.

    A replacement comes after `latest`, the last attempt that exists: it is the wanted one from then on.
    """
    first = latest + 1 if wished(terms.wishes.replace, desired.address) else 0
    free = _free(desired, inputs, inventory, terms, first)
    if wished(terms.wishes.new_attempt, desired.address):
        free = _free(desired, inputs, inventory, terms, free + 1)
    return _id(desired, inputs, terms, free)


def _free(desired: Desired, inputs: str, inventory: Inventory, terms: Terms, start: int) -> int:
    """The first attempt from `start` on whose id is free, or held by somebody else."""
    holders = ((attempt, inventory.held.get(_id(desired, inputs, terms, attempt))) for attempt in count(start))
    return next(attempt for attempt, holder in holders if holder is None or _foreign(holder, terms))


def _id(desired: Desired, inputs: str, terms: Terms, attempt: int) -> str:
    """The id of one attempt."""
    return terms.naming.name(terms.context.owner, desired.address, inputs, attempt)


def _foreign(holder: Observed, terms: Terms) -> bool:
    """Whether the model that holds our computed id carries a mark that is not ours."""
    if holder.mark is Mark.NONE or holder.ownership is None:
        return False
    return holder.mark is Mark.VOID or holder.ownership.owner not in terms.owners

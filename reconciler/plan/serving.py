"""Which model answers for an address: what programs that call the models should be given.

The wanted model if it is READY; until then the READY model with the newest createTime, which is then stale. A model
that trains or failed never serves.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.plan.inventory import Group, take
from reconciler.plan.match import match, wanted
from reconciler.plan.moves import move
from reconciler.plan.terms import Terms
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Observed, Snapshot, State


@dataclass(frozen=True, slots=True)
class Serving:
    """An address beside its models, newest first.

    `model` is the one that serves, None without a READY one; `stale` says that it is not what is declared now. Of what
    is not declared nothing serves.
    """

    address: Address
    models: tuple[Observed, ...]
    model: Observed | None = None
    stale: bool = False
    declared: bool = True


def serving(desired: Iterable[Desired], snapshot: Snapshot, terms: Terms) -> tuple[Serving, ...]:
    """Find what serves each declared address, and list what else is ours; sorted by address, selected ones only."""
    wants = {each.address: each for each in desired}
    inventory, _ = move(wants.values(), take(snapshot, wants, terms.owners, terms.naming), terms)
    found = [_declared(each, inventory.declared[address], terms) for address, each in wants.items()]
    found += [Serving(Address(name), _models(group), declared=False) for name, group in inventory.undeclared.items()]
    chosen = (each for each in found if terms.selected is None or each.address in terms.selected)
    return tuple(sorted(chosen, key=lambda each: each.address))


def _declared(desired: Desired, group: Group, terms: Terms) -> Serving:
    """A declared address. Models marked by a newer version cannot be compared, so what serves is stale then."""
    models = _models(group)
    chosen = None if group.newer else wanted(match(desired, group, terms), desired, terms)
    if chosen and chosen.observed.state is State.READY:
        return Serving(desired.address, models, chosen.observed)
    latest = next(_ready(models), None)
    return Serving(desired.address, models, latest, stale=latest is not None)


def _models(group: Group) -> tuple[Observed, ...]:
    """All models of an address, the newest first: of superseded ones, those that are kept."""
    return tuple(sorted((*group.marked, *group.claimed, *group.newer), key=lambda o: o.born, reverse=True))


def _ready(models: Iterable[Observed]) -> Iterator[Observed]:
    return (each for each in models if each.state is State.READY)

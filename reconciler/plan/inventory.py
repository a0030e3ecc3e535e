"""Whose model is whose: the snapshot sorted by address.

A model is ours if it carries a valid mark of this workspace's owner, or of an owner it succeeds. A model without any
mark is *claimed* if its id proves the address; it keeps the address from being trained twice, and is never deleted.
So does one whose mark was overwritten with that of another model.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.resource.address import Address
from reconciler.resource.identity import names
from reconciler.resource.naming import Naming
from reconciler.resource.observed import Mark, Observed, Snapshot, State


@dataclass(slots=True)
class Group:
    """The models of one address, while they are being collected.

    `twins` are trainings that were begun a second time for one request, and go on beside the one that counts.
    """

    marked: list[Observed] = field(default_factory=list)
    twins: list[Observed] = field(default_factory=list)
    claimed: list[Observed] = field(default_factory=list)
    overwritten: list[Observed] = field(default_factory=list)
    newer: list[Observed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Inventory:
    """A snapshot by address: `declared` for what manifests name, `undeclared` for what else is ours.

    `void` are models with a mark of ours that was made for another model, under the address that it names; `held` is
    everything by its remote name.
    """

    declared: Mapping[Address, Group]
    undeclared: Mapping[str, Group]
    void: tuple[tuple[Address, Observed], ...]
    foreign: tuple[Observed, ...]
    held: Mapping[str, Observed]

    @property
    def owned(self) -> int:
        """How many models are ours; a mere record of one is none."""
        groups = [*self.declared.values(), *self.undeclared.values()]
        return sum(sum(not o.record for o in (*g.marked, *g.claimed, *g.newer)) for g in groups)


def take(snapshot: Snapshot, addresses: Iterable[Address], owners: tuple[str, ...], naming: Naming) -> Inventory:
    """Sort a snapshot. `owners` is this workspace's owner, then its former ones."""
    declared: dict[Address, Group] = {address: Group() for address in addresses}
    undeclared: dict[str, Group] = defaultdict(Group)
    void: list[tuple[Address, Observed]] = []
    foreign: list[Observed] = []
    unmarked: list[Observed] = []
    for observed in snapshot:
        ownership = observed.ownership
        if observed.mark is Mark.NONE or ownership is None:
            unmarked.append(observed)
        elif ownership.owner not in owners:
            foreign.append(observed)
        elif observed.mark is Mark.VOID:
            void.append((Address(ownership.name), observed))
        else:
            address = _address(ownership.name, declared)
            group = declared[address] if address else undeclared[ownership.name]
            _kind(group, observed).append(observed)
    foreign += _claim(unmarked, declared, owners, naming)
    _claim([o for o in snapshot if o.mark is Mark.VOID], declared, owners, naming)
    held = {observed.name: observed for observed in snapshot}
    return Inventory(declared, undeclared, tuple(void), tuple(foreign), held)


def _kind(group: Group, observed: Observed) -> list[Observed]:
    """Where in its group a model of ours belongs. A second model that is READY is one like any other."""
    if observed.mark is Mark.NEWER:
        return group.newer
    return group.twins if observed.twin and observed.state is State.TRAINING else group.marked


def _address(name: str, declared: Mapping[Address, Group]) -> Address | None:
    """The declared address a mark's name stands for; cut names are looked up by what they begin with."""
    if (address := Address(name)) in declared:
        return address
    if "~" not in name:
        return None
    return next((a for a in declared if names(name, a.name)), None)


def _claim(
    unmarked: Iterable[Observed], declared: Mapping[Address, Group], owners: tuple[str, ...], naming: Naming
) -> list[Observed]:
    """Give models without a valid mark to the addresses their ids prove; return those that prove nothing."""
    shaped = [(naming.stem_of(observed.name), observed) for observed in unmarked]
    if not any(stem for stem, _ in shaped):
        return [observed for _, observed in shaped]
    stems = {naming.stem(owner, address): address for address in declared for owner in owners}
    rest = []
    for stem, observed in shaped:
        if stem and stem in stems:
            group = declared[stems[stem]]
            (group.overwritten if observed.mark is Mark.VOID else group.claimed).append(observed)
        else:
            rest.append(observed)
    return rest

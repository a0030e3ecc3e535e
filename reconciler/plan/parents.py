"""Models tuned from other declared models: planned together with those, begun when those are READY.

A child's training starts from the model that its parent's manifest declares now: from the one that serves, or from the
one this plan trains, and then the child waits for it. What a child may still start from stays until the child is READY.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.plan.change import TRAININGS, Action, Change, refused
from reconciler.plan.inventory import Inventory
from reconciler.plan.match import match, wanted
from reconciler.plan.terms import Terms
from reconciler.plan.training import protected
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.lineage import parent_of
from reconciler.resource.observed import State
from reconciler.resource.reason import Reason

COMING = (*TRAININGS, Action.WAIT)
"""What is done to a parent that has to be waited for."""

MODEL = "model"
"""The kind of resource that a training goes on from."""


@dataclass(frozen=True, slots=True)
class Family:
    """What is declared and what there is of it, for finding the parents of trainings."""

    wants: Mapping[Address, Desired]
    inventory: Inventory
    terms: Terms


def family(wants: Mapping[Address, Desired], inventory: Inventory, terms: Terms) -> Family:
    """The same, with terms that know which models stand for the parents now.

    A child that was tuned from the very model that stands for its parent is what is declared, whatever the parent's
    manifest has come to say that is no reason to train that one anew.
    """
    parents = {parent for each in wants.values() if (parent := parent_of(each.fields)) and parent in wants}
    for address in sorted(parents, key=lambda each: (_generation(each, wants), each)):
        chosen = wanted(match(wants[address], inventory.declared[address], terms), wants[address], terms)
        if chosen and chosen.observed.state is State.READY and (made := chosen.observed.resources.get(MODEL)):
            terms = replace(terms, standing={**terms.standing, address: made})
    return Family(wants, inventory, terms)


def led(rows: Sequence[Change], family: Family) -> list[Change]:
    """The rows, each training of a child with the model that it starts from; refused where that will not be there."""
    mains = {row.address: row for row in rows if row.desired}
    for address in sorted(mains, key=lambda each: _generation(each, family.wants)):
        mains[address] = _led(mains[address], mains, family)
    return [mains[row.address] if row.desired else row for row in rows]


def needed(rows: Iterable[Change]) -> frozenset[Address]:
    """Addresses whose models stay as they are for now: a child of theirs is yet to be trained, or is being trained."""
    unready = (row for row in rows if row.desired and not row.refused and row.action in (*TRAININGS, Action.WAIT))
    return frozenset(parent for row in unready if row.desired and (parent := parent_of(row.desired.fields)))


def stuck(rows: Sequence[Change], family: Family) -> Mapping[Address, Address]:
    """Addresses whose models stay: a child (the value) may start from them, and is refused, or not selected."""
    refused = {row.address for row in rows if row.desired and row.refused and row.intended in TRAININGS}
    unseen = family.wants.keys() - {row.address for row in rows if row.desired}
    waiting = sorted(refused | {address for address in unseen if not _serving(address, family)})
    return {parent: each for each in waiting if (parent := parent_of(family.wants[each].fields))}


def _generation(address: Address, wants: Mapping[Address, Desired]) -> int:
    """How many declared models come before one. Validation refuses cycles; here they only have an end."""
    seen = [address]
    while (desired := wants.get(seen[-1])) and (parent := parent_of(desired.fields)) and parent not in seen:
        seen.append(parent)
    return len(seen)


def _led(row: Change, mains: Mapping[Address, Change], family: Family) -> Change:
    """A row, with its parent if it trains from one."""
    parent = parent_of(row.desired.fields) if row.desired and row.action in TRAININGS else None
    if parent is None:
        return row
    if (main := mains.get(parent)) is None:
        name = _serving(parent, family)
        if name:
            return replace(row, parent=name)
        detail = f"{parent}, which it is tuned from, is not READY as declared; apply it first, or select it too"
        return refused(row, Reason.DEPENDENCY, row.action, detail)
    if why := _objection(row, parent, main, family):
        return refused(row, why[0], row.action, why[1])
    if main.action in COMING:
        return replace(row, parent=main.target, reasons=tuple(dict.fromkeys((*row.reasons, Reason.DEPENDENCY))))
    return replace(row, parent=main.target)


def _objection(row: Change, parent: Address, main: Change, family: Family) -> tuple[Reason, str] | None:
    """Why a training must not be begun after its parent's row."""
    if main.refused:
        return Reason.DEPENDENCY, f"{parent}, which it is tuned from, is refused: do what is said there"
    trains = any(old.state is State.TRAINING for old in row.supersedes)
    if main.action in COMING and trains and protected(family.wants[row.address], family.terms):
        detail = f"what trains now may serve when {parent} is READY, and lifecycle.protect forbids replacing it"
        return Reason.PROTECTED, f"{detail}; `--unprotect {row.address}`"
    return None


def _serving(address: Address, family: Family) -> str:
    """The READY model of an address that this run does not look after; empty without one."""
    desired, group = family.wants.get(address), family.inventory.declared.get(address)
    if desired is None or group is None:
        return ""
    chosen = wanted(match(desired, group, family.terms), desired, family.terms)
    return chosen.observed.name if chosen and chosen.observed.state is State.READY else ""

"""Renamed manifests: the model moves to the new address instead of being trained again and deleted.

A declared address without any model, and an undeclared name whose one READY or TRAINING model has exactly its inputs,
are one model renamed. An annotation says the same where the inputs differ too. Where more than one reading is
possible, or where this run does not see or was not asked for everything, nothing is guessed: both sides are refused.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from reconciler.plan.inventory import Inventory
from reconciler.plan.terms import Terms
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.identity import base_hash, hyperparameters, names, origin_of, short_base, short_digest
from reconciler.resource.observed import Observed, State

Inputs: TypeAlias = tuple[str, str, tuple[tuple[str, float], ...]]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Addresses and remote names that may be one model renamed, and may be not."""

    addresses: dict[Address, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


class _Reading(NamedTuple):
    """Undeclared names, with the models that speak for them, and the addresses that may be their new ones."""

    names: Sequence[str]
    models: Sequence[Observed]
    addresses: Sequence[Address]


def move(desired: Iterable[Desired], inventory: Inventory, terms: Terms) -> tuple[Inventory, Ambiguity]:
    """Regroup renamed models under their new address; report what cannot be told apart."""
    wants, unclear = tuple(desired), Ambiguity()
    inventory = _follow(list(_annotated(wants, inventory, terms)), inventory, unclear, terms)
    inventory = _follow(list(_alike(wants, inventory, unclear)), inventory, unclear, terms)
    return inventory, unclear


def _follow(readings: list[_Reading], inventory: Inventory, unclear: Ambiguity, terms: Terms) -> Inventory:
    """Regroup where a name can have gone to one address only; note the rest in `unclear`."""
    claims = Counter(name for reading in readings for name in set(reading.names))
    for reading in readings:
        single = len(reading.names) == len(reading.addresses) == claims[reading.names[0]] == 1
        if single and terms.complete:
            inventory = _regroup(inventory, reading.names[0], reading.addresses[0])
        else:
            models = ", ".join(o.name for o in reading.models)
            unclear.addresses.update(dict.fromkeys(reading.addresses, models))
            unclear.names.update({o.name: ", ".join(map(str, reading.addresses)) for o in reading.models})
    return inventory


def _annotated(desired: Sequence[Desired], inventory: Inventory, terms: Terms) -> Iterator[_Reading]:
    """Follow the annotation, where no manifest has the old name any more.

    A run that does not see all manifests cannot know that; it asks only if the address would be trained.
    """
    for name, group in inventory.undeclared.items():
        heirs = [each.address for each in desired if each.renamed_from and names(name, each.renamed_from)]
        heirs = [address for address in heirs if terms.complete or _vacant(inventory, address)]
        if heirs:
            yield _Reading((name,), group.marked, heirs)


def _alike(desired: Sequence[Desired], inventory: Inventory, unclear: Ambiguity) -> Iterator[_Reading]:
    """Pair addresses without any model with undeclared models that have exactly their inputs."""
    movers = _by_inputs(inventory, unclear)
    if not movers:
        return
    takers: dict[Inputs, list[Address]] = defaultdict(list)
    for each in desired:
        if _vacant(inventory, each.address) and each.address not in unclear.addresses and (sought := _declared(each)):
            takers[sought].append(each.address)
    for inputs, addresses in takers.items():
        if found := movers.get(inputs):
            yield _Reading([name for name, _ in found], [observed for _, observed in found], addresses)


def _by_inputs(inventory: Inventory, unclear: Ambiguity) -> Mapping[Inputs, list[tuple[str, Observed]]]:
    """Undeclared models that could be renamed ones, by exactly what they were made from."""
    movers: dict[Inputs, list[tuple[str, Observed]]] = defaultdict(list)
    for name, group in inventory.undeclared.items():
        for observed in group.marked:
            mark, alive = observed.ownership, observed.state in (State.READY, State.TRAINING)
            if mark and mark.digest and alive and observed.name not in unclear.names:
                numbers = tuple(sorted(mark.declared.items()))
                movers[short_base(mark.base), short_digest(mark.digest), numbers].append((name, observed))
    return movers


def _vacant(inventory: Inventory, address: Address) -> bool:
    """Whether a declared address has no model at all."""
    group = inventory.declared[address]
    return not (group.marked or group.claimed or group.overwritten or group.newer)


def _declared(desired: Desired) -> Inputs | None:
    """What a manifest wants a model made from, in the terms of marks; None without data."""
    if desired.dataset is None:
        return None
    numbers = tuple(sorted(hyperparameters(desired.fields).items()))
    return short_base(base_hash(origin_of(desired))), short_digest(desired.dataset.digest), numbers


def _regroup(inventory: Inventory, name: str, address: Address) -> Inventory:
    """The inventory with all models of an undeclared name under a declared address."""
    old, new = inventory.undeclared[name], inventory.declared[address]
    merged = replace(new, marked=new.marked + old.marked, newer=new.newer + old.newer)
    return replace(
        inventory,
        declared={**inventory.declared, address: merged},
        undeclared={n: g for n, g in inventory.undeclared.items() if n != name},
    )

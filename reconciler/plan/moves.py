"""Renamed manifests: the model moves to the new address instead of being trained again and deleted.

A declared address without any model, and an undeclared name whose one READY or TRAINING model has exactly its inputs,
are one model renamed. An annotation says the same where the inputs differ too. Where more than one reading is
possible, or where not every manifest was loaded, nothing is guessed: both sides are refused.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from reconciler.plan.inventory import Group, Inventory
from reconciler.plan.terms import Terms
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.identity import base_hash, base_of, hyperparameters, short_digest
from reconciler.resource.observed import Observed, State

Inputs: TypeAlias = tuple[str, str, tuple[tuple[str, float], ...]]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Addresses and remote names that may be one model renamed, and may be not."""

    addresses: Mapping[Address, str]
    names: Mapping[str, str]


def move(desired: Iterable[Desired], inventory: Inventory, terms: Terms) -> tuple[Inventory, Ambiguity]:
    """Regroup renamed models under their new address; report what cannot be told apart."""
    desired = tuple(desired)
    inventory = _annotated(desired, inventory)
    movers = _by_inputs(inventory)
    takers: dict[Inputs, list[Address]] = defaultdict(list)
    for each in desired:
        group = inventory.declared[each.address]
        if movers and not (group.marked or group.claimed or group.newer) and (inputs := _declared(each)):
            takers[inputs].append(each.address)
    addresses: dict[Address, str] = {}
    unclear: dict[str, str] = {}
    for inputs, candidates in takers.items():
        models = movers.get(inputs, [])
        if len(models) == len(candidates) == 1 and terms.whole:
            inventory = _regroup(inventory, models[0][0], candidates[0])
        elif models:
            addresses |= dict.fromkeys(candidates, ", ".join(o.name for _, o in models))
            unclear |= {o.name: ", ".join(map(str, candidates)) for _, o in models}
    return inventory, Ambiguity(addresses, unclear)


def _annotated(desired: Iterable[Desired], inventory: Inventory) -> Inventory:
    """Follow the annotation, where the old name is not declared any more."""
    for each in desired:
        if each.renamed_from and each.renamed_from in inventory.undeclared:
            inventory = _regroup(inventory, each.renamed_from, each.address)
    return inventory


def _by_inputs(inventory: Inventory) -> Mapping[Inputs, list[tuple[str, Observed]]]:
    """Undeclared models that could be renamed ones, by exactly what they were made from."""
    movers: dict[Inputs, list[tuple[str, Observed]]] = defaultdict(list)
    for name, group in inventory.undeclared.items():
        for observed in group.marked:
            mark = observed.ownership
            if mark and mark.digest and observed.state in (State.READY, State.TRAINING):
                movers[mark.base, mark.digest, tuple(sorted(mark.declared.items()))].append((name, observed))
    return movers


def _declared(desired: Desired) -> Inputs | None:
    """What a manifest wants a model made from, in the terms of marks; None without data."""
    if desired.dataset is None:
        return None
    numbers = tuple(sorted(hyperparameters(desired.fields).items()))
    return base_hash(base_of(desired.fields)), short_digest(desired.dataset.digest), numbers


def _regroup(inventory: Inventory, name: str, address: Address) -> Inventory:
    """The inventory with all models of an undeclared name under a declared address."""
    old, new = inventory.undeclared[name], inventory.declared[address]
    merged = Group(new.marked + old.marked, new.claimed, new.newer + old.newer)
    return replace(
        inventory,
        declared={**inventory.declared, address: merged},
        undeclared={n: g for n, g in inventory.undeclared.items() if n != name},
    )

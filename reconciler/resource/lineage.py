"""Which declared model is tuned from which, and what that makes of its inputs.

A model that names another one by its address is made anew when that one is, and only then: what enters its own inputs
is the hash of the other's inputs, never a remote id. So restoring or importing a parent moves nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.resource.address import KIND, Address
from reconciler.resource.desired import Desired
from reconciler.resource.identity import PARENT, inputs_hash
from reconciler.resource.rules import Fields


def parent_of(fields: Fields) -> Address | None:
    """The address that these fields say a model is tuned from; None if they name none."""
    named = fields.get(PARENT)
    return Address(str(named).removeprefix(f"{KIND}/")) if named else None


def rooted(desired: Iterable[Desired]) -> tuple[Desired, ...]:
    """Give each model the inputs hash of its parent, and of the parent's parent before that; the order stays.

    Of a parent that is not among them nothing is known: `parent` is then empty. Circles, which validation refuses, end.
    """
    given = tuple(desired)
    declared = {one.address: one for one in given}
    made: dict[Address, Desired] = {}
    for one in given:
        for each in reversed(_line(one, declared, made)):
            address = parent_of(each.fields)
            parent = made.get(address) if address else None
            made[each.address] = replace(each, parent=inputs_hash(parent) if parent else "") if address else each
    return tuple(made[one.address] for one in given)


def _line(one: Desired, declared: Mapping[Address, Desired], made: Mapping[Address, Desired]) -> list[Desired]:
    """A model and its ancestors, upward, to the first that is made, has no parent or was there before."""
    line: dict[Address, Desired] = {}
    each: Desired | None = one
    while each is not None and each.address not in made and each.address not in line:
        line[each.address] = each
        parent = parent_of(each.fields)
        each = declared.get(parent) if parent else None
    return list(line.values())

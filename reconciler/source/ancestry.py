"""Models that are tuned from other declared models: each parent has to be declared, have data, and come first."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from reconciler.errors import Diagnostic
from reconciler.resource.address import Address
from reconciler.resource.identity import PARENT
from reconciler.resource.lineage import parent_of
from reconciler.source.sourced import Sourced
from reconciler.source.wording import nearest

BY_NAME = "name the model itself with preTunedModel.name"
_MOST_SHOWN = 5


def unfit(manifests: Sequence[Sourced], *, complete: bool, faulty: bool) -> Iterator[Diagnostic]:
    """Say which models can't be tuned from what they name.

    `complete`: the whole workspace was read. `faulty`: some of it could not be, so what is missing may be there.
    """
    declared = {Address(sourced.manifest.name): sourced for sourced in manifests}
    parents = {address: parent for address, one in declared.items() if (parent := parent_of(one.manifest.fields))}
    for address, parent in parents.items():
        child, found = declared[address], declared.get(parent)
        where = child.locate("spec", *PARENT.split("."))
        if found is None and not faulty:
            others = declared.keys() - {address}
            yield Diagnostic(where, f"{parent} is not declared", _elsewhere(parent, others, complete=complete))
        elif found is not None and found.manifest.dataset is None:
            message = f"{parent} names no dataset, so nothing tells what it was trained on"
            yield Diagnostic(where, message, f"add its dataset, or {BY_NAME}")
    for circle in _circles(parents):
        names = [*map(str, circle[:_MOST_SHOWN]), *(["..."] if len(circle) > _MOST_SHOWN else []), str(circle[0])]
        message = f"{circle[0]} is tuned from itself: {' -> '.join(names)}"
        where = declared[circle[0]].locate("spec", *PARENT.split("."))
        yield Diagnostic(where, message, "tune one of them from a base model")


def _elsewhere(parent: Address, others: Collection[Address], *, complete: bool) -> str:
    """Advise where a parent may be, among the other declared models."""
    if not complete:
        return "only a part of the workspace was read: give its whole folder as the path"
    near = nearest(parent.name, sorted(address.name for address in others))
    return f"did you mean {Address(near)}?" if near else f"declare it, or {BY_NAME}"


def _circles(parents: Mapping[Address, Address]) -> Iterator[list[Address]]:
    """Find the models that are their own ancestors, each circle once, from its first address on."""
    seen: set[Address] = set()
    for start in sorted(parents):
        line: dict[Address, None] = {}
        each: Address | None = start
        while each is not None and each not in seen:
            seen.add(each)
            line[each] = None
            each = parents.get(each)
        if each is not None and each in line:
            names = list(line)
            circle = names[names.index(each) :]
            first = circle.index(min(circle))
            yield [*circle[first:], *circle[:first]]

"""What all trainings of a plan take together. What is not known of one is in no sum, and is counted beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reconciler.plan.change import TRAININGS, Change, Estimate
from reconciler.plan.plan import Plan
from reconciler.resource.address import Address
from reconciler.resource.lineage import parent_of


@dataclass(frozen=True, slots=True)
class Total:
    """What several trainings take together. `seconds`: until the last is READY, since they run side by side.

    `characters` are those of the data, however often they are read; tokens are counted once for every epoch.

    Each `unknown` is the number of trainings of which that is not known, and which are not in the sum. `wasted` is
    what those cost that are superseded while they run, which are `thrown_away`. Not `exact`: there may be fewer steps.
    """

    trainings: int = 0
    steps: int = 0
    exact: bool = True
    characters: int = 0
    tokens: int = 0
    seconds: int = 0
    cost: Decimal = Decimal(0)
    thrown_away: int = 0
    wasted: Decimal = Decimal(0)
    unknown_steps: int = 0
    unknown_tokens: int = 0
    unknown_seconds: int = 0
    unknown_cost: int = 0
    unknown_wasted: int = 0


def total(plan: Plan) -> Total:
    """What the trainings take that a plan begins, and those that it throws away."""
    rows = [row for row in plan.changes if row.action in TRAININGS]
    given = [row.estimate or Estimate() for row in rows]
    wasted = [each.cost for row in plan.changes for each in row.wasted]
    return Total(
        trainings=len(rows),
        steps=sum(row.steps.number for row in rows if row.steps),
        exact=all(row.steps.exact for row in rows if row.steps),
        characters=sum(row.desired.dataset.characters for row in rows if row.desired and row.desired.dataset),
        tokens=sum(each.tokens or 0 for each in given),
        seconds=_longest(rows),
        cost=sum((each.cost for each in given if each.cost is not None), Decimal(0)),
        thrown_away=len(wasted),
        wasted=sum((each for each in wasted if each is not None), Decimal(0)),
        unknown_steps=sum(row.steps is None for row in rows),
        unknown_tokens=sum(each.tokens is None for each in given),
        unknown_seconds=sum(each.seconds is None for each in given),
        unknown_cost=sum(each.cost is None for each in given),
        unknown_wasted=sum(each is None for each in wasted),
    )


def _longest(rows: Iterable[Change]) -> int:
    """Seconds until the last of these trainings is over, of which each begins when its parent's is over."""
    trained = {row.address: row for row in rows}
    over: dict[Address, int] = {}
    for address in trained:
        for each in reversed(_line(address, trained, over)):
            estimate, parent = trained[each].estimate, _parent(trained[each])
            before = over.get(parent, 0) if parent else 0
            over[each] = before + ((estimate.seconds or 0) if estimate else 0)
    return max(over.values(), default=0)


def _line(address: Address, trained: Mapping[Address, Change], over: Mapping[Address, int]) -> list[Address]:
    """A training and those that come before it, upward, as far as nothing is known of them yet. Circles end."""
    line: dict[Address, None] = {}
    each: Address | None = address
    while each is not None and each in trained and each not in over and each not in line:
        line[each] = None
        each = _parent(trained[each])
    return list(line)


def _parent(row: Change) -> Address | None:
    """The declared model that a row's training starts from."""
    return parent_of(row.desired.fields) if row.desired else None

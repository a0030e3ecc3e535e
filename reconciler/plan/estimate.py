"""What the trainings of a plan take: tokens, time and money, as far as anybody can tell beforehand.

Tokens are estimated from characters, and counted once for every epoch. Time is judged by the training of the same base
here that had nearly as many tokens; money by the workspace's prices. What is not known is None, and stays visible as
not known: it is no zero.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from reconciler.plan.change import TRAININGS, Change, Estimate
from reconciler.plan.plan import Plan
from reconciler.plan.training import EPOCHS
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset
from reconciler.resource.desired import Desired
from reconciler.resource.identity import base_of, same_hash
from reconciler.resource.lineage import parent_of
from reconciler.resource.observed import Observed, State
from reconciler.resource.prices import Prices
from reconciler.resource.rules import Rules


@dataclass(frozen=True, slots=True)
class Past:
    """A training that is over: its base, its training tokens, and how many seconds it took."""

    base: str
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What estimates are made from. `bases` are what the declared models are tuned from in the end."""

    rules: Rules
    prices: Prices | None
    bases: Mapping[Address, str]
    past: tuple[Past, ...]


def estimated(plan: Plan, rules: Rules, prices: Prices | None) -> Plan:
    """The same plan, with what each training takes, and what is thrown away of those under way."""
    declared = {row.address: row.desired for row in plan.changes if row.desired}
    bases = {address: _base(desired, declared) for address, desired in declared.items()}
    known = Knowledge(rules, prices, bases, tuple(_past(plan.changes, bases)))
    return replace(plan, changes=tuple(_row(row, known) for row in plan.changes), prices=prices)


def _row(row: Change, known: Knowledge) -> Change:
    """A row with its estimates, if it trains or supersedes a training."""
    desired = row.desired
    if desired is None or desired.dataset is None:
        return row
    if row.action in TRAININGS or row.intended in TRAININGS:
        epochs = _epochs(desired, known.rules)
        row = replace(row, estimate=_estimate(desired, desired.dataset, epochs, known))
    wasted = tuple(_wasted(desired, old, known) for old in row.supersedes if old.state is State.TRAINING)
    return replace(row, wasted=wasted) if wasted else row


def _estimate(desired: Desired, dataset: Dataset, epochs: float | None, known: Knowledge) -> Estimate:
    """What one training takes."""
    base = known.bases[desired.address]
    tokens = math.ceil(dataset.tokens * epochs) if epochs and dataset.tokens else None
    return Estimate(
        tokens,
        _seconds(base, tokens, known.past) if tokens else None,
        known.prices.cost(base, tokens) if known.prices and tokens is not None else None,
    )


def _wasted(desired: Desired, old: Observed, known: Knowledge) -> Estimate:
    """What a training takes that goes on for nothing: known if it has the data that are declared now."""
    epochs = old.fields.get(EPOCHS)
    if not _learns(old, desired) or not isinstance(epochs, int | float) or desired.dataset is None:
        return Estimate()
    return _estimate(desired, desired.dataset, epochs, known)


def _learns(observed: Observed, desired: Desired) -> bool:
    """Whether a model learns, or has learned, from the declared data."""
    mark = observed.ownership
    return mark is not None and desired.dataset is not None and same_hash(mark.digest, desired.dataset.digest)


def _epochs(desired: Desired, rules: Rules) -> float | None:
    """How often the data are read: as declared, else as is documented for the service, the most of that."""
    declared = desired.fields.get(EPOCHS)
    if isinstance(declared, int | float):
        return declared
    return max(rules[EPOCHS].defaults, default=None) if EPOCHS in rules else None


def _base(desired: Desired, declared: Mapping[Address, Desired]) -> str:
    """The base that a model is tuned from in the end; empty if that is a model which is not declared here."""
    seen = {desired.address}
    while (parent := parent_of(desired.fields)) is not None:
        if parent in seen or parent not in declared:
            return ""
        seen.add(parent)
        desired = declared[parent]
    return base_of(desired.fields)


def _past(rows: Iterable[Change], bases: Mapping[Address, str]) -> Iterator[Past]:
    """The trainings of the models that are there, as far as they had the data that are declared now."""
    for row in rows:
        observed, desired = row.observed, row.desired
        if observed is None or desired is None or desired.dataset is None or observed.state is not State.READY:
            continue
        epochs, took = observed.fields.get(EPOCHS), _took(observed)
        if took and isinstance(epochs, int | float) and desired.dataset.tokens and _learns(observed, desired):
            yield Past(bases[row.address], math.ceil(desired.dataset.tokens * epochs), took)


def _took(observed: Observed) -> float:
    """Seconds from the request to the model; 0 if the service does not tell."""
    try:
        begun, over = datetime.fromisoformat(observed.created), datetime.fromisoformat(observed.completed)
        return max(0.0, (over - begun).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _seconds(base: str, tokens: int, past: Iterable[Past]) -> int | None:
    """How long a training takes if it goes as the one of its base did that is nearest to it in size."""
    alike = [each for each in past if each.base == base]
    if not alike:
        return None
    nearest = min(alike, key=lambda each: (abs(math.log(tokens / each.tokens)), each.seconds))
    return math.ceil(nearest.seconds * tokens / nearest.tokens)


@dataclass(frozen=True, slots=True)
class Sum:
    """What several trainings take together. `seconds`: until the last is READY, since they run side by side.

    Each `unknown` is the number of trainings of which that is not known, and which are not in the sum.
    """

    trainings: int = 0
    steps: int = 0
    tokens: int = 0
    seconds: int = 0
    cost: Decimal = Decimal(0)
    wasted: Decimal = Decimal(0)
    unknown_steps: int = 0
    unknown_tokens: int = 0
    unknown_seconds: int = 0
    unknown_cost: int = 0


def total(plan: Plan) -> Sum:
    """What the trainings take that a plan begins."""
    rows = [row for row in plan.changes if row.action in TRAININGS]
    given = [row.estimate or Estimate() for row in rows]
    return Sum(
        trainings=len(rows),
        steps=sum(row.steps.number for row in rows if row.steps),
        tokens=sum(each.tokens or 0 for each in given),
        seconds=max((_until(row, {each.target: each for each in rows}) for row in rows), default=0),
        cost=sum((each.cost or Decimal(0) for each in given), Decimal(0)),
        wasted=sum((each.cost or Decimal(0) for row in plan.changes for each in row.wasted), Decimal(0)),
        unknown_steps=sum(row.steps is None for row in rows),
        unknown_tokens=sum(each.tokens is None for each in given),
        unknown_seconds=sum(each.seconds is None for each in given),
        unknown_cost=sum(each.cost is None for each in given),
    )


def _until(row: Change, rows: Mapping[str, Change]) -> int:
    """Seconds until a training is over that begins when its parent's is: as far as they are known."""
    seconds, line = 0, {row.target: row}
    each: Change | None = row
    while each is not None:
        seconds += (each.estimate.seconds or 0) if each.estimate else 0
        each = rows.get(each.parent) if each.parent not in line else None
        line |= {each.target: each} if each else {}
    return seconds

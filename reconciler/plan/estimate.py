"""What the trainings of a plan take: tokens, time and money, as far as anybody can tell beforehand.

Tokens are estimated from characters, and counted once for every epoch. Time is judged by the training of the same base
here that had nearly as many tokens; money by the workspace's prices. What is not known is None, and stays visible as
not known: it is no zero.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.plan.change import TRAININGS, Change, Estimate, deletes
from reconciler.plan.plan import Plan
from reconciler.plan.training import EPOCHS
from reconciler.resource.address import Address
from reconciler.resource.datachange import DataChange
from reconciler.resource.desired import Desired
from reconciler.resource.identity import base_hash, base_of, origin_of, same_hash
from reconciler.resource.lineage import parent_of
from reconciler.resource.observed import Observed, State
from reconciler.resource.prices import Prices
from reconciler.resource.rules import Rules, Value


@dataclass(frozen=True, slots=True)
class Past:
    """A training that is over: its base, its training tokens, and how many seconds it took."""

    base: str
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What estimates are made from.

    `bases` are what the declared models are tuned from in the end; `past` is by base, the smallest training first.
    """

    declared: Mapping[Address, Desired]
    rules: Rules
    prices: Prices | None
    bases: Mapping[Address, str]
    past: Mapping[str, Sequence[Past]] = field(default_factory=dict)


def estimated(plan: Plan, declared: Iterable[Desired], rules: Rules, prices: Prices | None, today: str) -> Plan:
    """The same plan, with what each training takes, and what is thrown away of those under way.

    `declared` are all models of the workspace, selected or not; `today` is a day in ISO 8601, by which prices can be
    outdated.
    """
    wants = {each.address: each for each in declared} | {
        row.address: row.desired for row in plan.changes if row.desired
    }
    known = Knowledge(wants, rules, prices, {address: _base(desired, wants) for address, desired in wants.items()})
    known = replace(known, past=_history(_past(plan.changes, known.bases)))
    rows = tuple(_row(row, known) for row in plan.changes)
    doubts = tuple(_doubts(rows, known, today))
    return replace(plan, changes=rows, prices=prices, warnings=plan.warnings + doubts)


def _row(row: Change, known: Knowledge) -> Change:
    """A row with its estimates, if it trains or throws a training away."""
    if row.desired and row.desired.dataset and (row.action in TRAININGS or row.intended in TRAININGS):
        epochs = _epochs(row.desired, known.rules)
        row = replace(row, estimate=_estimate(row.address, row.desired.dataset.tokens, epochs, known))
    wasted = tuple(_wasted(row, old, known) for old in _thrown_away(row))
    return replace(row, wasted=wasted) if wasted else row


def _estimate(address: Address, once: int, epochs: Value | None, known: Knowledge) -> Estimate:
    """What one training takes, of data that have so many tokens."""
    base, tokens = known.bases[address], _read(once, epochs)
    seconds = _seconds(tokens, known.past.get(base, ())) if tokens else None
    cost = known.prices.cost(base, tokens) if known.prices and tokens else None
    return Estimate(tokens, seconds, cost, "" if cost is not None else _missing(base, once, epochs, known.prices))


def _missing(base: str, once: int, epochs: Value | None, prices: Prices | None) -> str:
    """What it would take to know a cost."""
    if prices is None:
        return "spec.prices in the workspace"
    if not once:
        return "data whose tokens can be counted"
    if not _read(once, epochs):
        return "a declared hyperparameters.epochCount"
    return f"a price for {base} in spec.prices" if base else "a parent that is declared here"


def _read(once: int, epochs: Value | None) -> int | None:
    """How many tokens a training reads; None if that is not known, or no number that makes sense: True is none."""
    tokens = once * epochs if isinstance(epochs, int | float) and not isinstance(epochs, bool) else 0
    return math.ceil(tokens) if math.isfinite(tokens) and tokens > 0 else None


def _thrown_away(row: Change) -> Iterator[Observed]:
    """The models under way that a row deletes, at once or when they are trained."""
    if row.refused:
        return
    if row.observed and deletes(row) and row.observed.state is State.TRAINING:
        yield row.observed
    yield from (old for old in row.supersedes if old.state is State.TRAINING)


def _wasted(row: Change, old: Observed, known: Knowledge) -> Estimate:
    """What a training takes that goes on for nothing: known if it is known what it learns, from which base."""
    desired = known.declared.get(row.address)
    once = _learned(old, desired, row.data) if desired else 0
    return _estimate(row.address, once, old.fields.get(EPOCHS), known) if once else Estimate()


def _learned(observed: Observed, desired: Desired, data: DataChange | None) -> int:
    """How many tokens the data have that a model learns, or has learned; 0 if that is not known.

    Known are those that are declared, and those before them where somebody has found them; of the declared base.
    """
    mark, today, before = observed.ownership, desired.dataset, data.old if data else None
    if mark is None or not same_hash(mark.base, base_hash(origin_of(desired))):
        return 0
    if today and same_hash(mark.digest, today.digest):
        return today.tokens
    return before.tokens if before and same_hash(mark.digest, before.digest) else 0


def _epochs(desired: Desired, rules: Rules) -> Value | None:
    """How often the data are read: as declared, else as is documented for the service, the most of that."""
    declared, rule = desired.fields.get(EPOCHS), rules.get(EPOCHS)
    return declared if declared is not None else max(rule.defaults if rule else (), default=None)


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
    """The trainings of the models that are there, as far as it is known what they have learned."""
    for row in rows:
        observed, desired = row.observed, row.desired
        if observed is None or desired is None or observed.state is not State.READY:
            continue
        tokens = _read(_learned(observed, desired, row.data), observed.fields.get(EPOCHS))
        if tokens and (took := _took(observed)) and (base := bases[row.address]):
            yield Past(base, tokens, took)


def _took(observed: Observed) -> float:
    """Seconds from the request to the model; 0 if the service does not tell."""
    try:
        begun, over = datetime.fromisoformat(observed.created), datetime.fromisoformat(observed.completed)
        return max(0.0, (over - begun).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _history(past: Iterable[Past]) -> Mapping[str, Sequence[Past]]:
    """Trainings by their base, the smallest first, and of several of one size the slowest alone."""
    slowest = {(each.base, each.tokens): each for each in sorted(past, key=lambda each: each.seconds)}
    history: dict[str, list[Past]] = defaultdict(list)
    for _, each in sorted(slowest.items()):
        history[each.base].append(each)
    return history


def _seconds(tokens: int, past: Sequence[Past]) -> int | None:
    """How long a training takes if it goes as that one of its base did whose size is the nearest, by their ratio."""
    if not past:
        return None
    place = bisect_left(past, tokens, key=lambda each: each.tokens)
    nearest = min(past[max(0, place - 1) : place + 1], key=lambda each: abs(math.log(tokens / each.tokens)))
    return math.ceil(nearest.seconds * tokens / nearest.tokens)


def _doubts(rows: Iterable[Change], known: Knowledge, today: str) -> Iterator[str]:
    """Why the costs of a plan are not to be relied on, if it trains at all."""
    trained = [row for row in rows if row.action in TRAININGS]
    if known.prices is None or not trained:
        return
    if known.prices.outdated(today):
        until, since = known.prices.valid_until, known.prices.as_of
        yield f"the prices are out of date: looked up on {since}, valid until {until}; look them up again"
    lacking = Counter(known.bases.get(row.address, "") for row in trained)
    for base in sorted(base for base in lacking if base and base not in known.prices.million_tokens):
        yield f"spec.prices has no price for {base}, so nobody knows what {_trainings(lacking[base])} will cost"


def _trainings(number: int) -> str:
    """How many trainings, in words."""
    return "one training" if number == 1 else f"{number} trainings"

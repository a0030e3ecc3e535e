"""What trainings take, in words: steps, tokens, time and money.

What is not known is left out of a row, and told of a sum: which is then the least that there will be.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from reconciler.plan.change import TRAININGS, Change, Estimate
from reconciler.plan.plan import Plan
from reconciler.plan.total import Total, total
from reconciler.render.progress import duration
from reconciler.resource.prices import Prices

CENT = Decimal("0.01")


def taken(change: Change, prices: Prices | None) -> str:
    """What the training of a row takes, or would take: `38 training steps, 360 characters of data, ...`."""
    if not {change.action, change.intended} & set(TRAININGS):
        return ""
    steps, estimate = change.steps, change.estimate or Estimate()
    dataset = change.desired.dataset if change.desired and (steps or estimate.tokens) else None
    most = "" if steps is None or steps.exact else "at most "
    known = (
        f"{most}{_many(steps.number, 'training step')}" if steps else "",
        f"{_many(dataset.characters, 'character')} of data" if dataset and dataset.characters else "",
        f"an estimated {_many(estimate.tokens, 'training token')}" if estimate.tokens else "",
        f"about {duration(estimate.seconds)}" if estimate.seconds else "",
        amount(estimate.cost, prices) if estimate.cost is not None else "",
    )
    told = ", ".join(filter(None, known))
    return told if change.action in TRAININGS or not told else f"would take {told}"


def wasted(change: Change, prices: Prices | None) -> str:
    """What is thrown away of trainings under way; empty if that is nothing."""
    costs = [each.cost for each in change.wasted]
    known = [cost for cost in costs if cost is not None]
    return _lost(len(costs), sum(known, Decimal(0)), len(costs) - len(known), prices)


def summed(plan: Plan) -> Iterator[str]:
    """What all trainings of a plan take, as far as there are any, and what it throws away: a sentence or two."""
    sums = total(plan)
    if sums.trainings:
        parts = [_many(sums.trainings, "training"), *filter(None, _known(sums, plan.prices))]
        priced = f" Prices as of {plan.prices.as_of}." if plan.prices else ""
        yield f"{', '.join(parts)}.{priced}"
    if lost := _lost(sums.thrown_away, sums.wasted, sums.unknown_wasted, plan.prices):
        yield f"{lost}."


def _known(sums: Total, prices: Prices | None) -> Iterator[str]:
    """The sums of what is known, and how much of the money is not."""
    most = "" if sums.exact else "at most "
    yield f"{'at least ' if sums.unknown_steps else most}{_many(sums.steps, 'step')}" if sums.steps else ""
    yield f"{_many(sums.characters, 'character')} of data" if sums.characters else ""
    least = "at least" if sums.unknown_tokens else "an estimated"
    yield f"{least} {_many(sums.tokens, 'training token')}" if sums.tokens else ""
    least = "at least" if sums.unknown_seconds else "about"
    yield f"ready in {least} {duration(sums.seconds)}" if sums.seconds else ""
    if prices and sums.unknown_cost < sums.trainings:
        yield amount(sums.cost, prices, "at least" if sums.unknown_cost else "about")
    if prices and sums.unknown_cost:
        yield f"{sums.unknown_cost:,} of unknown cost"


def _lost(number: int, cost: Decimal, unknown: int, prices: Prices | None) -> str:
    """Say what is thrown away, and what it costs where there are prices; nothing of nothing."""
    if not number:
        return ""
    told = f"{_many(number, 'training')} under way {'is' if number == 1 else 'are'} thrown away"
    if prices and unknown < number:
        told += f", {amount(cost, prices, 'at least' if unknown else 'about')}"
    if prices and unknown:
        told += ", of unknown cost" if unknown == number else f", {unknown:,} of unknown cost"
    return told


def amount(cost: Decimal, prices: Prices | None, about: str = "about") -> str:
    """Write estimated money to the cent; less than that is told as such, and never as nothing."""
    currency = f" {prices.currency}" if prices else ""
    if 0 < cost < CENT:
        return f"{'less' if about == 'about' else 'more'} than {CENT if about == 'about' else 0}{currency}"
    return f"{about} {cost.quantize(CENT, ROUND_HALF_UP):,}{currency}"


def _many(number: int, noun: str) -> str:
    """Write a number, with commas, and its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

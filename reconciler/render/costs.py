"""What trainings take, in words: steps, tokens, time and money.

What is not known is left out of a row, and told of a sum.
"""

from decimal import ROUND_HALF_UP, Decimal

from reconciler.plan.change import TRAININGS, Change, Estimate
from reconciler.plan.estimate import Sum, total
from reconciler.plan.plan import Plan
from reconciler.render.layout import counted
from reconciler.render.progress import duration
from reconciler.resource.prices import Prices

CENT = Decimal("0.01")


def taken(change: Change, prices: Prices | None) -> str:
    """What the training of a row takes, or would take: `38 training steps, an estimated 3,060 training tokens`."""
    if not {change.action, change.intended} & set(TRAININGS):
        return ""
    steps, estimate = change.steps, change.estimate or Estimate()
    most = "" if steps is None or steps.exact else "at most "
    known = (
        f"{most}{counted(steps.number, 'training step')}" if steps else "",
        f"an estimated {estimate.tokens:,} training tokens" if estimate.tokens else "",
        f"about {duration(estimate.seconds)}" if estimate.seconds else "",
        f"{amount(estimate.cost, prices)}" if estimate.cost is not None else "",
    )
    told = ", ".join(filter(None, known))
    return told if change.action in TRAININGS or not told else f"would take {told}"


def wasted(change: Change, prices: Prices | None) -> str:
    """What is thrown away of trainings under way, in money; empty if that is nothing, or nobody knows."""
    lost = [each.cost for each in change.wasted if each.cost]
    return f"{amount(sum(lost, Decimal(0)), prices)} of training is thrown away" if lost else ""


def summed(plan: Plan) -> tuple[str, ...]:
    """What all trainings of a plan take, as far as there are any, in sentences."""
    sums = total(plan)
    if not sums.trainings:
        return ()
    known = (
        f"{sums.steps:,} steps" if sums.steps else "",
        f"an estimated {sums.tokens:,} training tokens" if sums.tokens else "",
        f"ready in about {duration(sums.seconds)}" if sums.seconds else "",
        f"{amount(sums.cost, plan.prices)}" if plan.prices and sums.unknown_cost < sums.trainings else "",
    )
    parts = [counted(sums.trainings, "training"), *filter(None, known), *_unknown(sums, plan.prices)]
    priced = f" Prices as of {plan.prices.as_of}." if plan.prices else ""
    return (f"{', '.join(parts)}.{priced}",)


def _unknown(sums: Sum, prices: Prices | None) -> tuple[str, ...]:
    """What is missing from the sums."""
    return (f"{sums.unknown_cost} of unknown cost",) if prices and sums.unknown_cost else ()


def amount(cost: Decimal, prices: Prices | None) -> str:
    """Write estimated money to the cent; less than that is told as such, and never as nothing."""
    currency = f" {prices.currency}" if prices else ""
    if 0 < cost < CENT:
        return f"less than {CENT}{currency}"
    return f"about {cost.quantize(CENT, ROUND_HALF_UP):,}{currency}"

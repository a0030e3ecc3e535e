"""What the base revision of a pull request still has to say: nobody loosens the bounds of a plan in that same request.

Limits, policy and prices are files like any other, so a change could raise its own budget. Until it is merged, the
stricter of both counts, and every difference between the two workspaces is told.
"""

from collections.abc import Iterator
from dataclasses import fields, replace

from reconciler.plan.contrast import workspaces
from reconciler.plan.guards import tightest
from reconciler.plan.policy import strictest
from reconciler.resource.prices import Prices
from reconciler.resource.workspace import Limits, Workspace

MOST = 20
"""Differences that are told one by one."""
LONGEST = 200
"""Characters of one value that are told."""
BOUNDS = ("spec.limits.", "spec.policy", "spec.prices.")
"""How the paths of the fields begin of which the stricter value counts."""


def bounded(current: Workspace, base: Workspace) -> Workspace:
    """The current workspace, within the bounds of both."""
    return replace(
        current,
        limits=_tightest(current.limits, base.limits),
        policy=strictest(current.policy, base.policy),
        prices=_dearest(current.prices, base.prices),
    )


def differences(current: Workspace, base: Workspace, name: str) -> Iterator[str]:
    """Say in what the workspace differs from that of the base revision, which the user calls `name`; bounds first."""
    found = sorted(workspaces(base, current), key=lambda each: (not each.path.startswith(BOUNDS), each.path))
    for each in found[:MOST]:
        bound = "; the stricter value counts until that is merged" if each.path.startswith(BOUNDS) else ""
        yield f"the workspace differs from {name} in {each.path}: {_value(each.left)} -> {_value(each.right)}{bound}"
    if len(found) > MOST:
        yield f"the workspace differs from {name} in {len(found) - MOST} more fields"


def _value(text: str | None) -> str:
    """A value as one line of limited length."""
    if text is None:
        return "not set"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _tightest(current: Limits, base: Limits) -> Limits:
    """Of each limit the lower one."""
    names = [field.name for field in fields(Limits)]
    return Limits(**{name: tightest(getattr(current, name), getattr(base, name)) for name in names})


def _dearest(current: Prices | None, base: Prices | None) -> Prices | None:
    """Of each price the higher one; those of the base where the currency is another, because its limits are in that."""
    if current is None or base is None:
        return current
    if current.currency != base.currency:
        return base
    higher = {each: max(price, base.million_tokens.get(each, price)) for each, price in current.million_tokens.items()}
    return replace(current, million_tokens=higher)

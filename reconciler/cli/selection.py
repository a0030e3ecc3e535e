"""What --target, --exclude and -l select of the declared models, and which addresses the wishes name."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from reconciler.cli.options import Asked, Selection
from reconciler.errors import UsageError
from reconciler.plan.plan import Plan, Wishes
from reconciler.plan.terms import Terms, wished
from reconciler.resource.address import KIND, Address, parse
from reconciler.resource.desired import Desired


def select(selection: Selection, desired: Iterable[Desired]) -> frozenset[Address] | None:
    """The selected addresses; None when nothing was selected, which is the whole workspace.

    Raise UsageError for a pattern or a label that nothing has: a typing error must not read as "nothing to do".
    """
    if selection == Selection():
        return None
    labelled = {each.address: each.labels for each in desired}
    chosen = _matching(selection.target, "--target", labelled) if selection.target else set(labelled)
    chosen -= _matching(selection.exclude, "--exclude", labelled)
    for name, value in _labels(selection.selector):
        having = {address for address, labels in labelled.items() if labels.get(name) == value}
        if not having:
            raise UsageError(f"no manifest has the label {name}={value}", "see metadata.labels of your manifests")
        chosen &= having
    return frozenset(chosen)


def wishes(asked: Asked) -> Wishes:
    """What was wished for, as addresses."""
    return Wishes(
        retry=_parsed(asked.retry_failed),
        replace=_parsed(asked.replace),
        unprotect=_parsed(asked.unprotect),
        cancel=_parsed(asked.cancel_superseded),
        irreplaceable=_parsed(asked.delete_irreplaceable),
        new_attempt=_parsed(asked.new_attempt),
    )


def check_known(made: Wishes, plan: Plan, declared: Iterable[Desired]) -> None:
    """Raise UsageError for a wish about an address that is neither declared nor observed."""
    known = {each.address for each in declared} | {row.address for row in plan.changes}
    for address in _all(made):
        if not any(wished((address,), each) for each in known):
            raise unknown(address, known)


def check_selected(terms: Terms, declared: Iterable[Desired]) -> None:
    """Raise UsageError for a wish about a declared model that the selection leaves out: it would be dropped unsaid."""
    if terms.selected is None:
        return
    declares = {each.address for each in declared}
    for address in _all(terms.wishes):
        meant = {each for each in declares if wished((address,), each)}
        if meant and not meant & terms.selected:
            raise UsageError(f"{address} is not selected, but a wish names it", "select it too, or drop the wish")


def _all(made: Wishes) -> list[Address]:
    """Every address that something is wished for, sorted."""
    return sorted(made.retry | made.replace | made.unprotect | made.cancel | made.irreplaceable | made.new_attempt)


def unknown(address: Address, known: Iterable[Address]) -> UsageError:
    """The error for an address that is not there, with the nearest one that is."""
    return UsageError(f"there is no {address}", _nearest(address.name, known))


def _parsed(texts: Iterable[str]) -> frozenset[Address]:
    return frozenset(parse(text) for text in texts)


def _matching(patterns: Sequence[str], flag: str, addresses: Iterable[Address]) -> set[Address]:
    """All addresses that match one of the patterns; every pattern has to match one."""
    found: set[Address] = set()
    for pattern in patterns:
        name = pattern.removeprefix(f"{KIND}/")
        matches = {address for address in addresses if fnmatchcase(address.name, name)}
        if not matches:
            raise UsageError(f"{flag} {pattern}: no manifest declares that", _nearest(name, addresses))
        found |= matches
    return found


def _nearest(name: str, addresses: Iterable[Address]) -> str:
    near = get_close_matches(name, [address.name for address in addresses], n=1)
    return f"did you mean {KIND}/{near[0]}?" if near else "`reconciler status` lists the addresses"


def _labels(selectors: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Read K=V pairs; commas join several."""
    for part in (part for selector in selectors for part in selector.split(",")):
        name, equals, value = part.partition("=")
        if not name or not equals:
            raise UsageError(f"-l {part!r} is not a label", "write it as NAME=VALUE")
        yield name, value

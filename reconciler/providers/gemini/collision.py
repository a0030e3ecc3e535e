"""What it means that an id is taken already: six things, told apart by looking at the model.

| the model                              | then                                                        |
|----------------------------------------|-------------------------------------------------------------|
| has our mark for this address          | it is the one: an earlier request made it, whatever it said |
| has no mark                            | the id proves the inputs: it is the one, the mark comes back|
| has our mark for another address       | refused                                                     |
| has a later version's mark             | refused                                                     |
| has another owner's mark, or a void one| refused                                                     |
| does not show, for a minute            | refused: hidden from this identity, or deleted and reserved |

Another id is never tried instead: that is how one lost answer would become two trainings.
"""

from collections.abc import Callable
from typing import assert_never

from reconciler.errors import Refused, RemoteError
from reconciler.providers.gemini.service import Service
from reconciler.resource.address import Address
from reconciler.resource.identity import names
from reconciler.resource.observed import Mark, Observed, Ownership
from reconciler.resource.reason import Reason

LOOKS_AFTER = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds of waiting before each look for a model that does not show: a minute in all."""


def find(service: Service, name: str, address: Address, sleep: Callable[[float], bool | None]) -> Observed:
    """Read the model whose id was taken.

    Raises Refused (ID_TAKEN) if it does not show, RemoteError if `sleep` was cut short before that was certain.
    """
    for wait in LOOKS_AFTER:
        if wait and sleep(wait):
            raise RemoteError(f"{name} exists, and did not show before the run was ended", "run again")
        if observed := service.model(name):
            return observed
    raise Refused(
        Reason.ID_TAKEN,
        f"{name} exists, but is invisible to this identity, or was deleted and its id stays reserved",
        f"apply as the identity that made it, or train again under another id: --new-attempt {address.name}",
    )


def check(observed: Observed, ownership: Ownership, address: Address) -> None:
    """Let pass what is ours for this address, or unmarked; Refused for everything else."""
    mark, theirs = observed.mark, observed.ownership or ownership
    ours = theirs.owner == ownership.owner
    match mark:
        case Mark.NONE:
            return
        case Mark.VALID if ours and names(theirs.name, address.name):
            return
        case Mark.VALID if ours:
            reason, what = Reason.FOREIGN_OWNER, f"is marked as the model of TunedModel/{theirs.name}"
        case Mark.NEWER if ours:
            reason, what = Reason.NEWER_MARK, "is marked by a later version of this program"
        case Mark.VALID | Mark.NEWER:
            reason, what = Reason.FOREIGN_OWNER, f"belongs to the owner {theirs.owner!r}"
        case Mark.VOID:
            reason, what = Reason.FOREIGN_OWNER, "carries a mark that was made for another model"
        case _:
            assert_never(mark)
    advice = (
        "use that version"
        if reason is Reason.NEWER_MARK
        else f"look at it, and import it if it is yours: import {address.name} {observed.name}"
    )
    raise Refused(reason, f"{observed.name}, the id computed for {address}, {what}", advice)

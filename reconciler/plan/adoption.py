"""Taking a model that exists into the workspace, and letting one go without deleting it: plans of updates only.

What an adopted model was trained on is not known: its digest stays empty, and a manifest that names data is refused
until somebody asserts that this is the data, or asks for a new training.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from reconciler.errors import Refused
from reconciler.plan.change import Action, Change, Effect, FieldChange
from reconciler.plan.inventory import take
from reconciler.plan.plan import Plan
from reconciler.plan.terms import Terms
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.identity import base_hash, base_of, short_digest
from reconciler.resource.observed import Mark, Observed, Ownership, Snapshot
from reconciler.resource.reason import Reason


def adopt(desired: Desired, observed: Observed, snapshot: Snapshot, terms: Terms, *, assume_data: bool) -> Plan:
    """Plan the mark that makes `observed` the model of `desired`. Raise Refused where that would take a place.

    Whether a foreign mark may be overwritten is the caller's question to the person; see `takes_over`.
    """
    group = take(snapshot, [desired.address], terms.owners, terms.naming).declared[desired.address]
    others = [o.name for o in (*group.marked, *group.newer) if o.name != observed.name and not o.record]
    if others:
        raise Refused(
            Reason.ID_TAKEN,
            f"{desired.address} already has {', '.join(others)}",
            f"`reconciler forget {desired.address}` first, or import under another name",
        )
    if assume_data and desired.dataset is None:
        raise Refused(Reason.NO_DATASET, f"{desired.address} declares no dataset to assume", "add spec.dataset")
    mark = _mark(desired, observed, terms, assume_data=assume_data)
    field = FieldChange("mark", _described(observed.ownership), _described(mark), Effect.MARK, Reason.REQUESTED)
    row = Change(
        desired.address,
        Action.UPDATE,
        (Reason.REQUESTED,),
        observed.name,
        desired,
        observed,
        (field,),
        ownership=mark,
        notes=tuple(_notes(observed)),
    )
    return Plan(terms.context, (row,), terms.wishes, complete=False)


def takes_over(observed: Observed, terms: Terms) -> str:
    """Whose mark an adoption would overwrite; empty if nobody's, or our own."""
    mark = observed.ownership
    return mark.owner if mark and mark.owner not in terms.owners else ""


def neighbour(observed: Observed, terms: Terms) -> str:
    """The owner, of another environment, that a model belongs to; empty where none does."""
    mark = observed.ownership
    return mark.owner if mark and observed.mark is not Mark.VOID and mark.owner in terms.neighbours else ""


def marked(snapshot: Snapshot, plan: Plan) -> Snapshot:
    """The snapshot as it will be after the adoption, to show what the next apply would do."""
    new = {row.target: row.ownership for row in plan.changes}
    return tuple(
        replace(o, mark=Mark.VALID, ownership=new[o.name]) if new.get(o.name) is not None else o for o in snapshot
    )


def release(address: Address, snapshot: Snapshot, terms: Terms) -> Plan:
    """Plan the removal of our mark from every model of an address; the models themselves stay."""
    group = take(snapshot, [address], terms.owners, terms.naming).declared[address]
    if all(observed.record for observed in group.marked):
        raise Refused(Reason.ABSENT, f"no model carries the mark of {address}", "`reconciler status` lists them")
    rows = tuple(
        Change(
            address,
            Action.UPDATE,
            (Reason.REQUESTED,),
            observed.name,
            observed=observed,
            fields=(FieldChange("mark", _described(observed.ownership), None, Effect.MARK, Reason.REQUESTED),),
            strips=True,
        )
        for observed in group.marked
        if not observed.record
    )
    return Plan(terms.context, rows, terms.wishes, complete=False)


def _mark(desired: Desired, observed: Observed, terms: Terms, *, assume_data: bool) -> Ownership:
    """What is known of a model that somebody else made: its base as reported, and the data only if asserted.

    What the old mark protects or keeps, whoever wrote it, stays so until a plan has shown that the manifest differs.
    """
    before = observed.ownership if observed.mark is Mark.VALID else None
    known = before if before and before.owner in terms.owners else None
    digest = known.digest if known else ""
    if assume_data and desired.dataset:
        digest = desired.dataset.digest
    return Ownership(
        terms.context.owner,
        desired.address.name,
        digest,
        known.base if known else base_hash(base_of(observed.fields)),
        known.declared if known else {},
        protect=desired.lifecycle.protect or bool(before and before.protect),
        keep=desired.lifecycle.on_removal == "keep" or bool(before and before.keep),
        asserted=assume_data or bool(known and known.asserted),
    )


def _described(mark: Ownership | None) -> str | None:
    """A mark in the words of a plan."""
    if mark is None:
        return None
    data = short_digest(mark.digest) if mark.digest else "unknown"
    return f"{mark.owner}/{mark.name}, data {data}{' (asserted)' if mark.asserted else ''}"


def _notes(observed: Observed) -> Iterator[str]:
    """What a person should know before the mark is written, where that is into the description."""
    text = str(observed.fields.get("description", ""))
    try:
        structured = isinstance(json.loads(text), dict)
    except ValueError:
        structured = False
    if structured and text in observed.carrier:
        yield "the description is JSON that another program wrote; the mark is put behind it"

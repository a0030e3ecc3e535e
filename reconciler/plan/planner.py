"""From what is declared and what exists to a plan.

Each address is judged by itself. Those of its models that need no training to be what is declared are the *same*; the
`wanted` one is their first by state (READY, TRAINING, UNKNOWN, FAILED), then the latest attempt at the id these inputs
compute, then age. All other models of the address are leftovers.

    wanted      what is done                                            leftovers
    (none)      a training: REPLACE while a leftover serves, or CREATE  go as soon as the new model is READY
    TRAINING    WAIT; what a PATCH can change is shown, done later      go as soon as it is READY
    FAILED      refused, unless a retry was asked for                   stay
    UNKNOWN     refused: its state is not known, or nothing serves it   stay
    READY       NOOP, or UPDATE in one PATCH                            DELETE; one that trains: WAIT, then DELETE

No leftover goes before `wanted` is READY, and none that was protected under another name goes without a wish. An
attempt that trains beside an older READY attempt at the same inputs was asked for with `--replace`, so it is the wanted
one. A model without a mark whose id proves these inputs counts as the same; one whose id proves only the address keeps
it from being trained, and is never deleted. Where a service keeps records of trainings that failed, there is nothing of
them to delete. What is there and serves nobody (half a deletion, perhaps) is a leftover like a READY one.

A model tuned from a declared one is planned with it, and begun after it (see `parents`). A training that was begun
twice is stopped, whatever becomes of the one that counts; what was imported where marks prove nothing is never deleted.

Not declared, and the whole workspace was loaded: READY and FAILED are deleted, TRAINING is waited for and deleted,
unless protected or kept. All of them stay while a declared address has no model that serves and is refused its
training: what goes may be what its users fall back on. Everything refused or skipped is a row with its reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.plan import parents
from reconciler.plan.change import TRAININGS, Action, Change, deletes, refused, unwanted
from reconciler.plan.decision import decide
from reconciler.plan.inventory import Inventory, take
from reconciler.plan.leftover import kept
from reconciler.plan.moves import Ambiguity, move
from reconciler.plan.plan import Plan
from reconciler.plan.terms import Terms, wished
from reconciler.plan.undeclared import undeclared
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.identity import short_digest
from reconciler.resource.observed import Mark, Observed, Snapshot, State
from reconciler.resource.reason import Reason

COPIED = "its mark of ownership was made for another model; it is nobody's, and left alone"
"""Why nothing is done about a model that carries the mark of another one."""


def plan(desired: Iterable[Desired], snapshot: Snapshot, terms: Terms) -> Plan:
    """Decide what to do for every address and every leftover. Pure: the same arguments give the same plan."""
    wants = {each.address: each for each in desired}
    inventory = take(snapshot, wants, terms.owners, terms.naming)
    owned = inventory.owned
    inventory, ambiguity = move(wants.values(), inventory, terms)
    family = parents.family(wants, inventory, terms)
    rows = parents.led(list(_rows(wants, inventory, ambiguity, family.terms)), family)
    stuck = parents.stuck(rows, family)
    rows = _unsettled([row for change in rows for row in _spared(change, stuck, terms)])
    return Plan(
        terms.context,
        tuple(sorted(rows, key=lambda change: change.order)),
        terms.wishes,
        terms.complete,
        owned,
        len(inventory.foreign),
        tuple(_warnings(rows, inventory, terms)),
    )


def _rows(wants: dict[Address, Desired], inventory: Inventory, ambiguity: Ambiguity, terms: Terms) -> Iterator[Change]:
    """All rows, before what was asked of the service is taken into account."""
    for address, desired in wants.items():
        if terms.selected is not None and address not in terms.selected:
            continue
        if address in ambiguity.addresses:
            yield _ambiguous(desired, ambiguity.addresses[address], terms)
        else:
            yield from decide(desired, inventory.declared[address], inventory, terms)
    for name, group in inventory.undeclared.items():
        for row in undeclared(name, group, terms):
            candidates = ambiguity.names.get(row.target)
            yield _maybe_renamed(row, candidates) if candidates and terms.complete and not row.refused else row
    for address, observed in inventory.void:
        yield from kept(address, (observed,), Reason.COPIED_MARK, COPIED)


def _ambiguous(desired: Desired, models: str, terms: Terms) -> Change:
    """A declared address that would be trained, while an undeclared model has exactly its inputs."""
    advice = "annotate it with reconciler.dev/renamed-from" if terms.complete else "apply the whole workspace"
    row = Change(desired.address, Action.NOOP, (), desired=desired)
    return refused(row, Reason.AMBIGUOUS_RENAME, Action.CREATE, f"may be {models} renamed; {advice}")


def _maybe_renamed(row: Change, candidates: str) -> Change:
    """An undeclared model that may have been renamed: it stays until that is clear."""
    return refused(row, Reason.AMBIGUOUS_RENAME, row.action, f"may have been renamed to {candidates}")


def _spared(row: Change, stuck: Mapping[Address, Address], terms: Terms) -> Iterator[Change]:
    """The row, refused if it deletes a model that has to stay; such a one among what it supersedes gets its own row."""
    if deletes(row) and row.observed and (objection := _objection(row, row.observed, stuck, terms)):
        yield refused(row, objection[0], Action.DELETE, objection[1])
        return
    objections = {old.name: _objection(row, old, stuck, terms) for old in row.supersedes}
    yield replace(row, supersedes=tuple(old for old in row.supersedes if not objections[old.name]))
    for old in row.supersedes:
        if objection := objections[old.name]:
            leftover = Change(row.address, Action.NOOP, (Reason.SUPERSEDED,), old.name, observed=old)
            yield refused(leftover, objection[0], Action.DELETE, objection[1])


def _objection(
    row: Change, observed: Observed, stuck: Mapping[Address, Address], terms: Terms
) -> tuple[Reason, str] | None:
    """Why a model stays that would go by the row: it is not of our making, or somebody needs it."""
    address = row.address
    if observed.adopted:
        # What is declared cannot be forgotten.
        other = f"`reconciler forget {address}`" if unwanted(row) else "let lifecycle.keepSuperseded keep it"
        return Reason.ADOPTED, f"it is never deleted here; delete it by hand, or {other}"
    if _unique(observed, address, terms):
        return Reason.IRREPLACEABLE, _unique_detail(address)
    if observed.state is not State.READY or address not in stuck:
        return None
    child = stuck[address]
    return Reason.DEPENDENCY, f"{child} may be tuned from it, and is not READY: select it too, or do what is said there"


def _unsettled(rows: list[Change]) -> list[Change]:
    """The rows, those that delete what is not declared refused while a declared address is refused its first training.

    What is no longer declared goes last, after all that is to come in its place; here that does not come.
    """
    missing = sorted({r.address for r in rows if r.refused and r.desired and r.intended is Action.CREATE})
    if not missing:
        return rows
    more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
    why = f"{missing[0]}{more} is declared and not there"
    way_out = "do what its refusal says, or remove its manifest"
    return [
        refused(row, Reason.UNSETTLED, Action.DELETE, f"{why}; {row.address} stays until it is: {way_out}")
        if Reason.UNDECLARED in row.reasons and deletes(row)
        else row
        for row in rows
    ]


def _unique(observed: Observed, address: Address, terms: Terms) -> bool:
    """Whether a model that serves, or soon will, has a base that is tunable no more, and nobody gave it up."""
    tunable, base = terms.facts.tunable, observed.fields.get("baseModel")
    lost = tunable is not None and base is not None and base not in tunable
    alive = observed.state in (State.READY, State.TRAINING)
    return lost and alive and not wished(terms.wishes.irreplaceable, address)


def _unique_detail(address: Address) -> str:
    return (
        f"its base model can no longer be tuned, so it could never be trained again; `--delete-irreplaceable {address}`"
    )


def _warnings(rows: list[Change], inventory: Inventory, terms: Terms) -> Iterator[str]:
    """What concerns the plan as a whole."""
    trains = [row for row in rows if row.action in TRAININGS]
    foreign = {
        (o.ownership.name, short_digest(o.ownership.digest)): o.ownership.owner
        for o in inventory.foreign
        if o.ownership and o.mark is Mark.VALID and o.ownership.owner not in terms.neighbours
    }
    for row in trains:
        dataset = row.desired.dataset if row.desired else None
        owner = dataset and foreign.get((row.address.name, short_digest(dataset.digest)))
        if owner:
            yield (
                f"owner {owner} already trained {row.address} from this data; "
                "if the workspace was renamed, add it to formerOwners"
            )
    if terms.facts.asked and terms.facts.tunable is None and terms.capabilities.lists_bases:
        yield "the service does not say which base models can be tuned; a training may be refused when it is begun"
    if terms.facts.tunable is not None and not terms.facts.tunable:
        yield "the service offers no base model that can be tuned: nothing can be created or replaced"

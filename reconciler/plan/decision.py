"""The decision for one declared address: the table of `planner`, case by case."""

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from reconciler.plan import diff
from reconciler.plan.change import TRAININGS, Action, Change, Effect, FieldChange, refused
from reconciler.plan.inventory import Group, Inventory
from reconciler.plan.leftover import NEWER, UNKNOWN, duplicate, kept, retained, shield, shielded, superseded
from reconciler.plan.match import Match, keep, match, wanted
from reconciler.plan.terms import Terms, wished
from reconciler.plan.training import begin, in_vain, ownership, steps
from reconciler.resource.desired import Desired
from reconciler.resource.identity import names
from reconciler.resource.observed import Mark, Observed, Ownership, State
from reconciler.resource.reason import Reason


def decide(desired: Desired, group: Group, inventory: Inventory, terms: Terms) -> Iterator[Change]:
    """Yield the row of the address, then one for each leftover that is not part of it."""
    if group.newer:
        yield _newer(desired, group.newer[0])
        yield from kept(desired.address, (*group.newer[1:], *group.marked, *group.claimed), Reason.NEWER_MARK)
        return
    matches = match(desired, group, terms)
    chosen = wanted(matches, desired, terms)
    serving = chosen.observed if chosen else None
    rest = tuple(o for o in group.marked if o is not serving)
    stays = retained(rest, keep(desired, terms))
    unclear = [o for o in rest if o.state is State.UNKNOWN and not o.removable]
    superfluous = [o for o in rest if not o.record and o not in stays and o not in unclear]
    spared = [o for o in superfluous if shielded(desired, o, terms)]
    goes = tuple(o for o in superfluous if o not in spared)
    lost = [o for o in group.claimed if o is not serving]
    proven = [m.observed for m in matches]
    unproven = [*(o for o in lost if o not in proven), *group.overwritten]
    row = _main(desired, matches, chosen, goes, unproven, inventory, terms)
    if spared and row.action in TRAININGS:
        row = shield(replace(row, supersedes=(), ownership=None, grants=(), notes=()), spared[0], row.action)
    yield row
    yield from (duplicate(desired.address, twin) for twin in group.twins)
    if not row.refused:
        yield from (shield(superseded(desired, o, "", terms), o, Action.DELETE) for o in spared)
    if serving is not None and serving.state is State.READY and not row.refused:
        yield from (superseded(desired, o, serving.name, terms) for o in goes)
    yield from (superseded(desired, o, "", terms) for o in unclear)
    told = [o for o in stays if not (row.refused and o is row.observed)]  # nothing has superseded it
    yield from kept(desired.address, told, Reason.RETAINED)
    shown = [o for o in lost if o is not row.observed]
    yield from kept(desired.address, shown, Reason.MARK_LOST, "carries no mark, so it is left alone")


def _main(
    desired: Desired,
    matches: tuple[Match, ...],
    chosen: Match | None,
    goes: tuple[Observed, ...],
    unproven: list[Observed],
    inventory: Inventory,
    terms: Terms,
) -> Change:
    """The row of the address itself. Models of the address whose inputs nobody can tell keep it from being trained."""
    if chosen is None:
        if unproven and not wished(terms.wishes.replace, desired.address):
            return _unmarked(desired, unproven[0])
        return begin(desired, matches, goes, inventory, terms)
    row = _existing(desired, chosen, terms)
    match chosen.observed.state:
        case State.READY:
            return _ready(row, chosen, desired)
        case State.TRAINING:
            reasons = (Reason.TRAINING, *row.reasons)
            planned = steps(desired, terms.capabilities.rules)
            notes = (*row.notes, *in_vain(desired, goes, terms))
            return replace(row, action=Action.WAIT, reasons=reasons, supersedes=goes, steps=planned, notes=notes)
        case State.FAILED:
            return _failed(row, matches, terms)
        case State.UNKNOWN:
            return _unusable(row, chosen.observed)
        case _:
            assert_never(chosen.observed.state)


def _existing(desired: Desired, chosen: Match, terms: Terms) -> Change:
    """The row of a model that exists, with its differences and its mark, before its state decides."""
    observed = chosen.observed
    mark = _mark(desired, observed, terms)
    row = Change(
        desired.address,
        Action.NOOP,
        (),
        observed.name,
        desired,
        observed,
        (*chosen.fields, *_mark_changes(observed, mark)),
        ownership=mark,
        notes=tuple(diff.undeclared_notes(desired, observed, terms.capabilities.rules)),
    )
    # What is not there before a model is READY is no difference until then.
    early = row.completes if observed.state is not State.READY else ()
    drifted = dict.fromkeys(f.reason for f in row.writes if f not in early)
    lost = early if observed.state in (State.FAILED, State.UNKNOWN) else ()
    return replace(row, reasons=tuple(drifted), fields=tuple(f for f in row.fields if f not in lost))


def _ready(row: Change, chosen: Match, desired: Desired) -> Change:
    """NOOP or UPDATE; refused while nobody knows what the model was trained on."""
    if chosen.unknown:
        detail = (
            "nobody knows what it was trained on; "
            f"`import --assume-data {desired.address} {chosen.observed.name}` records the declared data as its own, "
            f"`--replace {desired.address}` trains anew"
        )
        return refused(row, Reason.DATA_UNKNOWN, Action.REPLACE, detail)
    return replace(row, action=Action.UPDATE) if row.writes else row


def _failed(row: Change, matches: tuple[Match, ...], terms: Terms) -> Change:
    """Refused with what the service said, and the way out; the model that served goes on serving."""
    told = terms.facts.failures.get(row.target)  # None: nobody has asked
    why = f": {told.rstrip('.') or 'the service no longer tells why'}" if told is not None else ""
    detail = f"its training failed{why}; fix the cause and `--retry-failed {row.address}`"
    serves = any(m.observed.state is State.READY and m.observed.mark is Mark.VALID for m in matches)
    return refused(row, Reason.FAILED, Action.REPLACE if serves else Action.CREATE, detail)


def _unusable(row: Change, observed: Observed) -> Change:
    """A model that may be whole and does not serve, or is in a state that nobody here knows."""
    if not observed.trouble:
        return refused(row, Reason.UNKNOWN_STATE, Action.NOOP, UNKNOWN)
    detail = f"{observed.trouble}; if that cannot be mended, `--replace {row.address}` trains anew"
    return refused(row, Reason.NOT_SERVING, Action.NOOP, detail)


def _newer(desired: Desired, observed: Observed) -> Change:
    """A mark that a later version wrote: ours, and not ours to read."""
    row = Change(desired.address, Action.NOOP, (), observed.name, desired, observed)
    return refused(row, Reason.NEWER_MARK, Action.NOOP, NEWER)


def _unmarked(desired: Desired, observed: Observed) -> Change:
    """A model whose id proves the address, and whose mark is gone: the id alone does not say enough to go on."""
    row = Change(desired.address, Action.NOOP, (), observed.name, desired, observed)
    if observed.mark is Mark.VOID:
        reason, what = Reason.COPIED_MARK, "was overwritten with that of another model"
    else:
        reason, what = Reason.MARK_LOST, "was removed and its inputs are not those declared"
    detail = (
        f"the mark of {observed.name} {what}; "
        f"`import {desired.address} {observed.name}` marks it again, `--replace {desired.address}` trains anew"
    )
    return refused(row, reason, Action.UPDATE, detail)


def _mark(desired: Desired, observed: Observed, terms: Terms) -> Ownership:
    """The mark to carry: what the model was made from stays, whose it is and what survives follows the manifest."""
    old, owner, name = observed.ownership, terms.context.owner, desired.address.name
    if observed.mark is Mark.NONE or old is None:
        return ownership(desired, owner)
    protect, keep = desired.lifecycle.protect, desired.lifecycle.on_removal == "keep"
    if names(old.name, name):
        name = old.name
    return replace(old, owner=owner, name=name, protect=protect, keep=keep, going=False)


def _mark_changes(observed: Observed, mark: Ownership) -> Iterator[FieldChange]:
    """What of the mark has to be written, in the words of the manifest."""
    old = observed.ownership
    if observed.mark is Mark.NONE or old is None:
        yield FieldChange("mark", None, f"{mark.owner}/{mark.name}", Effect.MARK, Reason.MARK_LOST)
        return
    if old.owner != mark.owner:
        yield FieldChange("owner", old.owner, mark.owner, Effect.MARK, Reason.FORMER_OWNER)
    if old.name != mark.name:
        yield FieldChange("metadata.name", old.name, mark.name, Effect.MARK, Reason.RENAMED)
    if old.protect != mark.protect:
        yield FieldChange("lifecycle.protect", old.protect, mark.protect, Effect.MARK, Reason.DRIFTED)
    if old.keep != mark.keep:
        removal = {True: "keep", False: "delete"}
        yield FieldChange("lifecycle.onRemoval", removal[old.keep], removal[mark.keep], Effect.MARK, Reason.DRIFTED)
    if old.going:
        yield FieldChange("mark", "about to be deleted", "wanted", Effect.MARK, Reason.DRIFTED)

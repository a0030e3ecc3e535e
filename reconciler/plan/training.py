"""The row that trains: CREATE, or REPLACE when a serving model gives way; and every reason not to."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.plan.attempt import NO_ATTEMPT, next_id
from reconciler.plan.change import Action, Change, Effect, FieldChange, Steps, refused
from reconciler.plan.inventory import Inventory
from reconciler.plan.match import Match
from reconciler.plan.terms import Terms, wished
from reconciler.resource.desired import Desired
from reconciler.resource.identity import (
    HYPERPARAMETERS,
    base_hash,
    base_of,
    hyperparameters,
    inputs_hash,
    origin_of,
    same_hash,
)
from reconciler.resource.observed import Mark, Observed, Ownership, State
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Capabilities, Mutability, Rules, Value, shortest, training_steps

EPOCHS, BATCH = HYPERPARAMETERS + "epochCount", HYPERPARAMETERS + "batchSize"


def begin(
    desired: Desired,
    matches: tuple[Match, ...],
    goes: tuple[Observed, ...],
    inventory: Inventory,
    terms: Terms,
) -> Change:
    """Plan a training. `goes` are deleted once it is READY; what it replaces serves now, and may be kept."""
    ready = [m for m in matches if m.observed.state is State.READY and m.observed.mark is Mark.VALID]
    old = max(ready, key=lambda m: m.observed.born, default=None)
    row = _row(desired, matches, old, inventory, terms)
    row = replace(row, supersedes=goes)
    for reason, detail in _objections(desired, matches, row, inventory, terms):
        asked = tuple(r for r in row.reasons if r is not Reason.ABSENT)
        return refused(replace(row, reasons=asked, supersedes=()), reason, row.action, detail)
    return replace(
        row,
        later=tuple(_later(desired, terms.capabilities)),
        ownership=ownership(desired, terms.context.owner),
        grants=tuple(dict.fromkeys(g for o in goes for g in terms.facts.grants.get(o.name, ()))),
        notes=(*(_lost(desired, old.observed, terms) if old else ()), *in_vain(desired, goes, terms)),
    )


def _row(desired: Desired, matches: tuple[Match, ...], old: Match | None, inventory: Inventory, terms: Terms) -> Change:
    """What would be trained, why, under which id, and in whose place."""
    inputs, latest = inputs_hash(desired), max((m.attempt for m in matches), default=NO_ATTEMPT)
    return Change(
        desired.address,
        Action.REPLACE if old else Action.CREATE,
        _reasons(desired, old, terms),
        next_id(desired, inputs, latest, inventory, terms),
        desired,
        old.observed if old else None,
        old.fields if old else (),
        inputs=inputs,
        steps=steps(desired, terms.capabilities.rules),
    )


def _reasons(desired: Desired, old: Match | None, terms: Terms) -> tuple[Reason, ...]:
    """Why a training is needed: because somebody asked, because of what differs, or because there is nothing."""
    if wished(terms.wishes.replace | terms.wishes.retry, desired.address):
        return (Reason.REQUESTED,)
    differ = old.fields if old else ()
    return tuple(dict.fromkeys(f.reason for f in differ if f.effect is Effect.RETRAIN)) or (Reason.ABSENT,)


def _later(desired: Desired, capabilities: Capabilities) -> Iterator[FieldChange]:
    """The declared values that the service takes only when the model is there."""
    for path, value in sorted(desired.fields.items()):
        if (rule := capabilities.rule(path)) and rule.late:
            yield FieldChange(path, None, value, Effect.WRITE, Reason.DRIFTED)


def in_vain(desired: Desired, goes: Iterable[Observed], terms: Terms) -> Iterator[str]:
    """Say which trainings a newer one supersedes before they are over."""
    for old in goes:
        if old.state is State.TRAINING:
            yield f"{old.name} is superseded while it trains: {thrown_away(desired, old, terms)}"


def thrown_away(desired: Desired, observed: Observed, terms: Terms) -> str:
    """Say what becomes of a training that nobody wants any more; its steps are known if it has the declared data."""
    steps, mark = "", observed.ownership
    epochs, batch = observed.fields.get(EPOCHS), observed.fields.get(BATCH)
    data = desired.dataset if desired.dataset and mark and same_hash(mark.digest, desired.dataset.digest) else None
    if data and isinstance(epochs, int | float) and isinstance(batch, int | float):
        steps = f" of {training_steps(data.count, epochs, batch)} steps"
    if wished(terms.wishes.cancel, desired.address):
        return f"its training{steps} will be thrown away, and is asked to stop now"
    return f"its training{steps} will be thrown away; `--cancel-superseded {desired.address}` asks it to stop"


def ownership(desired: Desired, owner: str) -> Ownership:
    """The mark of a model trained from this manifest today."""
    return Ownership(
        owner,
        desired.address.name,
        desired.dataset.digest if desired.dataset else "",
        base_hash(origin_of(desired)),
        hyperparameters(desired.fields),
        protect=desired.lifecycle.protect,
        keep=desired.lifecycle.on_removal == "keep",
        validation=desired.validation.digest if desired.validation else "",
    )


def steps(desired: Desired, rules: Rules) -> Steps | None:
    """Training steps; the most there can be where the service chooses. None without data."""
    if desired.dataset is None:
        return None
    epochs, batch = (_number(desired, rules, path) for path in (EPOCHS, BATCH))
    if not epochs or not batch:
        return None
    exact = len(epochs) == 1 and len(batch) == 1
    return Steps(training_steps(desired.dataset.count, max(epochs), min(batch)), exact)


def _number(desired: Desired, rules: Rules, path: str) -> tuple[float, ...]:
    """The declared value, else the documented defaults."""
    declared = desired.fields.get(path)
    if isinstance(declared, int | float):
        return (declared,)
    return rules[path].defaults if path in rules else ()


def _objections(
    desired: Desired, matches: tuple[Match, ...], row: Change, inventory: Inventory, terms: Terms
) -> Iterator[tuple[Reason, str]]:
    """Every reason not to train, the most fundamental first."""
    if desired.dataset is None:
        yield Reason.NO_DATASET, "the manifest names no dataset, so nothing can be trained; add spec.dataset"
    idle = any(old.trouble for old in row.supersedes)
    if (row.action is Action.REPLACE or idle) and protected(desired, terms):
        yield (
            Reason.PROTECTED,
            f"lifecycle.protect forbids replacing it; set it to false, or `--unprotect {desired.address}`",
        )
    base, tunable = base_of(desired.fields), terms.facts.tunable
    if tunable is not None and "baseModel" in desired.fields and base not in tunable:
        offered = ", ".join(sorted(tunable)) or "none at all"
        yield Reason.BASE_NOT_TUNABLE, f"the service does not tune {base}; it offers {offered}"
    if (holder := inventory.held.get(row.target)) is not None:
        whose = f"owner {holder.ownership.owner}" if holder.ownership else "somebody else"
        advice = f"`import --take-over {desired.address} {row.target}` if it is to change hands"
        yield Reason.FOREIGN_OWNER, f"{row.target} exists and carries the mark of {whose}; {advice}"
    failed = sum(m.same and m.observed.state is State.FAILED for m in matches)
    if failed >= terms.max_attempts:
        yield (
            Reason.FAILED,
            f"{failed} attempts at these inputs failed; change them, or `--max-attempts {failed + 1}`",
        )


def protected(desired: Desired, terms: Terms) -> bool:
    """The manifest's word counts while there is one."""
    return desired.lifecycle.protect and not wished(terms.wishes.unprotect, desired.address)


def _lost(desired: Desired, old: Observed, terms: Terms) -> Iterator[str]:
    """Name what was set on the old model, is not declared, and will therefore not be on the new one."""
    order = list(terms.capabilities.rules)
    undeclared = [
        (order.index(rule.path), path, value)
        for path, value in old.fields.items()
        if (rule := terms.capabilities.rule(path)) and rule.mutability is Mutability.IN_PLACE
        if path not in desired.fields and value and value != old.name
    ]
    if undeclared:
        said = (f"{path} {_said(value)}" for _, path, value in sorted(undeclared, key=lambda each: each[:2]))
        yield "not declared, so not carried over: " + ", ".join(said)


def _said(value: Value) -> str:
    """A value in the words of a manifest."""
    match value:
        case tuple():
            return f"[{', '.join(value)}]"
        case str():
            return f'"{value}"'
        case _:
            return shortest(value)

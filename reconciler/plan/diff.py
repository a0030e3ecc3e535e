"""Which declared fields differ from what a model has, and what each difference takes.

Only declared fields count: unset means that the service decides. A value that only training can change is unchanged
if it equals what was recorded when the model was created *or* what the service reports now, because services resolve,
clamp and omit what they were sent; a missing or changed echo must never be a reason to train again.
"""

from collections.abc import Iterator

from reconciler.plan.change import Effect, FieldChange
from reconciler.resource.dataset import is_stored
from reconciler.resource.desired import Desired
from reconciler.resource.identity import (
    BASE_PATHS,
    HYPERPARAMETERS,
    PARENT,
    base_hash,
    base_of,
    origin_of,
    same_hash,
    short_digest,
)
from reconciler.resource.observed import Observed
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Capabilities, FieldRule, Mutability, Rules, Value, alike, equal, shortest

ONCE = "a model learns from its data only once"
DATASET = "dataset"
VALIDATION = "validationDataset"


def compare(
    desired: Desired, observed: Observed, capabilities: Capabilities, parent: str = "", *, proven: bool
) -> tuple[FieldChange, ...]:
    """List the differences, by path. `proven`: the model's id is the very id that these inputs compute.

    `parent` is the remote model that stands for the declared parent now, empty if none does.
    """
    found = [*_data(desired, observed, proven=proven), *_validation(desired, observed)]
    for path, value in desired.fields.items():
        rule = capabilities.rule(path)
        if rule is None:
            continue  # validation has refused it
        if rule.mutability is Mutability.RETRAIN:
            same = proven or (path == PARENT and _descends(observed, parent))
            found += _trained(desired, observed, rule, value, proven=same)
        elif rule.mutability is Mutability.INPUT_ONLY:
            found += _input(observed, rule, value)
        elif rule.readable and not _same(observed.fields.get(path), value, rule):
            found.append(_written(desired, observed, path, value))
    return tuple(sorted(found, key=lambda f: f.path))


def _descends(observed: Observed, parent: str) -> bool:
    """Whether a model was tuned from this one."""
    return bool(parent) and base_of(observed.fields) == parent


def retrains(changes: tuple[FieldChange, ...]) -> bool:
    """Whether any difference needs a new training."""
    return any(c.effect is Effect.RETRAIN for c in changes)


def _recorded(observed: Observed, path: str) -> Value | None:
    """What was declared for a hyperparameter when the model was created; None if nothing was."""
    if observed.ownership is None:
        return None
    return observed.ownership.declared.get(path.removeprefix(HYPERPARAMETERS))


def undeclared_notes(desired: Desired, observed: Observed, rules: Rules) -> Iterator[str]:
    """Say which hyperparameters differ from the documented default although nobody declares them (any more)."""
    for path, rule in rules.items():
        if not rule.defaults or path in desired.fields or rule.alternative in desired.fields:
            continue
        value = observed.fields.get(path, _recorded(observed, path))
        if isinstance(value, int | float) and not any(equal(value, d) for d in rule.defaults):
            default = " or ".join(shortest(d) for d in rule.defaults)
            yield (
                f"{path} is {shortest(value)}, not declared; default {default}; "
                f"`--replace {desired.address}` trains anew"
            )


def _same(observed: Value | None, declared: Value, rule: FieldRule) -> bool:
    """Compare with what is reported; services leave out empty texts and lists, but no keys of maps."""
    silent = observed is None and not rule.path.endswith(".*")
    return equal(observed, declared) or (silent and declared in ("", ()))


def _written(desired: Desired, observed: Observed, path: str, value: Value) -> FieldChange:
    """A value that a PATCH can write. What is called by its id has not been given a name."""
    ignored = {path, path.partition(".")[0]} & set(desired.lifecycle.ignore_changes)
    effect = Effect.IGNORED if ignored else Effect.WRITE
    old = observed.fields.get(path)
    return FieldChange(path, None if old == observed.name else old, value, effect, Reason.DRIFTED)


def _input(observed: Observed, rule: FieldRule, value: Value) -> Iterator[FieldChange]:
    """A value that only matters while a training runs: it is told where the service still knows another one."""
    echoed = observed.fields.get(rule.path)
    if echoed is not None and not equal(echoed, value):
        yield FieldChange(rule.path, echoed, value, Effect.NOTE, Reason.NEXT_TRAINING, rule.why)


def _trained(
    desired: Desired, observed: Observed, rule: FieldRule, value: Value, *, proven: bool
) -> Iterator[FieldChange]:
    """A value that only training can change: recorded or echoed is unchanged, another echo is a note."""
    # The address of a parent says nothing of which of its models it was.
    echoed = observed.fields.get(rule.path) if rule.path != PARENT else None
    known = _recorded(observed, rule.path)
    origin = base_hash(origin_of(desired))
    if rule.path in BASE_PATHS and observed.ownership and same_hash(observed.ownership.base, origin):
        known = value
    if echoed is not None and alike(value, echoed, rule.telling):
        return
    if proven or (known is not None and equal(value, known)):
        if echoed is not None:
            yield FieldChange(rule.path, echoed, value, Effect.NOTE, Reason.SERVER_DEFAULT)
        return
    ignored = rule.path in desired.lifecycle.ignore_changes
    effect = Effect.IGNORED if ignored else Effect.RETRAIN
    if rule.path == PARENT:
        yield FieldChange(PARENT, base_of(observed.fields) or None, value, effect, Reason.DEPENDENCY, rule.why)
        return
    old = known if echoed is None else echoed
    yield FieldChange(rule.path, old, value, effect, Reason.IMMUTABLE_FIELD, rule.why)


def _validation(desired: Desired, observed: Observed) -> Iterator[FieldChange]:
    """The data a training is measured with: other data changes nothing about a model that is trained."""
    recorded = observed.ownership.validation if observed.ownership else ""
    if (
        desired.validation is None
        or not desired.validation.digest
        or not recorded
        or same_hash(recorded, desired.validation.digest)
    ):
        return
    new, why = short_digest(desired.validation.digest), "measures the next training"
    yield FieldChange(VALIDATION, short_digest(recorded), new, Effect.NOTE, Reason.NEXT_TRAINING, why)


def _data(desired: Desired, observed: Observed, *, proven: bool) -> Iterator[FieldChange]:
    """The data, by digest: the service never gives it back."""
    if desired.dataset is None or not desired.dataset.digest or proven:
        return
    recorded = observed.ownership.digest if observed.ownership else ""
    if same_hash(recorded, desired.dataset.digest):
        return
    new = short_digest(desired.dataset.digest)
    ignored = DATASET in desired.lifecycle.ignore_changes
    if not recorded:
        effect = Effect.IGNORED if ignored else Effect.NOTE
        yield FieldChange(DATASET, None, new, effect, Reason.DATA_UNKNOWN)
    else:
        effect = Effect.IGNORED if ignored else Effect.RETRAIN
        why = ONCE
        if is_stored(recorded) != is_stored(desired.dataset.digest):
            same = f"`import --assume-data {desired.address} {observed.name}`"
            why = f"local data are not compared with those in a bucket; if they are the same: {same}"
        yield FieldChange(DATASET, short_digest(recorded), new, effect, Reason.DATA_CHANGED, why)

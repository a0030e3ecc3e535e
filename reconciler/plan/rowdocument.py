"""One row of a plan as it is published: see `document`."""

import math
from decimal import Decimal
from typing import cast

from reconciler.errors import Origin
from reconciler.plan.change import Action, Change, Estimate, FieldChange
from reconciler.plan.dataformat import published
from reconciler.plan.part import Plain, Word
from reconciler.plan.rowformat import (
    ChangePart,
    DatasetPart,
    EstimatePart,
    FieldPart,
    GrantPart,
    ModelPart,
    OriginPart,
    StepsPart,
)
from reconciler.resource.dataset import Dataset
from reconciler.resource.observed import Observed
from reconciler.resource.rules import Value, shortest

INLINE = "inline"


def row(change: Change, root: str) -> ChangePart:
    """Turn a row into its published form."""
    desired = change.desired
    return ChangePart(
        address=str(change.address),
        action=_word(change.action),
        reasons=tuple(map(str, change.reasons)),
        target=change.target,
        refused=change.refused,
        intended=_word(change.intended),
        detail=change.detail,
        fields=tuple(map(_field, change.fields)),
        supersedes=tuple(map(_model, change.supersedes)),
        successor=change.successor,
        parent=change.parent,
        resources=_resources(change.observed),
        steps=StepsPart(count=change.steps.number, exact=change.steps.exact) if change.steps else None,
        estimate=_estimate(change.estimate) if change.estimate else None,
        wasted=tuple(map(_estimate, change.wasted)),
        grants=tuple(GrantPart(grantee=g.grantee, email=g.email, role=g.role) for g in change.grants),
        notes=change.notes,
        dataset=_dataset(desired.dataset, root) if desired and desired.dataset else None,
        data=published(change.data) if change.data else None,
        origin=_origin(desired.origin, root) if desired and desired.origin.file else None,
        inputs=change.inputs,
    )


def _word(action: Action) -> Word:
    """The action in lower case."""
    return cast("Word", action.name.lower())


def _field(field: FieldChange) -> FieldPart:
    return FieldPart(
        path=field.path,
        old=_plain(field.old),
        new=_plain(field.new),
        effect=field.effect.value,
        reason=str(field.reason),
        why=field.why,
    )


def _estimate(estimate: Estimate) -> EstimatePart:
    cost = None if estimate.cost is None else money(estimate.cost)
    return EstimatePart(training_tokens=estimate.tokens, seconds=estimate.seconds, cost=cost)


def money(amount: Decimal) -> str:
    """Write an amount without zeros that say nothing: `0.05`, `12`."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _model(observed: Observed) -> ModelPart:
    return ModelPart(
        name=observed.name, state=observed.state.value, created=observed.created, resources=_resources(observed)
    )


def _resources(observed: Observed | None) -> dict[str, str]:
    """What a model consists of, sorted."""
    return dict(sorted(observed.resources.items())) if observed else {}


def _plain(value: Value | None) -> Plain:
    """A value as JSON holds it: floats in the fewest digits that give the same 32 bits, so 0.001 and 5."""
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return str(value)
    text = shortest(value)
    return float(text) if set(text) & set(".e") else int(text)


def _dataset(dataset: Dataset, root: str) -> DatasetPart:
    return DatasetPart(
        digest=dataset.digest,
        count=dataset.count,
        input_characters=dataset.input_characters,
        output_characters=dataset.output_characters,
        estimated_tokens=dataset.tokens,
        path=_relative(dataset.locator.path, root) or INLINE,
    )


def _origin(origin: Origin, root: str) -> OriginPart:
    return OriginPart(file=_relative(origin.file, root), line=origin.line)


def _relative(path: str, root: str) -> str:
    """The path below `root`; of an absolute path that lies elsewhere only the file's name."""
    below = path.removeprefix(f"{root.rstrip('/')}/") if root else path
    return below.rpartition("/")[2] if below.startswith("/") else below

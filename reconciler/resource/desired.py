"""What should exist: a manifest with its dataset resolved, reduced to what planning needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.errors import Origin
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset
from reconciler.resource.manifest import Lifecycle, TunedModelManifest
from reconciler.resource.rules import Fields, Value

RENAMED_FROM = "reconciler.dev/renamed-from"
"""Annotation naming the address whose model this one is to take over."""


@dataclass(frozen=True, slots=True)
class Desired:
    """One declared model. `fields` holds exactly the declared values, by path; `dataset` is None if none is named."""

    address: Address
    fields: Fields
    dataset: Dataset | None
    lifecycle: Lifecycle = Lifecycle()
    origin: Origin = Origin("")
    labels: Mapping[str, str] = field(default_factory=dict)
    renamed_from: str = ""


def desire(manifest: TunedModelManifest, dataset: Dataset | None, origin: Origin) -> Desired:
    """Join a manifest with its resolved dataset."""
    return Desired(
        Address(manifest.metadata.name),
        declared(manifest),
        dataset,
        manifest.spec.lifecycle,
        origin,
        manifest.metadata.labels,
        manifest.metadata.annotations.get(RENAMED_FROM, ""),
    )


def declared(manifest: TunedModelManifest) -> Fields:
    """Flatten what the spec says about the model itself into values by path; unset fields are left out."""
    spec = manifest.spec
    values: dict[str, Value | None] = {
        "displayName": spec.display_name,
        "description": spec.description,
        "baseModel": spec.base_model,
        "tunedModelSource.tunedModel": spec.tuned_model_source.tuned_model if spec.tuned_model_source else None,
        "temperature": spec.temperature,
        "topP": spec.top_p,
        "topK": spec.top_k,
    }
    if (numbers := spec.reader_project_numbers) is not None:
        values["readerProjectNumbers"] = tuple(sorted({str(int(n)) for n in numbers}))
    if (hyper := spec.hyperparameters) is not None:
        values["hyperparameters.epochCount"] = hyper.epoch_count
        values["hyperparameters.batchSize"] = hyper.batch_size
        values["hyperparameters.learningRate"] = hyper.learning_rate
        values["hyperparameters.learningRateMultiplier"] = hyper.learning_rate_multiplier
    return {path: value for path, value in values.items() if value is not None}

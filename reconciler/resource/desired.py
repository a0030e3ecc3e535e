"""What should exist: a manifest with its dataset resolved, reduced to what planning needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.errors import Origin
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset
from reconciler.resource.manifest import UNMANAGED, Lifecycle, Manifest
from reconciler.resource.rules import Fields

RENAMED_FROM = "reconciler.dev/renamed-from"
"""Annotation naming the address whose model this one is to take over."""


@dataclass(frozen=True, slots=True)
class Desired:
    """One declared model.

    `fields` holds exactly the declared values, by path; `dataset` is None if none is named; `validation` is what a
    training is measured with. `parent` is the inputs hash of the declared model that this one is tuned from.
    """

    address: Address
    fields: Fields
    dataset: Dataset | None
    lifecycle: Lifecycle = UNMANAGED
    origin: Origin = Origin("")
    labels: Mapping[str, str] = field(default_factory=dict)
    renamed_from: str = ""
    validation: Dataset | None = None
    parent: str = ""


def desire(manifest: Manifest, dataset: Dataset | None, origin: Origin, validation: Dataset | None = None) -> Desired:
    """Join a manifest with its resolved datasets."""
    return Desired(
        Address(manifest.name),
        manifest.fields,
        dataset,
        manifest.lifecycle,
        origin,
        manifest.labels,
        manifest.annotations.get(RENAMED_FROM, ""),
        validation,
    )

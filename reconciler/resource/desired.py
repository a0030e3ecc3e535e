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
    """One declared model. `fields` holds exactly the declared values, by path; `dataset` is None if none is named."""

    address: Address
    fields: Fields
    dataset: Dataset | None
    lifecycle: Lifecycle = UNMANAGED
    origin: Origin = Origin("")
    labels: Mapping[str, str] = field(default_factory=dict)
    renamed_from: str = ""


def desire(manifest: Manifest, dataset: Dataset | None, origin: Origin) -> Desired:
    """Join a manifest with its resolved dataset."""
    return Desired(
        Address(manifest.name),
        manifest.fields,
        dataset,
        manifest.lifecycle,
        origin,
        manifest.labels,
        manifest.annotations.get(RENAMED_FROM, ""),
    )

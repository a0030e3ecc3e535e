"""What differs between two environments of one set of manifests, as declared: neither remote is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace

from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset
from reconciler.resource.desired import Desired
from reconciler.resource.identity import short_digest
from reconciler.resource.manifest import Manifest
from reconciler.resource.rules import shortest
from reconciler.resource.workspace import Workspace

RENAMED = {"million_tokens": "perMillionTokens"}
"""Fields that have another name in a manifest than in our own values."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with two values, each as one line; None where it is not set. `path` is that of the document."""

    path: str
    left: str | None
    right: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """One environment: its name, its workspace, and its models, with what became of their data."""

    name: str
    workspace: Workspace
    models: Mapping[Address, tuple[Manifest, Desired]]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two environments beside each other: what their workspaces, and the models of both, have different values for.

    `models` has only those that differ; `same` counts the others.
    """

    left: str
    right: str
    workspace: tuple[Difference, ...]
    models: tuple[tuple[Address, tuple[Difference, ...]], ...]
    left_only: tuple[Address, ...]
    right_only: tuple[Address, ...]
    same: int

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.workspace or self.models or self.left_only or self.right_only)


def contrast(left: Side, right: Side) -> Contrast:
    """Compare two environments."""
    ones, others = left.models, right.models
    both = sorted(ones.keys() & others.keys())
    compared = [(address, _differences(_model(*ones[address]), _model(*others[address]))) for address in both]
    return Contrast(
        left.name,
        right.name,
        workspaces(left.workspace, right.workspace),
        tuple((address, found) for address, found in compared if found),
        tuple(sorted(ones.keys() - others.keys())),
        tuple(sorted(others.keys() - ones.keys())),
        sum(not found for _, found in compared),
    )


def workspaces(left: Workspace, right: Workspace) -> tuple[Difference, ...]:
    """Compare what the specs of two workspaces say; defaults count as said."""
    return _differences(dict(_flat("spec", replace(left, name=""))), dict(_flat("spec", replace(right, name=""))))


def _differences(left: Mapping[str, str], right: Mapping[str, str]) -> tuple[Difference, ...]:
    """Compare values by path; what both do not have is equal."""
    paths = sorted(left.keys() | right.keys())
    return tuple(
        Difference(path, left.get(path), right.get(path)) for path in paths if left.get(path) != right.get(path)
    )


def _model(manifest: Manifest, desired: Desired) -> Mapping[str, str]:
    """Everything that is declared of a model, by path; data by its digest and size, wherever it lies."""
    values = dict(_flat("spec", manifest.fields))
    for part, value in (("lifecycle", manifest.lifecycle), ("lint", manifest.lint)):
        values |= _flat(f"spec.{part}", value)
    for part, texts in (("labels", manifest.labels), ("annotations", manifest.annotations)):
        values |= _flat(f"metadata.{part}", texts)
    for part, dataset in (("dataset", desired.dataset), ("validationDataset", desired.validation)):
        values |= {f"spec.{part}": _data(dataset)} if dataset else {}
    return values


def _data(dataset: Dataset) -> str:
    """Name data by digest and size; what nobody reads by its address."""
    if dataset.locator.remote:
        return dataset.locator.path
    return f"{dataset.count:,} example{'' if dataset.count == 1 else 's'} {short_digest(dataset.digest)}"


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield every value below a path that is set, under its name in a manifest."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _flat(f"{path}.{_camel(field.name)}".lstrip("."), getattr(value, field.name))
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _flat(f"{path}.{name}", part)
    elif value not in (None, "", ()):
        yield path, _line(value)


def _line(value: object) -> str:
    """Write a value on one line."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return shortest(value)
        case tuple():
            return f"[{', '.join(map(_line, value))}]"
        case _ if is_dataclass(value):
            return f"{{{', '.join(f'{path}: {text}' for path, text in _flat('', value))}}}"
        case _:
            return str(value)


def _camel(name: str) -> str:
    """The name of a field in a manifest: `former_owners` is formerOwners there."""
    first, *rest = RENAMED.get(name, name).split("_")
    return first + "".join(map(str.capitalize, rest))

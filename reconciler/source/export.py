"""Manifests of models that exist: what a service reports, written as what could have been declared.

The training data is not among it, so such a manifest names no dataset: the model is managed, and never trained. An
address where data lay, if the service tells it, is no proof of what lies there now: it stands in a comment.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from reconciler.resource.address import KIND, NAME_PATTERN
from reconciler.resource.manifest import API_VERSION
from reconciler.resource.observed import Observed
from reconciler.resource.rules import Value, shortest
from reconciler.resource.schema.tunedmodel import TunedModelDocument

ORDER = ("displayName", "description", "labels", "baseModel", "tunedModelSource", "preTunedModel", "hyperparameters")
"""Fields that come first in a spec, in this order; the others follow by name."""
LONGEST_NAME = 63


def names(models: Iterable[Observed], taken: Collection[str]) -> dict[str, Observed]:
    """Give each model a metadata.name: that of its mark, else made of its display name, else of its id; all distinct.

    `taken` are the names that manifests have already. The order of the models is kept.
    """
    named: dict[str, Observed] = {}
    for observed in models:
        base = _name(observed)
        number, name = 1, base
        while name in named or name in taken:
            number += 1
            name = f"{base[: LONGEST_NAME - len(str(number)) - 1]}-{number}"
        named[name] = observed
    return named


def manifest(name: str, observed: Observed) -> str:
    """Write the manifest of a model as YAML; what no manifest can say is named in a comment."""
    document: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": name},
        "spec": _spec(observed.fields),
    }
    omitted = _drop_invalid(document["spec"], document)
    lines = [f"# {observed.name}; `reconciler import {name} {observed.name}` takes it under this manifest."]
    if observed.data.isprintable() and observed.data:
        lines.append(f"# It was trained on {observed.data}; what lies there now may be something else.")
    lines += [f"# Left out, because a manifest cannot say it: {path}" for path in omitted]
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return "\n".join(lines) + "\n" + text


def _name(observed: Observed) -> str:
    """The best name to call a model by."""
    mark = observed.ownership.name if observed.ownership else ""
    display = str(observed.fields.get("displayName", ""))
    for candidate in (mark, display, observed.name.rpartition("/")[2]):
        slug = re.sub(r"[^a-z0-9]+", "-", candidate.lower()).lstrip("0123456789-")[:LONGEST_NAME].strip("-")
        if re.fullmatch(NAME_PATTERN, slug):
            return slug
    return "model"


def _spec(fields: Mapping[str, Value]) -> dict[str, Any]:
    """Nest the reported fields as a manifest has them."""
    spec: dict[str, Any] = {}
    tuned = any(fields.get(path) for path in ("tunedModelSource.tunedModel", "preTunedModel.name"))
    for path, value in sorted(fields.items(), key=lambda item: (_rank(item[0]), item[0])):
        if (value in ("", ()) and not path.startswith("labels.")) or (path == "baseModel" and tuned):
            continue
        *folders, key = path.split(".")
        part = spec
        for folder in folders:
            part = part.setdefault(folder, {})
        part[key] = _plain(value)
    hyperparameters = spec.get("hyperparameters", {})
    if "learningRate" in hyperparameters:
        hyperparameters.pop("learningRateMultiplier", None)
    return spec


def _rank(path: str) -> int:
    """Where a field stands in a spec."""
    first = path.partition(".")[0]
    return ORDER.index(first) if first in ORDER else len(ORDER)


def _plain(value: Value) -> Any:
    """A value as YAML takes it: floats as short as they were meant."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(shortest(value))
    return value


def _drop_invalid(spec: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Take out of the spec what the model of manifests refuses; give the paths."""
    try:
        TunedModelDocument.model_validate(document)
    except ValidationError as error:
        omitted = set()
        for defect in error.errors():
            steps = [str(step) for step in defect["loc"] if isinstance(step, str) and step != "[key]"][1:]
            if steps and _remove(spec, steps):
                omitted.add(".".join(steps))
        return sorted(omitted)
    return []


def _remove(part: dict[str, Any], steps: list[str]) -> bool:
    """Remove the value at a path, and what it leaves empty; whether there was one."""
    first, *rest = steps
    if not rest:
        return part.pop(first, None) is not None
    inner = part.get(first, {})
    found = _remove(inner, rest)
    if not inner:
        part.pop(first, None)
    return found


class _Dumper(yaml.SafeDumper):
    """Writes texts so that every YAML reads them as texts."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  (PyYAML's)
        """Indent the items of lists below their key."""
        super().increase_indent(flow, False)  # noqa: FBT003  (PyYAML's)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Quote whatever is more than a plain word."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*", text)
    word = text.lower() in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain and not word else '"')


_Dumper.add_representer(str, _text)

"""How one set of manifests becomes the models of one workspace, as plain values.

`schema.environment` decides whether a document is valid. `environment` trusts that it was, and only reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Patch: TypeAlias = Mapping[str, Any]
"""A JSON merge patch (RFC 7396)."""

GLOB_PATTERN = r"^[a-z0-9*?-]{1,63}$"
"""RE2. A name, in which * stands for any characters and ? for one."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which models a patch is for: those with the name, where one is given, and with all of the labels."""

    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One patch of whole documents, and whom it is for."""

    target: Target
    patch: Patch


@dataclass(frozen=True, slots=True)
class Environment:
    """What differs: of the spec of the Workspace, of models, and which of them are left out."""

    name: str
    workspace: Patch
    changes: tuple[Change, ...]
    omit: tuple[str, ...]


def environment(document: Mapping[str, Any]) -> Environment:
    """Read a valid document. What is left out changes nothing."""
    spec = document.get("spec", {})
    return Environment(
        document["metadata"]["name"],
        spec.get("workspace", {}),
        tuple(_change(each) for each in spec.get("patches", ())),
        tuple(spec.get("omit", ())),
    )


def _change(content: Mapping[str, Any]) -> Change:
    """Read one patch."""
    target = content["target"]
    return Change(Target(target.get("name") or "", target.get("labels") or {}), content["patch"])


def merged(value: Any, patch: Any) -> Any:
    """Apply a JSON merge patch; neither of both is changed, and what is equal in the result may be shared with them.

    As deep as the patch is nested, which the reading of documents limits.
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(value) if isinstance(value, Mapping) else {}
    for key, part in patch.items():
        if part is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), part)
    return result

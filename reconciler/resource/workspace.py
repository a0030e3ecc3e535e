"""The one document that says which remote, and whose models, a folder of manifests is about: as plain values.

`schema.workspace` decides whether a document is valid. `workspace` trusts that it was, and only reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OWNER_PATTERN = r"^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$"
"""RE2. At most 24 characters, so that an owner fits whole into every mark."""

EMULATOR = "emulator"
"""The endpoint that is an emulator inside of this process."""

ENDPOINT_PATTERN = (
    r"^(emulator|https://generativelanguage\.googleapis\.com|http://(127\.0\.0\.1|localhost|\[::1\])"
    r"(:([1-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?)$"
)
"""RE2. The service's own host, loopback (ports up to 65535), or the embedded emulator: credentials go nowhere else."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one plan may do at most; None is no limit. Flags and environment can only tighten these."""

    max_creates: int | None = None
    max_replaces: int | None = None
    max_deletes: int | None = None
    max_steps: int | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the models live and who owns them. Without an endpoint it is the service itself."""

    name: str
    owner: str
    provider: str = "gemini"
    service_version: str = "v1beta"
    endpoint: str | None = None
    project: str | None = None
    former_owners: tuple[str, ...] = ()
    keep_superseded: int = 0
    policy: str = "sync"
    limits: Limits = Limits()


def workspace(document: Mapping[str, Any]) -> Workspace:
    """Read a valid document. What is left out has the default; the owner is then the workspace's own name."""
    name, spec = document["metadata"]["name"], document.get("spec", {})
    limits = spec.get("limits", {})
    return Workspace(
        name,
        spec.get("owner") or name,
        spec.get("provider", "gemini"),
        spec.get("serviceVersion", "v1beta"),
        spec.get("endpoint"),
        spec.get("project"),
        tuple(spec.get("formerOwners", ())),
        spec.get("keepSuperseded", 0),
        spec.get("policy", "sync"),
        Limits(*(limits.get(key) for key in ("maxCreates", "maxReplaces", "maxDeletes", "maxSteps"))),
    )

"""The one document that says which remote, and whose models, a folder of manifests is about: as plain values.

`schema.workspace` decides whether a document is valid. `workspace` trusts that it was, and only reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reconciler.resource.lint import Setting, settings_of
from reconciler.resource.prices import Prices, prices

OWNER_PATTERN = r"^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$"
"""RE2. At most 24 characters, so that an owner fits whole into every mark."""

EMULATOR = "emulator"
"""The endpoint that is an emulator inside of this process."""

ENDPOINT_PATTERN = (
    r"^(emulator|https://[a-z0-9-]{1,63}\.googleapis\.com|http://(127\.0\.0\.1|localhost|\[::1\])"
    r"(:([1-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?)$"
)
"""RE2. A service of Google's, loopback (ports up to 65535), or the embedded emulator.

Credentials go only to the host of the provider itself, or to loopback."""

PROJECT_PATTERN = r"^[a-z][a-z0-9:.-]{4,61}[a-z0-9]$"
LOCATION_PATTERN = r"^[a-z]{2,20}(-[a-z]{2,20}[0-9]{0,2})?$"
BUCKET_PATTERN = r"^gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,9}$"
"""RE2. A bucket, or a folder in one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one plan may do at most; None is no limit. Flags and environment can only tighten these.

    `max_cost` is in the currency of the workspace's prices.
    """

    max_creates: int | None = None
    max_replaces: int | None = None
    max_deletes: int | None = None
    max_steps: int | None = None
    max_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the models live and who owns them.

    What is empty or None is left to the provider; without an endpoint it is the service itself.
    """

    name: str
    owner: str
    provider: str = ""
    service_version: str = ""
    endpoint: str | None = None
    project: str | None = None
    location: str | None = None
    staging_bucket: str | None = None
    former_owners: tuple[str, ...] = ()
    keep_superseded: int = 0
    policy: str = "sync"
    limits: Limits = Limits()
    prices: Prices | None = None
    lint: tuple[Setting, ...] = ()

    @property
    def owners(self) -> frozenset[str]:
        """Whose marks on models are its own."""
        return frozenset((self.owner, *self.former_owners))


def workspace(document: Mapping[str, Any]) -> Workspace:
    """Read a valid document. What is left out has the default; the owner is then the workspace's own name."""
    name, spec = document["metadata"]["name"], document.get("spec", {})
    return Workspace(
        name,
        spec.get("owner") or name,
        spec.get("provider") or "",
        spec.get("serviceVersion") or "",
        spec.get("endpoint"),
        spec.get("project"),
        spec.get("location"),
        spec.get("stagingBucket"),
        tuple(spec.get("formerOwners", ())),
        spec.get("keepSuperseded", 0),
        spec.get("policy", "sync"),
        _limits(spec.get("limits", {})),
        prices(spec["prices"]) if spec.get("prices") else None,
        settings_of(spec),
    )


def _limits(content: Mapping[str, Any]) -> Limits:
    """Read what one plan may do."""
    creates, replaces, deletes, steps = (
        content.get(f"max{name}") for name in ("Creates", "Replaces", "Deletes", "Steps")
    )
    cost = content.get("maxCost")
    return Limits(creates, replaces, deletes, steps, None if cost is None else Decimal(str(cost)))

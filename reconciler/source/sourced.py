"""What documents were found to say, and where they stand."""

from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Origin
from reconciler.resource.manifest import Manifest
from reconciler.resource.workspace import Workspace
from reconciler.source.document import Locate


@dataclass(frozen=True, slots=True)
class Sourced:
    """A manifest, where it starts, the folder its relative paths start from, and how to find its parts again."""

    manifest: Manifest
    origin: Origin
    base: Path
    locate: Locate


@dataclass(frozen=True, slots=True)
class Home:
    """A Workspace document and the folder that holds it; `manifest` is None when it has faults.

    `provider` is then what it says of that, if it does: all else is checked by that service's rules.
    """

    manifest: Workspace | None
    origin: Origin
    folder: str
    locate: Locate
    provider: str = ""

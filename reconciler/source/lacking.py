"""What manifests say that a service does not have."""

from collections.abc import Iterator

from reconciler.resource.manifest import Manifest
from reconciler.resource.rules import Capabilities
from reconciler.source import settings
from reconciler.source.load import Loaded

VALIDATION = "validationDataset"
"""The part of the spec, and the field, of the data that models are measured with."""


def fields(manifest: Manifest, capabilities: Capabilities) -> Iterator[str]:
    """The fields of one manifest that the service does not have, by their paths."""
    for path in (*manifest.fields, *([VALIDATION] if manifest.validation else [])):
        if capabilities.rule(path) is None:
            yield path


def anything(loaded: Loaded, capabilities: Capabilities) -> tuple[str, ...]:
    """The settings of the workspace, then the fields of all manifests, that the service does not have; each once."""
    known = capabilities.settings
    given = settings.given(loaded.workspace) if loaded.workspace else {}
    unknown = (path for sourced in loaded.manifests for path in fields(sourced.manifest, capabilities))
    return (*(name for name, value in given.items() if value and name not in known), *sorted(set(unknown)))

"""The documents that say whose models these are, and how environments differ: what they say, and where they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.errors import Origin
from reconciler.resource.environment import Environment
from reconciler.resource.workspace import Workspace
from reconciler.source.document import Locate
from reconciler.source.draft import Draft, folder_of


@dataclass(frozen=True, slots=True)
class Home:
    """A Workspace document; `manifest` is None when it has faults.

    `neighbours` are the owners, also former ones, of the other environments, with the environment of each.
    """

    manifest: Workspace | None
    draft: Draft
    neighbours: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> Origin:
        """Where it starts."""
        return self.draft.document.origin

    @property
    def folder(self) -> str:
        """The folder that holds it."""
        return folder_of(self.draft)

    @property
    def locate(self) -> Locate:
        """Finds its parts."""
        return self.draft.locate

    @property
    def provider(self) -> str:
        """What a document with faults says of that, if it does: all else is checked by that service's rules."""
        match self.draft.document.value:
            case {"spec": {"provider": str(provider)}} if self.manifest is None:
                return provider
            case _:
                return ""


@dataclass(frozen=True, slots=True)
class Declared:
    """An Environment and its document."""

    environment: Environment
    draft: Draft

    @property
    def name(self) -> str:
        """What `-e` calls it."""
        return self.environment.name

    @property
    def origin(self) -> Origin:
        """Where it starts."""
        return self.draft.document.origin

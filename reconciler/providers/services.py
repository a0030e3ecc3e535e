"""The services that models can live at, by the name that a workspace gives: what is known without asking them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from reconciler.providers.gemini import rules as gemini
from reconciler.providers.vertex import rules as vertex
from reconciler.resource.naming import Naming
from reconciler.resource.rules import Capabilities
from reconciler.resource.workspace import Workspace

DEFAULT = "gemini"
"""Where models live if the workspace does not say."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service, as a workspace uses it."""

    capabilities: Capabilities
    naming: Naming


def _gemini(workspace: Workspace) -> Service:
    return Service(gemini.capabilities(workspace.service_version), gemini.NAMING)


def _vertex(workspace: Workspace) -> Service:
    return Service(vertex.capabilities(workspace.location or ""), vertex.NAMING)


SERVICES: Mapping[str, Callable[[Workspace], Service]] = {"gemini": _gemini, "vertex": _vertex}


def find(workspace: Workspace) -> Service | None:
    """The service that a workspace names; None if there is none of that name."""
    made = SERVICES.get(workspace.provider or DEFAULT)
    return made(workspace) if made else None


def settle(workspace: Workspace, service: Service) -> Workspace:
    """The workspace with what it leaves to the service."""
    version = service.capabilities.settings.get("serviceVersion")
    default = version.default if version else ""
    return replace(
        workspace,
        provider=workspace.provider or DEFAULT,
        service_version=workspace.service_version or default,
    )

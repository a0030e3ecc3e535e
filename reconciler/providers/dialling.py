"""Which provider a workspace is connected to. Apart from `services`, since connecting loads much more than knowing."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.providers.port import Provider
from reconciler.providers.services import DEFAULT, SERVICES
from reconciler.resource.workspace import Workspace

if TYPE_CHECKING:
    import requests


def dial(
    workspace: Workspace,
    environ: Mapping[str, str],
    *,
    session: "requests.Session | None" = None,
    losses: bool = False,
    sleep: Callable[[float], bool | None],
) -> Provider:
    """Connect to the service that a workspace names; nothing is sent yet. `session` replaces the network.

    With `losses`, trainings are observed with their loss curves, where the service shows them.
    """
    match workspace.provider or DEFAULT:
        case "gemini":
            from reconciler.providers.gemini import connect as gemini

            return gemini.connect(workspace, environ, session=session, losses=losses, sleep=sleep)
        case "vertex":
            from reconciler.providers.vertex import connect as vertex

            return vertex.connect(workspace, environ, session=session, sleep=sleep)
        case other:
            raise UsageError(f"there is no provider {other}", f"write {' or '.join(SERVICES)}")

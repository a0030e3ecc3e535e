"""From a workspace and an environment to a provider that is ready to be asked."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.providers.gemini.advice import explain
from reconciler.providers.gemini.credentials import SERVICE, choose
from reconciler.providers.gemini.provider import GeminiProvider
from reconciler.providers.http import Http
from reconciler.providers.session import open_session
from reconciler.resource.workspace import WorkspaceManifest

if TYPE_CHECKING:
    import requests

EMBEDDED = "http://emulator"
"""Origin of `endpoint: emulator`. No such host is ever looked up: the caller's session answers for it."""

LOG = logging.getLogger("reconciler.gemini")


def connect(
    workspace: WorkspaceManifest,
    environ: Mapping[str, str],
    *,
    session: "requests.Session | None" = None,
    losses: bool = False,
) -> GeminiProvider:
    """Make the provider of a workspace. Nothing is sent yet, except to get a token.

    `session` replaces the network: with `endpoint: emulator` it must answer for EMBEDDED. With `losses`, trainings
    are observed with their loss curves.
    """
    spec = workspace.spec
    endpoint = EMBEDDED if spec.endpoint == "emulator" else spec.endpoint or SERVICE
    credentials = choose(endpoint, environ, spec.project)
    LOG.info("%s %s, with %s", endpoint, spec.service_version, credentials.describe())
    http = Http(endpoint, credentials, session or open_session(endpoint, environ), explain)
    return GeminiProvider(http, spec.service_version, losses=losses)

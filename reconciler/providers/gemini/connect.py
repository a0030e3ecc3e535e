"""From a workspace and an environment to a provider that is ready to be asked."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from reconciler.providers.credentials import API_KEYS, EMBEDDED, Audience, choose
from reconciler.providers.gemini.advice import LOGIN, SCOPES, explain
from reconciler.providers.gemini.provider import GeminiProvider
from reconciler.providers.gemini.rules import HOST
from reconciler.providers.http import Http
from reconciler.providers.session import open_session
from reconciler.resource.workspace import EMULATOR, Workspace

if TYPE_CHECKING:
    import requests

LOG = logging.getLogger("reconciler.gemini")

SERVICE = f"https://{HOST}"
AUDIENCE = Audience("the Gemini API", (SERVICE,), SCOPES, LOGIN, API_KEYS)


def connect(
    workspace: Workspace,
    environ: Mapping[str, str],
    *,
    session: "requests.Session | None" = None,
    losses: bool = False,
    sleep: Callable[[float], bool | None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> GeminiProvider:
    """Make the provider of a workspace; nothing is sent to the service yet.

    `session` replaces the network; with `endpoint: emulator` it must answer for `credentials.EMBEDDED`. With `losses`,
    trainings are observed with their loss curves. The rest is for tests: see `Http`.
    """
    endpoint = EMBEDDED if workspace.endpoint == EMULATOR else workspace.endpoint or SERVICE
    credentials = choose(AUDIENCE, endpoint, environ, workspace.project)
    LOG.info("%s %s, with %s", endpoint, workspace.service_version, credentials.describe())
    http = Http(
        endpoint,
        credentials,
        session or open_session(endpoint, environ),
        explain,
        sleep=sleep,
        clock=clock,
        chance=chance,
    )
    return GeminiProvider(http, workspace.service_version, losses=losses)

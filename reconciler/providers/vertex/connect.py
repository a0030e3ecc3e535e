"""From a workspace and an environment to a provider that is ready to be asked."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.providers.credentials import EMBEDDED, Audience, choose
from reconciler.providers.http import Explain, Http
from reconciler.providers.session import open_session
from reconciler.providers.storage.advice import explain as explain_storage
from reconciler.providers.storage.codec import Place
from reconciler.providers.storage.objects import Objects
from reconciler.providers.vertex.advice import LOGIN, SCOPES, explain
from reconciler.providers.vertex.claims import GRACE
from reconciler.providers.vertex.provider import VertexProvider
from reconciler.providers.vertex.rules import STORAGE_HOST, host
from reconciler.providers.vertex.service import Service
from reconciler.resource.dataset import REMOTE
from reconciler.resource.workspace import EMULATOR, Workspace

if TYPE_CHECKING:
    import requests

LOG = logging.getLogger("reconciler.vertex")

STORAGE = f"https://{STORAGE_HOST}"
PATIENCE = "RECONCILER_CLAIM_GRACE"
"""Environment variable: seconds after which a claim without a job may be taken over; for tests and emulators."""


def audience(location: str) -> Audience:
    """Who gets to see our credentials: the service in one location, and Cloud Storage."""
    return Audience("Vertex AI", (f"https://{host(location)}", STORAGE), SCOPES, LOGIN)


def connect(
    workspace: Workspace,
    environ: Mapping[str, str],
    *,
    session: "requests.Session | None" = None,
    sleep: Callable[[float], bool | None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> VertexProvider:
    """Make the provider of a workspace; nothing is sent to the service yet.

    At an endpoint on this machine Cloud Storage is at the same one. `session` replaces the network; with
    `endpoint: emulator` it must answer for `credentials.EMBEDDED`. The rest is for tests: see `Http`.
    """
    project, location, bucket = workspace.project, workspace.location, workspace.staging_bucket
    if not (project and location and bucket):
        raise UsageError("Vertex AI needs spec.project, spec.location and spec.stagingBucket", "add them")
    shown_to = audience(location)
    service = shown_to.origins[0]
    endpoint = EMBEDDED if workspace.endpoint == EMULATOR else workspace.endpoint or service
    storage = STORAGE if endpoint == service else endpoint
    credentials = choose(shown_to, endpoint, environ)
    LOG.info("%s %s and %s, with %s", endpoint, workspace.service_version, storage, credentials.describe())

    def dial(origin: str, explained: Explain) -> Http:
        connection = session or open_session(origin, environ)
        return Http(origin, credentials, connection, explained, sleep=sleep, clock=clock, chance=chance)

    return VertexProvider(
        Service(dial(endpoint, explain), project, location),
        Objects(dial(storage, explain_storage)),
        _folder(bucket),
        _grace(environ, least=GRACE if endpoint == service else 0.0),
    )


def _folder(bucket: str) -> Place:
    """Where in the staging bucket what is ours lies: the beginning of every name."""
    name, _, folder = bucket.removeprefix(REMOTE).partition("/")
    return Place(name, f"{folder}/reconciler/" if folder else "reconciler/")


def _grace(environ: Mapping[str, str], least: float) -> float:
    """The grace of claims; at the service itself it can only be made longer, or two runs could train at once."""
    text = environ.get(PATIENCE, "")
    try:
        grace = float(text) if text else GRACE
    except ValueError:
        grace = -1.0
    if not least <= grace <= 10 * GRACE:
        raise UsageError(f"{PATIENCE} is {text!r}", f"set it to seconds from {least:.0f} to {10 * GRACE:.0f}")
    return grace

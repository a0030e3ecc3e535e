"""From options and environment to everything that a command works with: manifests, provider, and terms of planning."""

import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from reconciler.cli.options import Place
from reconciler.errors import Diagnostic, InvalidManifests, Silenced, UsageError
from reconciler.plan.plan import Context
from reconciler.plan.terms import Terms
from reconciler.providers import services
from reconciler.providers.redaction import quotable
from reconciler.providers.services import SERVICES, Service
from reconciler.resource.desired import Desired
from reconciler.resource.workspace import EMULATOR, ENDPOINT_PATTERN, Workspace
from reconciler.source import lacking
from reconciler.source.cache import Cache
from reconciler.source.load import Loaded, load, load_each
from reconciler.source.observer import RULELESS, Program
from reconciler.source.resolve import resolve
from reconciler.source.settings import foreign
from reconciler.source.wording import enumerated


@dataclass(frozen=True, slots=True)
class Session:
    """One run's manifests, complete and without an error. `workspace` has the endpoint that is really used."""

    loaded: Loaded
    workspace: Workspace
    service: Service
    desired: tuple[Desired, ...]
    warnings: tuple[Diagnostic, ...]
    silenced: tuple[Silenced, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the workspace lies."""
        return self.loaded.folder

    @property
    def declared(self) -> int:
        """How many models are declared."""
        return len(self.loaded.manifests)

    def terms(self, policy: str = "sync") -> Terms:
        """The terms of planning everything, without wishes."""
        workspace = self.workspace
        context = Context(
            workspace=workspace.name,
            owner=workspace.owner,
            provider=workspace.provider,
            service_version=workspace.service_version,
            host=_host(workspace.endpoint, self.service),
            project=workspace.project or "",
            location=workspace.location or "",
            policy=policy,
        )
        return Terms(
            context,
            self.service.capabilities,
            self.service.naming,
            former_owners=workspace.former_owners,
            neighbours=frozenset(self.loaded.neighbours),
            whole=self.loaded.complete,
            keep_superseded=workspace.keep_superseded,
        )


def begin(place: Place, program: Program = RULELESS) -> Session:
    """Read and check everything at the place; raise InvalidManifests with all that is wrong, before any connection."""
    cache = _cache()
    return _begun(_read(place, cache), place, cache, program)


def begin_each(place: Place, program: Program = RULELESS) -> tuple[Session, ...]:
    """Read and check everything at the place in every environment, or in the one that the place names.

    One session where there are no environments. Raises InvalidManifests with all that is wrong in any of them; what is
    wrong only in some says in which.
    """
    if place.environment is not None:
        return (begin(place, program),)
    cache = _cache()
    sessions: list[Session] = []
    found: dict[Diagnostic, list[str]] = {}
    silenced: set[Silenced] = set()
    for loaded in (every := load_each(place.path, _stdin(place), cache)):
        try:
            sessions.append(_begun(loaded, place, cache, program))
            diagnostics = sessions[-1].warnings
            silenced.update(sessions[-1].silenced)
        except InvalidManifests as error:
            diagnostics = error.diagnostics
            silenced.update(error.silenced)
        for diagnostic in diagnostics:
            found.setdefault(diagnostic, []).append(loaded.environment)
    told = {
        finding: _in_some(finding, names) if len(names) < len(every) else finding for finding, names in found.items()
    }
    if len(sessions) < len(every):
        raise InvalidManifests(tuple(told.values()), tuple(sorted(silenced)))
    return tuple(replace(each, warnings=tuple(sorted(told[warning] for warning in each.warnings))) for each in sessions)


def _in_some(finding: Diagnostic, names: list[str]) -> Diagnostic:
    """Say in which environments something is found."""
    noun = "environment" if len(names) == 1 else "environments"
    return replace(finding, message=f"{finding.message} ({noun} {enumerated(names)})")


def _begun(loaded: Loaded, place: Place, cache: Cache, program: Program) -> Session:
    """Check everything that was read, the datasets too."""
    service = _service(loaded)
    roots = tuple(Path(root) for root in place.dataset_root)
    resolved = resolve(loaded, service.capabilities, roots, cache, program)
    workspace = _workspace(loaded, service, place)
    return Session(loaded, workspace, service, resolved.desired, resolved.warnings, resolved.silenced)


def without_datasets(place: Place) -> Session:
    """Read the manifests alone, for commands that train nothing; raise InvalidManifests for an error in them."""
    return _without_datasets(_read(place, _cache()), place)


def each_without_datasets(place: Place) -> tuple[Session, ...]:
    """Read the manifests alone, in every environment; one session where there are none."""
    return tuple(_without_datasets(loaded, place) for loaded in load_each(place.path, _stdin(place), _cache()))


def _without_datasets(loaded: Loaded, place: Place) -> Session:
    """Check what was read, so far as that takes no data."""
    if any(diagnostic.severity == "error" for diagnostic in loaded.diagnostics):
        raise InvalidManifests(loaded.diagnostics)
    service = _service(loaded)
    return Session(loaded, _workspace(loaded, service, place), service, (), ())


def _read(place: Place, cache: Cache) -> Loaded:
    """Read the manifests at a place."""
    return load(place.path, _stdin(place), cache, place.environment)


def _stdin(place: Place) -> TextIO | None:
    """Standard input, where that is the place."""
    return sys.stdin if place.path == "-" else None


def _service(loaded: Loaded) -> Service:
    """The service that the workspace names; the default one where it names none, if that has all that is declared."""
    workspace = loaded.workspace or Workspace("", "", loaded.provider)
    service, choices = services.find(workspace), " or ".join(SERVICES)
    if service is None:
        message, advice = f"there is no provider {workspace.provider}", f"write {choices}"
    elif not workspace.provider and (strange := lacking.anything(loaded, service.capabilities)):
        if loaded.workspace is None:  # it may name one where that can't be read
            raise InvalidManifests(loaded.diagnostics)
        meant = f"{service.capabilities.provider}, which is then meant, has no {enumerated(strange)}"
        message, advice = f"spec.provider is missing: {meant}", f"add provider: {choices}"
    else:
        return service
    raise InvalidManifests((*loaded.diagnostics, Diagnostic(loaded.locate("spec", "provider"), message, advice)))


def _host(endpoint: str | None, service: Service) -> str:
    """The part of an endpoint that tells one world from another."""
    if endpoint == EMULATOR:
        return EMULATOR
    return urlsplit(endpoint).netloc if endpoint else service.capabilities.host


def _workspace(loaded: Loaded, service: Service, place: Place) -> Workspace:
    """The workspace, with the endpoint of this run instead of its own."""
    if loaded.workspace is None:
        raise InvalidManifests(loaded.diagnostics)
    workspace = services.settle(loaded.workspace, service)
    if place.endpoint is None:
        return workspace
    endpoint = place.endpoint.rstrip("/")
    if not re.fullmatch(ENDPOINT_PATTERN, endpoint) or foreign(endpoint, service.capabilities):
        raise UsageError(
            f"{quotable(place.endpoint)!r} is not an endpoint that credentials may go to",
            f"give `emulator`, http://127.0.0.1:PORT (up to 65535), or https://{service.capabilities.host}",
        )
    return replace(workspace, endpoint=endpoint)


def _cache() -> Cache:
    """What earlier runs have read, in our folder among the user's caches (XDG Base Directory Specification).

    A relative XDG_CACHE_HOME does not count, as that specification says; a user without a home has no cache.
    """
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        caches = given if given.is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        return Cache(None)
    return Cache(caches / "reconciler" / "read.sqlite3")

"""Who we are to a service: an API key, Application Default Credentials, or nobody at all on this machine.

Every kind is bound to the origins of one service, or to one on this machine, and gives headers for no other. A key
travels in a header, never in a URL. Application Default Credentials are never looked for on behalf of a server on
loopback, and google.auth is loaded only for them.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from reconciler.errors import RemoteError, Unauthenticated, Unreachable, UsageError
from reconciler.providers.redaction import quotable

if TYPE_CHECKING:
    from google.auth.credentials import Credentials as GoogleCredentials

EMBEDDED = "http://emulator"
"""Origin of `endpoint: emulator`. No such host is ever looked up: the caller's session answers for it."""

API_KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
"""Variables that may hold an API key; the first one that is set counts, as in Google's own client."""

LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?")
"""Origins on this machine, where an emulator may be."""

MALFORMED = (AttributeError, LookupError, TypeError, ValueError)
"""What google.auth also raises for a file of credentials that is not of the form it takes for granted."""


class Credentials(Protocol):
    """What authorises requests to the hosts of one service."""

    def headers(self, url: str) -> Mapping[str, str]:
        """Headers for a request to `url`; raise RemoteError if these are for others."""
        ...

    def renew(self) -> bool:
        """Replace them, because the service no longer takes them; False if that cannot help."""
        ...

    def describe(self) -> str:
        """Say which they are, without any secret."""
        ...


@dataclass(frozen=True, slots=True)
class Audience:
    """The service that is shown credentials.

    `origins` are its own; `keys` the variables whose API key it takes; `login` is the command that makes Application
    Default Credentials good for `scopes`.
    """

    name: str
    origins: tuple[str, ...]
    scopes: tuple[str, ...]
    login: str
    keys: tuple[str, ...] = ()


def choose(audience: Audience, endpoint: str, environ: Mapping[str, str], project: str | None = None) -> Credentials:
    """Choose credentials for an endpoint: a key from the environment, else the ADC, else (not the service) none.

    `project` is the quota project of the requests; a key has its own. Raise Unauthenticated if there are none, and
    UsageError for an endpoint that is neither the service nor on this machine.
    """
    if endpoint != EMBEDDED and endpoint not in audience.origins and not LOOPBACK.fullmatch(endpoint):
        message = f"{quotable(endpoint)!r} is not an endpoint"
        raise UsageError(message, f"use {audience.origins[0]}, or one on 127.0.0.1")
    origins = audience.origins if endpoint in audience.origins else (endpoint,)
    for variable in audience.keys:
        if key := environ.get(variable, "").strip():
            return ApiKey(origins, variable, key)
    if endpoint not in audience.origins:
        return Anonymous(origins)
    return _application_default(audience, project)


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No credentials: an emulator asks for none."""

    origins: tuple[str, ...]

    def headers(self, url: str) -> Mapping[str, str]:
        """No headers."""
        _check_origin(self.origins, url)
        return {}

    def renew(self) -> bool:
        """There is nothing to renew."""
        return False

    def describe(self) -> str:
        """Say that there are none."""
        return "no credentials"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key; it acts for the project that made it."""

    origins: tuple[str, ...]
    variable: str
    key: str = field(repr=False)

    def headers(self, url: str) -> Mapping[str, str]:
        """Send the key in its header."""
        _check_origin(self.origins, url)
        if not (self.key.isascii() and self.key.isprintable()):
            raise Unauthenticated(f"{self.variable} holds characters that no API key has", "set it again")
        return {"x-goog-api-key": self.key}

    def renew(self) -> bool:
        """A key that is refused stays refused."""
        return False

    def describe(self) -> str:
        """Name the variable."""
        return f"API key from {self.variable}"


class ApplicationDefault:
    """Application Default Credentials of a person, a service account or a workload; shared by threads."""

    def __init__(self, origins: tuple[str, ...], credentials: "GoogleCredentials", project: str, login: str) -> None:
        """`project` is the quota project, empty for none; `login` the command that makes such credentials."""
        self._origins = origins
        self._login = login
        self._credentials = credentials
        self._project = project
        self._lock = threading.Lock()

    def headers(self, url: str) -> Mapping[str, str]:
        """Send a token that has not expired, and the quota project."""
        _check_origin(self._origins, url)
        with self._lock:
            if not self._credentials.valid:
                self._refresh()
            project = {"x-goog-user-project": self._project} if self._project else {}
            return {"Authorization": f"Bearer {self._credentials.token}", **project}

    def renew(self) -> bool:
        """Get another token: the service may have revoked this one before its time."""
        with self._lock:
            self._refresh()
        return True

    def describe(self) -> str:
        """Name the identity, if it is known, and the quota project."""
        credentials = self._credentials
        identity = getattr(credentials, "service_account_email", "") or getattr(credentials, "account", "")
        known = [identity, f"quota project {self._project}" if self._project else "no quota project"]
        return f"Application Default Credentials ({', '.join(filter(None, known))})"

    def _refresh(self) -> None:
        """Ask Google for a token."""
        from google.auth import exceptions
        from google.auth.transport.requests import Request

        try:
            self._credentials.refresh(Request())  # type: ignore[no-untyped-call]  # google-auth annotates no functions
        except exceptions.GoogleAuthError as error:
            if isinstance(error, exceptions.TransportError) or error.retryable:
                raise Unreachable(f"no access token: {self._quoted(error)}", "check the network, run again") from None
            raise Unauthenticated(f"no access token: {self._quoted(error)}", f"run `{self._login}`") from None

    def _quoted(self, error: Exception) -> str:
        """What google.auth says, without what the credentials are made of: a token server may echo it."""
        parts = (getattr(self._credentials, part, None) for part in ("token", "refresh_token", "client_secret"))
        return quotable(str(error), [part for part in parts if isinstance(part, str)])


def _application_default(audience: Audience, project: str | None) -> Credentials:
    """Find the Application Default Credentials."""
    import google.auth
    from google.auth import exceptions

    try:
        credentials, _ = google.auth.default(scopes=audience.scopes, quota_project_id=project)
    except (exceptions.GoogleAuthError, *MALFORMED) as error:
        key = f"set {audience.keys[0]}, or " if audience.keys else ""
        raise Unauthenticated(
            f"there are no credentials for {audience.name}", f"{key}run `{audience.login}`"
        ) from error
    quota_project = project or getattr(credentials, "quota_project_id", None) or ""
    return ApplicationDefault(audience.origins, credentials, quota_project, audience.login)


def _check_origin(origins: tuple[str, ...], url: str) -> None:
    """Refuse to authorise a request to any other place."""
    actual = urlsplit(url)
    if (actual.scheme, actual.netloc) not in {(each.scheme, each.netloc) for each in map(urlsplit, origins)}:
        ours = " and ".join(urlsplit(origin).netloc for origin in origins)
        raise RemoteError(f"credentials for {ours} are not sent to {quotable(actual.netloc)}", "check the endpoint")

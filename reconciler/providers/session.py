"""How connections are made: one pool for all threads, answers that end in time, little from the environment.

Of the environment only HTTPS_PROXY, NO_PROXY and a bundle of certificate authorities count, in lower case too. `.netrc`
does not: credentials come from one place. Cookies are not kept.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.errors import UsageError

if TYPE_CHECKING:
    import requests

POOL = 8
"""Connections kept open; as many as there are threads."""


def open_session(endpoint: str, environ: Mapping[str, str]) -> "requests.Session":
    """Make the session for requests to `endpoint` (scheme and host); raise UsageError for a proxy that is none."""
    from http.cookiejar import DefaultCookiePolicy

    import requests

    from reconciler.providers.connections import Timely

    session = requests.Session()
    session.trust_env = False
    session.verify = environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE") or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", Timely(pool_connections=2, pool_maxsize=POOL))
    session.mount("http://", Timely(pool_connections=2, pool_maxsize=POOL))
    if proxy := _proxy(endpoint, environ):
        session.proxies = {"https": proxy}
    return session


def _proxy(endpoint: str, environ: Mapping[str, str]) -> str:
    """The proxy for this endpoint; none for plain http, which is loopback only."""
    from requests.utils import should_bypass_proxies

    proxy = environ.get("https_proxy") or environ.get("HTTPS_PROXY") or ""
    direct = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if not proxy or not endpoint.startswith("https://") or (direct and should_bypass_proxies(endpoint, direct)):
        return ""
    if not _names_a_host(proxy):  # it is not repeated: it may have a password in it
        raise UsageError("HTTPS_PROXY is not the address of a proxy", "write http://HOST:PORT")
    return proxy


def _names_a_host(url: str) -> bool:
    """Whether a URL, with or without its scheme, has a host, and a port that is none or a number."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False

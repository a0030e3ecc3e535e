"""How connections are made: one pool for all threads, and nothing from the environment that was not asked for.

Of the environment only HTTPS_PROXY, NO_PROXY and a bundle of certificate authorities count, in lower case too. `.netrc`
does not: credentials come from one place. Cookies are not kept.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

POOL = 8
"""Connections kept open; as many as there are threads."""


def open_session(endpoint: str, environ: Mapping[str, str]) -> "requests.Session":
    """Make the session for requests to `endpoint` (scheme and host)."""
    from http.cookiejar import DefaultCookiePolicy

    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.trust_env = False
    session.verify = environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE") or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", HTTPAdapter(pool_connections=2, pool_maxsize=POOL))
    session.mount("http://", HTTPAdapter(pool_connections=2, pool_maxsize=POOL))
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
    return proxy

"""What every test gets: no network, no credentials, an empty home, and examples that no clock can fail.

The guards stand before the first test module is imported, so neither an import nor a shared fixture slips
through. A test marked `loopback` may talk to this machine. A process that a test starts is not guarded: it
inherits an environment without credentials or proxies, and its test has to point it at loopback.
"""

import ipaddress
import os
import socket
import tempfile
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from tests import tally, tested

CREDENTIALS = ("AWS_", "CLOUDSDK_", "GCE_", "GCLOUD_", "GEMINI_", "GOOGLE_")
OUR_OWN = ("RECONCILER_",)
PRESENTATION = ("CI", "CLICOLOR", "COLUMNS", "FORCE_COLOR", "GITHUB_", "LINES", "NO_COLOR")
PROXIES = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")

LOOPBACK_ALLOWED = pytest.StashKey[bool]()

# In CI every run draws the same examples: what turns a pull request red is in the pull request.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("soak", deadline=None, max_examples=2000)
settings.load_profile("ci" if os.environ.get("CI") else "local")
if os.environ.get("CI"):
    # hypothesis takes constants from our modules, whichever a worker has imported by then: examples would still differ.
    assert "_get_local_constants" in vars(providers), "hypothesis takes them elsewhere by now"
    vars(providers)["_get_local_constants"] = lambda: providers._local_constants


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--bless`: golden tests write what they got; and `--service`: tests that are about none run against it."""
    parser.addoption("--bless", action="store_true", help="accept what the golden tests give now")
    parser.addoption(
        "--service", choices=sorted(tested.SERVICES), default="gemini", help="for tests that are about none"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Empty the environment and guard the sockets, before anything is collected."""
    config.pluginmanager.register(tally)
    tested.choose(config.getoption("--service"))
    for name in list(os.environ):
        if name.upper().startswith((*CREDENTIALS, *OUR_OWN, *PRESENTATION, *PROXIES)):
            del os.environ[name]
    home = tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ["HOME"] = home.name
    os.environ["NO_GCE_CHECK"] = "true"  # google-auth: this machine is no cloud machine; do not ask around

    for act in ("connect", "connect_ex", "sendto"):
        _guard(socket.socket, act, _peer, config)
    for lookup in ("getaddrinfo", "gethostbyname"):
        _guard(socket, lookup, lambda host, *_: host, config)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip tests of another service; open loopback for those that say so, before their fixtures are made."""
    item.config.stash[LOOPBACK_ALLOWED] = item.get_closest_marker("loopback") is not None
    only = item.get_closest_marker("only")
    if only and tested.name() not in only.args:
        pytest.skip(f"about {' and '.join(only.args)} alone")


@pytest.fixture
def bless(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written (`--bless`)."""
    return bool(request.config.getoption("--bless"))


def _guard(owner: Any, name: str, host_of: Callable[..., object], config: pytest.Config) -> None:
    """Let `owner.name` fail the test, unless it is about this machine and the test may reach it."""
    act = getattr(owner, name)

    @wraps(act)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        host = host_of(*args)
        if not (_is_loopback(host) and config.stash.get(LOOPBACK_ALLOWED, False)):
            # This is no Exception: the code under test cannot mistake it for a bad connection.
            pytest.fail(f"{name} to {host!r}: only @pytest.mark.loopback opens sockets, and only to loopback")
        return act(*args, **kwargs)

    setattr(owner, name, guarded)


def _peer(connection: socket.socket, *args: Any) -> object:
    """Give the host that a socket's method is about to reach; the address is always its last argument."""
    return "localhost" if connection.family == socket.AF_UNIX else args[-1][0]


def _is_loopback(host: object) -> bool:
    """Tell whether `host` is this machine, without asking DNS."""
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return host == "localhost"

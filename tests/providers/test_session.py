"""Sessions take from the environment what they say they take, and nothing else."""

from collections.abc import Mapping

import pytest

from reconciler.providers.session import open_session

SERVICE = "https://service.example"
PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("endpoint", "environ", "proxies"),
    [
        (SERVICE, {}, {}),
        (SERVICE, {"HTTPS_PROXY": PROXY}, {"https": PROXY}),
        (SERVICE, {"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, {"https": PROXY}),
        (SERVICE, {"HTTPS_PROXY": PROXY, "NO_PROXY": "other.example"}, {"https": PROXY}),
        (SERVICE, {"HTTPS_PROXY": PROXY, "no_proxy": "localhost,.example"}, {}),
        (SERVICE, {"HTTP_PROXY": PROXY, "ALL_PROXY": PROXY}, {}),
        ("http://127.0.0.1:8080", {"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}, {}),
    ],
)
def test_the_proxy_of_an_endpoint(endpoint: str, environ: Mapping[str, str], proxies: Mapping[str, str]) -> None:
    assert open_session(endpoint, environ).proxies == proxies


def test_certificates_of_the_house_are_honoured() -> None:
    assert open_session(SERVICE, {}).verify is True
    assert open_session(SERVICE, {"SSL_CERT_FILE": "/etc/ca.pem"}).verify == "/etc/ca.pem"


def test_nothing_else_comes_from_the_environment() -> None:
    assert open_session(SERVICE, {}).trust_env is False

"""Which credentials are chosen, to whom they are sent, and what they say of themselves."""

import sys
from collections.abc import Mapping
from typing import Any

import google.auth
import pytest
from google.auth import exceptions

from reconciler.errors import RemoteError, Unauthenticated, Unreachable, UsageError
from reconciler.providers.credentials import EMBEDDED, choose
from reconciler.providers.gemini.advice import SCOPES
from reconciler.providers.gemini.connect import AUDIENCE, SERVICE

LOOPBACK = "http://127.0.0.1:8787"


class Found:
    """What google.auth finds: credentials with a token for each refresh."""

    def __init__(self, quota_project: str | None = None, failure: Exception | None = None, **identity: str) -> None:
        self.quota_project_id = quota_project
        self.token = ""
        self.valid = False
        self.refreshed = 0
        self.failure = failure
        vars(self).update(identity)

    def refresh(self, _request: object) -> None:
        if self.failure:
            raise self.failure
        self.refreshed += 1
        self.token = f"ya29.token-{self.refreshed}"
        self.valid = True


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let Application Default Credentials be found, and remember how they were asked for."""

    def find(credentials: Found) -> list[Mapping[str, Any]]:
        asked: list[Mapping[str, Any]] = []

        def default(**options: Any) -> tuple[Found, str]:
            asked.append(options)
            return credentials, "project-of-the-adc"

        monkeypatch.setattr(google.auth, "default", default)
        return asked

    return find


@pytest.mark.parametrize(
    ("environ", "described"),
    [
        ({"GEMINI_API_KEY": "one", "GOOGLE_API_KEY": "two"}, "API key from GEMINI_API_KEY"),
        ({"GEMINI_API_KEY": " ", "GOOGLE_API_KEY": "two"}, "API key from GOOGLE_API_KEY"),
    ],
)
@pytest.mark.parametrize("endpoint", [SERVICE, LOOPBACK, EMBEDDED])
def test_a_key_comes_first(endpoint: str, environ: Mapping[str, str], described: str) -> None:
    assert choose(AUDIENCE, endpoint, environ).describe() == described


def test_a_key_travels_in_its_header_and_shows_nowhere() -> None:
    credentials = choose(AUDIENCE, SERVICE, {"GEMINI_API_KEY": "s3cret\n"}, "my-project")
    assert credentials.headers(f"{SERVICE}/v1beta/x") == {"x-goog-api-key": "s3cret"}
    assert "s3cret" not in repr(credentials) + str(credentials) + credentials.describe()
    assert credentials.renew() is False


@pytest.mark.parametrize("key", ["a\nb", "schlüssel"])
def test_what_cannot_be_a_key_is_said_so(key: str) -> None:
    with pytest.raises(Unauthenticated, match="GEMINI_API_KEY holds characters") as caught:
        choose(AUDIENCE, SERVICE, {"GEMINI_API_KEY": key}).headers(SERVICE)
    assert key not in str(caught.value)


@pytest.mark.parametrize("endpoint", [LOOPBACK, "http://localhost", "http://[::1]:80", EMBEDDED])
def test_this_machine_gets_no_credentials(endpoint: str, found: Any) -> None:
    asked = found(Found())
    credentials = choose(AUDIENCE, endpoint, {})
    assert (credentials.headers(f"{endpoint}/v1"), credentials.renew()) == ({}, False)
    assert credentials.describe() == "no credentials"
    assert asked == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example",
        "https://generativelanguage.googleapis.com.evil.example",
        "http://generativelanguage.googleapis.com",
        "https://generativelanguage.googleapis.com@evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1:80@evil.example",
        "",
    ],
)
def test_no_other_endpoint_is_spoken_to(endpoint: str) -> None:
    with pytest.raises(UsageError, match="is not an endpoint"):
        choose(AUDIENCE, endpoint, {"GEMINI_API_KEY": "k"})


@pytest.mark.parametrize("environ", [{}, {"GEMINI_API_KEY": "s3cret"}])
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1",
        "http://127.0.0.1:8788/v1",
        "http://127.0.0.1:8787@evil.example/",
        "https://127.0.0.1:8787/v1",
    ],
)
def test_credentials_go_to_their_own_host_only(environ: Mapping[str, str], url: str) -> None:
    with pytest.raises(RemoteError, match="are not sent to"):
        choose(AUDIENCE, LOOPBACK, environ).headers(url)


def test_application_default_credentials(found: Any) -> None:
    adc = Found("quota-of-the-adc", account="me@x.y")
    asked = found(adc)
    credentials = choose(AUDIENCE, SERVICE, {})
    assert asked == [{"scopes": SCOPES, "quota_project_id": None}]
    assert credentials.describe() == "Application Default Credentials (me@x.y, quota project quota-of-the-adc)"
    for _ in range(2):
        assert credentials.headers(f"{SERVICE}/v1") == {
            "Authorization": "Bearer ya29.token-1",
            "x-goog-user-project": "quota-of-the-adc",
        }
    adc.valid = False
    assert credentials.headers(SERVICE)["Authorization"] == "Bearer ya29.token-2"
    assert credentials.renew() is True
    assert credentials.headers(SERVICE)["Authorization"] == "Bearer ya29.token-3"
    assert "ya29" not in repr(credentials)
    with pytest.raises(RemoteError):
        credentials.headers("https://evil.example")


@pytest.mark.parametrize(
    ("adc", "project", "described"),
    [
        (Found("other", service_account_email="ci@p.iam"), "mine-1", "(ci@p.iam, quota project mine-1)"),
        (Found(), None, "(no quota project)"),
    ],
)
def test_the_quota_project_of_the_workspace_comes_first(
    found: Any, adc: Found, project: str | None, described: str
) -> None:
    found(adc)
    credentials = choose(AUDIENCE, SERVICE, {}, project)
    assert credentials.describe() == f"Application Default Credentials {described}"
    assert credentials.headers(SERVICE).get("x-goog-user-project") == project


def test_no_credentials_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def default(**_: Any) -> None:
        raise exceptions.DefaultCredentialsError("none")  # type: ignore[no-untyped-call]  # google-auth annotates little

    monkeypatch.setattr(google.auth, "default", default)
    with pytest.raises(
        Unauthenticated, match=r"set GEMINI_API_KEY, or run `gcloud auth application-default login .*scopes"
    ):
        choose(AUDIENCE, SERVICE, {})


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (exceptions.RefreshError("invalid_grant ya29.abcdef"), Unauthenticated),  # type: ignore[no-untyped-call]  # as above
        (exceptions.TransportError("no route"), Unreachable),  # type: ignore[no-untyped-call]  # as above
    ],
)
def test_a_token_that_cannot_be_had(found: Any, failure: Exception, kind: type[RemoteError]) -> None:
    found(Found(failure=failure))
    credentials = choose(AUDIENCE, SERVICE, {})
    with pytest.raises(kind, match="no access token") as caught:
        credentials.headers(SERVICE)
    assert "abcdef" not in str(caught.value)


def test_google_auth_is_loaded_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("google.auth")]:
        monkeypatch.setitem(sys.modules, name, None)
    choose(AUDIENCE, SERVICE, {"GEMINI_API_KEY": "k"}).headers(SERVICE)
    choose(AUDIENCE, LOOPBACK, {}).headers(LOOPBACK)

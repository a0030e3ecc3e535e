"""A workspace becomes a provider; nothing is sent before it is asked something, and tokens go to two hosts only."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import google.auth
import pytest

from reconciler.errors import RemoteError, Unauthenticated, UsageError
from reconciler.providers.credentials import choose
from reconciler.providers.dialling import dial
from reconciler.providers.gemini.provider import GeminiProvider
from reconciler.providers.services import find, settle
from reconciler.providers.vertex.claims import GRACE
from reconciler.providers.vertex.connect import PATIENCE, STORAGE, audience, connect
from reconciler.providers.vertex.provider import VertexProvider
from reconciler.resource.workspace import Workspace

HOST = "us-central1-aiplatform.googleapis.com"
WORKSPACE = Workspace(
    "acme",
    "acme",
    provider="vertex",
    service_version="v1",
    project="my-project",
    location="us-central1",
    staging_bucket="gs://my-bucket",
)


class Found:
    """What google.auth finds."""

    quota_project_id = None
    valid = True
    token = "ya29.made-up"


@pytest.fixture
def adc(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """Let Application Default Credentials be found, and remember how they were asked for."""
    asked: list[Mapping[str, Any]] = []

    def default(**options: Any) -> tuple[Found, str]:
        asked.append(options)
        return Found(), "project-of-the-adc"

    monkeypatch.setattr(google.auth, "default", default)
    return asked


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"endpoint": "http://127.0.0.1:8787"},
            "http://127.0.0.1:8787 v1 and http://127.0.0.1:8787, with no credentials",
        ),
        ({"endpoint": "emulator"}, "http://emulator v1 and http://emulator, with no credentials"),
        ({}, f"https://{HOST} v1 and {STORAGE}, with Application Default Credentials (no quota project)"),
        ({"endpoint": f"https://{HOST}"}, f"https://{HOST} v1 and {STORAGE}, with"),
        ({"location": "global"}, f"https://aiplatform.googleapis.com v1 and {STORAGE}, with"),
    ],
)
@pytest.mark.usefixtures("adc")
def test_where_and_as_whom_is_logged(changes: dict[str, Any], said: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "reconciler.vertex")
    connect(replace(WORKSPACE, **changes), {"GEMINI_API_KEY": "s3cret"})
    assert said in caplog.text


def test_one_token_is_good_for_both_hosts_and_no_other(adc: list[Mapping[str, Any]]) -> None:
    credentials = choose(audience("us-central1"), f"https://{HOST}", {})
    for url in (f"https://{HOST}/v1/x", f"{STORAGE}/storage/v1/x"):
        assert credentials.headers(url) == {"Authorization": "Bearer ya29.made-up"}
    assert len(adc) == 1
    for url in ("https://evil.example/", f"http://{HOST}/", "https://europe-west4-aiplatform.googleapis.com/"):
        with pytest.raises(RemoteError, match=f"{HOST} and storage.googleapis.com are not sent to"):
            credentials.headers(url)


def test_api_keys_are_not_taken(adc: list[Mapping[str, Any]]) -> None:
    keys = {"GEMINI_API_KEY": "one", "GOOGLE_API_KEY": "two"}
    credentials = choose(audience("us-central1"), f"https://{HOST}", keys)
    assert "x-goog-api-key" not in credentials.headers(f"https://{HOST}/")
    assert adc == [{"scopes": ("https://www.googleapis.com/auth/cloud-platform",), "quota_project_id": None}]
    at_home = choose(audience("us-central1"), "http://127.0.0.1:8787", keys)
    assert at_home.headers("http://127.0.0.1:8787/") == {}


@pytest.mark.parametrize(
    "endpoint", [STORAGE.replace("storage", "evil"), "https://europe-west4-aiplatform.googleapis.com"]
)
def test_another_endpoint_is_not_spoken_to(endpoint: str) -> None:
    with pytest.raises(UsageError, match="is not an endpoint"):
        connect(replace(WORKSPACE, endpoint=endpoint), {})


def test_without_credentials_there_is_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    from google.auth import exceptions

    def default(**_: Any) -> None:
        raise exceptions.DefaultCredentialsError("none")  # type: ignore[no-untyped-call]  # google-auth annotates little

    monkeypatch.setattr(google.auth, "default", default)
    with pytest.raises(Unauthenticated, match=r"for Vertex AI; run `gcloud auth application-default login`"):
        connect(WORKSPACE, {"GEMINI_API_KEY": "k"})


@pytest.mark.parametrize("missing", ["project", "location", "staging_bucket"])
def test_what_the_service_cannot_do_without(missing: str) -> None:
    lacking: dict[str, Any] = {missing: None}
    with pytest.raises(UsageError, match=r"spec\.project, spec\.location and spec\.stagingBucket"):
        connect(replace(WORKSPACE, endpoint="emulator", **lacking), {})


@pytest.mark.parametrize(
    ("bucket", "folder"),
    [("gs://my-bucket", "reconciler/"), ("gs://my-bucket/a/b", "a/b/reconciler/")],
)
def test_what_is_ours_lies_in_a_folder(bucket: str, folder: str) -> None:
    provider = connect(replace(WORKSPACE, endpoint="emulator", staging_bucket=bucket), {})
    assert (provider._staging._folder.bucket, provider._staging._folder.name) == ("my-bucket", folder)


def test_the_grace_of_claims() -> None:
    workspace = replace(WORKSPACE, endpoint="emulator")
    for text, grace in (("", GRACE), ("0", 0.0), ("2.5", 2.5)):
        assert connect(workspace, {PATIENCE: text})._creation._claims.grace == grace
    for text in ("soon", "-1", "nan", "inf", "1e9"):
        with pytest.raises(UsageError, match=PATIENCE):
            connect(workspace, {PATIENCE: text})


def test_the_workspace_says_which_provider_is_dialled() -> None:
    workspace = replace(WORKSPACE, endpoint="emulator")
    assert isinstance(dial(workspace, {}, sleep=lambda _: None), VertexProvider)
    gemini = replace(workspace, provider="", service_version="v1beta")
    assert isinstance(dial(gemini, {}, sleep=lambda _: None), GeminiProvider)


def test_the_service_knows_its_host_without_being_asked() -> None:
    service = find(WORKSPACE)
    assert service is not None
    assert (service.capabilities.host, service.capabilities.provider) == (HOST, "vertex")
    assert settle(replace(WORKSPACE, service_version=""), service).service_version == "v1"
    assert find(replace(WORKSPACE, provider="unheard-of")) is None

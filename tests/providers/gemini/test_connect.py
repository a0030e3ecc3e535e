"""A workspace becomes a provider; nothing is sent before it is asked something."""

import logging
from typing import Any

import pytest

from reconciler.errors import Unauthenticated
from reconciler.providers.gemini import connect as connecting
from reconciler.providers.gemini.connect import connect
from reconciler.resource.workspace import Workspace
from reconciler.resource.workspace import workspace as read_workspace


def workspace(**spec: Any) -> Workspace:
    return read_workspace(
        {"apiVersion": "reconciler.dev/v1alpha1", "kind": "Workspace", "metadata": {"name": "acme"}, "spec": spec}
    )


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"serviceVersion": "v1beta"},
            "https://generativelanguage.googleapis.com v1beta, with API key from GEMINI_API_KEY",
        ),
        ({"endpoint": "http://127.0.0.1:8787", "serviceVersion": "v1beta3"}, "http://127.0.0.1:8787 v1beta3, with"),
        ({"endpoint": "emulator", "serviceVersion": "v1beta"}, "http://emulator v1beta, with"),
    ],
)
def test_where_and_as_whom_is_logged(spec: dict[str, Any], said: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "reconciler.gemini")
    connect(workspace(**spec), {"GEMINI_API_KEY": "s3cret"})
    assert said in caplog.text
    assert "s3cret" not in caplog.text


def test_the_version_decides_the_rules() -> None:
    provider = connect(workspace(endpoint="emulator", serviceVersion="v1beta3"), {})
    assert "readerProjectNumbers" not in provider.capabilities.rules


def test_without_credentials_there_is_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(*_: object) -> None:
        raise Unauthenticated("none", "log in")

    monkeypatch.setattr(connecting, "choose", choose)
    with pytest.raises(Unauthenticated):
        connect(workspace(), {})

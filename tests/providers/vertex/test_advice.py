"""What refusals mean at both hosts: kinds of errors that callers tell apart, and advice that names the role."""

from typing import Any

import pytest

from reconciler.errors import (
    AlreadyExists,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RemoteError,
    Unauthenticated,
    Unreachable,
)
from reconciler.providers.storage.advice import explain as explain_storage
from reconciler.providers.vertex.advice import explain


def info(reason: str, **metadata: str) -> dict[str, Any]:
    return {"status": "X", "details": [{"@type": "google.rpc.ErrorInfo", "reason": reason, "metadata": metadata}]}


def listed(reason: object) -> dict[str, Any]:
    return {"errors": [{"domain": "global", "reason": reason, "message": "no"}]}


@pytest.mark.parametrize(
    ("status", "error", "kind", "said"),
    [
        (400, {}, RemoteError, "correct the manifest"),
        (401, {}, Unauthenticated, "gcloud auth application-default login"),
        (401, info("CREDENTIALS_MISSING"), Unauthenticated, "takes no API keys"),
        (403, {}, PermissionDenied, "roles/aiplatform.user"),
        (403, info("SERVICE_DISABLED", consumer="projects/7"), PermissionDenied, "aiplatform.googleapis.com?project=7"),
        (403, info("BILLING_DISABLED", consumer="projects/7"), PermissionDenied, "enable billing for 7"),
        (404, {}, NotFound, "check project and location"),
        (409, {}, AlreadyExists, "plan again"),
        (412, {}, RemoteError, "no"),
        (429, {}, QuotaExceeded, "tuning jobs at a time"),
        (500, {}, Unreachable, "run again"),
        (503, {}, Unreachable, "run again"),
    ],
)
def test_vertex(status: int, error: dict[str, Any], kind: type[RemoteError], said: str) -> None:
    found = explain(status, error, "no")
    assert type(found) is kind
    assert found.status == status
    assert said in str(found)


@pytest.mark.parametrize(
    ("status", "error", "kind", "said"),
    [
        (400, listed("required"), RemoteError, "check spec.stagingBucket"),
        (401, listed("authError"), Unauthenticated, "gcloud auth application-default login"),
        (403, listed("forbidden"), PermissionDenied, "roles/storage.objectUser"),
        (403, listed("accountDisabled"), PermissionDenied, "enable billing"),
        (404, listed("notFound"), NotFound, "the bucket must exist"),
        (412, listed("conditionNotMet"), AlreadyExists, "changed meanwhile"),
        (429, listed("rateLimitExceeded"), QuotaExceeded, "--parallelism"),
        (503, listed("backendError"), Unreachable, "run again"),
        (403, {"errors": "x"}, PermissionDenied, "roles/storage.objectUser"),
        (403, listed(7), PermissionDenied, "roles/storage.objectUser"),
        (403, {"errors": [7]}, PermissionDenied, "roles/storage.objectUser"),
    ],
)
def test_storage(status: int, error: dict[str, Any], kind: type[RemoteError], said: str) -> None:
    found = explain_storage(status, error, "no")
    assert type(found) is kind
    assert said in str(found)


@pytest.mark.parametrize("explained", [explain, explain_storage])
def test_a_missing_quota_project(explained: Any) -> None:
    found = explained(403, {}, "this API requires a quota project")
    assert "set-quota-project" in found.advice
    assert found.reason == "NO_QUOTA_PROJECT"

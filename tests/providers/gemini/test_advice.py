"""Refusals, as Google words them, and what the reader is told."""

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
from reconciler.providers.gemini.advice import explain, hides


def info(reason: str, **metadata: str) -> dict[str, Any]:
    return {"details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": metadata}]}


CASES: list[tuple[int, dict[str, Any], type[RemoteError], list[str]]] = [
    (400, info("API_KEY_INVALID"), Unauthenticated, ["the API key is not valid: said", "GEMINI_API_KEY"]),
    (
        400,
        {"details": [{"fieldViolations": [{"field": "tuned_model.x", "description": "unknown"}, 3]}]},
        RemoteError,
        ["invalid: said (tuned_model.x: unknown)"],
    ),
    (400, {"details": [{"fieldViolations": "x"}, "y"]}, RemoteError, ["for invalid: said;"]),
    (401, {"status": "UNAUTHENTICATED"}, Unauthenticated, ["gcloud auth application-default login", "--scopes="]),
    (401, info("ACCESS_TOKEN_EXPIRED"), Unauthenticated, ["expired", "gcloud auth"]),
    (403, {"status": "PERMISSION_DENIED"}, PermissionDenied, ["permission denied: said", "somebody else"]),
    (
        403,
        info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", service="generativelanguage.googleapis.com"),
        PermissionDenied,
        ["lack a scope", "generative-language.tuning"],
    ),
    (
        403,
        info("SERVICE_DISABLED", consumer="projects/my-project"),
        PermissionDenied,
        ["not enabled", "generativelanguage.googleapis.com?project=my-project"],
    ),
    (403, info("USER_PROJECT_DENIED"), PermissionDenied, ["quota project", "set `project` in the workspace"]),
    (403, {"details": [{"reason": "BILLING_DISABLED", "metadata": "x"}]}, PermissionDenied, ["no billing"]),
    (404, {"status": "NOT_FOUND"}, NotFound, ["not found: said"]),
    (409, {"status": "ALREADY_EXISTS"}, AlreadyExists, ["exists already: said"]),
    (
        429,
        {"details": [{"violations": [{"quotaMetric": "generativelanguage.googleapis.com/tuning"}]}]},
        QuotaExceeded,
        ["exhausted (generativelanguage.googleapis.com/tuning): said"],
    ),
    (429, {"details": [{"violations": [{"subject": "project:7"}]}]}, QuotaExceeded, ["exhausted (project:7): said"]),
    (429, {}, QuotaExceeded, ["exhausted: said", "--parallelism"]),
    (501, {}, RemoteError, ["does not offer this: said", "serviceVersion"]),
    (500, {}, Unreachable, ["failed (500): said"]),
    (599, {}, Unreachable, ["failed (599): said"]),
    (418, {}, RemoteError, ["refused (418): said"]),
]


@pytest.mark.parametrize(("status", "error", "kind", "parts"), CASES)
def test_refusals(status: int, error: dict[str, Any], kind: type[RemoteError], parts: list[str]) -> None:
    refusal = explain(status, error, "said")
    assert type(refusal) is kind
    assert refusal.status == status
    assert [part for part in parts if part not in str(refusal)] == []


def test_a_missing_quota_project_is_told_by_its_words() -> None:
    text = "The generativelanguage.googleapis.com API requires a quota project, which is not set by default."
    refusal = explain(403, info("SERVICE_DISABLED", consumer="projects/764086051850"), text)
    assert "set `project` in the workspace" in refusal.advice
    assert not hides(refusal)


def test_braces_in_what_the_service_says_are_only_text() -> None:
    assert "{text} {0}" in str(explain(400, {}, "{text} {0}"))


def test_a_silent_refusal_says_at_least_that() -> None:
    assert "no explanation" in str(explain(404, {}, ""))


@pytest.mark.parametrize(
    ("status", "error", "hidden"),
    [
        (404, {}, True),
        (403, {}, True),
        (403, {"status": "PERMISSION_DENIED"}, True),
        (403, info("IAM_PERMISSION_DENIED"), True),
        (403, info("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), False),
        (403, info("SERVICE_DISABLED"), False),
        (401, {}, False),
        (503, {}, False),
    ],
)
def test_only_a_refusal_about_the_model_may_mean_that_there_is_none(
    status: int,
    error: dict[str, Any],
    hidden: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert hides(explain(status, error, "said")) is hidden

"""What the Gemini API means when it refuses, and what the reader can do about it: a table.

A refusal is an HTTP status and `{"error": {"code", "message", "status", "details"}}`; a detail of type
google.rpc.ErrorInfo has the machine-readable reason. The most specific row of the table wins: by reason, then status.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from reconciler.errors import (
    AlreadyExists,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RemoteError,
    Unauthenticated,
    Unreachable,
)
from reconciler.providers.redaction import quotable

SCOPES = tuple(f"https://www.googleapis.com/auth/{name}" for name in ("cloud-platform", "generative-language.tuning"))
"""What a token must be good for."""

CLIENT = "client_secret.json"
"""The OAuth client that gcloud needs for scopes which are not its own."""

LOGIN = f"gcloud auth application-default login --client-id-file {CLIENT} --scopes={','.join(SCOPES)}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A kind of error, the sentence for it, and the advice; `{text}`, `{status}` and details may be named in both."""

    kind: type[RemoteError]
    message: str
    advice: str


BY_REASON = {
    "API_KEY_INVALID": Meaning(
        Unauthenticated,
        "the API key is not valid: {text}",
        "set GEMINI_API_KEY to a key of this project, or unset it to use Application Default Credentials",
    ),
    "API_KEY_SERVICE_BLOCKED": Meaning(
        PermissionDenied,
        "the API key may not be used for this service: {text}",
        "allow the Generative Language API in the key's restrictions",
    ),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Meaning(
        PermissionDenied, "the credentials lack a scope: {text}", f"run `{LOGIN}`"
    ),
    "ACCESS_TOKEN_EXPIRED": Meaning(Unauthenticated, "the access token has expired: {text}", f"run `{LOGIN}`"),
    "SERVICE_DISABLED": Meaning(
        PermissionDenied,
        "the Generative Language API is not enabled: {text}",
        "enable it: https://console.cloud.google.com/apis/library/generativelanguage.googleapis.com?project={consumer}",
    ),
    "USER_PROJECT_DENIED": Meaning(
        PermissionDenied,
        "the identity may not use the quota project: {text}",
        "set `project` in the workspace to a project where it has serviceusage.services.use",
    ),
    "CONSUMER_INVALID": Meaning(
        PermissionDenied, "the quota project does not exist: {text}", "correct `project` in the workspace"
    ),
    "BILLING_DISABLED": Meaning(
        PermissionDenied, "the project has no billing: {text}", "enable billing for {consumer}"
    ),
}
"""By google.rpc.ErrorInfo.reason. All of these are about the caller, none about a model."""

QUOTA_PROJECT = Meaning(
    PermissionDenied,
    "the request names no quota project: {text}",
    "set `project` in the workspace, or run `gcloud auth application-default set-quota-project PROJECT`",
)
NO_QUOTA_PROJECT = "NO_QUOTA_PROJECT"
"""Our own reason, where the service gives it in words only."""

BY_STATUS = {
    400: Meaning(RemoteError, "the service takes the request for invalid: {text}{violations}", "correct the manifest"),
    401: Meaning(
        Unauthenticated, "the service does not take the credentials: {text}", f"set another API key, or run `{LOGIN}`"
    ),
    403: Meaning(
        PermissionDenied,
        "permission denied: {text}",
        "the model may belong to somebody else, or not exist: ask its owner for the writer role, or check the name",
    ),
    404: Meaning(
        NotFound, "not found: {text}", "check the name: the model may be deleted, or its base no longer be tunable"
    ),
    408: Meaning(Unreachable, "the service did not answer in time: {text}", "run again"),
    409: Meaning(AlreadyExists, "it exists already: {text}", "plan again"),
    429: Meaning(
        QuotaExceeded,
        "the quota is exhausted{metric}: {text}",
        "wait, lower --parallelism, or ask for more quota",
    ),
    501: Meaning(RemoteError, "the service does not offer this: {text}", "check serviceVersion in the workspace"),
}
SERVER = Meaning(Unreachable, "the service failed ({status}): {text}", "run again; nothing is done twice")
OTHER = Meaning(RemoteError, "the service refused ({status}): {text}", "see the text")


def explain(status: int, error: Mapping[str, Any], text: str) -> RemoteError:
    """Make the error for a refusal; `text` is what the service said, already fit to be quoted."""
    details = list(_details(error))
    info = next((detail for detail in details if isinstance(detail.get("reason"), str)), {})
    reason = str(info.get("reason", "")) or str(error.get("status", ""))
    if status == HTTPStatus.FORBIDDEN and "quota project" in text:
        reason, meaning = NO_QUOTA_PROJECT, QUOTA_PROJECT
    else:
        meaning = (
            BY_REASON.get(reason)
            or BY_STATUS.get(status)
            or (SERVER if status >= HTTPStatus.INTERNAL_SERVER_ERROR else OTHER)
        )
    metadata = info.get("metadata")
    consumer = metadata.get("consumer", "") if isinstance(metadata, dict) else ""
    known = {
        "status": status,
        "text": text or "no explanation",
        "consumer": quotable(str(consumer)).removeprefix("projects/"),
        "metric": _metric(details),
        "violations": _violations(details),
    }
    return meaning.kind(
        meaning.message.format_map(known), meaning.advice.format_map(known), status=status, reason=quotable(reason)
    )


def hides(error: RemoteError) -> bool:
    """Whether a refusal may mean that there is no such model; a refusal of the caller as such does not."""
    if isinstance(error, PermissionDenied):
        return error.reason not in BY_REASON and error.reason != NO_QUOTA_PROJECT
    return isinstance(error, NotFound)


def _details(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the details that are objects."""
    details = error.get("details")
    yield from (detail for detail in (details if isinstance(details, list) else []) if isinstance(detail, dict))


def _metric(details: list[Mapping[str, Any]]) -> str:
    """Name the exhausted quota, from google.rpc.QuotaFailure."""
    metrics = [str(each.get("quotaMetric") or each.get("subject", "")) for each in _listed(details, "violations")]
    return f" ({quotable(', '.join(metrics))})" if any(metrics) else ""


def _violations(details: list[Mapping[str, Any]]) -> str:
    """Name the fields found wrong, from google.rpc.BadRequest."""
    found = [
        f"{violation.get('field', '')}: {violation.get('description', '')}"
        for violation in _listed(details, "fieldViolations")
    ]
    return f" ({quotable('; '.join(found))})" if found else ""


def _listed(details: list[Mapping[str, Any]], key: str) -> Iterator[Mapping[str, Any]]:
    """Yield at most three objects of a list that some detail has under `key`."""
    for detail in details:
        if isinstance(listed := detail.get(key), list):
            yield from [item for item in listed if isinstance(item, dict)][:3]

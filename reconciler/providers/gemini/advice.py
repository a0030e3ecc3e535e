"""What the Gemini API means when it refuses, and what the reader can do about it: tables for `refusals`."""

from reconciler.errors import (
    AlreadyExists,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RemoteError,
    Unauthenticated,
    Unreachable,
)
from reconciler.providers.refusals import NO_QUOTA_PROJECT, Meaning, Meanings

SCOPES = tuple(f"https://www.googleapis.com/auth/{name}" for name in ("cloud-platform", "generative-language.tuning"))
"""What a token must be good for."""

CLIENT = "client_secret.json"
"""The OAuth client that gcloud needs for scopes which are not its own."""

LOGIN = f"gcloud auth application-default login --client-id-file {CLIENT} --scopes={','.join(SCOPES)}"


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
    NO_QUOTA_PROJECT: Meaning(
        PermissionDenied,
        "the request names no quota project: {text}",
        "set `project` in the workspace, or run `gcloud auth application-default set-quota-project PROJECT`",
    ),
}
"""By google.rpc.ErrorInfo.reason. All of these are about the caller, none about a model."""

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
explain = Meanings(BY_REASON, BY_STATUS).explain


def hides(error: RemoteError) -> bool:
    """Whether a refusal may mean that there is no such model; a refusal of the caller as such does not."""
    if isinstance(error, PermissionDenied):
        return error.reason not in BY_REASON
    return isinstance(error, NotFound)

"""What Vertex AI means when it refuses, and what the reader can do about it: tables for `refusals`."""

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

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
"""What a token must be good for, at both hosts."""

LOGIN = "gcloud auth application-default login"
ROLE = "roles/aiplatform.user"
"""Of the predefined roles the smallest that may begin tuning jobs, and change and delete Models and Endpoints."""

BY_REASON = {
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Meaning(
        PermissionDenied, "the credentials lack a scope: {text}", f"run `{LOGIN}`"
    ),
    "ACCESS_TOKEN_EXPIRED": Meaning(Unauthenticated, "the access token has expired: {text}", f"run `{LOGIN}`"),
    "CREDENTIALS_MISSING": Meaning(
        Unauthenticated, "the request has no access token: {text}", f"run `{LOGIN}`; Vertex AI takes no API keys"
    ),
    "SERVICE_DISABLED": Meaning(
        PermissionDenied,
        "the Vertex AI API is not enabled: {text}",
        "enable it: https://console.cloud.google.com/apis/library/aiplatform.googleapis.com?project={consumer}",
    ),
    "USER_PROJECT_DENIED": Meaning(
        PermissionDenied,
        "the identity may not use the quota project: {text}",
        "run `gcloud auth application-default set-quota-project PROJECT` with one where it has "
        "serviceusage.services.use",
    ),
    "CONSUMER_INVALID": Meaning(
        PermissionDenied, "the project does not exist: {text}", "correct `project` in the workspace"
    ),
    "BILLING_DISABLED": Meaning(
        PermissionDenied, "the project has no billing: {text}", "enable billing for {consumer}"
    ),
    "FAILED_PRECONDITION": Meaning(
        RemoteError, "not possible as things are: {text}", "wait until nothing else is under way, then apply again"
    ),
    NO_QUOTA_PROJECT: Meaning(
        PermissionDenied,
        "the request names no quota project: {text}",
        "run `gcloud auth application-default set-quota-project PROJECT`",
    ),
}
"""By google.rpc.ErrorInfo.reason, or google.rpc.Code."""

BY_STATUS = {
    400: Meaning(RemoteError, "the service takes the request for invalid: {text}{violations}", "correct the manifest"),
    401: Meaning(Unauthenticated, "the service does not take the credentials: {text}", f"run `{LOGIN}`"),
    403: Meaning(
        PermissionDenied,
        "permission denied: {text}",
        f"grant the identity {ROLE} on the project; with serviceAccount in a manifest also "
        "roles/iam.serviceAccountUser on that account",
    ),
    404: Meaning(NotFound, "not found: {text}", "check project and location in the workspace, and the name"),
    408: Meaning(Unreachable, "the service did not answer in time: {text}", "run again"),
    409: Meaning(AlreadyExists, "somebody else is changing it: {text}", "plan again"),
    429: Meaning(
        QuotaExceeded,
        "the quota is exhausted{metric}: {text}",
        "wait, lower --parallelism, or ask for more quota (tuning jobs at a time, per region and base model)",
    ),
    501: Meaning(RemoteError, "the service does not offer this: {text}", "check location in the workspace"),
}

explain = Meanings(BY_REASON, BY_STATUS).explain

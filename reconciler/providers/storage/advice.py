"""What Cloud Storage means when it refuses, and what the reader can do about it: tables for `refusals`."""

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

LOGIN = "gcloud auth application-default login"
ROLE = "roles/storage.objectUser"
"""Of the predefined roles the smallest that may create, read, overwrite and delete objects."""

_CALLER = Meaning(Unauthenticated, "Cloud Storage does not take the credentials: {text}", f"run `{LOGIN}`")

BY_REASON = {
    "authError": _CALLER,
    "accountDisabled": Meaning(
        PermissionDenied, "the project of the bucket has no billing: {text}", "enable billing for it"
    ),
    "userProjectAccessDenied": Meaning(
        PermissionDenied,
        "the identity may not use the quota project: {text}",
        "run `gcloud auth application-default set-quota-project PROJECT`",
    ),
    NO_QUOTA_PROJECT: Meaning(
        PermissionDenied,
        "the request names no quota project: {text}",
        "run `gcloud auth application-default set-quota-project PROJECT`",
    ),
}
"""By the reason in the first of the `errors`. All of these are about the caller, none about an object."""

BY_STATUS = {
    400: Meaning(RemoteError, "Cloud Storage takes the request for invalid: {text}", "check spec.stagingBucket"),
    401: _CALLER,
    403: Meaning(
        PermissionDenied,
        "Cloud Storage refuses: {text}",
        f"grant the identity {ROLE} on the bucket",
    ),
    404: Meaning(NotFound, "not found in Cloud Storage: {text}", "check spec.stagingBucket: the bucket must exist"),
    408: Meaning(Unreachable, "Cloud Storage did not answer in time: {text}", "run again"),
    409: Meaning(AlreadyExists, "it exists already: {text}", "run again"),
    410: Meaning(Unreachable, "the upload was given up by Cloud Storage: {text}", "run again"),
    412: Meaning(AlreadyExists, "it was changed meanwhile: {text}", "plan again"),
    429: Meaning(
        QuotaExceeded, "too many requests for Cloud Storage: {text}", "wait, or lower --parallelism, and run again"
    ),
}

explain = Meanings(BY_REASON, BY_STATUS).explain

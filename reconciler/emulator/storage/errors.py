"""Errors in the shape of the JSON API: `{"error": {"code", "message", "errors": [{"domain", "reason", "message"}]}}`.

Source: its page of status codes, and answers that users have published.
"""

from reconciler.emulator.status import ApiError, server_error
from reconciler.emulator.wire import JsonObject

_REASONS = {
    400: "invalid",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    409: "conflict",
    410: "uploadBrokenConnection",
    412: "conditionNotMet",
    413: "uploadTooLarge",
    416: "requestedRangeNotSatisfiable",
    429: "rateLimitExceeded",
    501: "notImplemented",
}


class StorageError(ApiError):
    """A refusal; the reason follows from the HTTP code unless given, `location` is (type, name) of what is wrong."""

    def __init__(
        self, code: int, message: str, reason: str | None = None, location: tuple[str, str] | None = None
    ) -> None:
        super().__init__(code, message)
        self.reason = reason or _REASONS.get(code, "backendError")
        self.location = location

    def body(self) -> JsonObject:
        """Give the JSON body of the answer."""
        domain = "usageLimits" if self.reason == "rateLimitExceeded" else "global"
        error = {"message": self.message, "domain": domain, "reason": self.reason}
        if self.location is not None:
            error |= {"locationType": self.location[0], "location": self.location[1]}
        return {"error": {"code": self.code, "message": self.message, "errors": [error]}}


class NotModified(StorageError):
    """A condition `...NotMatch` that does not hold: 304, without a body."""

    def __init__(self) -> None:
        super().__init__(304, "Not Modified")


def shaped(error: ApiError) -> StorageError:
    """Give a refusal by what the services share in the shape of this one."""
    return error if isinstance(error, StorageError) else StorageError(error.code, error.message)


def usual(code: int) -> JsonObject:
    """Give the body of an error that strikes from outside, such as 503."""
    return shaped(server_error(code)).body()


def invalid(message: str) -> StorageError:
    """Refuse what cannot be meant (400)."""
    return StorageError(400, message)


def required(parameter: str) -> StorageError:
    """Refuse a request that lacks a parameter (400)."""
    return StorageError(400, f"Required parameter: {parameter}", "required", ("parameter", parameter))


def no_bucket() -> StorageError:
    """Say that there is no such bucket (404)."""
    return StorageError(404, "The specified bucket does not exist.")


def no_object(bucket: str, name: str) -> StorageError:
    """Say that there is no such object, or no such generation of it (404)."""
    return StorageError(404, f"No such object: {bucket}/{name}")


def condition_not_met() -> StorageError:
    """Say that a condition `...Match` does not hold (412)."""
    message = "At least one of the pre-conditions you specified did not hold."
    return StorageError(412, message, location=("header", "If-Match"))


def login_required() -> StorageError:
    """Say that the request has no credential (401)."""
    return StorageError(401, "Login Required.", "required", ("header", "Authorization"))


def bad_credentials() -> StorageError:
    """Say that the credential is not known, or no longer (401)."""
    return StorageError(401, "Invalid Credentials", location=("header", "Authorization"))


def forbidden(account: str, permission: str) -> StorageError:
    """Say that the account may not do this (403); whether the resource exists is not said."""
    return StorageError(
        403,
        f"{account} does not have {permission} access. "
        f"Permission '{permission}' denied on resource (or it may not exist).",
    )

"""Errors of the API in the shape of Google's front end: `{"error": {code, message, status, details}}`.

Shape and texts as published in issues and samples of the official clients; details are google.rpc types.
"""

from collections.abc import Iterable, Mapping

from reconciler.emulator.wire import JsonObject

_RPC = "type.googleapis.com/google.rpc."
_FINAL = range(200, 600)
_STATUS_OF = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def code(number: int) -> int:
    """Give an HTTP status; raise ValueError for a number that is none, or none that ends an exchange."""
    if number not in _FINAL:
        message = f"status {number}: expected {_FINAL.start} to {_FINAL[-1]}"
        raise ValueError(message)
    return number


class ApiError(Exception):
    """A refusal by the service: an HTTP status with its JSON body.

    `status` is the canonical google.rpc name; it follows from the HTTP code unless given.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: str | None = None,
        details: Iterable[JsonObject] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or _STATUS_OF.get(code, "UNKNOWN")
        self.details = list(details)
        self.headers = dict(headers or {})

    def body(self) -> JsonObject:
        """Give the JSON body of the answer."""
        error: JsonObject = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}


def violations(found: Iterable[tuple[str, str]]) -> JsonObject:
    """Give the BadRequest detail for pairs of (field path, what is wrong with it)."""
    rows = [{"field": field, "description": text} if field else {"description": text} for field, text in found]
    return {"@type": f"{_RPC}BadRequest", "fieldViolations": rows}


def bad_fields(found: Iterable[tuple[str, str]]) -> ApiError:
    """Refuse a request for all its wrong fields at once (400)."""
    pairs = list(found)
    return ApiError(400, "\n".join(text for _, text in pairs), details=[violations(pairs)])


def bad_field(field: str, text: str) -> ApiError:
    """Refuse a request for one wrong field (400)."""
    return bad_fields([(field, text)])


def precondition(text: str) -> ApiError:
    """Refuse a request that the present state of the resource does not allow (400)."""
    return ApiError(400, text, status="FAILED_PRECONDITION")


def not_found() -> ApiError:
    """Say that the resource does not exist (404)."""
    return ApiError(404, "Requested entity was not found.")


def no_access(name: str) -> ApiError:
    """Say that the caller may not use the tuned model, or that there is none (403)."""
    return ApiError(403, f"You do not have permission to access tuned model {name}")


def unauthenticated() -> ApiError:
    """Say that no usable credential came with the request (401)."""
    return ApiError(
        401,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or "
        "other valid authentication credential.",
    )


def bad_api_key() -> ApiError:
    """Say that the API key is unknown: a 400, not a 401."""
    return ApiError(
        400,
        "API key not valid. Please pass a valid API key.",
        details=[error_info("API_KEY_INVALID", service="generativelanguage.googleapis.com")],
    )


def scope_insufficient(method: str) -> ApiError:
    """Say that the token lacks the scope of the method (403)."""
    return ApiError(
        403,
        "Request had insufficient authentication scopes.",
        details=[
            error_info(
                "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                service="generativelanguage.googleapis.com",
                method=method,
            )
        ],
    )


def error_info(reason: str, **metadata: str) -> JsonObject:
    """Give an ErrorInfo detail."""
    return {
        "@type": f"{_RPC}ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }


QUOTA = ("generativelanguage.googleapis.com/tuned_model_requests", "TunedModelRequestsPerMinutePerProject")
TUNING_QUOTA = ("aiplatform.googleapis.com/global_concurrent_tuning_jobs", "GlobalConcurrentTuningJobsPerProject")
"""A metric and the id of its quota, of each service."""


def exhausted(retry_seconds: float | None, quota_of: tuple[str, str] = QUOTA) -> ApiError:
    """Say that the quota is used up (429): with a RetryInfo, or bare when no delay is given."""
    if retry_seconds is None:
        return ApiError(429, "Resource has been exhausted (e.g. check quota).")
    quota = {
        "@type": f"{_RPC}QuotaFailure",
        "violations": [dict(zip(("quotaMetric", "quotaId"), quota_of, strict=True))],
    }
    retry = {"@type": f"{_RPC}RetryInfo", "retryDelay": f"{retry_seconds:g}s"}
    return ApiError(429, "You exceeded your current quota.", details=[quota, retry])


def server_error(code: int) -> ApiError:
    """Give an error of the service itself (5xx), or any other code, with its usual text."""
    texts = {
        500: "An internal error has occurred. Please retry.",
        503: "The service is currently unavailable.",
        504: "The request timed out. Please try again.",
    }
    return ApiError(code, texts.get(code, f"Injected fault {code}."))


def unusable(why: str) -> ApiError:
    """Say that the emulator's own files fail it: 507, which no client takes for a passing weakness."""
    return ApiError(507, f"The emulator cannot use its state or its log: {why}")

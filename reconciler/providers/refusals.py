"""What a service means when it refuses, and what the reader can do about it: tables, and how they are looked up.

A refusal is an HTTP status and `{"error": {"code", "message", "status", "details"}}`; a detail of type
google.rpc.ErrorInfo has the machine-readable reason. Cloud Storage has its reason in a list of `errors` instead. The
most specific row of a table wins: by reason, then by status.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from reconciler.errors import RemoteError, Unreachable
from reconciler.providers.redaction import quotable

NO_QUOTA_PROJECT = "NO_QUOTA_PROJECT"
"""Our own reason, where the service gives it in words only."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A kind of error, the sentence for it, and the advice; `{text}`, `{status}` and details may be named in both."""

    kind: type[RemoteError]
    message: str
    advice: str


UNASKED = "the training failed; why could not be asked: {why}"
"""Instead of a reason that the service refuses, or fails, to tell: no plan is worth less for that."""

SERVER = Meaning(Unreachable, "the service failed ({status}): {text}", "run again; nothing is done twice")
OTHER = Meaning(RemoteError, "the service refused ({status}): {text}", "see the text")


@dataclass(frozen=True, slots=True)
class Meanings:
    """The tables of one service."""

    by_reason: Mapping[str, Meaning]
    by_status: Mapping[int, Meaning]

    def explain(self, status: int, error: Mapping[str, Any], text: str) -> RemoteError:
        """Make the error for a refusal; `text` is what the service said, already fit to be quoted."""
        details = list(_details(error))
        info = next((detail for detail in details if isinstance(detail.get("reason"), str)), {})
        reason = str(info.get("reason", "")) or str(error.get("status", "")) or _reason(error)
        if status == HTTPStatus.FORBIDDEN and "quota project" in text:
            reason = NO_QUOTA_PROJECT
        metadata = info.get("metadata")
        consumer = metadata.get("consumer", "") if isinstance(metadata, dict) else ""
        known = {
            "status": status,
            "text": text or "no explanation",
            "consumer": quotable(str(consumer)).removeprefix("projects/"),
            "metric": _metric(details),
            "violations": _violations(details, text),
        }
        meaning = self._meaning(status, reason)
        return meaning.kind(
            meaning.message.format_map(known), meaning.advice.format_map(known), status=status, reason=quotable(reason)
        )

    def _meaning(self, status: int, reason: str) -> Meaning:
        """Look up the row."""
        general = SERVER if status >= HTTPStatus.INTERNAL_SERVER_ERROR else OTHER
        return self.by_reason.get(reason) or self.by_status.get(status) or general


def _reason(error: Mapping[str, Any]) -> str:
    """The reason as the older services give it."""
    listed = error.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else None
    reason = first.get("reason") if isinstance(first, dict) else None
    return reason if isinstance(reason, str) else ""


def _details(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the details that are objects."""
    details = error.get("details")
    yield from (detail for detail in (details if isinstance(details, list) else []) if isinstance(detail, dict))


def _metric(details: list[Mapping[str, Any]]) -> str:
    """Name the exhausted quota, from google.rpc.QuotaFailure."""
    metrics = [str(each.get("quotaMetric") or each.get("subject", "")) for each in _listed(details, "violations")]
    return f" ({quotable(', '.join(metrics))})" if any(metrics) else ""


def _violations(details: list[Mapping[str, Any]], text: str) -> str:
    """Name the fields found wrong, from google.rpc.BadRequest; without what the message, `text`, has said."""
    found = []
    for violation in _listed(details, "fieldViolations"):
        field, description = str(violation.get("field", "")), str(violation.get("description", ""))
        said = not description or quotable(description).rstrip(".") in text
        found.append(field if said else f"{field}: {description}")
    return f" ({quotable('; '.join(found))})" if found else ""


def _listed(details: list[Mapping[str, Any]], key: str) -> Iterator[Mapping[str, Any]]:
    """Yield at most three objects of a list that some detail has under `key`."""
    for detail in details:
        if isinstance(listed := detail.get(key), list):
            yield from [item for item in listed if isinstance(item, dict)][:3]

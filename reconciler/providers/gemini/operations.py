"""Long-running operations on the wire. Pure."""

from reconciler.providers.protojson import Json, nested, objects, string
from reconciler.resource.observed import Operation


def decode(operation: Json) -> Operation:
    """Read what create answers, or an operation asked for: its model, whether it is over, and why it failed."""
    metadata = nested(operation, "metadata")
    error = operation.get("error")
    return Operation(
        model=string(metadata, "tunedModel"),
        done=operation.get("done") is True,
        error=_message(error) if isinstance(error, dict) else "",
        name=string(operation, "name"),
    )


def decode_page(page: Json) -> list[Operation]:
    """Read one page of a model's operations."""
    return [decode(operation) for operation in objects(page, "operations")]


def _message(error: Json) -> str:
    """Say why an operation failed, in the service's words, or by its code where it has none."""
    return string(error, "message") or f"error {error.get('code', 'without a code')}"

"""Parts of an answer in proto3 JSON, whatever was sent. Pure.

Zero and empty values are left out on the wire, so what is missing has the value that its type begins with. What has
another type is told to the caller, who knows what that means.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from reconciler.errors import RemoteError

Json: TypeAlias = Mapping[str, Any]
"""A parsed JSON object: nothing is known of its values before they are looked at."""


def string(part: Json, key: str, problems: list[str] | None = None) -> str:
    """Read a string; of another type, it is empty and its key is noted in `problems`."""
    value = part.get(key, "")
    if isinstance(value, str):
        return value
    if problems is not None:
        problems.append(key)
    return ""


def nested(part: Json, key: str, problems: list[str] | None = None) -> Json:
    """Read an object; of another type, it is empty and its key is noted in `problems`."""
    value = part.get(key, {})
    if isinstance(value, dict):
        return value
    if problems is not None:
        problems.append(key)
    return {}


def items(part: Json, key: str) -> list[Any]:
    """Read a list; raise RemoteError for another type: to take it for empty would be a lie."""
    value = part.get(key, [])
    if isinstance(value, list):
        return value
    raise RemoteError(f"the service answered with {key} that is no list", "is the endpoint right?")


def objects(part: Json, key: str) -> list[Json]:
    """Read the objects of a list; nothing else belongs in it."""
    return [item for item in items(part, key) if isinstance(item, dict)]


def next_page(page: Json) -> str:
    """The token of the next page; empty on the last. Raise RemoteError for another type: pages would be missing."""
    problems: list[str] = []
    token = string(page, "nextPageToken", problems)
    if problems:
        raise RemoteError("the service answered with a nextPageToken that is no text", "is the endpoint right?")
    return token

"""One HTTP exchange as values, without a socket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

Delivery: TypeAlias = Literal["whole", "cut", "truncated"]
"""What the client gets of an answer: all of it, nothing (the connection ends), or its first half."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request: `target` is the path with its query as on the request line; header names in any case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, and how the transport must deliver it: after `delay` seconds, and how much of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    delay: float = 0.0
    delivery: Delivery = "whole"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as the emulator saw it, without credentials.

    `body` is the parsed JSON, the text when it is not JSON, or None when there was none. Media for Cloud Storage are
    text up to 4,096 bytes of UTF-8, else {"bytes": number, "sha256": hexadecimal}; a multipart upload is
    {"metadata": JSON, "media": as before}.
    `status` is the status made for the client, also when its delivery was cut.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int

    def as_json(self) -> JsonObject:
        """Give the record as one JSON object."""
        return {
            "method": self.method,
            "path": self.path,
            "query": dict(self.query),
            "body": self.body,
            "status": self.status,
        }

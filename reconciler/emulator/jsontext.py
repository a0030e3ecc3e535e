"""JSON as Google's front end reads and writes it: forgiving input, proto3 output.

Trailing commas are accepted in bodies (every published curl sample sends one). Floats are 32 bits wide and
are shown in their shortest decimal form; timestamps have 0, 3, 6 or 9 digits after the second.
"""

import json
import re
import struct
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from reconciler.emulator.status import ApiError

_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_NANOS = 1_000_000_000


def parse(body: bytes) -> Any:
    """Read a request body; raise ApiError 400 where it is not JSON even with commas forgiven."""
    try:
        text = body.decode("utf-8-sig")
        try:
            return json.loads(text, parse_constant=_refuse_constant)
        except json.JSONDecodeError:
            forgiven = _TRAILING_COMMA.sub(lambda found: found.group(1) or "", text)
            return json.loads(forgiven, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, f"Invalid JSON payload received. {error}") from error


def dump(value: object, *, pretty: bool) -> bytes:
    """Write an answer as UTF-8 JSON, indented by two as the service does, or compact."""
    if pretty:
        return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode(errors="replace")
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


@lru_cache(maxsize=4096)
def float32(value: float) -> float:
    """Round to 32 bits and give the shortest decimal that names that float (0.001 stays 0.001).

    Raises OverflowError when the value does not fit in 32 bits.
    """
    packed = struct.pack("<f", value)
    (exact,) = struct.unpack("<f", packed)
    shorter = (float(f"{exact:.{digits}g}") for digits in range(6, 9))
    return next((short for short in shorter if struct.pack("<f", short) == packed), float(f"{exact:.9g}"))


def timestamp(nanos: int) -> str:
    """Write nanoseconds since the epoch as an RFC 3339 timestamp in UTC."""
    seconds, rest = divmod(nanos, _NANOS)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    if rest == 0:
        return f"{text}Z"
    if rest % 1_000_000 == 0:
        return f"{text}.{rest // 1_000_000:03d}Z"
    if rest % 1_000 == 0:
        return f"{text}.{rest // 1_000:06d}Z"
    return f"{text}.{rest:09d}Z"


def _refuse_constant(name: str) -> Any:
    message = f"Unexpected token: {name}"
    raise ValueError(message)

"""Pages: sizes coerced to what the service allows, tokens that hold only for the call that made them."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from reconciler.emulator.status import bad_field

_MAX_SIZE = 1000
_PLACES = 2**63


def page_size(query: Mapping[str, str], default: int = 10, most: int = _MAX_SIZE) -> int:
    """Give the size of a page: the default when unset or 0, at most `most`.

    Raises ApiError 400 when it is not a number or negative.
    """
    text = query.get("pageSize", "") or "0"
    try:
        size = int(text)
    except ValueError:
        raise bad_field("page_size", f"Invalid value at 'page_size' (TYPE_INT32), \"{text}\"") from None
    if size < 0:
        raise bad_field("page_size", "page_size must not be negative.")
    return min(size or default, most)


def write_token(position: tuple[int, int], *bound: str) -> str:
    """Give the token of the page after the position; `bound` are the parameters that must not change."""
    return base64.urlsafe_b64encode(json.dumps([*position, _digest(bound)]).encode()).decode()


def read_token(query: Mapping[str, str], *bound: str) -> tuple[int, int] | None:
    """Give the position of the page asked for, None for the first page.

    Raises ApiError 400 for a token of another call, or one that was not made here.
    """
    text = query.get("pageToken")
    if not text:
        return None
    try:
        first, second, digest = json.loads(base64.urlsafe_b64decode(text))
        position = int(first), int(second)
    except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
        raise bad_field("page_token", "Page token is invalid.") from None
    if not all(0 <= part < _PLACES for part in position):
        raise bad_field("page_token", "Page token is invalid.")
    if digest != _digest(bound):
        raise bad_field("page_token", "Page token does not belong to this request.")
    return position


def _digest(bound: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(bound).encode()).hexdigest()[:12]

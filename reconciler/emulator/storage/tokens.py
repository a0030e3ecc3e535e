"""Tokens of pages and of rewrites: where to go on, and the call that they were made for."""

import base64
import binascii
import json
from collections.abc import Sequence

from reconciler.emulator.storage import errors


def write(place: Sequence[str | int], made_for: Sequence[str | int]) -> str:
    """Give the token of a place in the work of a call."""
    return base64.urlsafe_b64encode(json.dumps([*place, *made_for]).encode()).decode()


def read(text: str, made_for: Sequence[str | int]) -> list[str | int]:
    """Give the place; raise StorageError 400 for a token of another call, or one that was not made here."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text))
    except (ValueError, RecursionError, binascii.Error):
        values = None
    own = len(made_for)
    if not isinstance(values, list) or len(values) <= own or values[-own:] != [*made_for]:
        raise errors.invalid(f"Invalid token: {text}")
    if not all(isinstance(value, str | int) for value in values):
        raise errors.invalid(f"Invalid token: {text}")
    return values[:-own]

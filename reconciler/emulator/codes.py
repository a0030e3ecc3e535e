"""Generated ids: base36 as the service makes them, but following from a seed, so that runs repeat."""

import hashlib

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 12


def code(seed: str) -> str:
    """Give 12 characters of [a-z0-9] that follow from the seed."""
    value = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    digits = []
    for _ in range(_LENGTH):
        value, digit = divmod(value, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)

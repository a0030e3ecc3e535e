"""Generated ids: base36 or decimal, as the services make them, but following from a seed, so that runs repeat."""

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


def number(seed: str, length: int = 19) -> str:
    """Give a number of that many digits that follows from the seed; it does not begin with 0."""
    value = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "big")
    low = 10 ** (length - 1)
    return str(low + value % (9 * low))

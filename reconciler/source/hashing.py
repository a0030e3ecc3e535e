"""SHA-256 of files: of what was read, while it is read."""

import hashlib
import io
import os
from typing import BinaryIO

BLOCK = 1 << 18
"""Bytes read at once."""


def sha256(block: bytes, stream: BinaryIO) -> bytes:
    """Hash a file whose first block has been read; one that is shorter than BLOCK is all there is."""
    hashed = hashlib.sha256(block)
    while len(block) == BLOCK:
        block = stream.read(BLOCK)
        hashed.update(block)
    return hashed.digest()


class Hashing(io.RawIOBase):
    """Passes bytes on and hashes them on their way; going back to the start begins anew."""

    def __init__(self, inner: BinaryIO) -> None:
        self.inner = inner
        self.hash = hashlib.sha256()

    def readable(self) -> bool:
        """Bytes can be read."""
        return True

    def seekable(self) -> bool:
        """One can go back to the start."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go back to the start."""
        self.hash = hashlib.sha256()
        return self.inner.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer, says typeshed
        """Fill a buffer."""
        data = self.inner.read(len(buffer)) or b""
        self.hash.update(data)
        buffer[: len(data)] = data
        return len(data)

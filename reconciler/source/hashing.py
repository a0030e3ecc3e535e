"""SHA-256 of files: of what was read, while it is read."""

import hashlib
import io
import os
from typing import BinaryIO

BLOCK = 1 << 18
"""Bytes read at once."""


def sha256(block: bytes, stream: BinaryIO, size: int) -> bytes:
    """Hash a file of this size whose first block has been read; what is added meanwhile does not count."""
    hashed, left = hashlib.sha256(block), size - len(block)
    while left > 0 and (block := stream.read(min(BLOCK, left))):
        hashed.update(block)
        left -= len(block)
    return hashed.digest()


class Hashing(io.RawIOBase):
    """Passes bytes on and hashes them on their way; going back to the start begins anew.

    It ends where the file ended when it was opened: who writes faster than we read does not keep us.
    """

    def __init__(self, inner: BinaryIO, size: int) -> None:
        self.inner = inner
        self.size = size
        self.left = size
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
        self.left = self.size
        return self.inner.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer, says typeshed
        """Fill a buffer."""
        data = self.inner.read(min(len(buffer), self.left)) or b""
        self.left -= len(data)
        self.hash.update(data)
        buffer[: len(data)] = data
        return len(data)

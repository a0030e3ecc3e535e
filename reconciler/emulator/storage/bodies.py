"""The bytes of objects and of unfinished uploads: numbered bodies, kept in parts, shared by copies.

SQLite holds no value beyond 10^9 bytes, and a range should not cost the whole: hence the parts. A body is
immutable once an object has it, and goes with the last object that has it.
"""

import base64
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from reconciler.emulator.storage.crc32c import crc32c

_PART = 4 * 1024 * 1024


class Database(Protocol):
    """What is needed of the emulator's store: its connection, and a transaction that excludes other writers."""

    @property
    def sql(self) -> sqlite3.Connection:
        """The connection."""

    def writing(self) -> AbstractContextManager[None]:
        """Begin the transaction."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Length and checksums of a body; `md5` is None for what was composed."""

    size: int
    crc32c: int
    md5: bytes | None

    def crc32c_text(self) -> str:
        """Give the CRC32C as metadata show it: four bytes, the highest first, in Base64."""
        return base64.b64encode(self.crc32c.to_bytes(4, "big")).decode()

    def md5_text(self) -> str | None:
        """Give the MD5 in Base64."""
        return None if self.md5 is None else base64.b64encode(self.md5).decode()


def count(db: Database, name: str, at_least: int = 0) -> int:
    """Move a counter on by one, or to `at_least` if that is further, and give it."""
    db.sql.execute(
        "INSERT INTO storage_counters VALUES (?1, MAX(1, ?2)) "
        "ON CONFLICT (name) DO UPDATE SET value = MAX(value + 1, ?2)",
        (name, at_least),
    )
    return counted(db, name)


def counted(db: Database, name: str) -> int:
    """Give a counter; 0 before it was first moved."""
    found = db.sql.execute("SELECT value FROM storage_counters WHERE name = ?", (name,)).fetchone()
    return found[0] if found else 0


def create(db: Database, data: bytes | memoryview = b"") -> int:
    """Make a body and give its number."""
    body = count(db, "bodies")
    append(db, body, 0, data)
    return body


def append(db: Database, body: int, start: int, data: bytes | memoryview) -> None:
    """Put data at `start`, which is where those before them end."""
    view = memoryview(data)
    parts = ((body, start + offset, view[offset : offset + _PART]) for offset in range(0, len(view), _PART))
    db.sql.executemany("INSERT INTO storage_parts VALUES (?, ?, ?)", parts)


def join(db: Database, bodies: Iterable[tuple[int, int]]) -> int:
    """Make a body out of others, given with their sizes, one behind the other; give its number."""
    joined, start = create(db), 0
    for body, size in bodies:
        copy = "INSERT INTO storage_parts SELECT ?, start + ?, data FROM storage_parts WHERE body = ?"
        db.sql.execute(copy, (joined, start, body))
        start += size
    return joined


def pieces(db: Database, body: int, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """Give the parts of a body with their places, from the one that holds the byte `first`."""
    query = (
        "SELECT start, data FROM storage_parts WHERE body = ?1 AND start >= "
        "(SELECT MAX(start) FROM storage_parts WHERE body = ?1 AND start <= ?2) ORDER BY start"
    )
    return iter(db.sql.execute(query, (body, first)))


def cut(db: Database, body: int, first: int, end: int) -> bytes:
    """Give the bytes of a body from `first` to before `end`."""
    found = bytearray()
    for start, data in pieces(db, body, first):
        if start >= end:
            break
        found += memoryview(data)[max(first - start, 0) : end - start]
    return bytes(found)


def digest(db: Database, body: int) -> Digest:
    """Give length and checksums of a body, a part at a time."""
    size, checksum, md5 = 0, 0, hashlib.md5(usedforsecurity=False)
    for _, data in pieces(db, body):
        size += len(data)
        checksum = crc32c(data, checksum)
        md5.update(data)
    return Digest(size, checksum, md5.digest())


def release(db: Database, bodies: Iterable[int]) -> None:
    """Drop those of the bodies that no object has."""
    unused = "DELETE FROM storage_parts WHERE body = ?1 AND NOT EXISTS (SELECT 1 FROM storage_objects WHERE body = ?1)"
    db.sql.executemany(unused, [(body,) for body in bodies])

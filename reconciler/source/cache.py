"""What was read before: datasets digested, documents found valid; so ten thousand unchanged files cost a hash each.

The key is the SHA-256 of a file's bytes and of everything else that decides the result; times and names of files do not
count. Each value carries a checksum: it is what was put, or nothing. A cache that cannot be read is as good as none. It
lies in the user's own cache folder: who can write there can also replace the program.
"""

import hashlib
import json
import os
import sqlite3
import zlib
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from reconciler import __version__

FORMAT = "5"
"""Of what is remembered. Another one: nothing of the old is found."""

MOST_ENTRIES = 100_000
"""Entries kept; the oldest go first."""

FEW = 100
"""Look-ups one by one, before everything is read; a workspace of fifty models needs no more."""

PATIENCE = 1.0
"""Seconds to wait for another process that writes."""

_TABLE = "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, key TEXT UNIQUE, value TEXT) STRICT"
_EVICT = "DELETE FROM entries WHERE id <= (SELECT max(id) FROM entries) - ?"


class Cache:
    """Remembers JSON values by key, in one SQLite file that several processes may share."""

    def __init__(self, path: Path | None) -> None:
        """Open the file; one that cannot be opened remembers nothing, and so does None."""
        self._path = path
        self._fresh: dict[str, str] = {}
        self._looked = 0
        self._held: dict[str, str] | None = None
        self._known: sqlite3.Connection | None = None
        with suppress(OSError, sqlite3.Error):
            if path is not None and path.is_file():
                self._known = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False)

    def get(self, key: str) -> Any:
        """Give what is known; None for what is not."""
        try:
            found = self._fresh.get(key) or self._look_up(key)
            return None if found is None else _opened(key, found)
        except (sqlite3.Error, ValueError, TypeError, RecursionError):
            return None

    def _look_up(self, key: str) -> str | None:
        """Find a value; who asks often is better off with all of them at once."""
        if self._known is None:
            return None
        self._looked += 1
        if self._looked <= FEW:
            row = self._known.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone()
            return row[0] if row else None
        if self._held is None:
            self._held = dict(self._known.execute("SELECT key, value FROM entries"))
        return self._held.get(key)

    def put(self, key: str, value: Any) -> None:
        """Remember, from the next `save` on for other processes too."""
        text = json.dumps(value, separators=(",", ":"))
        self._fresh[key] = _checksum(key, text) + text

    def save(self) -> None:
        """Write what is new; that it cannot be written is no reason to fail."""
        path = self._path
        if not self._fresh or path is None:
            return
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            try:
                self._write(path)
            except sqlite3.OperationalError:
                return  # locked, or the disk is full
            except sqlite3.DatabaseError:
                path.unlink(missing_ok=True)
                with suppress(sqlite3.Error):
                    self._write(path)

    def _write(self, path: Path) -> None:
        with closing(sqlite3.connect(path, timeout=PATIENCE)) as file, file:
            file.execute(_TABLE)
            file.executemany("INSERT OR REPLACE INTO entries (key, value) VALUES (?, ?)", self._fresh.items())
            file.execute(_EVICT, (MOST_ENTRIES,))
        self._fresh.clear()


def _opened(key: str, entry: str) -> Any:
    """Read an entry; raise ValueError or TypeError for one that is not as it was put."""
    checksum, text = entry[:8], entry[8:]
    if _checksum(key, text) != checksum:
        raise ValueError(entry)
    return json.loads(text)


def _checksum(key: str, text: str) -> str:
    """Eight digits that tell damage, and an entry that stands under another one's key."""
    return f"{zlib.crc32(f'{key} {text}'.encode()):08x}"


def key(content: bytes, *parameters: object) -> str:
    """Make the key of a file's SHA-256 and of what else decides how it is read and judged."""
    return hashlib.sha256(content + repr((FORMAT, __version__, *parameters)).encode()).hexdigest()

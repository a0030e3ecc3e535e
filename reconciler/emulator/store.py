"""The state of the emulated service in SQLite: one file that several processes may share, or memory.

Deleted models leave their row behind, for lists that lag and for ids that must not be reused.
Every write has a number, so that a stale read can leave out the last one.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from reconciler.emulator.storage import objects
from reconciler.emulator.vertex import tables as vertex

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS models (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, version TEXT NOT NULL,
    operation TEXT, fixed TEXT NOT NULL, previous TEXT,
    created INTEGER, updated INTEGER, started INTEGER, step_nanos INTEGER, total INTEGER, batch INTEGER,
    examples INTEGER, fail_step INTEGER, cancelled INTEGER,
    visible_from INTEGER NOT NULL, gone_from INTEGER, written INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS texts (model TEXT PRIMARY KEY, examples TEXT, snapshots TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS permissions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, id TEXT NOT NULL, grantee TEXT NOT NULL,
    email TEXT NOT NULL, role TEXT NOT NULL, UNIQUE (model, id), UNIQUE (model, grantee, email));
CREATE INDEX IF NOT EXISTS permissions_of_email ON permissions (email, model);
"""
_BUSY_MILLIS = 30_000
_PAUSE_MILLIS = 20


class Row(NamedTuple):
    """A tuned model as it is kept: what does not follow from the clock.

    `fixed` is the JSON of its fields. `total` is None for a model that was loaded whole: then `fixed` is all.
    Times are nanoseconds. `previous` is `fixed` before the last patch.
    """

    seq: int
    id: str
    owner: str
    version: str
    operation: str | None
    fixed: str
    previous: str | None
    created: int | None
    updated: int | None
    started: int | None
    step_nanos: int | None
    total: int | None
    batch: int | None
    examples: int | None
    fail_step: int | None
    cancelled: int | None
    visible_from: int
    gone_from: int | None
    written: int

    @property
    def name(self) -> str:
        """The resource name."""
        return f"tunedModels/{self.id}"


_COLUMNS = ", ".join(Row._fields)
_INSERT = f"INSERT INTO models ({', '.join(Row._fields[1:])}) VALUES ({', '.join('?' * (len(Row._fields) - 1))})"  # noqa: S608 - constants


def _write_ahead(sql: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side; whoever opens a new file first switches it over.

    SQLite's own patience does not cover this switch: of several processes that open a new file at once, all but one
    are told at once that it is locked.
    """
    for left in reversed(range(_BUSY_MILLIS // _PAUSE_MILLIS)):
        try:
            sql.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not left:
                raise
            time.sleep(_PAUSE_MILLIS / 1000)
        else:
            return


class Store:
    """The database; callers hold one lock around a request, processes are kept apart by SQLite."""

    def __init__(self, path: Path | None) -> None:
        """Open or create the state; None keeps it in memory."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.sql = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, timeout=_BUSY_MILLIS / 1000
        )
        self.sql.execute(f"PRAGMA busy_timeout = {_BUSY_MILLIS}")
        _write_ahead(self.sql)
        self.sql.execute("PRAGMA synchronous = NORMAL")
        with self.writing():
            for statement in f"{_SCHEMA}{vertex.SCHEMA}{objects.SCHEMA}".split(";")[:-1]:
                self.sql.execute(statement)

    def close(self) -> None:
        """Close the database."""
        self.sql.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make the statements inside one transaction that excludes other writers."""
        self.sql.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.sql.execute("ROLLBACK")
            raise
        self.sql.execute("COMMIT")

    def number(self, key: str) -> float:
        """Give a counter or the clock's offset; 0 until it is set."""
        found = self.sql.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return found[0] if found else 0.0

    def add(self, key: str, by: float = 1) -> float:
        """Add to a counter within a transaction and give its new value."""
        self.sql.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = value + excluded.value",
            (key, by),
        )
        return self.number(key)

    def insert(self, row: Row, examples: str | None, snapshots: str | None) -> None:
        """Keep a new model; the row of a deleted namesake goes.

        Raises sqlite3.IntegrityError when the id is taken by a live model.
        """
        self.sql.execute("DELETE FROM models WHERE id = ? AND gone_from IS NOT NULL", (row.id,))
        self.sql.execute(_INSERT, row[1:])
        self.sql.execute("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", (row.id, examples, snapshots))

    def model(self, model_id: str) -> Row | None:
        """Give a model by id, also a deleted one (`gone_from` is set)."""
        found = self.sql.execute(f"SELECT {_COLUMNS} FROM models WHERE id = ?", (model_id,)).fetchone()  # noqa: S608 - constants
        return Row._make(found) if found else None

    def models(self, after: int, lists: int, emails: Iterable[str], unseen: int) -> Iterator[Row]:
        """Give the models of a list, in order of creation, beyond the position `after`.

        `lists` is the list's number, `emails` are those the models must be owned by or shared with,
        `unseen` is the number of a write that this list must not show (0: none).
        """
        who = "(SELECT value FROM json_each(?1))"
        scope = f"(owner IN {who} OR id IN (SELECT model FROM permissions WHERE email IN {who}))"  # noqa: S608 - constants
        alive = "((visible_from < ?2 AND (gone_from IS NULL OR gone_from >= ?2)) OR written = ?4)"
        query = f"SELECT {_COLUMNS} FROM models WHERE seq > ?3 AND {alive} AND {scope} ORDER BY seq"  # noqa: S608 - constants
        return map(Row._make, self.sql.execute(query, (json.dumps(list(emails)), lists, after, unseen)))

    def change(self, model_id: str, **columns: str | int | None) -> None:
        """Set columns of a model within a transaction; counts as a write."""
        columns["written"] = int(self.add("writes"))
        names = ", ".join(f"{name} = ?" for name in columns)
        self.sql.execute(f"UPDATE models SET {names} WHERE id = ?", (*columns.values(), model_id))  # noqa: S608 - our column names

    def text(self, model_id: str, column: str) -> str | None:
        """Give a model's training examples or loaded snapshots, as JSON text."""
        query = f"SELECT {column} FROM texts WHERE model = ?"  # noqa: S608 - our column names
        found = self.sql.execute(query, (model_id,)).fetchone()
        return found[0] if found else None

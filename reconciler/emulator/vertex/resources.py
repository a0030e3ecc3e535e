"""Jobs, models and endpoints in the database: what they have in common.

A deleted resource leaves its row behind, for lists that lag. Every write has a number, so that a stale read can
leave out the last one of its collection.
"""

import json
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from reconciler.emulator.call import Call
from reconciler.emulator.codes import code
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.emulator.vertex import names
from reconciler.emulator.vertex.tables import TABLES
from reconciler.emulator.wire import JsonObject

Collection: TypeAlias = Literal["tuningJobs", "models", "endpoints"]


class Row(NamedTuple):
    """A resource as it is kept; `kept` and `previous` are JSON, `due` is in microseconds."""

    seq: int
    parent: str
    id: str
    kept: str
    previous: str | None
    due: int | None
    visible_from: int
    gone_from: int | None
    written: int

    @property
    def value(self) -> JsonObject:
        """What is kept, decoded."""
        value: JsonObject = json.loads(self.kept)
        return value


_COLUMNS = ", ".join(Row._fields)
_WRITTEN = ", ".join(Row._fields[1:])
_PLACES = ", ".join("?" * (len(Row._fields) - 1))


def insert(
    store: Store,
    settings: Settings,
    kind: Collection,
    parent: str,
    resource: str,
    kept: JsonObject,
    due: int | None = None,
) -> None:
    """Keep a new resource within a transaction; lists that lag miss it for a while."""
    visible_from = int(store.number(f"lists {kind}")) + settings.list_lag
    row = (parent, resource, _text(kept), None, due, visible_from, None, _next_write(store))
    store.sql.execute(f"INSERT INTO {TABLES[kind]} ({_WRITTEN}) VALUES ({_PLACES})", row)  # noqa: S608 - constants


def insert_loaded(store: Store, kind: Collection, rows: list[tuple[str, str, JsonObject]]) -> None:
    """Keep resources (parent, id, kept) that were always there, within a transaction: no stale read misses them.

    Raises sqlite3.IntegrityError for an id that is taken.
    """
    values = [(parent, resource, _text(kept), None, None, -1, None, 0) for parent, resource, kept in rows]
    store.sql.executemany(f"INSERT INTO {TABLES[kind]} ({_WRITTEN}) VALUES ({_PLACES})", values)  # noqa: S608 - constants


def find(store: Store, kind: Collection, parent: str, resource: str) -> Row | None:
    """Give a resource that is there."""
    row = _row(store, kind, parent, resource)
    return row if row and row.gone_from is None else None


def numbered(store: Store, kind: Collection, seq: int) -> Row:
    """Give the resource in a row of the table."""
    query = f"SELECT {_COLUMNS} FROM {TABLES[kind]} WHERE seq = ?"  # noqa: S608 - constants
    return Row._make(store.sql.execute(query, (seq,)).fetchone())


def live(call: Call, kind: Collection, resource: str) -> Row:
    """Give the resource of the call's location; a stale read gives it as it was before its last write.

    Raises ApiError 404.
    """
    parent = names.parent_of(call)
    row = _row(call.store, kind, parent, resource)
    if row and call.stale:
        row = _unwritten(row)
    elif row and row.gone_from is not None:
        row = None
    if row is None:
        raise names.missing(f"{parent}/{kind}/{resource}")
    return row


def change(store: Store, kind: Collection, row: Row, kept: JsonObject, due: int | None = None) -> None:
    """Write a resource anew within a transaction."""
    store.sql.execute(
        f"UPDATE {TABLES[kind]} SET kept = ?, previous = kept, due = ?, written = ? WHERE seq = ?",  # noqa: S608 - constants
        (_text(kept), due, _next_write(store), row.seq),
    )


def settle(store: Store, kind: Collection, row: Row, kept: JsonObject) -> None:
    """Note what time has made of a resource, within a transaction: nobody wrote that, so no stale read misses it."""
    store.sql.execute(f"UPDATE {TABLES[kind]} SET kept = ?, due = NULL WHERE seq = ?", (_text(kept), row.seq))  # noqa: S608 - constants


def remove(store: Store, settings: Settings, kind: Collection, row: Row) -> None:
    """Take a resource away within a transaction; lists that lag still show it."""
    gone_from = int(store.number(f"lists {kind}")) + settings.list_lag
    store.sql.execute(
        f"UPDATE {TABLES[kind]} SET gone_from = ?, written = ? WHERE seq = ?",  # noqa: S608 - constants
        (gone_from, _next_write(store), row.seq),
    )


def listed(store: Store, kind: Collection, parent: str, after: int, lists: int, *, stale: bool) -> Iterator[Row]:
    """Give the resources of a list in order of creation, beyond the position `after`.

    `lists` is the list's number; a stale list misses the last write to the collection.
    """
    table = TABLES[kind]
    (unseen,) = store.sql.execute(f"SELECT MAX(written) FROM {table}").fetchone() if stale else (None,)  # noqa: S608 - constants
    alive = "((visible_from < ?2 AND (gone_from IS NULL OR gone_from >= ?2)) OR written = ?4)"
    query = f"SELECT {_COLUMNS} FROM {table} WHERE seq > ?3 AND parent = ?1 AND {alive} ORDER BY seq"  # noqa: S608 - constants
    for row in map(Row._make, store.sql.execute(query, (parent, lists, after, unseen or -1))):
        seen = _unwritten(row) if row.written and row.written == unseen else row
        if seen is not None:
            yield seen


def count_list(call: Call, kind: Collection) -> int:
    """Number this list; lists are counted only where the settings let them lag."""
    key = f"lists {kind}"
    if not call.settings.list_lag:
        return int(call.store.number(key)) + 1
    with call.store.writing():
        return int(call.store.add(key))


def etag(store: Store, resource: str) -> str:
    """Give an etag for what is about to be written."""
    writes = int(store.number("writes"))
    return f"AMEw9y{code(f'etag {resource} {writes}')}="


def _row(store: Store, kind: Collection, parent: str, resource: str) -> Row | None:
    query = f"SELECT {_COLUMNS} FROM {TABLES[kind]} WHERE parent = ? AND id = ?"  # noqa: S608 - constants
    found = store.sql.execute(query, (parent, resource)).fetchone()
    return Row._make(found) if found else None


def _unwritten(row: Row) -> Row | None:
    """Give a resource as it was before its last write: None before it was made."""
    if row.gone_from is not None:
        return row._replace(gone_from=None)
    return row._replace(kept=row.previous, previous=None) if row.previous else None


def _next_write(store: Store) -> int:
    return int(store.add("writes"))


def _text(kept: JsonObject) -> str:
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

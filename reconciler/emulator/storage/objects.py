"""Objects and their generations, as rows.

Every write has a number. A row is of the present from the write that made it to the one that replaced or deleted
it; by that a stale read can leave out the last write. Rows of the past go with the next write, unless kept by
object versioning.
"""

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.emulator.storage import bodies
from reconciler.emulator.storage.bodies import Database, Digest

SCHEMA = """
CREATE TABLE IF NOT EXISTS storage_counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS storage_objects (
    bucket TEXT NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL, body INTEGER NOT NULL,
    size INTEGER NOT NULL, crc32c INTEGER NOT NULL, md5 BLOB, components INTEGER,
    given TEXT NOT NULL, created INTEGER NOT NULL, born INTEGER NOT NULL, died INTEGER, kept INTEGER NOT NULL,
    PRIMARY KEY (bucket, name, generation)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS storage_objects_of_body ON storage_objects (body);
CREATE INDEX IF NOT EXISTS storage_objects_past ON storage_objects (died) WHERE died IS NOT NULL AND NOT kept;
CREATE TABLE IF NOT EXISTS storage_parts (
    body INTEGER NOT NULL, start INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (body, start));
CREATE TABLE IF NOT EXISTS storage_uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL, plan TEXT NOT NULL, created INTEGER NOT NULL,
    body INTEGER NOT NULL, received INTEGER NOT NULL, answer TEXT) WITHOUT ROWID;
"""


class Row(NamedTuple):
    """One generation of an object. `given` is the JSON of what the client may set; `created` is in nanoseconds.

    `components` is the number of objects that it was composed of, None for one that was uploaded.
    """

    bucket: str
    name: str
    generation: int
    body: int
    size: int
    crc32c: int
    md5: bytes | None
    components: int | None
    given: str
    created: int

    @property
    def digest(self) -> Digest:
        """Length and checksums."""
        return Digest(self.size, self.crc32c, self.md5)


_COLUMNS = ", ".join(Row._fields)
_PRESENT = "born <= :at AND (died IS NULL OR died > :at)"


def find(db: Database, bucket: str, name: str, generation: int | None = None, *, stale: bool = False) -> Row | None:
    """Give an object of the present, or the generation asked for if it is that or was kept.

    `stale` gives what was there before the last write.
    """
    query = (
        f"SELECT {_COLUMNS} FROM storage_objects WHERE bucket = :bucket AND name = :name AND "  # noqa: S608 - constants
        f"(({_PRESENT} AND :generation IS NULL) OR (generation = :generation AND (({_PRESENT}) OR kept)))"
    )
    values = {"bucket": bucket, "name": name, "generation": generation, "at": _moment(db, stale=stale)}
    found = db.sql.execute(query, values).fetchone()
    return Row._make(found) if found else None


def walk(db: Database, bucket: str, after: str, *, stale: bool = False) -> Iterator[Row]:
    """Give the objects of a bucket from the name `after` on, inclusive, in the order of their UTF-8 bytes."""
    query = (
        f"SELECT {_COLUMNS} FROM storage_objects WHERE bucket = :bucket AND name >= :after AND {_PRESENT} ORDER BY name"  # noqa: S608 - constants
    )
    values = {"bucket": bucket, "after": after, "at": _moment(db, stale=stale)}
    return map(Row._make, db.sql.execute(query, values))


def insert(db: Database, row: Row, *, keep_old: bool) -> Row:
    """Put an object in the place of its namesake, and give it with its generation.

    Generations are the microseconds of the clock, or the next number where that would not be larger.
    """
    _end(db, row.bucket, row.name, keep=keep_old)
    made = row._replace(generation=bodies.count(db, "generations", row.created // 1_000))
    places = ", ".join("?" * (len(Row._fields) + 1))
    db.sql.execute(
        f"INSERT INTO storage_objects ({_COLUMNS}, born, kept) VALUES ({places}, 0)",  # noqa: S608 - constants
        (*made, bodies.counted(db, "writes")),
    )
    return made


def delete(db: Database, row: Row, *, keep: bool) -> None:
    """Let an object be of the past."""
    _end(db, row.bucket, row.name, keep=keep)


def erase(db: Database, row: Row) -> None:
    """Let go of one generation for good."""
    query = "DELETE FROM storage_objects WHERE bucket = ? AND name = ? AND generation = ?"
    db.sql.execute(query, (row.bucket, row.name, row.generation))
    bodies.release(db, [row.body])


def read(store: Database, bucket: str, name: str, generation: int | None = None) -> bytes | None:
    """Give the content of an object, as the other services of the cloud read it; None if it is not there."""
    row = find(store, bucket, name, generation)
    return None if row is None else bodies.cut(store, row.body, 0, row.size)


def _moment(db: Database, *, stale: bool) -> int:
    return bodies.counted(db, "writes") - stale


def _end(db: Database, bucket: str, name: str, *, keep: bool) -> None:
    """Count a write, after which the object of that name is of the past, and clear up what was so before."""
    write = bodies.count(db, "writes")
    past = "FROM storage_objects WHERE died < ? AND died IS NOT NULL AND NOT kept"
    unused = [body for (body,) in db.sql.execute(f"SELECT body {past}", (write,))]
    db.sql.execute(f"DELETE {past}", (write,))
    bodies.release(db, unused)
    query = "UPDATE storage_objects SET died = ?, kept = ? WHERE bucket = ? AND name = ? AND died IS NULL"
    db.sql.execute(query, (write, keep, bucket, name))

"""The tables of Vertex AI in the emulator's database.

`kept` is the JSON of what does not follow from the clock, `previous` the same before the last write. `due` is the
time in microseconds at which something becomes of a job or an operation, NULL when nothing will: nanoseconds do not
fit in SQLite's integers beyond the year 2262.
"""

_RESOURCE = """
CREATE TABLE IF NOT EXISTS {table} (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, parent TEXT NOT NULL, id TEXT NOT NULL, kept TEXT NOT NULL, previous TEXT,
    due INTEGER, visible_from INTEGER NOT NULL, gone_from INTEGER, written INTEGER NOT NULL, UNIQUE (parent, id));
CREATE INDEX IF NOT EXISTS {table}_written ON {table} (written);
"""

TABLES = {"tuningJobs": "vertex_jobs", "models": "vertex_models", "endpoints": "vertex_endpoints"}
"""Collection of the API -> its table."""

SCHEMA = (
    "".join(_RESOURCE.format(table=table) for table in TABLES.values())
    + """
CREATE INDEX IF NOT EXISTS vertex_jobs_due ON vertex_jobs (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS vertex_examples (job TEXT PRIMARY KEY, examples TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vertex_operations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, target TEXT NOT NULL, kept TEXT NOT NULL,
    due INTEGER);
CREATE INDEX IF NOT EXISTS vertex_operations_due ON vertex_operations (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS vertex_operations_target ON vertex_operations (target);
"""
)

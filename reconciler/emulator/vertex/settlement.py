"""What has come to pass since the last request: jobs that ended, operations that are done, in the order of time.

Nothing runs in the background; every request to Vertex AI begins with this.
"""

from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.emulator.vertex import operations, resources, serving
from reconciler.emulator.vertex.course import MICRO, SERVING, Course

_NEXT = """
SELECT 'job' AS what, seq, due FROM vertex_jobs WHERE due <= ?1
UNION ALL SELECT 'operation', seq, due FROM vertex_operations WHERE due <= ?1 ORDER BY due, what, seq LIMIT 1
"""


def settle(store: Store, settings: Settings, now: int) -> None:
    """Let everything happen that was due by now, in nanoseconds."""
    micros = now // MICRO
    if store.sql.execute(_NEXT, (micros,)).fetchone() is None:
        return
    with store.writing():
        while found := store.sql.execute(_NEXT, (micros,)).fetchone():
            what, seq, due = found
            if what == "job":
                _end_job(store, settings, seq)
            else:
                operations.finish(store, settings, seq, due * MICRO)


def _end_job(store: Store, settings: Settings, seq: int) -> None:
    row = resources.numbered(store, "tuningJobs", seq)
    kept = row.value
    course = Course(**kept["course"])
    if course.outcome in SERVING:
        kept["tunedModel"] = serving.serve(store, settings, row, course.ends)
    resources.settle(store, "tuningJobs", row, kept)

"""A process that dies while it writes a file: a plan, the cache, the state of the embedded emulator.

Where a run is killed by the clock and not at a request, whatever is under way then is cut: the test says nothing about
how much that was, only that it does not matter.
"""

import os
import signal
import time
from pathlib import Path

import pytest

from reconciler.emulator.settings import Settings
from tests.golden.wire import Watched
from tests.process.service import service
from tests.process.stricken import declare, model
from tests.tally import Tally
from tests.zygote import Ended, start

pytestmark = pytest.mark.process

MODELS = {f"model-{number}": model(epochs=number + 1) for number in range(6)}
APPLY = ("apply", "--yes", "--no-wait")


def run(folder: Path, *argv: str, kill_after: float | None = None) -> Ended:
    """Run the command, with the cache in the folder; perhaps kill it after so many real seconds."""
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(folder / ".cache"),
        "RECONCILER_CLAIM_GRACE": "0",  # these runs come one after the other, in real time
        "RECONCILER_EMULATOR_STEPS_PER_SECOND": "1000",
    }
    running = start(argv, cwd=folder, env=environment)
    if kill_after is not None:
        time.sleep(kill_after)
        running.kill()
    return running.wait()


def created(folder: Path) -> int:
    """How many trainings the embedded emulator has begun."""
    (state,) = folder.rglob("emulator.sqlite3")
    emulator = Watched(time.time, Settings(), state)
    try:
        return len(service().trainings(emulator.ask))
    finally:
        emulator.close()


def test_no_part_of_a_plan_is_a_plan(tmp_path: Path) -> None:
    declare(tmp_path, {"one": model(), "two": model(rate=2)})
    assert run(tmp_path, "plan", "--out", "plan.json").code == 0
    whole = (tmp_path / "plan.json").read_bytes()
    length = len(whole.rstrip())
    for kept in (0, 1, 2, *range(3, length, length // 12), length - 1):
        (tmp_path / "part.json").write_bytes(whole[:kept])
        ended = run(tmp_path, *APPLY, "part.json")
        assert ended.code in (1, 64), f"{kept} of {length} bytes: {ended.said}"
        assert "Traceback" not in ended.said
    assert run(tmp_path, "plan").stdout.endswith("Plan: 2 to create, 0 to update, 0 to replace, 0 to delete.\n")
    assert run(tmp_path, *APPLY, "plan.json").code in (0, 3)


def cut(folder: Path, moments: list[float]) -> int:
    """Kill runs at these moments, then run in peace: all is there, and everything once. Give how many were not over."""
    declare(folder, MODELS)
    codes = [run(folder, *APPLY, kill_after=moment).code for moment in moments]
    assert set(codes) <= {0, 3, -signal.SIGKILL}
    last = run(folder, "apply", "--yes")
    assert last.code == 0, last.said
    plan = run(folder, "plan")
    assert plan.stdout.endswith("No changes.\n"), plan.said
    assert created(folder) == len(MODELS)
    without = start(["plan"], cwd=folder, env={**os.environ, "XDG_CACHE_HOME": str(folder / "none")}).wait()
    assert without.stdout == plan.stdout
    return codes.count(-signal.SIGKILL)


def test_killed_at_any_moment_nothing_is_half_written(tmp_path: Path, tally: Tally) -> None:
    tally("processes killed by the clock", cut(tmp_path, [0.005 * step for step in range(1, 21)]))


@pytest.mark.soak
@pytest.mark.parametrize("attempt", range(30))
def test_so_it_is_in_a_thousand_runs(tmp_path: Path, tally: Tally, attempt: int) -> None:
    moments = [0.002 * step + 0.0001 * attempt for step in range(1, 34)]
    tally("processes killed by the clock", cut(tmp_path, moments))

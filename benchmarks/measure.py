"""One process, measured from outside by the operating system's own accounts."""

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of wall clock and of CPU, and peak memory in MiB: medians of several runs."""

    wall: float
    cpu: float
    memory: float
    code: int


def measure(command: Sequence[str], folder: Path, environ: Mapping[str, str], runs: int) -> Figures:
    """Run a command some times after one warm-up; give the medians."""
    once(command, folder, environ)
    figures = [once(command, folder, environ) for _ in range(runs)]
    return Figures(
        statistics.median(f.wall for f in figures),
        statistics.median(f.cpu for f in figures),
        statistics.median(f.memory for f in figures),
        figures[-1].code,
    )


def once(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Figures:
    """Run a command once, with compiled modules as an installed program has them."""
    started = time.perf_counter()
    installed = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(  # noqa: S603  (the commands are our own)
        command, cwd=folder, env={**installed, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    return Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)

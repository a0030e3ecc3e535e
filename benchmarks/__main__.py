"""Run all benchmarks and print the figures: `make bench`, or `python -m benchmarks 1 100` for some sizes.

A first plan digests every dataset; later ones find the digests of files that have not changed, so both are shown.
Times differ from machine to machine; the ratios to Terraform, and the number of requests, are what to compare.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import fleet, revised, terraform
from benchmarks.measure import Figures, measure, once

SIZES = (1, 100, 1_000, 10_000)
EXAMPLES = 100_000
"""Of the dataset whose old and new version are compared."""
LARGE = 10_000
"""From here on fewer runs are made."""
RECONCILER = [sys.executable, "-m", "reconciler"]
HEADER = f"{'models':>7}  {'what':<28} {'wall s':>8} {'cpu s':>8} {'MiB':>6} {'requests':>9} {'/ terraform':>12}"


def main() -> None:
    """Print start-up figures, then plans of every size."""
    sizes = [int(argument) for argument in sys.argv[1:]] or SIZES
    print(HEADER)
    with tempfile.TemporaryDirectory() as name:
        for count in sizes:
            _size(Path(name) / str(count), count)
        _data(Path(name) / "data")


def _size(folder: Path, count: int) -> None:
    """Measure everything for one number of models."""
    folder.mkdir()
    reference = _terraform(folder / "terraform", count)
    for changed in (0, -(-count // 100)):
        with _server(folder / f"state-{changed}", count, changed) as url:
            place = folder / f"workspace-{changed}"
            fleet.write(place, count, url)
            environ = {"XDG_CACHE_HOME": str(folder / "cache"), "NO_PROXY": "*"}
            runs = 5 if count < LARGE else 3
            if count == 1 and not changed:
                _line(count, "python -c pass", measure([sys.executable, "-c", "pass"], place, environ, 9))
                _line(count, "reconciler --help", measure([*RECONCILER, "--help"], place, environ, 9))
            if not changed:
                _line(
                    count, "plan, nothing remembered", once([*RECONCILER, "plan", "."], place, environ), None, reference
                )
                _line(count, "validate", measure([*RECONCILER, "validate", "."], place, environ, runs))
            _reset(url)
            plan = measure([*RECONCILER, "plan", "."], place, environ, runs)
            requests = _requests(url) // (runs + 1)
            _line(count, f"plan, {changed} changed" if changed else "plan, unchanged", plan, requests, reference)


def _data(folder: Path) -> None:
    """Measure what telling how data changed adds to a plan of one model."""
    place = folder / "workspace"
    revised.write(place, EXAMPLES)
    first = {"XDG_CACHE_HOME": str(folder / "none")}
    again = {"XDG_CACHE_HOME": str(folder / "cache")}
    for what, environ in (("nothing remembered", first), ("digest remembered", again)):
        for options in ((), ("--base", "HEAD")):
            shutil.rmtree(folder / "none", ignore_errors=True)
            command = [*RECONCILER, "plan", *options, "."]
            figures = once(command, place, environ) if environ is first else measure(command, place, environ, 5)
            _line(1, f"{what}{', compared' if options else ''}", figures)


def _terraform(folder: Path, count: int) -> Figures | None:
    """Terraform's figures for as many resources."""
    program = terraform.available()
    if program is None:
        return None
    terraform.write(folder, count)
    figures = measure([program, "plan", "-no-color"], folder, {}, 3 if count < LARGE else 1)
    _line(count, "terraform plan, unchanged", figures)
    return figures


def _line(
    count: int, what: str, figures: Figures, requests: int | None = None, reference: Figures | None = None
) -> None:
    """Print one row."""
    ratio = f"1/{reference.wall / figures.wall:.1f}" if reference else ""
    told = "" if requests is None else str(requests)
    failed = "" if figures.code == 0 else f"  exit {figures.code}!"
    print(
        f"{count:>7}  {what:<28} {figures.wall:>8.3f} {figures.cpu:>8.3f} {figures.memory:>6.0f} "
        f"{told:>9} {ratio:>12}{failed}",
        flush=True,
    )


@contextmanager
def _server(state: Path, count: int, changed: int) -> Iterator[str]:
    """Serve as many models from a process of its own."""
    command = [*RECONCILER, "emulator", "--port", "0", "--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:  # noqa: S603
        url = _announced(process)
        _send(url, "POST", "load", json.dumps(fleet.listed(count, changed)).encode())
        yield url
        process.terminate()


def _announced(process: subprocess.Popen[str]) -> str:
    """The address that the emulator prints on its first line."""
    line = process.stdout.readline() if process.stdout else ""
    return next(word for word in line.split() if word.startswith("http://"))


def _reset(url: str) -> None:
    _send(url, "DELETE", "requests")


def _requests(url: str) -> int:
    """How many requests the service answered since the last reset."""
    found = json.loads(_send(url, "GET", "requests"))["requests"]
    return len(found)


def _send(url: str, method: str, door: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(f"{url}/_emulator/{door}", body, method=method)  # noqa: S310  (loopback)
    with urllib.request.urlopen(request) as answer:  # noqa: S310  (loopback)
        content: bytes = answer.read()
    return content


if __name__ == "__main__":
    main()

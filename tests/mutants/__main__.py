"""Put one bug after the other into a copy of the program, and see whether the tests notice: `make mutants`.

The tests of the module that is changed come first, then those of all modules, then the stories, the histories, the
processes; first as they are for one service, then for the other; each run ends at the first failure. Without a bug the
same tests must pass, or nothing would be shown. Ends with 1 if a mutant survives. Names on the command line choose some
of them: `python -m tests.mutants "half a list is all"`.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.catalogue import MUTANTS, Mutant
from tests.tested import SERVICES

ROOT = Path(__file__).parents[2]
PARTS = ("reconciler", "tests", "manifests", "schemas", "docs", "scripts", "pyproject.toml", "README.md", "LICENSE")
"""What the tests need of the project."""
FIRST = (
    *("tests/plan", "tests/test_apply.py", "tests/test_dispute.py", "tests/test_preview.py", "tests/resource"),
    *("tests/providers", "tests/source", "tests/render", "tests/cli", "tests/forge", "tests/golden"),
    "tests/properties/test_histories.py",
)
LEFT_OUT = frozenset(
    {"tests/mutants", "tests/fuzz", "tests/properties", "tests/pieces", "tests/docs", "tests/test_architecture.py"}
)
"""What looks at the source itself, at other files or other bugs, or takes long to find what others find sooner."""
TOGETHER = 2
PATIENCE = 900
"""Seconds. Tests that never come to an end have noticed something too."""
PASSED, FAILED = 0, 1
"""pytest's exit codes; with any other one the tests did not run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the tests ended: the first one that failed, or why they did not run."""

    code: int
    test: str
    seconds: float

    def __str__(self) -> str:
        """Write it as the end of a line."""
        words = {PASSED: "SURVIVED", FAILED: f"caught by {self.test}"}
        return f"{words.get(self.code, f'NOT TRIED: {self.test}')}, {self.seconds:.0f} s"


def main(names: Sequence[str]) -> int:
    """Try the mutants of these names, or all; print a line for each, and the sum."""
    chosen = [mutant for mutant in MUTANTS if mutant.name in names] if names else list(MUTANTS)
    with TemporaryDirectory(prefix="mutants-") as folder:
        whole = Path(folder) / "whole"
        _copy(ROOT, whole)
        sound = _tested_with(whole, _order(whole), tuple(SERVICES))
        if sound.code != PASSED:
            print(f"without any mutant: {sound}", file=sys.stderr)
            return 1
        with ThreadPoolExecutor(TOGETHER) as pool:
            outcomes = list(pool.map(partial(_tried, whole), chosen))
    caught = sum(outcome.code == FAILED for outcome in outcomes)
    print(f"mutants: {caught} caught of {len(chosen)}")
    return int(caught < len(chosen))


def _tried(whole: Path, mutant: Mutant) -> Outcome:
    """Test a copy with one bug in it."""
    with _copied(whole) as copy:
        file = copy / "reconciler" / mutant.file
        text = file.read_text(encoding="utf-8")
        if text.count(mutant.old) == 1:
            file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
            outcome = _judged(copy, mutant)
        else:
            outcome = Outcome(-1, "it does not fit the source", 0)
    print(f"{mutant.name}: {outcome}", flush=True)
    return outcome


def _judged(copy: Path, mutant: Mutant) -> Outcome:
    """Run the tests of the module, and if they notice nothing, all tests."""
    module = Path(mutant.file)
    own = f"tests/{module.parent}/test_{module.name}".replace("/./", "/")
    near = _tested_with(copy, [own], mutant.services) if (copy / own).exists() else Outcome(PASSED, "", 0)
    return near if near.code != PASSED else _tested_with(copy, _order(copy), mutant.services)


def _tested_with(copy: Path, paths: Sequence[str], services: Sequence[str]) -> Outcome:
    """Run tests against one service after the other, until they fail."""
    ended = Outcome(PASSED, "", 0)
    for service in services:
        ended = _tested(copy, [f"--service={service}", *paths])
        if ended.code != PASSED:
            break
    return ended


def _tested(copy: Path, paths: Sequence[str]) -> Outcome:
    """Run tests of a copy, once it is sure that they test the copy."""
    begun = time.monotonic()
    given = {**os.environ, "PYTHONPATH": str(copy), "CI": "true"}  # CI: the same random examples for every mutant
    run = partial(subprocess.run, cwd=copy, env=given, capture_output=True, text=True, check=False)
    where = run([sys.executable, "-c", "import reconciler; print(reconciler.__file__)"])
    if Path(where.stdout.strip()).parents[1] != copy:
        return Outcome(-1, f"{where.stdout.strip() or where.stderr} is imported", 0)
    try:
        ended = run([sys.executable, "-m", "pytest", "-qx", "--no-header", "--tb=no", *paths], timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return Outcome(FAILED, f"{PATIENCE} s without an end", PATIENCE)
    first = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", ended.stdout, re.MULTILINE)
    told = first[1] if first else (ended.stdout + ended.stderr)[-2000:]
    return Outcome(ended.returncode, told, time.monotonic() - begun)


def _order(copy: Path) -> list[str]:
    """Everything that is tested, the quickest to find a mistake first."""
    known = {*FIRST, *LEFT_OUT}
    entries = sorted(f"tests/{path.name}" for path in (copy / "tests").iterdir() if _holds_tests(path))
    return [*FIRST, *(entry for entry in entries if entry not in known)]


def _holds_tests(path: Path) -> bool:
    return path.name.startswith("test_") or (path.is_dir() and any(path.rglob("test_*.py")))


@contextmanager
def _copied(whole: Path) -> Iterator[Path]:
    """Make a copy for one mutant."""
    with TemporaryDirectory(prefix="mutant-", ignore_cleanup_errors=True) as folder:
        _copy(whole, copy := Path(folder).resolve() / "copy")
        yield copy


def _copy(source: Path, target: Path) -> None:
    """Copy the parts of the project; compiled modules too, with their times, so that only a mutant is compiled."""
    target.mkdir()
    for part in PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part)
        else:
            shutil.copy2(source / part, target / part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Whatever the input, only our own errors come of it, and what is taken means what it says.

Quickly with some disturbed inputs for each target; under `make soak` with thousands, and with libFuzzer guiding.
"""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configure

from tests.fuzz.disturb import inputs
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS
from tests.tally import Tally

pytestmark = pytest.mark.filterwarnings("ignore:Possible:FutureWarning")  # Python, about odd regexes of a fault

CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
FEW, MANY, GUIDED = 50, 3000, 10_000
BOUNDS = ("-timeout=20", "-rss_limit_mb=1024", "-max_len=8192", "-seed=1", "-verbosity=0", "-print_final_stats=1")
"""Seconds for one input, megabytes of memory, bytes of an input."""
FORGED = {"cache"}
"""Whoever sees the program compare checksums can forge them; damage cannot."""
ROOT = Path(__file__).parents[2]


def fuzz(target: Target, examples: int) -> int:
    """Judge so many disturbed inputs."""
    judged = 0

    @configure(max_examples=examples, suppress_health_check=CHECKS)
    @given(inputs(target))
    def judge(data: bytes) -> None:
        nonlocal judged
        judged += 1
        target.check(data)

    judge()
    return judged


@pytest.mark.parametrize("name", TARGETS)
def test_valid_inputs_are_fine(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].check(seed)


@pytest.mark.parametrize("name", ["manifest", "workspace"])
def test_manifests_to_start_from_are_taken(name: str) -> None:
    """What is refused as a whole would hide what comes after validation."""
    target = TARGETS[name]
    assert [target.check(seed) for seed in target.seeds()] == [()] * len(target.seeds())


@pytest.mark.parametrize("name", TARGETS)
def test_disturbed_inputs_are_refused_in_order(name: str, tally: Tally) -> None:
    tally("inputs fuzzed", fuzz(TARGETS[name], FEW))


@pytest.mark.soak
@pytest.mark.parametrize("name", TARGETS)
def test_so_are_many_of_them(name: str, tally: Tally) -> None:
    tally("inputs fuzzed", fuzz(TARGETS[name], MANY))


@pytest.mark.soak
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has no wheel for this platform")
@pytest.mark.parametrize("name", sorted(TARGETS.keys() - FORGED))
def test_so_are_those_that_look_for_new_paths(name: str, tmp_path: Path, tally: Tally) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz.guided",
            name,
            str(corpus),
            f"-runs={GUIDED}",
            f"-artifact_prefix={tmp_path}/",
            *BOUNDS,
        ],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    (runs,) = re.findall(r"number_of_executed_units: ([0-9]+)", ended.stderr)
    assert int(runs) >= GUIDED
    tally("inputs fuzzed under libFuzzer", int(runs))

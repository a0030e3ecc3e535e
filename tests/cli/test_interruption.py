"""Signals: the first one ends a run with its report, the second one at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.conftest import Bench, Command

pytestmark = pytest.mark.process


@contextmanager
def applying(bench: Bench) -> Iterator[subprocess.Popen[str]]:
    """A process that applies, and waits for a training of hours."""
    bench.declare("one")
    command = [sys.executable, "-m", "reconciler", "apply", "--yes"]
    environment = {**os.environ, "RECONCILER_EMULATOR_STEPS_PER_SECOND": "0.001"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        while "training tunedModels/one-" not in process.stderr.readline():
            assert process.poll() is None
        yield process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_ends_the_run_with_its_report(bench: Bench, run: Command, number: int) -> None:
    with applying(bench) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "Stopping:" in err
    assert "The run was interrupted." in out
    assert "1 training" in run("plan").last


def test_the_second_signal_does_not_ask(bench: Bench) -> None:
    from reconciler.cli import interruption

    script = f"""
import os, signal, sys
sys.path.insert(0, {str(bench.root)!r})
from {interruption.__name__} import interruptible
with interruptible() as clock:
    os.kill(os.getpid(), signal.SIGTERM)
    print(clock.sleep(0), clock.sleep(99), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    print("still there")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (128 + signal.SIGTERM, "True True\n")

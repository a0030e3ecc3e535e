"""What `zygote` promises to the tests that build on it."""

import signal
from pathlib import Path

import pytest

from reconciler import __version__
from tests.zygote import Ended, Time, start

pytestmark = pytest.mark.process

YEAR = 365 * 86400.0


def ended(*argv: str, folder: Path, clock: Time | None = None, **env: str) -> Ended:
    return start(argv, cwd=folder, env=env, time=clock).wait()


def test_a_run_has_its_own_arguments_streams_and_exit_code(tmp_path: Path) -> None:
    version = ended("--version", folder=tmp_path)
    assert (version.code, version.stdout, version.stderr) == (0, f"reconciler {__version__}\n", "")
    wrong = ended("plan", "--nonsense", folder=tmp_path)
    assert wrong.code == 64
    assert wrong.stdout == ""
    assert "--nonsense" in wrong.stderr


def test_a_run_has_its_own_folder_and_environment(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert ended("init", folder=tmp_path / name).code == 0
        assert (tmp_path / name / "manifests" / "workspace.yaml").exists()
    wrong = ended("plan", folder=tmp_path / "one", RECONCILER_ENDPOINT="ftp://example.com")
    assert wrong.code == 64
    assert "ftp://example.com" in wrong.stderr


def test_several_run_at_once_and_can_be_killed(tmp_path: Path) -> None:
    assert ended("init", folder=tmp_path).code == 0
    slow = {"RECONCILER_EMULATOR_STEPS_PER_SECOND": "0.001", "HOME": str(tmp_path)}
    (tmp_path / "other").mkdir()
    assert ended("init", folder=tmp_path / "other").code == 0
    one = start(["apply", "--yes"], cwd=tmp_path, env=slow)
    two = start(["apply", "--yes"], cwd=tmp_path / "other", env=slow)
    assert one.pid != two.pid
    one.kill()
    assert one.wait().code == -signal.SIGKILL
    assert not two.over.is_set()
    two.kill()
    assert two.wait().code == -signal.SIGKILL
    two.kill()


def test_a_virtual_hour_is_slept_at_once(tmp_path: Path) -> None:
    clock = Time(tmp_path / "time", YEAR)
    assert ended("init", folder=tmp_path).code == 0
    run = ended("apply", "--yes", folder=tmp_path, clock=clock, RECONCILER_EMULATOR_STEPS_PER_SECOND="0.0345")
    assert run.code == 0, run.said
    assert "ready" in run.stderr
    assert 3600 <= clock.now() - YEAR < 3660
    clock.close()


def test_the_clock_on_the_wall_may_be_wrong(tmp_path: Path) -> None:
    clock = Time(tmp_path / "time", YEAR)
    clock.jump(-60)
    clock.advance(5)
    other = Time(tmp_path / "time")
    assert (other.now(), other.wall()) == (YEAR + 5, YEAR - 55)
    clock.close()
    other.close()

"""A pipeline that reviews the pull requests of the sample repository, and a team that merges them.

The models of `main` are trained and serve. Commands run in this process against the built-in emulator, in a time that
only waiting moves.
"""

import io
import shutil
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Recorded
from tests.cli.conftest import Ran
from tests.inside import move_in
from tests.review.repository import Sample, sample

START = 1_793_610_000.0
"""2026-11-02 09:00:00 UTC."""
SPEED = 0.2
"""Training steps a second: some minutes for a model, as services take."""
STEP = {"GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "outputs"}
"""Files that the runner names for a step, here in the folder `step` beside the checkout."""
ALONE = {"RECONCILER_PARALLELISM": "1"}


class Pipeline:
    """A checkout, the service, and the command."""

    def __init__(self, folder: Path) -> None:
        self.time = START
        self.folder = folder
        self.git: Sample = sample(folder / "checkout")
        self.emulator = Emulator(None, lambda: self.time, Settings(steps_per_second=SPEED))
        ran = self.run("apply", "--yes", "--quiet")
        assert ran.code == 0, ran

    def run(self, *arguments: str, **environ: str) -> Ran:
        """Run the command at the top of the checkout."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr("sys.stdin", io.StringIO())
            for name, value in {**ALONE, **environ}.items():
                patch.setenv(name, value)
            move_in(self.git.top, patch, lambda: self.emulator, lambda: self.time, self._sleep)
            code = main(list(arguments))
        ran = Ran(code, out.getvalue(), err.getvalue())
        assert "Traceback" not in ran.err
        assert str(self.git.top) not in ran.out + ran.err, "a folder of this machine is named"
        return ran

    def plan(self, *options: str, **environ: str) -> Ran:
        """Plan as a pipeline of a pull request does, which writes nothing."""
        before = len(self.emulator.requests)
        ran = self.run("plan", "--base", "main", *options, **environ)
        assert not writes(self.emulator.requests[before:])
        return ran

    def in_step(self, *options: str) -> tuple[Ran, Mapping[str, str]]:
        """Plan in a step of GitHub Actions: what the log has, and the files that the step leaves, by their names."""
        step = self.folder / "step"
        shutil.rmtree(step, ignore_errors=True)
        step.mkdir()
        files = {name: str(step / file) for name, file in STEP.items()}
        ran = self.plan("-o", "github", *options, GITHUB_WORKSPACE=str(self.git.top), **files)
        return ran, {file.name: file.read_bytes().decode() for file in sorted(step.iterdir())}

    def check_out(self, branch: str) -> None:
        """Stand on a branch."""
        self.git("checkout", "--quiet", branch)

    def merge(self, *branches: str) -> None:
        """Merge pull requests into `main`, and stand there."""
        self.check_out("main")
        for branch in branches:
            self.git("merge", "--quiet", "--no-ff", "--message=merge", branch)

    def _sleep(self, seconds: float) -> None:
        self.time += seconds


def writes(requests: Sequence[Recorded]) -> list[str]:
    """What was written by requests: the method, and the model in the path or the query."""
    return [
        f"{each.method} {each.query.get('tunedModelId') or each.path.rpartition('/')[2]}"
        for each in requests
        if each.method != "GET"
    ]

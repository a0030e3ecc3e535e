"""A repository with manifests, as a pipeline checks it out, against the embedded emulator."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.pieces.runner import PROGRAM

WORKSPACE = """\
apiVersion: reconciler.dev/v1alpha1
kind: Workspace
metadata: {name: support}
spec: {owner: support-1, endpoint: emulator}
"""
MODEL = """\
apiVersion: reconciler.dev/v1alpha1
kind: TunedModel
metadata: {name: NAME}
spec:
  baseModel: models/gemini-1.5-flash-001-tuning
  dataset: {path: numbers.jsonl}
  hyperparameters: {epochCount: EPOCHS, batchSize: 4}
"""


class Repository:
    """A checkout with `manifests/`, of which a remote has a first commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        manifests = folder / "manifests"
        manifests.mkdir(parents=True)
        (manifests / "workspace.yaml").write_text(WORKSPACE)
        rows = ({"text_input": str(n), "output": str(n + 1)} for n in range(20))
        (manifests / "numbers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.git("init", "--quiet", "--initial-branch=main")
        self.publish()

    def declare(self, name: str, epochs: int = 2) -> None:
        """Write a manifest."""
        text = MODEL.replace("NAME", name).replace("EPOCHS", str(epochs))
        (self.folder / "manifests" / f"{name}.yaml").write_text(text)

    def limit(self, limits: str) -> None:
        """Write limits into the workspace."""
        text = WORKSPACE.replace("endpoint: emulator}", f"endpoint: emulator, limits: {{{limits}}}}}")
        (self.folder / "manifests" / "workspace.yaml").write_text(text)

    def publish(self) -> None:
        """Commit everything, and let it be what the remote has."""
        self.commit()
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")

    def git(self, *arguments: str) -> None:
        """Run git."""
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        subprocess.run(["/usr/bin/env", "git", *identity, *arguments], cwd=self.folder, check=True, capture_output=True)

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=state")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "checkout")


@pytest.fixture
def path_with_program(tmp_path: Path) -> Mapping[str, str]:
    """Variables with which `reconciler` is this program, and trainings of the emulator take no time."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "reconciler").write_text(PROGRAM)
    (folder / "reconciler").chmod(0o755)
    return {"PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path / "cache"), **QUICK}


QUICK = {"RECONCILER_EMULATOR_STEPS_PER_SECOND": "100000"}

"""The page about pipelines: each of its commands is run."""

import os
import re
import subprocess
from collections.abc import Mapping

import pytest

from tests.forge.emulation import TOKEN, Forge, served
from tests.pieces.conftest import Repository
from tests.pieces.runner import ROOT

pytestmark = [pytest.mark.process, pytest.mark.loopback]

PAGE = (ROOT / "docs/gitops.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ELSEWHERE = ("podman", "systemctl", "DRIFT_REPOSITORY=")
"""What begins commands that need a service of the machine, or that test_drift runs."""


def test_every_command_works(repository: Repository, path_with_program: Mapping[str, str]) -> None:
    """In order, in one pipeline of a pull request."""
    commands = [line for block in BLOCKS for line in block.splitlines() if not line.startswith(ELSEWHERE)]
    assert len(commands) == 11
    repository.declare("first")
    forge, said = Forge(), ""
    with served(forge) as address:
        for command in commands:
            ended = subprocess.run(
                ["/bin/bash", "-e", "-o", "pipefail", "-c", command],
                cwd=repository.folder,
                env={
                    **os.environ,
                    **path_with_program,
                    "GITHUB_ACTIONS": "true",
                    "GITHUB_API_URL": address,
                    "GITHUB_REF": "refs/pull/12/merge",
                    "GITHUB_REPOSITORY": "acme/models",
                    "GITHUB_TOKEN": TOKEN,
                },
                capture_output=True,
                text=True,
                check=False,
            )
            said = ended.stdout
            assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
    assert said.startswith("{"), "the last one gives the outputs"
    assert [body.splitlines()[0] for body in forge.bodies] == ["<!-- reconciler:prod -->"]

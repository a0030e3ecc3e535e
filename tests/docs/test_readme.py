"""The first page: its first look works as it stands there, and its example is valid."""

import json
import re
from pathlib import Path

import pytest

from reconciler.cli.commands import COMMANDS
from tests.docs.page import ROOT, Command, File
from tests.docs.player import play

pytestmark = pytest.mark.process

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
DOCUMENTS = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
ELSEWHERE = ("make ", "pip ", "gcloud ", "SCOPE=", "  --scopes")
"""How lines begin that need a network or an account, or that run the whole of the tests."""


def test_a_first_look(tmp_path: Path) -> None:
    block = next(each for each in BLOCKS if each.startswith("pip install"))
    commands = [line.partition(" #")[0] for line in block.splitlines()[1:]]
    commands[commands.index("reconciler apply .")] += " --yes"  # there is nobody to ask
    printed = play([step for each in commands for step in (Command(each, ""), Command("echo $?", ""))], tmp_path)
    assert set(printed[1::2]) == {"0\n"}, printed
    assert printed[2].endswith("Plan: 1 to create, 0 to update, 0 to replace, 0 to delete.\n")
    assert printed[4].endswith("Result: 1 done.\n")
    assert printed[6].startswith("next-number\ttunedModels/next-number-")


def test_every_other_command_is_known() -> None:
    lines = [line for block in BLOCKS for line in block.splitlines() if not line.startswith(ELSEWHERE)]
    assert {line.split()[0] for line in lines} == {"reconciler"}


def test_every_command_is_in_the_table() -> None:
    listed = {
        name for row in re.findall(r"^\| (`.*?) \|", README, re.MULTILINE) for name in re.findall(r"`([a-z]+)`", row)
    }
    assert listed == set(COMMANDS)


def test_the_example_is_valid(tmp_path: Path) -> None:
    model, workspace = DOCUMENTS
    numbers = "".join(json.dumps({"text_input": str(n), "output": str(n + 1)}) + "\n" for n in range(100))
    files = {"model.yaml": model, "workspace.yaml": workspace, "data/numbers.jsonl": numbers}
    steps = [File(f"manifests/{name}", text) for name, text in files.items()]
    assert play([*steps, Command("reconciler validate", "")], tmp_path) == ["Valid: 1 model.\n"]

"""The page about environments: its files are valid, and its commands print what it shows."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Command

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "environments.md").read_text(encoding="utf-8")
FILES = re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"```console\n\$ reconciler ([^\n]+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the page, and data."""
    monkeypatch.chdir(tmp_path)
    rows = "".join(json.dumps({"text_input": f"ticket {n}", "output": "queue"}) + "\n" for n in range(100))
    for name, text in (*FILES, ("manifests/data/tickets.jsonl", rows)):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_commands(command: str, output: str, run: Command) -> None:
    ran = run(*command.split(), "-q")
    assert ran.out + ran.err == output


@pytest.mark.usefixtures("example")
def test_the_example_is_valid(run: Command) -> None:
    assert len(FILES) == 5
    assert run("validate").code == 0
    for name in ("prod", "staging"):
        assert run("plan", "-e", name, "-q").code == 0

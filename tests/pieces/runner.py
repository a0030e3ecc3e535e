"""A runner for the composite action: its steps' shell, with the files and variables that GitHub's runner gives them.

Expressions are those that the action uses: inputs, and outputs of earlier steps. The one thing that differs: the Python
that makes the action's environment is a stand-in, which notes what is installed and hands on to this Python.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))

PROGRAM = f"""#!/bin/sh
PYTHONPATH={ROOT} exec {sys.executable} -m reconciler "$@"
"""
PYTHON = f"""#!/bin/sh
case " $* " in
  *" -m venv "*)
    for folder; do :; done
    mkdir -p "$folder/bin"
    cp "$0" "$folder/bin/python"
    cp "$(dirname "$0")/reconciler" "$folder/bin/reconciler" ;;
  *" -m pip "*) echo "$*" >> "$(dirname "$STAND_IN")/pip.log" ;;
  *) exec {sys.executable} "$@" ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a run of the action."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


@dataclass(slots=True)
class Runner:
    """A job in a checkout, for one event."""

    folder: Path
    checkout: Path
    event: str = "pull_request"
    payload: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)

    def run(self, **inputs: str) -> Ended:
        """Run the action with these inputs (`plan_digest` for `plan-digest`), up to a step that fails."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        values = {name: given.pop(name, str(each.get("default", ""))) for name, each in ACTION["inputs"].items()}
        assert not given, f"there is no input {given}"
        context = {f"inputs.{name}": value for name, value in values.items()}
        context["inputs.python"] = self._stand_in()
        summary, log, code = self._file("summary"), "", 0
        for number, step in enumerate(ACTION["runs"]["steps"]):
            output = self._file(f"output-{number}")
            done = self._step(step, context, {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)})
            log, code = log + done.stdout, done.returncode
            for name, value in _assigned(output.read_text(encoding="utf-8")):
                context[f"steps.{step['id']}.outputs.{name}"] = value
            if code:
                break
        outputs = {name: _filled(each["value"], context) for name, each in ACTION["outputs"].items()}
        return Ended(code, log, outputs, summary.read_text(encoding="utf-8"))

    @property
    def installed(self) -> str:
        """What pip was called with."""
        return (self.folder / "stand-in" / "pip.log").read_text()

    def _step(
        self, step: Mapping[str, Any], context: Mapping[str, str], files: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        script = self._file("script.sh")
        assert "${{" not in step["run"], "an expression in a script is part of the script"
        script.write_text(step["run"])
        event = self._file("event.json")
        event.write_text(json.dumps(self.payload))
        return subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.checkout,
            env={
                **os.environ,
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_EVENT_NAME": self.event,
                "GITHUB_EVENT_PATH": str(event),
                "RUNNER_TEMP": str(self.folder),
                "STAND_IN": self._stand_in(),
                **files,
                **self.environ,
                **{name: _filled(value, context) for name, value in step.get("env", {}).items()},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def _file(self, name: str) -> Path:
        file = self.folder / name
        file.write_text("")
        return file

    def _stand_in(self) -> str:
        folder = self.folder / "stand-in"
        folder.mkdir(exist_ok=True)
        for name, text in (("python", PYTHON), ("reconciler", PROGRAM)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        return str(folder / "python")


def _assigned(text: str) -> Iterator[tuple[str, str]]:
    """Read a file of outputs: `name=value`, or `name<<END`, lines, and END."""
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, value = re.split("(=|<<)", line, maxsplit=1)
        yield name, value if sign == "=" else "\n".join(iter(lines.__next__, value))


def _filled(text: str, context: Mapping[str, str]) -> str:
    """Fill in expressions; what was never set is empty."""
    assert not re.search(r"\$\{\{(?! (inputs|steps)\.[a-z.-]+ \}\}| github\.token \}\})", text), text
    return re.sub(r"\$\{\{ ([a-z.-]+) \}\}", lambda found: context.get(found[1], ""), text)

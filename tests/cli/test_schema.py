"""What is generated is current, and accepts what the program accepts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from reconciler.cli.schema import KINDS, schema
from tests.cli.conftest import Bench, Command

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "manifests").glob("*/*.yaml"))


@pytest.mark.process
def test_generated_files_are_current() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "schema"), "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize("kind", KINDS)
def test_schema(run: Command, kind: str) -> None:
    printed = run("schema", kind).json
    Draft202012Validator.check_schema(printed)
    assert printed["$id"].endswith(f"/{kind}.json")
    assert printed == json.loads((ROOT / "schemas" / f"{kind}.json").read_text())


def test_a_plan_fits_its_schema(bench: Bench, run: Command) -> None:
    bench.declare("one")
    Draft202012Validator(schema("plan")).validate(run("plan", "-o", "json").json)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_fit_the_schema_they_name(path: Path) -> None:
    text = path.read_text()
    named = path.parent / text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    Draft202012Validator(json.loads(named.read_text())).validate(yaml.safe_load(text))


@pytest.mark.parametrize("service", ["gemini", "vertex"])
def test_examples_are_valid(run: Command, service: str) -> None:
    ran = run("validate", str(ROOT / "manifests" / service))
    assert (ran.code, ran.out, ran.err) == (0, "Valid: 3 models.\n", "")

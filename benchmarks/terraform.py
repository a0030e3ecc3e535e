"""As many `terraform_data` resources, unchanged, with a state that says so."""

import json
import shutil
import subprocess
import uuid
from pathlib import Path


def available() -> str | None:
    """The program, if it is on the PATH."""
    return shutil.which("terraform")


def write(folder: Path, count: int) -> None:
    """Write a configuration of `count` resources and the state after its apply; initialise."""
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text("".join(_block(index) for index in range(count)))
    state = {
        "version": 4,
        "terraform_version": "1.0.0",
        "serial": 1,
        "lineage": str(uuid.UUID(int=0)),
        "outputs": {},
        "resources": [_instance(index) for index in range(count)],
    }
    (folder / "terraform.tfstate").write_text(json.dumps(state))
    subprocess.run([str(available()), "init"], cwd=folder, check=True, capture_output=True)  # noqa: S603  (our own)


def _block(index: int) -> str:
    return (
        f'resource "terraform_data" "m{index}" {{\n'
        f'  input = {{ base = "models/x", epochs = 5, data = "{index}" }}\n}}\n'
    )


def _instance(index: int) -> dict[str, object]:
    """A resource in the state, in the fourth version of its format."""
    value = {
        "value": {"base": "models/x", "epochs": 5, "data": str(index)},
        "type": ["object", {"base": "string", "epochs": "number", "data": "string"}],
    }
    attributes = {"id": str(uuid.UUID(int=index)), "input": value, "output": value, "triggers_replace": None}
    return {
        "mode": "managed",
        "type": "terraform_data",
        "name": f"m{index}",
        "provider": 'provider["terraform.io/builtin/terraform"]',
        "instances": [{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}],
    }

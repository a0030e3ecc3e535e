"""A workspace in a temporary folder, and short ways to fill, load and resolve it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import InvalidManifests
from reconciler.resource.rules import Capabilities, DataLimits, FieldRule, Mutability, SettingRule
from reconciler.source.load import load
from reconciler.source.resolve import Resolved, resolve

HEADER = "apiVersion: reconciler.dev/v1alpha1\n"
WORKSPACE = HEADER + "kind: Workspace\nmetadata:\n  name: acme\n"
PATHS = (
    "displayName",
    "description",
    "temperature",
    "topP",
    "topK",
    "tunedModelSource.tunedModel",
    "hyperparameters.epochCount",
    "hyperparameters.batchSize",
    "hyperparameters.learningRate",
    "dataset",
)
EXTRAS = (
    "labels.*",
    "preTunedModel.address",
    "preTunedModel.name",
    "preTunedModel.checkpointId",
    "validationDataset",
    "exportLastCheckpointOnly",
    "kmsKeyName",
    "serviceAccount",
)


@pytest.fixture
def capabilities() -> Capabilities:
    """A service that lacks two fields, has a pattern, and takes very little data."""
    base = FieldRule("baseModel", Mutability.RETRAIN, "", pattern=r"^models/[a-z0-9.-]+$", example="models/gemini")
    rules = {base.path: base, **{path: FieldRule(path, Mutability.IN_PLACE, "") for path in PATHS}}
    settings = {"serviceVersion": SettingRule("serviceVersion", "", default="v1beta")}
    return Capabilities("gemini", rules, DataLimits(40, 20, 1000, recommended_examples=2), settings=settings)


@pytest.fixture
def able() -> Capabilities:
    """A service with every field, that takes conversations and data in Cloud Storage, and little of both.

    A module whose tests are about such a service has it in the place of the other one.
    """
    paths = (*PATHS, *EXTRAS)
    rules = {path: FieldRule(path, Mutability.RETRAIN, "") for path in paths}
    rules["baseModel"] = FieldRule("baseModel", Mutability.RETRAIN, "", longest=20)
    rules["hyperparameters.adapterSize"] = FieldRule(
        "hyperparameters.adapterSize", Mutability.RETRAIN, "", choices=(1, 2, 4)
    )
    rules["labels.*"] = FieldRule("labels.*", Mutability.IN_PLACE, "", most=3)
    limits = DataLimits(0, 0, 2000, 2, examples=12, tokens=20, validation_examples=3, conversations=True, remote=True)
    return Capabilities("able", rules, limits)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory: a git repository that is a workspace named acme."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "workspace.yaml").write_text(WORKSPACE)
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[..., Path]:
    """Write a file below the workspace: `write("a/b.yaml", text)`."""

    def write(name: str, content: str | bytes) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def model(write: Callable[..., Path]) -> Callable[..., Path]:
    """Write a valid manifest: `model("m.yaml", "  topK: 1", name="a")`; the spec's lines come after baseModel."""

    def model(file: str, *spec: str, name: str = "a") -> Path:
        lines = (f"{HEADER}kind: TunedModel", "metadata:", f"  name: {name}", "spec:", "  baseModel: models/x", *spec)
        return write(file, "\n".join(lines) + "\n")

    return model


@pytest.fixture
def findings() -> Callable[..., list[str]]:
    """Load a path and give every finding as a line."""
    return lambda path=".": [str(finding) for finding in load(path).diagnostics]


@pytest.fixture
def resolved(folder: Path, capabilities: Capabilities) -> Callable[..., Resolved]:
    """Load and resolve the workspace."""
    assert folder == Path.cwd()
    return lambda *roots, cache=None: resolve(load(".", cache=cache), capabilities, roots, cache)


@pytest.fixture
def rejected(resolved: Callable[..., Resolved]) -> Callable[..., list[str]]:
    """Load and resolve a workspace that has errors; give every finding as a line."""

    def rejected(*roots: Path) -> list[str]:
        with pytest.raises(InvalidManifests) as caught:
            resolved(*roots)
        return [str(finding) for finding in caught.value.diagnostics]

    return rejected

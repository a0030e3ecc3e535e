"""A workspace that names no provider: the default is meant, unless it can't be."""

import pytest

from tests.cli.conftest import Bench, Command

WORKSPACE = """\
apiVersion: reconciler.dev/v1alpha1
kind: Workspace
metadata: {name: bench}
spec:
  endpoint: emulator
"""
MODEL = """\
apiVersion: reconciler.dev/v1alpha1
kind: TunedModel
metadata: {name: a}
spec:
  baseModel: gemini-2.5-flash
  labels: {team: x}
  hyperparameters: {adapterSize: 4}
  dataset: {path: d.jsonl}
"""
ROW = '{"contents": [{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}]}\n'
VERTEX = "  project: my-project\n  location: us-central1\n  stagingBucket: gs://my-bucket\n"
MISSING = "spec.provider is missing: gemini, which is then meant, has no"
ADVICE = "add provider: gemini or vertex"


@pytest.mark.parametrize(
    ("settings", "model", "lacks"),
    [
        (VERTEX, MODEL, "location, stagingBucket, hyperparameters.adapterSize and labels.team"),
        ("  project: my-project\n", MODEL, "hyperparameters.adapterSize and labels.team"),
        (VERTEX, "", "location and stagingBucket"),
    ],
)
@pytest.mark.parametrize("command", ["validate", "plan", "destroy"])
def test_what_is_meant_for_another_is_one_error(
    bench: Bench, run: Command, command: str, settings: str, model: str, lacks: str
) -> None:
    (bench.folder / "workspace.yaml").write_text(WORKSPACE + settings)
    (bench.folder / "d.jsonl").write_text(ROW)
    if model:
        (bench.folder / "m.yaml").write_text(model)
    ran = run(command)
    assert ran.code == 1
    told = ran.out if command == "validate" else ran.err
    line, *rest = told.splitlines()
    assert line.endswith(f"workspace.yaml:4:1: {MISSING} {lacks}; {ADVICE}")
    assert len(rest) == 1, "and how many there are"
    (bench.folder / "workspace.yaml").write_text(WORKSPACE + VERTEX + "  provider: vertex\n")
    assert run("validate").code == 0


def test_labels_leave_room_for_the_mark(bench: Bench, run: Command) -> None:
    """The longest mark of a creation has 8 labels, an adopted model's one more; 64 are all that there may be."""
    (bench.folder / "workspace.yaml").write_text(WORKSPACE + VERTEX + "  provider: vertex\n")
    for name in ("d", "v"):
        (bench.folder / f"{name}.jsonl").write_text(ROW)
    whole = MODEL.replace("{adapterSize: 4}", "{adapterSize: 4, epochCount: 1}") + "  lifecycle: {protect: true}\n"
    whole += "  validationDataset: {path: v.jsonl}\n"
    for number, valid in ((55, True), (56, False)):
        labels = ", ".join(f"k{n}: v" for n in range(number))
        (bench.folder / "m.yaml").write_text(whole.replace("team: x", labels))
        ran = run("validate")
        assert (ran.code == 0) == valid
        assert (f"m.yaml:6:11: labels has {number} keys; vertex v1 takes 55: remove some" in ran.out) == (not valid)
        if valid:
            assert run("apply", "--yes", "--no-wait").code == 3, "it trains"


def test_the_default_is_meant_otherwise(bench: Bench, run: Command) -> None:
    (bench.folder / "workspace.yaml").write_text(WORKSPACE + "  project: my-project\n")
    bench.declare("one")
    assert run("validate").code == 0


@pytest.mark.parametrize(
    "workspace", [WORKSPACE + VERTEX + "  provder: vertex\n", WORKSPACE + "  provider: [vertex\n", ""]
)
def test_a_workspace_with_faults_may_name_one(bench: Bench, run: Command, workspace: str) -> None:
    (bench.folder / "workspace.yaml").write_text(workspace)
    (bench.folder / "m.yaml").write_text(MODEL)
    ran = run("validate")
    assert ran.code == 1
    assert "gemini" not in ran.out

"""import, forget, export: taking models in and letting them go, without a training."""

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from reconciler.cli.schema import schema
from reconciler.emulator.wire import Request
from tests.cli.conftest import Bench, Command


def foreign(bench: Bench, model_id: str, **fields: object) -> None:
    """Put a model into the service that somebody else made, and let it finish."""
    body = {
        "displayName": model_id.title(),
        "baseModel": "models/gemini-1.5-flash-001-tuning",
        "tuningTask": {
            "hyperparameters": {"epochCount": 2, "batchSize": 4},
            "trainingData": {"examples": {"examples": [{"textInput": str(n), "output": "x"} for n in range(20)]}},
        },
        **fields,
    }
    path = f"/v1beta/tunedModels?tunedModelId={model_id}"
    assert bench.emulator.handle(Request("POST", path, {}, json.dumps(body).encode())).status == 200
    bench.emulator.advance(60)


def test_export_then_import_then_nothing(bench: Bench, run: Command) -> None:
    foreign(bench, "sentiment")
    assert run("export", "--all", "--out", "manifests").out == "manifests/sentiment.yaml\n"
    document = yaml.safe_load((bench.folder / "sentiment.yaml").read_text())
    Draft202012Validator(schema("tunedmodel")).validate(document)
    assert "dataset" not in document["spec"]
    before = run("plan", "--detailed-exitcode")
    assert before.code == 4
    ran = run("import", "sentiment", "sentiment", "--yes")
    assert ran.code == 0
    assert "The next `reconciler apply` would then do this:\n\nNo changes." in ran.out
    assert run("plan").out == "No changes.\n"
    said = "Every model that was found is declared; others can be exported by their names.\n"
    assert run("export", "--all").err == said


def test_data_is_unknown_until_it_is_asserted(bench: Bench, run: Command) -> None:
    foreign(bench, "numbers")
    bench.declare("one")
    assert run("import", "one", "tunedModels/numbers", types="yes\n").code == 0
    assert "nobody knows what it was trained on" in run("plan").out
    assert run("import", "one", "numbers", "--assume-data", "-y").code == 0
    assert run("plan").out == "No changes.\n"
    assert "asserted" in run("status").out


def test_import_asks(bench: Bench, run: Command) -> None:
    foreign(bench, "numbers")
    bench.declare("one")
    assert run("import", "one", "numbers", types="no\n").code == 1
    assert run("import", "one", "numbers").code == 64
    assert "1 to create" in run("plan").last


def test_import_of_what_is_not_there(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert run("import", "oen", "numbers", "-y").code == 64
    ran = run("import", "one", "numbers", "-y")
    assert ran.code == 1
    assert "there is no tunedModels/numbers" in ran.err


def test_somebody_else_s_model_changes_hands_only_on_purpose(applied: Bench, run: Command) -> None:
    model = run("outputs", "-o", "json").json["models"]["one"]["id"]
    workspace = applied.folder / "workspace.yaml"
    workspace.write_text(workspace.read_text().replace("bench-1", "other-1"))
    ran = run("import", "one", model, "-y")
    assert ran.code == 64
    assert "belongs to owner bench-1" in ran.err
    assert run("import", "one", model, "--take-over", "--assume-data", "-y").code == 0


def test_an_address_has_one_model(applied: Bench, run: Command) -> None:
    foreign(applied, "numbers")
    ran = run("import", "one", "numbers", "-y")
    assert ran.code == 4
    assert "TunedModel/one already has tunedModels/one-" in ran.err


def test_forget(applied: Bench, run: Command) -> None:
    declared = run("forget", "one", "-y")
    assert declared.code == 64
    assert "still declared in manifests/one.yaml:1:1" in declared.err
    applied.remove("one")
    assert run("forget", "one", types="no\n").code == 1
    assert run("forget", "one", "-y").code == 0
    assert run("plan").last == "No changes."
    assert run("forget", "one", "-y").code == 4
    assert "tunedModels/one-" in run("export", "--all").out


def test_export_names_are_distinct_and_never_overwritten(bench: Bench, run: Command) -> None:
    for model_id in ("alpha", "beta"):
        foreign(bench, model_id, displayName="1. Große Modelle: yes")
    ran = run("export", "beta", "alpha")
    names = [document["metadata"]["name"] for document in yaml.safe_load_all(ran.out)]
    assert names == ["gro-e-modelle-yes", "gro-e-modelle-yes-2"]
    assert run("export", "alpha", "--out", "manifests").code == 0
    again = run("export", "alpha", "--out", "manifests")
    assert again.code == 0
    assert "gro-e-modelle-yes-2.yaml" in again.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [((), 64, "name their ids, or give --all"), (("a", "--all"), 64, "say which"), (("gone",), 1, "tunedModels/gone")],
)
def test_export_of_nothing(bench: Bench, run: Command, arguments: tuple[str, ...], code: int, said: str) -> None:
    bench.declare("one")
    ran = run("export", *arguments)
    assert ran.code == code
    assert said in ran.err


def test_odd_values_survive_an_export(bench: Bench, run: Command) -> None:
    foreign(bench, "odd", displayName="no", description='1e3: "é\n# not a comment', temperature=0.1)
    assert run("export", "odd", "--out", "manifests").code == 0
    assert run("validate").out == "Valid: 1 model.\n"
    assert run("import", "no", "odd", "-y").code == 0
    assert run("plan").out == "No changes.\n"

"""Exported manifests: what a service reports, as it could have been declared."""

from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.resource.observed import Mark, Observed, Ownership, State
from reconciler.resource.rules import Value, float32
from reconciler.resource.schema.tunedmodel import TunedModelDocument
from reconciler.source import documents
from reconciler.source.export import manifest, names

BASE = "models/gemini-1.5-flash-001-tuning"


def model(model_id: str = "m-1", ownership: Ownership | None = None, **fields: Value) -> Observed:
    """Make a reported model; `__` in a name stands for a dot."""
    said = {name.replace("__", "."): value for name, value in fields.items()}
    return Observed(f"tunedModels/{model_id}", State.READY, {"baseModel": BASE, **said}, Mark.NONE, ownership)


def spec(observed: Observed) -> dict[str, object]:
    """Export a model, check that its manifest is one, and give the spec."""
    document = yaml.safe_load(manifest("name", observed))
    TunedModelDocument.model_validate(document)
    found: dict[str, object] = document["spec"]
    return found


def test_the_text_of_a_manifest() -> None:
    observed = model(
        displayName="Next number",
        description="Counts: on",
        temperature=float32(0.9),
        topK=40,
        readerProjectNumbers=("12", "7"),
        hyperparameters__epochCount=5,
        hyperparameters__learningRate=float32(0.001),
        hyperparameters__learningRateMultiplier=1.0,
    )
    assert manifest("next", observed) == (
        "# tunedModels/m-1; `reconciler import next tunedModels/m-1` takes it under this manifest.\n"
        "apiVersion: reconciler.dev/v1alpha1\n"
        "kind: TunedModel\n"
        "metadata:\n"
        "  name: next\n"
        "spec:\n"
        "  displayName: Next number\n"
        '  description: "Counts: on"\n'
        f"  baseModel: {BASE}\n"
        "  hyperparameters:\n"
        "    epochCount: 5\n"
        "    learningRate: 0.001\n"
        "  readerProjectNumbers:\n"
        '    - "12"\n'
        '    - "7"\n'
        "  temperature: 0.9\n"
        "  topK: 40\n"
    )


def test_what_no_manifest_can_say_is_named() -> None:
    observed = model(temperature=1.5, displayName="x" * 129, topP=0.5)
    assert "# Left out, because a manifest cannot say it: displayName\n" in manifest("name", observed)
    assert "# Left out, because a manifest cannot say it: temperature\n" in manifest("name", observed)
    assert spec(observed) == {"baseModel": BASE, "topP": 0.5}


def test_tuned_from_a_tuned_model() -> None:
    assert spec(model(tunedModelSource__tunedModel="tunedModels/parent")) == {
        "tunedModelSource": {"tunedModel": "tunedModels/parent"}
    }


def test_what_other_services_report() -> None:
    observed = model(
        preTunedModel__name="projects/p/locations/us-central1/models/12@3",
        preTunedModel__checkpointId="",
        labels__team="x",
        labels__empty="",
        hyperparameters__adapterSize=4,
        exportLastCheckpointOnly=True,
        kmsKeyName="projects/p/locations/us-central1/keyRings/r/cryptoKeys/k",
        serviceAccount="tuner@p.iam.gserviceaccount.com",
    )
    assert spec(observed) == {
        "labels": {"empty": "", "team": "x"},
        "preTunedModel": {"name": "projects/p/locations/us-central1/models/12@3"},
        "hyperparameters": {"adapterSize": 4},
        "exportLastCheckpointOnly": True,
        "kmsKeyName": "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k",
        "serviceAccount": "tuner@p.iam.gserviceaccount.com",
    }


def test_labels_that_no_manifest_can_set_are_named() -> None:
    labels: Mapping[str, Value] = {"labels.reconciler-owner": "acme", "labels.größe": "x", "labels.n": "X"}
    observed = Observed("m", State.READY, {"baseModel": BASE, **labels})
    written = manifest("name", observed)
    assert [line for line in written.splitlines() if line.startswith("# Left out")] == [
        f"# Left out, because a manifest cannot say it: labels.{key}" for key in ("größe", "n", "reconciler-owner")
    ]
    assert spec(observed) == {"baseModel": BASE}


def test_empty_values_are_not_declared() -> None:
    assert spec(model(description="", readerProjectNumbers=())) == {"baseModel": BASE}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n"), min_size=1))
def test_every_text_is_read_back_as_it_was(text: str) -> None:
    written = manifest("name", model(description=text))
    assert yaml.safe_load(written)["spec"]["description"] == text
    (document,) = documents.parse("name.yaml", written)
    assert isinstance(document.value, dict)
    assert document.value["spec"]["description"] == text


@pytest.mark.parametrize(
    ("observed", "name"),
    [
        (model(displayName="Support Tickets!"), "support-tickets"),
        (model(displayName="2024: Größe"), "gr-e"),
        (model("old-id", displayName="支持"), "old-id"),
        (model("1-2", displayName=""), "model"),
        (model(ownership=Ownership("acme", "kept", "", ""), displayName="Other"), "kept"),
        (model(displayName="x" * 80), "x" * 63),
    ],
)
def test_names(observed: Observed, name: str) -> None:
    assert list(names([observed], ())) == [name]


def test_names_are_distinct() -> None:
    same = [model(f"m-{n}", displayName="x" * 63) for n in range(11)]
    found = list(names(same, {"x" * 63}))
    assert found[0] == "x" * 61 + "-2"
    assert found[-1] == "x" * 60 + "-12"
    assert len(set(found)) == 11

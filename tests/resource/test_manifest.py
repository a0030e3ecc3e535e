"""What a manifest and a workspace may say. The whole reference is tested where files are read."""

import dataclasses
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from reconciler.errors import Origin
from reconciler.plan.diff import DATASET
from reconciler.providers.gemini.rules import capabilities
from reconciler.resource.address import Address
from reconciler.resource.dataset import Example
from reconciler.resource.desired import desire
from reconciler.resource.manifest import Lifecycle as ReadLifecycle
from reconciler.resource.manifest import Manifest
from reconciler.resource.manifest import manifest as read
from reconciler.resource.observed import Grant, Progress
from reconciler.resource.schema.tunedmodel import Ignorable, Lifecycle, TunedModelDocument
from reconciler.resource.schema.workspace import Limits, WorkspaceDocument, WorkspaceSpec
from reconciler.resource.workspace import Limits as ReadLimits
from reconciler.resource.workspace import Workspace
from reconciler.resource.workspace import workspace as read_workspace
from tests.build import BASE, dataset

KEY = "projects/p-1/locations/us-central1/keyRings/r/cryptoKeys/k"
ACCOUNT = "tuner@p-1.iam.gserviceaccount.com"


def manifest(metadata: dict[str, Any] | None = None, **spec: Any) -> Manifest:
    """Validate and read a manifest; what is not said has a valid value."""
    document = {
        "apiVersion": "reconciler.dev/v1alpha1",
        "kind": "TunedModel",
        "metadata": {"name": "a", **(metadata or {})},
        "spec": {"baseModel": BASE, "dataset": {"path": "a.jsonl"}, **spec},
    }
    TunedModelDocument.model_validate(document)
    return read(document)


def workspace(**spec: Any) -> Workspace:
    """Validate and read a workspace."""
    document = {"apiVersion": "reconciler.dev/v1alpha1", "kind": "Workspace", "metadata": {"name": "ws"}, "spec": spec}
    WorkspaceDocument.model_validate(document)
    return read_workspace(document)


@pytest.mark.parametrize(
    "spec",
    [
        {"baseModel": None},
        {"tunedModelSource": {"tunedModel": "tunedModels/x"}},
        {"baseModel": ""},
        {"dataset": {}},
        {"dataset": {"path": "a", "examples": []}},
        {"dataset": {"path": ""}},
        {"dataset": {"path": "a", "format": "xml"}},
        {"hyperparameters": {"epochCount": 0}},
        {"hyperparameters": {"epochCount": 2.0}},
        {"hyperparameters": {"epochCount": "3"}},
        {"hyperparameters": {"epochCount": True}},
        {"hyperparameters": {"batchSize": 2**31}},
        {"hyperparameters": {"learningRate": 0}},
        {"hyperparameters": {"learningRate": float("inf")}},
        {"hyperparameters": {"learningRate": 0.1, "learningRateMultiplier": 1.0}},
        {"hyperparameters": {"epochs": 3}},
        {"temperature": -0.1},
        {"temperature": 1.1},
        {"displayName": "x" * 129},
        {"displayName": ""},
        {"readerProjectNumbers": ["abc"]},
        {"readerProjectNumbers": [7]},
        {"lifecycle": {"ignoreChanges": ["everything"]}},
        {"lifecycle": {"keepSuperseded": -1}},
        {"lifecycle": {"onRemoval": "forget"}},
        {"lifecycle": {"protect": "yes"}},
        {"surprise": 1},
        {"preTunedModel": {"address": "a"}},
        {"baseModel": None, "preTunedModel": {}},
        {"baseModel": None, "preTunedModel": {"address": "a", "name": "projects/p/locations/l/models/m"}},
        {"baseModel": None, "preTunedModel": {"address": "Other/a"}},
        {"baseModel": None, "preTunedModel": {"name": "models/m"}},
        {"baseModel": None, "preTunedModel": {"name": "projects/p/locations/../models/m"}},
        {"baseModel": None, "preTunedModel": {"address": "a", "checkpointId": 3}},
        {"hyperparameters": {"adapterSize": 0}},
        {"exportLastCheckpointOnly": "yes"},
        {"validationDataset": {}},
        {"labels": {"Team": "x"}},
        {"labels": {"1": "x"}},
        {"labels": {"": "x"}},
        {"labels": {"a" * 64: "x"}},
        {"labels": {"reconciler-owner": "x"}},
        {"labels": {"team": "X"}},
        {"labels": {"team": "x" * 64}},
        {"labels": {"team": "a b"}},
        {"kmsKeyName": "projects/p/locations/l/keyRings/r"},
        {"serviceAccount": "someone@example.com"},
        {"serviceAccount": "a@evil.example/x.gserviceaccount.com"},
    ],
)
def test_what_is_wrong_is_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        manifest(**spec)


@pytest.mark.parametrize("name", ["A", "1a", "a-", "a.b", "a_b", "", "a" * 64])
def test_names_are_those_of_the_law(name: str) -> None:
    """Law 37."""
    with pytest.raises(ValidationError):
        manifest({"name": name})


def test_there_are_no_namespaces() -> None:
    """Law 37."""
    with pytest.raises(ValidationError, match="namespace"):
        manifest({"namespace": "prod"})


def test_only_what_is_declared_becomes_a_field() -> None:
    """Unset means that the service decides."""
    want = desire(manifest(), dataset(), Origin("a.yaml", 1, 1))
    assert want.fields == {"baseModel": BASE}
    assert (want.address, want.origin.line, want.renamed_from) == (Address("a"), 1, "")
    assert want.dataset == dataset()


def test_everything_that_can_be_declared_becomes_a_field() -> None:
    want = desire(
        manifest(
            {"labels": {"team": "x"}, "annotations": {"reconciler.dev/renamed-from": "old"}},
            displayName="n",
            description="d",
            temperature=0,
            topP=0.5,
            topK=7,
            readerProjectNumbers=["2", "10", "2", "007"],
            hyperparameters={"epochCount": 1, "batchSize": 2, "learningRateMultiplier": 1},
            lifecycle={"protect": True},
        ),
        None,
        Origin("a.yaml"),
    )
    assert want.fields == {
        "displayName": "n",
        "description": "d",
        "baseModel": BASE,
        "temperature": 0,
        "topP": 0.5,
        "topK": 7,
        "readerProjectNumbers": ("10", "2", "7"),
        "hyperparameters.epochCount": 1,
        "hyperparameters.batchSize": 2,
        "hyperparameters.learningRateMultiplier": 1,
    }
    assert (want.labels, want.renamed_from, want.lifecycle.protect) == ({"team": "x"}, "old", True)


def test_a_tuned_source_is_a_field() -> None:
    want = desire(manifest(baseModel=None, tunedModelSource={"tunedModel": "tunedModels/p"}), None, Origin(""))
    assert want.fields == {"tunedModelSource.tunedModel": "tunedModels/p"}


def test_what_other_services_have_becomes_fields_too() -> None:
    read = manifest(
        baseModel=None,
        preTunedModel={"address": "parent", "checkpointId": "3"},
        labels={"team": "x", "empty": ""},
        hyperparameters={"adapterSize": 4},
        exportLastCheckpointOnly=False,
        kmsKeyName=KEY,
        serviceAccount=ACCOUNT,
        validationDataset={"path": "b.jsonl", "format": "contents"},
        lifecycle={"ignoreChanges": ["topP", "labels"]},
    )
    assert read.fields == {
        "preTunedModel.address": "TunedModel/parent",
        "preTunedModel.checkpointId": "3",
        "labels.team": "x",
        "labels.empty": "",
        "hyperparameters.adapterSize": 4,
        "exportLastCheckpointOnly": False,
        "kmsKeyName": KEY,
        "serviceAccount": ACCOUNT,
    }
    assert read.lifecycle.ignore_changes == ("topP", "labels.team", "labels.empty")
    assert read.validation
    assert (read.validation.path, read.validation.format) == ("b.jsonl", "contents")
    assert desire(read, None, Origin(""), dataset()).validation == dataset()


def test_an_address_may_be_written_with_its_kind() -> None:
    written = [
        manifest(baseModel=None, preTunedModel={"address": address}) for address in ("parent", "TunedModel/parent")
    ]
    assert written[0] == written[1]


@pytest.mark.parametrize("name", ["projects/p-1/locations/us-central1/models/12@3", "projects/p/locations/x/models/a"])
def test_a_model_is_named_whole(name: str) -> None:
    assert manifest(baseModel=None, preTunedModel={"name": name}).fields == {"preTunedModel.name": name}


def test_an_empty_set_is_declared_and_an_empty_block_is_not() -> None:
    """Law 37."""
    want = desire(manifest(readerProjectNumbers=[], hyperparameters={}), None, Origin(""))
    assert want.fields == {"baseModel": BASE, "readerProjectNumbers": ()}


def test_every_field_has_a_rule_and_may_be_ignored() -> None:
    assert {*get_args(Ignorable), "tunedModelSource.tunedModel"} >= set(capabilities("v1beta").rules)
    assert DATASET in get_args(Ignorable)


def defaults(model: type[BaseModel], path: str = "") -> dict[str, Any]:
    """Every default that a schema publishes, by the Python names of its fields."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if not field.is_required() and not isinstance(field.default, BaseModel):
            found[path + name] = field.default
    return found


def test_what_is_left_out_is_read_as_the_schema_says() -> None:
    """Plain values are read without pydantic; their defaults are those that the schemas publish."""
    plain = {field.name: field.default for field in dataclasses.fields(ReadLifecycle)}
    assert plain == defaults(Lifecycle)
    assert {field.name: field.default for field in dataclasses.fields(ReadLimits)} == defaults(Limits)
    read = workspace()
    spec = defaults(WorkspaceSpec) | {"owner": "ws"}
    assert {name: getattr(read, name) or None for name in spec} == {name: value or None for name, value in spec.items()}


def test_null_is_as_good_as_left_out() -> None:
    nothing = dict.fromkeys(
        ("displayName", "temperature", "topK", "hyperparameters", "readerProjectNumbers", "dataset")
    )
    rates = {"hyperparameters": {"epochCount": None, "learningRate": None}}
    assert manifest(**nothing) == manifest(dataset=None)
    assert manifest(**rates) == manifest()


def test_examples_in_the_manifest_are_read() -> None:
    source = manifest(dataset={"examples": [{"textInput": "1", "output": "2"}]}).dataset
    assert source
    assert (source.path, source.examples) == (None, (Example("1", "2"),))


@pytest.mark.parametrize(
    "spec",
    [
        {"endpoint": "http://example.org"},
        {"endpoint": "https://generativelanguage.googleapis.com.evil"},
        {"endpoint": "http://127.0.0.1.evil"},
        {"owner": "Acme"},
        {"owner": "a" * 25},
        {"formerOwners": ["x y"]},
        {"project": "x/../y"},
        {"policy": "yolo"},
        {"limits": {"maxCreates": -1}},
        {"serviceVersion": "1"},
        {"location": "x.evil/"},
        {"stagingBucket": "gs://bucket/../other"},
        {"provider": "a/b"},
    ],
)
def test_a_workspace_names_no_other_place(spec: dict[str, Any]) -> None:
    """Law 29."""
    with pytest.raises(ValidationError):
        workspace(**spec)


def test_the_owner_is_the_workspace_unless_it_is_said() -> None:
    """Law 18."""
    assert workspace().owner == "ws"
    assert workspace(owner="acme").owner == "acme"
    assert workspace(endpoint="http://[::1]:8787", formerOwners=["old"]).former_owners == ("old",)


def test_grants_as_plans_show_them() -> None:
    assert str(Grant("USER", "A@b.c", "READER")) == "reader a@b.c"
    assert str(Grant("EVERYONE", "", "READER")) == "reader everyone"


def test_progress_in_percent() -> None:
    assert Progress(5, 20).percent == 25.0
    assert Progress(30, 20).percent == 100.0
    assert Progress(5).percent is None

"""What a manifest and a workspace may say. The whole reference is tested where files are read."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from reconciler.errors import Origin
from reconciler.plan.diff import DATASET
from reconciler.providers.gemini.rules import capabilities
from reconciler.resource.address import Address
from reconciler.resource.desired import desire
from reconciler.resource.manifest import IGNORABLE, Ignorable, TunedModelManifest
from reconciler.resource.observed import Grant, Progress
from reconciler.resource.workspace import WorkspaceManifest
from tests.build import BASE, dataset


def manifest(metadata: dict[str, Any] | None = None, **spec: Any) -> TunedModelManifest:
    """Parse a manifest; what is not said has a valid value."""
    return TunedModelManifest.model_validate(
        {
            "apiVersion": "reconciler.dev/v1alpha1",
            "kind": "TunedModel",
            "metadata": {"name": "a", **(metadata or {})},
            "spec": {"baseModel": BASE, "dataset": {"path": "a.jsonl"}, **spec},
        }
    )


def workspace(**spec: Any) -> WorkspaceManifest:
    """Parse a workspace."""
    document = {"apiVersion": "reconciler.dev/v1alpha1", "kind": "Workspace", "metadata": {"name": "ws"}, "spec": spec}
    return WorkspaceManifest.model_validate(document)


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
        {"displayName": "x" * 41},
        {"displayName": ""},
        {"readerProjectNumbers": ["abc"]},
        {"readerProjectNumbers": [7]},
        {"lifecycle": {"ignoreChanges": ["everything"]}},
        {"lifecycle": {"keepSuperseded": -1}},
        {"lifecycle": {"onRemoval": "forget"}},
        {"lifecycle": {"protect": "yes"}},
        {"surprise": 1},
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


def test_an_empty_set_is_declared_and_an_empty_block_is_not() -> None:
    """Law 37."""
    want = desire(manifest(readerProjectNumbers=[], hyperparameters={}), None, Origin(""))
    assert want.fields == {"baseModel": BASE, "readerProjectNumbers": ()}


def test_every_field_has_a_rule_and_may_be_ignored() -> None:
    rules = set(capabilities("v1beta").rules)
    assert set(IGNORABLE) == set(get_args(Ignorable))
    assert set(IGNORABLE) | {"tunedModelSource.tunedModel"} == rules
    assert DATASET in IGNORABLE


def test_a_manifest_is_frozen() -> None:
    with pytest.raises(ValidationError):
        manifest().kind = "Other"  # type: ignore[misc,assignment]  # that is the point


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
        {"serviceVersion": "v1"},
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
    assert workspace(endpoint="http://[::1]:8787", formerOwners=["old"]).spec.former_owners == ("old",)


def test_grants_as_plans_show_them() -> None:
    assert str(Grant("USER", "A@b.c", "READER")) == "reader a@b.c"
    assert str(Grant("EVERYONE", "", "READER")) == "reader everyone"


def test_progress_in_percent() -> None:
    assert Progress(5, 20).percent == 25.0
    assert Progress(30, 20).percent == 100.0
    assert Progress(5).percent is None

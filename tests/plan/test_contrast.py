"""What differs between two environments: every declared value once, under its name in the manifests."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from reconciler.errors import Origin
from reconciler.plan.contrast import Contrast, Difference, Side, contrast
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Locator
from reconciler.resource.desired import desire
from reconciler.resource.lint import Setting
from reconciler.resource.manifest import Lifecycle, Manifest
from reconciler.resource.prices import Prices
from reconciler.resource.workspace import Limits, Workspace
from tests.build import dataset

ORIGIN = Origin("a.yaml", 1, 1)


def side(name: str, workspace: Workspace, *models: tuple[Manifest, Dataset | None, Dataset | None]) -> Side:
    """One environment of models with their training and validation data."""
    declared = {
        Address(manifest.name): (manifest, desire(manifest, training, ORIGIN, validation))
        for manifest, training, validation in models
    }
    return Side(name, workspace, declared)


def compared(one: Any, other: Any) -> Contrast:
    """Compare two models, or two workspaces."""
    if isinstance(one, Workspace):
        return contrast(side("l", one), side("r", other))
    workspace = Workspace("w", "o")
    return contrast(side("l", workspace, one), side("r", workspace, other))


def test_what_is_equal_is_not_told() -> None:
    model = (Manifest("a", {"topK": 1}), dataset(), None)
    found = compared(model, model)
    assert found.equal
    assert found.same == 1
    assert found == Contrast("l", "r", (), (), (), (), 1)


def test_every_setting_of_the_workspace() -> None:
    one = Workspace("w", "one", limits=Limits(max_cost=Decimal("5.50")), former_owners=("x", "y"))
    prices = Prices("USD", "2026-11-01", million_tokens={"models/x": Decimal(3)})
    found = compared(one, replace(one, owner="two", limits=Limits(max_creates=3), former_owners=(), prices=prices))
    assert found.workspace == (
        Difference("spec.formerOwners", "[x, y]", None),
        Difference("spec.limits.maxCost", "5.50", None),
        Difference("spec.limits.maxCreates", None, "3"),
        Difference("spec.owner", "one", "two"),
        Difference("spec.prices.asOf", None, "2026-11-01"),
        Difference("spec.prices.currency", None, "USD"),
        Difference("spec.prices.perMillionTokens.models/x", None, "3"),
    )
    assert not found.equal


def test_every_field_of_a_model() -> None:
    one = Manifest("a", {"topP": 0.25, "readerProjectNumbers": ("1",)}, labels={"team": "x"})
    other = Manifest(
        "a",
        {"topP": 1.0, "hyperparameters.epochCount": 2},
        lifecycle=Lifecycle(protect=True),
        annotations={"note": "n"},
        lint=(Setting("few-examples", "off", "a trial"),),
    )
    ((address, found),) = compared((one, None, None), (other, None, None)).models
    assert str(address) == "TunedModel/a"
    assert found == (
        Difference("metadata.annotations.note", None, "n"),
        Difference("metadata.labels.team", "x", None),
        Difference("spec.hyperparameters.epochCount", None, "2"),
        Difference("spec.lifecycle.protect", "false", "true"),
        Difference("spec.lint", None, "[{rule: few-examples, severity: off, reason: a trial}]"),
        Difference("spec.readerProjectNumbers", "[1]", None),
        Difference("spec.topP", "0.25", "1"),
    )


def test_data_is_told_by_digest_and_size() -> None:
    """Where it lies says nothing about what it is; of what nobody reads there is nothing else."""
    manifest, remote = Manifest("a", {}), Locator("gs://b/o.jsonl", "contents", "", "")
    moved = replace(dataset(), locator=Locator("/elsewhere.jsonl", "jsonl", "", ""))
    assert compared((manifest, dataset(), None), (manifest, moved, None)).equal
    one = (manifest, dataset(count=1), dataset("two"))
    ((_, found),) = compared(one, (manifest, Dataset("", 0, 0, 0, 0, remote), None)).models
    assert [(each.path, each.left and each.left[:14], each.right) for each in found] == [
        ("spec.dataset", "1 example 1:" + dataset(count=1).digest[2:4], "gs://b/o.jsonl"),
        ("spec.validationDataset", "15 examples 1:", None),
    ]


def test_models_of_one_environment_only() -> None:
    a, b, c = ((Manifest(name, {}), None, None) for name in "abc")
    workspace = Workspace("w", "o")
    found = contrast(side("l", workspace, b, a), side("r", workspace, c, b))
    assert ([*map(str, found.left_only)], [*map(str, found.right_only)]) == (["TunedModel/a"], ["TunedModel/c"])
    assert (found.same, found.equal) == (1, False)

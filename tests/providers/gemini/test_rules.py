"""The rules at each version: which fields there are, what a change costs, and the documented defaults."""

import re
from typing import get_args

import pytest

from reconciler.providers.gemini.rules import capabilities
from reconciler.resource.rules import Mutability
from reconciler.resource.schema.tunedmodel import Ignorable

VERTEX_ALONE = {
    *("labels", "preTunedModel.address", "preTunedModel.name", "preTunedModel.checkpointId"),
    *("hyperparameters.adapterSize", "exportLastCheckpointOnly", "kmsKeyName"),
}
PALM_LACKS = {"readerProjectNumbers", "hyperparameters.learningRateMultiplier"}


@pytest.mark.parametrize(("version", "lacking"), [("v1beta", set[str]()), ("v1beta3", PALM_LACKS)])
def test_every_field_of_a_manifest_has_a_rule(version: str, lacking: set[str]) -> None:
    rules = capabilities(version).rules
    assert set(rules) == {*get_args(Ignorable), "tunedModelSource.tunedModel"} - VERTEX_ALONE - lacking
    assert all(path == rule.path and rule.why for path, rule in rules.items())


def test_what_a_change_costs() -> None:
    rules = capabilities("v1beta").rules
    assert {path for path, rule in rules.items() if rule.mutability is Mutability.IN_PLACE} == {
        "displayName",
        "description",
        "temperature",
        "topP",
        "topK",
        "readerProjectNumbers",
    }


def test_only_the_data_cannot_be_read_back() -> None:
    assert [path for path, rule in capabilities("v1beta").rules.items() if not rule.readable] == ["dataset"]


@pytest.mark.parametrize(
    ("version", "defaults"),
    [
        (
            "v1beta",
            {"epochCount": (5,), "batchSize": (4, 16), "learningRate": (0.001, 0.0002), "learningRateMultiplier": (1,)},
        ),
        ("v1beta3", {"epochCount": (10,), "batchSize": (16, 64), "learningRate": (0.0002, 0.002)}),
    ],
)
def test_documented_defaults(version: str, defaults: dict[str, tuple[float, ...]]) -> None:
    rules = capabilities(version).rules
    assert {path.partition(".")[2]: rule.defaults for path, rule in rules.items() if rule.defaults} == defaults


@pytest.mark.parametrize(
    ("path", "value", "accepted"),
    [
        ("baseModel", "models/gemini-1.5-flash-001-tuning", True),
        ("baseModel", "gemini-1.5-flash-001-tuning", False),
        ("baseModel", "models/../x/y", False),
        ("baseModel", "tunedModels/x", False),
        ("tunedModelSource.tunedModel", "tunedModels/number-generator-model-q2d0uism5ivd", True),
        ("tunedModelSource.tunedModel", "models/x", False),
    ],
)
def test_names_of_bases(path: str, value: str, accepted: bool) -> None:  # noqa: FBT001 - a column of the table
    rule = capabilities("v1beta").rules[path]
    assert bool(re.match(rule.pattern, value)) == accepted
    assert re.match(rule.pattern, rule.example)


def test_limits() -> None:
    limits = capabilities("v1beta").limits
    assert (limits.input_characters, limits.output_characters, limits.request_bytes) == (40_000, 5_000, 4_000_000)

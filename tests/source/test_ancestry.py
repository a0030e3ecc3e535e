"""Models tuned from other declared models: law 21 at validation."""

# ruff: noqa: E501 - a finding is one line

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import InvalidManifests
from reconciler.resource.identity import inputs_hash
from reconciler.resource.rules import Capabilities
from reconciler.source.load import load
from reconciler.source.resolve import Resolved, resolve

DATA = "  dataset: {examples: [{textInput: a, output: b}, {textInput: c, output: d}]}\n"
HEADER = "apiVersion: reconciler.dev/v1alpha1\nkind: TunedModel\nmetadata: {name: "
BY_NAME = "name the model itself with preTunedModel.name"


@pytest.fixture
def capabilities(able: Capabilities) -> Capabilities:
    """The service that tunes models further."""
    return able


@pytest.fixture
def child(write: Callable[..., Path]) -> Callable[..., Path]:
    """Write a model that is tuned from another: `child("a", "b")`; without another from a base model."""

    def child(name: str, parent: str = "", data: str = DATA, folder: str = ".") -> Path:
        base = f"preTunedModel: {{address: {parent}}}" if parent else "baseModel: base"
        return write(f"{folder}/{name}.yaml", f"{HEADER}{name}}}\nspec:\n  {base}\n{data}")

    return child


def test_the_parent_enters_by_its_inputs(child: Callable[..., Path], resolved: Callable[..., Resolved]) -> None:
    child("a", "TunedModel/b")
    child("b", "c")
    child("c")
    first, second, third = resolved().desired
    assert (first.parent, second.parent, third.parent) == (inputs_hash(second), inputs_hash(third), "")


def test_a_parent_in_cloud_storage_has_no_digest_yet(
    child: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    child("a", "b")
    child("b", data="  dataset: {path: gs://bucket/d.jsonl}\n")
    assert resolved().desired[0].parent


PLACE = "a.yaml:5:28: "
FAULTS = [
    ([("a", "TunedModel/parnt"), ("parent", "")], [PLACE + "TunedModel/parnt is not declared; did you mean TunedModel/parent?"]),
    ([("a", "zzz"), ("parent", "")], [PLACE + f"TunedModel/zzz is not declared; declare it, or {BY_NAME}"]),
    ([("parents", "parent")], [f"parents.yaml:5:28: TunedModel/parent is not declared; declare it, or {BY_NAME}"]),
    ([("parents", "parent"), ("a", ""), ("parental", "")], ["parents.yaml:5:28: TunedModel/parent is not declared; did you mean TunedModel/parental?"]),
    ([("a", "a")], [PLACE + "TunedModel/a is tuned from itself: TunedModel/a -> TunedModel/a; tune one of them from a base model"]),
    (
        [("d", "c"), ("c", "a"), ("b", "c"), ("a", "b")],
        [
            PLACE + "TunedModel/a is tuned from itself: TunedModel/a -> TunedModel/b -> TunedModel/c -> TunedModel/a; "
            "tune one of them from a base model"
        ],
    ),
    (
        [("a", "z"), ("m", "b"), ("b", "z"), ("z", "m")],
        [
            "b.yaml:5:28: TunedModel/b is tuned from itself: TunedModel/b -> TunedModel/z -> TunedModel/m -> TunedModel/b; tune one of them from a base model"
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("models", "lines"), FAULTS, ids=[str(lines[0])[14:60] for _, lines in FAULTS])
def test_a_model_that_cannot_be_tuned_from_what_it_names(
    models: list[tuple[str, str]],
    lines: list[str],
    child: Callable[..., Path],
    rejected: Callable[..., list[str]],
) -> None:
    for name, parent in models:
        child(name, parent)
    assert rejected() == lines


def test_a_parent_needs_data(child: Callable[..., Path], rejected: Callable[..., list[str]]) -> None:
    child("a", "b")
    child("b", data="")
    assert rejected() == [
        PLACE + f"TunedModel/b names no dataset, so nothing tells what it was trained on; add its dataset, or {BY_NAME}"
    ]


def test_a_parent_elsewhere_in_the_workspace(
    child: Callable[..., Path], able: Capabilities, resolved: Callable[..., Resolved]
) -> None:
    child("a", "b", folder="team")
    child("b", folder="other")
    with pytest.raises(InvalidManifests) as refused:
        resolve(load("team"), able)
    assert [str(found) for found in refused.value.diagnostics] == [
        "team/" + PLACE + "TunedModel/b is not declared; only a part of the workspace was read: "
        "give its whole folder as the path"
    ]
    assert len(resolved().desired) == 2


def test_a_parent_whose_manifest_has_faults_is_not_said_to_be_missing(
    child: Callable[..., Path], write: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    child("a", "b")
    path = child("b")
    write("b.yaml", path.read_text() + "  topQ: 1\n")
    assert rejected() == ["b.yaml:7:3: `topQ` is not a field of spec; did you mean topP?"]


def test_a_parent_whose_data_has_faults_has_data(
    child: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    child("a", "b")
    child("b", data="  dataset: {path: b.jsonl}\n")
    assert [line.split(":")[0] for line in rejected()] == ["b.yaml"]


def test_a_service_without_it_is_named(child: Callable[..., Path], able: Capabilities) -> None:
    child("a", "b")
    rules = {path: rule for path, rule in able.rules.items() if not path.startswith("preTunedModel")}
    with pytest.raises(InvalidManifests) as refused:
        resolve(load("."), Capabilities("unable", rules, able.limits))
    assert [str(found) for found in refused.value.diagnostics] == [
        PLACE + "unable has no preTunedModel.address; remove it"
    ]

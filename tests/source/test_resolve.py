"""Resolve: what no single document shows, and what the provider does not take."""

# ruff: noqa: E501 - a finding is one line

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import InvalidManifests, Origin
from reconciler.resource.address import Address
from reconciler.resource.rules import Capabilities
from reconciler.source.load import load
from reconciler.source.resolve import Resolved, resolve

GOOD = '{"text_input": "a", "output": "b"}\n{"text_input": "c", "output": "d"}\n'


def test_what_is_declared_becomes_desired_in_the_order_of_addresses(
    write: Callable[..., Path], model: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    write("d.jsonl", GOOD)
    model("1.yaml", "  topK: 3", "  hyperparameters: {learningRate: 1e-3}", "  dataset: {path: d.jsonl}", name="z")
    model("2.yaml", "  lifecycle: {protect: true}", name="b")
    result = resolved()
    first, second = result.desired
    assert (first.address, first.dataset, first.lifecycle.protect) == (Address("b"), None, True)
    assert second.fields == {"baseModel": "models/x", "topK": 3, "hyperparameters.learningRate": 0.001}
    assert second.origin == Origin("1.yaml", 1, 1)
    assert second.dataset
    assert second.dataset.count == 2
    assert result.warnings == ()


def found_by(service: Capabilities) -> list[str]:
    """What one service has to say about the workspace."""
    try:
        return [str(found) for found in resolve(load("."), service).warnings]
    except InvalidManifests as refused:
        return [str(found) for found in refused.diagnostics]


FIELDS = [
    ("readerProjectNumbers: []", "7:25: gemini v1beta has no readerProjectNumbers; remove it"),
    (
        "hyperparameters: {learningRateMultiplier: 1}",
        "7:45: gemini v1beta has no hyperparameters.learningRateMultiplier; remove it",
    ),
    (
        "description: see reconciler:1:acme",
        "7:16: the description contains a mark of ownership; remove it; the reconciler writes it beside the text",
    ),
    (
        "lifecycle: {ignoreChanges: [readerProjectNumbers, temperature]}",
        "7:30: gemini v1beta has no readerProjectNumbers, so there is nothing to ignore; remove it",
    ),
]


@pytest.mark.parametrize(("spec", "line"), FIELDS, ids=[spec for spec, _ in FIELDS])
def test_what_the_service_does_not_take(
    spec: str, line: str, model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    model("m.yaml", f"  {spec}")
    assert rejected() == [f"m.yaml:{line}"]


@pytest.mark.parametrize("base", ["gemini", "models/A", "models/../x", "models/x\\n"])
def test_a_value_of_the_wrong_form_for_the_service(
    base: str, write: Callable[..., Path], model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    path = model("m.yaml")
    write("m.yaml", path.read_text().replace("models/x", f'"{base}"'))
    assert rejected() == [
        f"m.yaml:6:14: gemini v1beta does not take `{base}` as baseModel; write it as in models/gemini"
    ]


def test_the_version_of_the_service_is_named(
    folder: Path, model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    with (folder / "workspace.yaml").open("a") as stream:
        stream.write("spec: {serviceVersion: v1beta3}\n")
    model("m.yaml", "  readerProjectNumbers: ['1']")
    assert rejected() == ["m.yaml:7:25: gemini v1beta3 has no readerProjectNumbers; remove it"]


def test_a_name_is_given_once(model: Callable[..., Path], rejected: Callable[..., list[str]]) -> None:
    for file in ("x/a.yaml", "y/a.yaml", "z.yaml"):
        model(file, name="same")
    assert rejected() == [
        "y/a.yaml:4:9: the name `same` is taken: TunedModel at x/a.yaml:1:1; rename one of them",
        "z.yaml:4:9: the name `same` is taken: TunedModel at x/a.yaml:1:1; rename one of them",
    ]


def annotate(write: Callable[..., Path], name: str, annotation: str) -> None:
    write(
        f"{name}.yaml",
        f"apiVersion: reconciler.dev/v1alpha1\nkind: TunedModel\nmetadata:\n  name: {name}\n  annotations:\n"
        f"    {annotation}\nspec: {{baseModel: models/x}}\n",
    )


ABLE = [
    ("labels: {team: x, n: ''}\n  exportLastCheckpointOnly: false", []),
    ("labels: {a: x, b: y, c: z}", []),
    ("labels: {a: x, b: y, c: z, d: x}", ["7:11: labels has 4 keys; able takes 3: remove some"]),
    ("hyperparameters: {adapterSize: 4}", []),
    ("hyperparameters: {adapterSize: 3}", ["7:34: able does not take `3` as hyperparameters.adapterSize; it can be: 1, 2, 4"]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "lines"), ABLE, ids=[spec for spec, _ in ABLE])
def test_what_a_service_takes_of_a_field(
    spec: str, lines: list[str], model: Callable[..., Path], able: Capabilities
) -> None:
    model("m.yaml", f"  {spec}")
    assert found_by(able) == [f"m.yaml:{line}" for line in lines]


def test_a_text_may_be_too_long_for_a_service(
    model: Callable[..., Path], write: Callable[..., Path], able: Capabilities
) -> None:
    path = model("m.yaml")
    write("m.yaml", path.read_text().replace("models/x", "x" * 21))
    assert found_by(able) == ["m.yaml:6:14: baseModel has 21 characters; able takes 20: shorten it"]


def test_steps_are_not_limited_where_nobody_knows_them(folder: Path, able: Capabilities) -> None:
    with (folder / "workspace.yaml").open("a") as stream:
        stream.write("spec:\n  limits:\n    maxSteps: 0\n")
    assert found_by(able) == []
    rules = {path: rule for path, rule in able.rules.items() if path != "hyperparameters.batchSize"}
    assert found_by(replace(able, rules=rules)) == [
        "workspace.yaml:7:15: able chooses the size of batches itself, so nobody knows how many steps a training takes; remove it; maxCreates and maxReplaces limit trainings"
    ]


def test_each_field_that_a_service_lacks_is_named(
    model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    model(
        "m.yaml", "  labels: {team: x, n: y}", "  exportLastCheckpointOnly: true", "  validationDataset: {examples: []}"
    )
    assert rejected() == [
        "m.yaml:7:18: gemini v1beta has no labels.team; remove it",
        "m.yaml:7:24: gemini v1beta has no labels.n; remove it",
        "m.yaml:8:29: gemini v1beta has no exportLastCheckpointOnly; remove it",
        "m.yaml:9:22: gemini v1beta has no validationDataset; remove it",
    ]


def test_conversations_are_refused_where_only_pairs_are_taken(
    model: Callable[..., Path], write: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    row = '{"contents": [{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}]}\n'
    write("d.jsonl", row)
    model("a.yaml", "  dataset: {path: d.jsonl}", name="a")
    model("b.yaml", "  dataset: {path: d.jsonl, format: contents}", name="b")
    assert rejected() == [
        'b.yaml:7:36: gemini v1beta takes pairs, and no conversations; write objects of "text_input" and "output"',
        'd.jsonl: holds conversations, and gemini v1beta takes only pairs; write objects of "text_input" and "output"',
    ]


ANNOTATIONS = [
    ("reconciler.dev/renamed-from: a", "a.yaml:6:34: `a` is renamed from itself; write the former name, or remove the annotation"),
    ("reconciler.dev/renamed-from: A b", "a.yaml:6:34: `A b` is not a name that a manifest can have had; write the former metadata.name"),
    ("reconciler.dev/renamed-form: b", "a.yaml:6:34: `reconciler.dev/renamed-form` is not an annotation of ours; did you mean reconciler.dev/renamed-from?"),
    ("reconciler.dev/zzz: b", "a.yaml:6:25: `reconciler.dev/zzz` is not an annotation of ours; there is only reconciler.dev/renamed-from"),
]  # fmt: skip


@pytest.mark.parametrize(("annotation", "line"), ANNOTATIONS, ids=[annotation for annotation, _ in ANNOTATIONS])
def test_annotations_of_ours_are_checked(
    annotation: str, line: str, write: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    annotate(write, "a", annotation)
    assert rejected() == [line]


def test_annotations_of_others_are_theirs(write: Callable[..., Path], resolved: Callable[..., Resolved]) -> None:
    annotate(write, "a", "example.com/renamed-form: x")
    assert resolved().desired[0].renamed_from == ""
    annotate(write, "a", "reconciler.dev/renamed-from: old")
    assert resolved().desired[0].renamed_from == "old"


def test_one_model_is_taken_over_once(write: Callable[..., Path], rejected: Callable[..., list[str]]) -> None:
    annotate(write, "a", "reconciler.dev/renamed-from: old")
    annotate(write, "b", "reconciler.dev/renamed-from: old")
    assert rejected() == [
        "b.yaml:6:34: `old` is already taken over by the TunedModel at a.yaml:1:1; remove one of the annotations"
    ]


def test_findings_of_loading_and_resolving_come_together(
    write: Callable[..., Path], model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    write("a.yaml", "a: 1\n")
    model("b.yaml", "  readerProjectNumbers: []", "  dataset: {path: d.jsonl}")
    write("d.jsonl", GOOD + GOOD + "?\n")
    assert [line.split(": ")[0] for line in rejected()] == ["a.yaml:1:1", "b.yaml:7:25", "d.jsonl:3", "d.jsonl:5"]


def test_a_shared_dataset_is_judged_once(
    write: Callable[..., Path], model: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    write("d.jsonl", GOOD + GOOD)
    for name in "abc":
        model(f"{name}.yaml", "  dataset: {path: d.jsonl}", name=name)
    assert len(resolved().warnings) == 1

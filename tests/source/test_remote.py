"""Data in Cloud Storage: named in the manifest, checked by its name, and never read."""

# ruff: noqa: E501 - a finding is one line

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.resource.dataset import Dataset, Locator
from reconciler.resource.rules import Capabilities
from reconciler.source.examples import FileExamples
from reconciler.source.resolve import Resolved


@pytest.fixture
def capabilities(able: Capabilities) -> Capabilities:
    """The service that takes data in Cloud Storage."""
    return able


@pytest.mark.parametrize("part", ["dataset", "validationDataset"])
@pytest.mark.parametrize(
    ("option", "path"),
    [("", "gs://bucket/d.jsonl"), (", format: contents", "gs://bucket/a b/Größe"), ("", "gs://a.b_c-1/x.JSONL")],
)
def test_an_object_is_desired_without_a_look_at_it(
    part: str, option: str, path: str, model: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", f"  {part}: {{path: '{path}'{option}}}")
    result = resolved()
    (desired,) = result.desired
    data = desired.dataset if part == "dataset" else desired.validation
    assert data == Dataset("", 0, 0, 0, 0, Locator(path, "contents", "", ""))
    assert data.locator.remote
    assert result.warnings == ()
    assert list(FileExamples().open(data)) == []


NO_OBJECT = "names no object in Cloud Storage; write gs://BUCKET/OBJECT.jsonl"
NO_FORMAT = "data in Cloud Storage has to be JSONL with a conversation a line; set format: contents if it is that"
FAULTS = [
    ("path: gs://bucket", f"8:11: `gs://bucket` {NO_OBJECT}"),
    ("path: gs://bucket/", f"8:11: `gs://bucket/` {NO_OBJECT}"),
    ("path: gs://Bucket/d.jsonl", f"8:11: `gs://Bucket/d.jsonl` {NO_OBJECT}"),
    ("path: gs://bucket/*.jsonl", f"8:11: `gs://bucket/*.jsonl` {NO_OBJECT}"),
    ("path: gs://bucket/../other/d.jsonl", f"8:11: `gs://bucket/../other/d.jsonl` {NO_OBJECT}"),
    ('path: "gs://bucket/d\\n.jsonl"', f"8:11: `gs://bucket/d\\n.jsonl` {NO_OBJECT}"),
    ("path: gs:///d.jsonl", "8:11: `gs:///d.jsonl` names no bucket; write gs://BUCKET/OBJECT.jsonl"),
    ("path: gs://bucket/folder/", "8:11: `gs://bucket/folder/` names a folder, and a dataset is one object; write gs://BUCKET/OBJECT.jsonl"),
    ("path: gs://bucket/folder/\n    format: contents", "8:11: `gs://bucket/folder/` names a folder, and a dataset is one object; write gs://BUCKET/OBJECT.jsonl"),
    ("path: GS://bucket/d.jsonl", "8:11: `GS://bucket/d.jsonl` is an address, not a file; put the file beside the manifests"),
    ("path: gs://bucket/d.csv", f"8:11: {NO_FORMAT}"),
    ("path: gs://bucket/d", f"8:11: {NO_FORMAT}"),
    ("path: gs://bucket/d.jsonl\n    format: jsonl", f"9:13: {NO_FORMAT}"),
    ("path: gs://bucket/d.jsonl\n    inputField: q", "9:17: inputField is for pairs; a conversation has no such field; remove it"),
    ("path: gs://bucket/d.jsonl\n    outputField: q", "9:18: outputField is for pairs; a conversation has no such field; remove it"),
    ("path: gs://bucket/d.jsonl\n    header: true", "9:13: header is for csv and tsv, not contents; remove it"),
]  # fmt: skip


@pytest.mark.parametrize("part", ["dataset", "validationDataset"])
@pytest.mark.parametrize(("spec", "line"), FAULTS, ids=[spec[:40] for spec, _ in FAULTS])
def test_a_fault_in_how_it_is_named(
    part: str, spec: str, line: str, model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    model("m.yaml", f"  {part}:", f"    {spec}")
    assert rejected() == [f"m.yaml:{line}"]

"""Validation data: read like training data, with limits of its own, and kept apart from what is learned."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import InvalidManifests
from reconciler.resource.dataset import Example, digest
from reconciler.resource.rules import Capabilities
from reconciler.source import overlap
from reconciler.source.cache import Cache
from reconciler.source.load import load
from reconciler.source.resolve import Resolved, resolve

BOTH = ("  dataset: {path: t.jsonl}", "  validationDataset: {path: v.jsonl}")


@pytest.fixture
def capabilities(able: Capabilities) -> Capabilities:
    """The service that takes validation data."""
    return able


def rows(*inputs: str) -> str:
    return "".join(f'{{"text_input": "{text}", "output": "x"}}\n' for text in inputs)


def test_both_are_read(
    model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", *BOTH)
    write("t.jsonl", rows("a", "b"))
    write("v.jsonl", rows("c"))
    result = resolved()
    (desired,) = result.desired
    assert desired.dataset
    assert desired.validation
    assert desired.validation.digest == digest([Example("c", "x")])
    assert desired.dataset.digest == digest([Example("a", "x"), Example("b", "x")])
    assert result.warnings == ()


def test_it_may_stand_in_the_manifest(model: Callable[..., Path], resolved: Callable[..., Resolved]) -> None:
    model("m.yaml", "  validationDataset: {examples: [{textInput: c, output: x}]}")
    (desired,) = resolved().desired
    assert desired.dataset is None
    assert desired.validation
    assert desired.validation.digest == digest([Example("c", "x")])


def test_a_service_without_it_is_named(
    model: Callable[..., Path], write: Callable[..., Path], able: Capabilities
) -> None:
    model("m.yaml", *BOTH)
    write("t.jsonl", rows("a", "b"))
    rules = {path: rule for path, rule in able.rules.items() if path != "validationDataset"}
    with pytest.raises(InvalidManifests) as refused:
        resolve(load("."), Capabilities("unable", rules, able.limits))
    assert [str(found) for found in refused.value.diagnostics] == [
        "m.yaml:8:22: unable has no validationDataset; remove it"
    ]


FAULTS = [
    (rows("c", "d", "e", "f"), "v.jsonl: has 4 examples; the service takes 3 for validation: leave out some"),
    ("", "v.jsonl: has no examples; write at least one"),
    ("?\n", "v.jsonl:1: is not JSON at column 1: expecting value"),
    (None, "m.yaml:8:29: `v.jsonl` does not exist; did you mean t.jsonl?"),
]


@pytest.mark.parametrize(("content", "line"), FAULTS, ids=[line for _, line in FAULTS])
def test_a_fault_in_it(
    content: str | None,
    line: str,
    model: Callable[..., Path],
    write: Callable[..., Path],
    rejected: Callable[..., list[str]],
) -> None:
    model("m.yaml", *BOTH)
    write("t.jsonl", rows("a", "b", "g", "h"))
    if content is not None:
        write("v.jsonl", content)
    assert rejected() == [line]


OVERLAPS = [
    (rows("b", "c"), "shares 1 of its 2 examples with the training data"),
    (rows("b", "b"), "shares 2 of its 2 examples with the training data"),
    (rows("b", "a"), "shares 2 of its 2 examples with the training data"),
]


@pytest.mark.parametrize(("content", "told"), OVERLAPS, ids=[told for _, told in OVERLAPS])
def test_what_is_learned_measures_nothing(
    content: str,
    told: str,
    model: Callable[..., Path],
    write: Callable[..., Path],
    resolved: Callable[..., Resolved],
) -> None:
    model("m.yaml", *BOTH)
    write("t.jsonl", rows("a", "b"))
    write("v.jsonl", content)
    advice = "keep them apart: a model that has learned them says nothing about others"
    assert f"m.yaml:8:22: warning: {told}; {advice}" in [str(warning) for warning in resolved().warnings]


def test_the_comparison_is_made_once(
    model: Callable[..., Path],
    write: Callable[..., Path],
    resolved: Callable[..., Resolved],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model("m.yaml", *BOTH)
    write("t.jsonl", rows("a", "b", "d"))
    write("v.jsonl", rows("b", "a", "c"))
    first = resolved(cache=Cache(tmp_path / ".cache/read"))
    (warning,) = first.warnings
    assert "shares 2 of its 3 examples" in warning.message

    def again(*_: object) -> object:
        raise AssertionError("the data was compared again")

    monkeypatch.setattr(overlap, "fingerprint", again)
    assert resolved(cache=Cache(tmp_path / ".cache/read")) == first
    write("v.jsonl", rows("c"))
    with pytest.raises(AssertionError, match="compared again"):
        resolved(cache=Cache(tmp_path / ".cache/read"))


def test_its_texts_are_not_in_the_cache(
    model: Callable[..., Path], resolved: Callable[..., Resolved], tmp_path: Path
) -> None:
    model("a.yaml", "  validationDataset: {examples: [{textInput: a secret, output: b}]}", name="a")
    model("b.yaml", "  description: not one", name="b")
    resolved(cache=Cache(tmp_path / ".cache/read"))
    assert b"secret" not in (tmp_path / ".cache/read").read_bytes()
    assert b"not one" in (tmp_path / ".cache/read").read_bytes()


def test_a_json_file_that_is_validation_data_is_no_manifest(
    model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", "  validationDataset: {path: v.json}")
    write("v.json", '[{"text_input": "a", "output": "b"}]')
    assert resolved().desired[0].validation

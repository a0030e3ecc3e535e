"""The cache: a shortcut that is never wrong, and never in the way."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import InvalidManifests
from reconciler.resource.dataset import Example, digest
from reconciler.resource.rules import Capabilities
from reconciler.resource.schema.environment import EnvironmentDocument
from reconciler.resource.schema.tunedmodel import TunedModelDocument
from reconciler.resource.schema.workspace import WorkspaceDocument
from reconciler.source import datasets
from reconciler.source.cache import Cache
from reconciler.source.load import load
from reconciler.source.reading import SCHEMAS
from reconciler.source.resolve import Resolved, resolve

GOOD = '{"text_input": "a", "output": "b"}\n{"text_input": "c", "output": "d"}\n'


@pytest.fixture
def cached(
    model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved], tmp_path: Path
) -> Callable[..., Resolved]:
    """Resolve a workspace with one dataset, using the cache file `.cache/read`."""
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", GOOD + GOOD)
    return lambda: resolved(cache=Cache(tmp_path / ".cache/read"))


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make reading rows fail from now on."""

    def rows(*_: object) -> object:
        raise AssertionError("the file was parsed again")

    return lambda: monkeypatch.setattr(datasets, "rows", rows)


def test_the_second_time_gives_the_same_without_parsing(
    cached: Callable[..., Resolved], unread: Callable[[], None]
) -> None:
    first = cached()
    unread()
    second = cached()
    assert second == first
    assert [str(warning) for warning in second.warnings] == [
        "d.jsonl:3: warning: repeats earlier examples on lines 3 and 4; each copy weighs in training"
    ]


def test_a_file_of_the_same_size_and_time_is_still_read(
    cached: Callable[..., Resolved], write: Callable[..., Path], folder: Path
) -> None:
    before = cached()
    status = (folder / "d.jsonl").stat()
    path = write("d.jsonl", (GOOD + GOOD).replace('"b"', '"x"'))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    dataset = cached().desired[0].dataset
    assert dataset
    assert dataset != before.desired[0].dataset
    assert dataset.digest == digest([Example("a", "x"), Example("c", "d")] * 2)


def test_the_same_bytes_read_in_another_way_are_another_entry(
    cached: Callable[..., Resolved], write: Callable[..., Path], model: Callable[..., Path]
) -> None:
    write("d.csv", "text_input,output\na,b\n")
    model("m.yaml", "  dataset: {path: d.csv}")
    first = cached().desired[0].dataset
    model("m.yaml", "  dataset: {path: d.csv, header: false}")
    second = cached().desired[0].dataset
    assert first
    assert second
    assert (first.count, second.count) == (1, 2)


def test_what_one_service_takes_is_judged_anew_for_another(
    cached: Callable[..., Resolved], write: Callable[..., Path], capabilities: Capabilities, tmp_path: Path
) -> None:
    write("d.jsonl", GOOD)
    assert cached().warnings == ()
    narrow = replace(capabilities, limits=replace(capabilities.limits, recommended_examples=3))
    again = resolve(load("."), narrow, cache=Cache(tmp_path / ".cache/read"))
    assert [str(warning) for warning in again.warnings] == [
        "d.jsonl: warning: has 2 examples only; 3 or more are recommended"
    ]


def test_errors_are_never_remembered(
    cached: Callable[..., Resolved], write: Callable[..., Path], tmp_path: Path
) -> None:
    write("d.jsonl", "?\n")
    for _ in range(2):
        with pytest.raises(InvalidManifests):
            cached()
    assert b"1:" not in (tmp_path / ".cache/read").read_bytes()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\x00", b"SQLite format 3\0" + b"x" * 5000])
def test_a_broken_cache_is_written_anew(
    content: bytes, cached: Callable[..., Resolved], write: Callable[..., Path], unread: Callable[[], None]
) -> None:
    write(".cache/read", content)
    first = cached()
    unread()
    assert cached() == first


@pytest.mark.parametrize("value", ["", "{", "5", "null", '[["1:00", "2", 3, 4, 5], []]', '[["1:00", 2, 3, 4, 5], [1]]'])
def test_a_broken_entry_is_as_good_as_none(value: str, cached: Callable[..., Resolved], tmp_path: Path) -> None:
    first = cached()
    with sqlite3.connect(tmp_path / ".cache/read") as file:
        file.execute("UPDATE entries SET value = ?", (value,))
    file.close()
    assert cached() == first


def test_an_entry_counts_under_its_own_key_only(cached: Callable[..., Resolved], tmp_path: Path) -> None:
    first = cached()
    with sqlite3.connect(tmp_path / ".cache/read") as file:
        (most,) = file.execute("SELECT value FROM entries ORDER BY id DESC").fetchone()
        file.execute("UPDATE entries SET value = ?", (most,))
    file.close()
    assert cached() == first


def test_an_unchanged_cache_is_not_written(cached: Callable[..., Resolved], tmp_path: Path) -> None:
    cached()
    before = (tmp_path / ".cache/read").read_bytes()
    cached()
    assert (tmp_path / ".cache/read").read_bytes() == before
    assert [entry.name for entry in (tmp_path / ".cache").iterdir()] == ["read"]


def test_texts_are_not_in_the_cache(
    cached: Callable[..., Resolved], write: Callable[..., Path], model: Callable[..., Path], tmp_path: Path
) -> None:
    write("d.jsonl", GOOD.replace('"a"', '"a secret"'))
    model("inline.yaml", "  dataset: {examples: [{textInput: a secret, output: b}]}", name="inline")
    cached()
    assert b"secret" not in (tmp_path / ".cache/read").read_bytes()
    assert (tmp_path / ".cache/read").stat().st_mode & 0o077 == 0


def test_a_cache_that_cannot_be_written_is_no_error(cached: Callable[..., Resolved], tmp_path: Path) -> None:
    (tmp_path / ".cache").write_text("a file where the folder should be")
    assert len(cached().desired) == 1


@pytest.mark.parametrize("name", ["n" * 300, None])
def test_a_cache_that_cannot_even_be_looked_for_is_no_error(
    name: str | None, cached: Callable[..., Resolved], resolved: Callable[..., Resolved], tmp_path: Path
) -> None:
    """Such as one in a folder that may not be searched; here its name is too long for any file system."""
    cache = Cache(None if name is None else tmp_path / name)
    assert resolved(cache=cache) == cached()


def test_a_cache_that_another_process_writes_is_no_error(
    cached: Callable[..., Resolved], model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.source.cache.PATIENCE", 0.01)
    cached()
    model("m.yaml", "  topK: 5\n  dataset: {path: d.jsonl}")
    writer = sqlite3.connect(tmp_path / ".cache/read", isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    assert cached().desired[0].fields["topK"] == 5
    writer.close()


def test_the_oldest_entries_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.source.cache.MOST_ENTRIES", 2)
    for name in "abc":
        cache = Cache(tmp_path / "read")
        cache.put(name, name)
        cache.save()
    assert [Cache(tmp_path / "read").get(name) for name in "abc"] == [None, "b", "c"]


def test_a_valid_manifest_is_not_parsed_again(
    cached: Callable[..., Resolved], model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cached()

    def parse(*_: object) -> object:
        raise AssertionError("the manifest was parsed again")

    monkeypatch.setattr("reconciler.source.documents.parse", parse)
    assert cached() == first
    model("m.yaml", "  topK: 5\n  dataset: {path: d.jsonl}")
    with pytest.raises(AssertionError, match="parsed again"):
        cached()


def test_findings_about_a_remembered_manifest_have_their_place(cached: Callable[..., Resolved], folder: Path) -> None:
    cached()
    (folder / "d.jsonl").unlink()
    with pytest.raises(InvalidManifests) as refused:
        cached()
    assert str(refused.value.diagnostics[0]).startswith("m.yaml:7:19: ")


def test_a_faulty_manifest_is_never_remembered(cached: Callable[..., Resolved], model: Callable[..., Path]) -> None:
    model("m.yaml", "  topQ: 1\n  dataset: {path: d.jsonl}")
    found = []
    for _ in range(2):
        with pytest.raises(InvalidManifests) as refused:
            cached()
        found.append(refused.value.diagnostics)
    assert found[0] == found[1]


def test_what_was_valid_was_valid_under_these_schemas() -> None:
    """A changed schema must not meet documents that an older one let pass: put the new fingerprint into reading.py."""
    schemas = [model.model_json_schema() for model in (TunedModelDocument, WorkspaceDocument, EnvironmentDocument)]
    assert hashlib.sha256(json.dumps(schemas, sort_keys=True).encode()).hexdigest()[:12] == SCHEMAS

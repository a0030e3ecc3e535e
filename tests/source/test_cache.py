"""The cache of digests: a shortcut that is never wrong, and never in the way."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import InvalidManifests
from reconciler.resource.dataset import Example, digest
from reconciler.source import datasets
from reconciler.source.cache import DigestCache
from reconciler.source.resolve import Resolved

GOOD = '{"text_input": "a", "output": "b"}\n{"text_input": "c", "output": "d"}\n'


@pytest.fixture
def cached(
    model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved], tmp_path: Path
) -> Callable[..., Resolved]:
    """Resolve a workspace with one dataset, using the cache file `.cache/digests`."""
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", GOOD + GOOD)
    return lambda: resolved(digests=DigestCache.load(tmp_path / ".cache/digests"))


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
        "d.jsonl: warning: repeats earlier examples on lines 3 and 4; each copy weighs in training"
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


def test_errors_are_never_remembered(
    cached: Callable[..., Resolved], write: Callable[..., Path], tmp_path: Path
) -> None:
    write("d.jsonl", "?\n")
    for _ in range(2):
        with pytest.raises(InvalidManifests):
            cached()
    assert not (tmp_path / ".cache/digests").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\x00",
        b"[]",
        b"null",
        b'{"format": 1}',
        b'{"format": 0, "entries": {}}',
        b'{"format": 1, "entries": []}',
        b'{"format": 1, "entries": {"x": 5}}',
        b'{"format": 1, "entries": {"x": [["1:00", "2", 3, 4, 5], []]}}',
        b'{"format": 1, "entries": {"x": [["1:00", 2, 3, 4, 5], [1]]}}',
        b"[" * 100_000,
    ],
)
def test_a_broken_cache_is_written_anew(
    content: bytes, cached: Callable[..., Resolved], write: Callable[..., Path], unread: Callable[[], None]
) -> None:
    path = write(".cache/digests", content)
    first = cached()
    assert json.loads(path.read_bytes())["format"] == 1
    unread()
    assert cached() == first


def test_an_unchanged_cache_is_not_written(cached: Callable[..., Resolved], tmp_path: Path) -> None:
    cached()
    path = tmp_path / ".cache/digests"
    before = path.stat()
    cached()
    assert path.stat().st_ino == before.st_ino
    assert [entry.name for entry in path.parent.iterdir()] == ["digests"]


def test_texts_are_not_in_the_cache(
    cached: Callable[..., Resolved], write: Callable[..., Path], tmp_path: Path
) -> None:
    write("d.jsonl", GOOD.replace('"a"', '"a secret"'))
    cached()
    assert b"secret" not in (tmp_path / ".cache/digests").read_bytes()
    assert (tmp_path / ".cache/digests").stat().st_mode & 0o077 == 0


def test_a_cache_that_cannot_be_written_is_no_error(cached: Callable[..., Resolved], tmp_path: Path) -> None:
    (tmp_path / ".cache").write_text("a file where the folder should be")
    assert len(cached().desired) == 1

"""The digest names the examples and nothing else: not the file, the format, the order, or the line ends."""

import csv
import io
import json
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Diagnostic, InvalidManifests
from reconciler.resource.rules import Capabilities, DataLimits, FieldRule, Mutability
from reconciler.source.load import load
from reconciler.source.resolve import resolve

SOURCE = "tunedModelSource.tunedModel"
LIMITS = DataLimits(10**6, 10**6, 10**9, recommended_examples=0)
HEADER = "apiVersion: reconciler.dev/v1alpha1\n"
NUMBERS = [
    ("1", "2"),
    ("3", "4"),
    ("-3", "-2"),
    ("twenty two", "twenty three"),
    ("two hundred", "two hundred one"),
    ("ninety nine", "one hundred"),
    ("8", "9"),
    ("-98", "-97"),
    ("1,000", "1,001"),
    ("10,100,000", "10,100,001"),
    ("thirteen", "fourteen"),
    ("eighty", "eighty one"),
    ("one", "two"),
    ("three", "four"),
    ("seven", "eight"),
]
Pairs = list[tuple[str, str]]
# Cells can't hold CR: it becomes LF, as git and spreadsheets would make it. NUL is left to a test of its own.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), min_size=1, max_size=12)
pairs = st.lists(st.tuples(texts, texts), min_size=1, max_size=6)


def digest_of(name: str, content: bytes, *options: str) -> str:
    """Plan a manifest that names a file with this content, and give the dataset's digest."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / name).write_bytes(content)
        (folder / "w.yaml").write_text(HEADER + "kind: Workspace\nmetadata: {name: acme}\n")
        dataset = ", ".join((f"path: {name}", *options))
        spec = f"spec: {{tunedModelSource: {{tunedModel: tunedModels/a}}, dataset: {{{dataset}}}}}\n"
        (folder / "m.yaml").write_text(HEADER + "kind: TunedModel\nmetadata: {name: a}\n" + spec)
        resolved = resolve(
            load(made), Capabilities("gemini", {SOURCE: FieldRule(SOURCE, Mutability.RETRAIN, "")}, LIMITS)
        )
    assert resolved.desired[0].dataset
    return resolved.desired[0].dataset.digest


def jsonl(examples: Pairs, end: str = "\n", **options: bool) -> bytes:
    rows = ({"text_input": left, "output": right} for left, right in examples)
    return end.join(json.dumps(row, **options) for row in rows).encode()  # type: ignore[arg-type]


def table(examples: Pairs, dialect: str, end: str = "\n", header: tuple[str, ...] = ("text_input", "output")) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, dialect, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *examples] if header else examples)
    return stream.getvalue().encode()


@given(pairs, st.randoms(use_true_random=False))
def test_every_way_to_write_the_same_examples_has_one_digest(examples: Pairs, chance: random.Random) -> None:
    wanted = digest_of("d.jsonl", jsonl(examples))
    mixed = chance.sample(examples, len(examples))
    reordered = [{"output": right, "x": [1, {}], "text_input": left} for left, right in mixed]
    swapped = [(right, left) for left, right in mixed]
    assert wanted == digest_of("other.ndjson", b"\xef\xbb\xbf" + jsonl(mixed, "\r\n\r\n", ensure_ascii=False))
    assert wanted == digest_of("d.json", json.dumps(reordered, indent=2).encode())
    assert wanted == digest_of("d.json", json.dumps(reordered, ensure_ascii=False).encode())
    assert wanted == digest_of("d.csv", table(mixed, "excel"))
    assert wanted == digest_of("d.csv", table(mixed, "excel").replace(b"\n", b"\r\n"))
    assert wanted == digest_of("d.csv", b"\xef\xbb\xbf" + table(mixed, "excel"))
    assert wanted == digest_of("d.csv", table(mixed, "excel").replace(b"\n", b"\r"))
    assert wanted == digest_of("d.tsv", table(mixed, "excel-tab") + b"\n\n")
    assert wanted == digest_of("d.csv", table(mixed, "excel", header=()), "header: false")
    named = table(swapped, "excel-tab", header=("to", "from"))
    assert wanted == digest_of("d.csv.tsv", named, "inputField: from", "outputField: to")


@given(pairs, st.data())
def test_one_changed_character_changes_the_digest(examples: Pairs, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(examples) - 1))
    side = data.draw(st.integers(0, 1))
    text = examples[row][side]
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(texts.filter(lambda new: new != text[at]))
    pair = list(examples[row])
    pair[side] = text[:at] + other + text[at + 1 :]
    changed = [*examples[:row], (pair[0], pair[1]), *examples[row + 1 :]]
    assert digest_of("d.jsonl", jsonl(examples)) != digest_of("d.jsonl", jsonl(changed))


DIFFERENT: list[tuple[Pairs, Pairs]] = [
    ([("ab", "c")], [("a", "bc")]),
    ([("a", "b")], [("b", "a")]),
    ([("a", "b")], [("a", "b"), ("a", "b")]),
    ([("a", "b"), ("c", "d")], [("a", "d"), ("c", "b")]),
    ([("a ", "b")], [("a", "b")]),
    ([("a\r\n", "b")], [("a\n", "b")]),
    ([("\u00e9", "b")], [("e\u0301", "b")]),
]


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_what_looks_alike_and_is_not(left: Pairs, right: Pairs) -> None:
    assert digest_of("d.jsonl", jsonl(left)) != digest_of("d.jsonl", jsonl(right))


def test_control_characters_are_content() -> None:
    assert digest_of("d.csv", b"text_input,output\n\0,\x1b\n") == digest_of("d.jsonl", jsonl([("\0", "\x1b")]))


@pytest.mark.parametrize(
    ("examples", "wanted"),
    [
        (NUMBERS, "1:48d99e5ec644cdc3a7d67ac64c389a387117c3c4c10e0a129e829b2d7a84d248"),
        (NUMBERS[:1], "1:521cbc17a6e2ddc7f39e5f01107e5b7047bbcdbeff7d78939de9332caf9bfab3"),
        ([("\N{GRINNING FACE}", "\u00fc\n")], "1:bbd84fc4004cc7d4c51c48388e515926ebdf7ca853cbe1ccd8bd1d670da30591"),
    ],
)
def test_digests_never_change(examples: Pairs, wanted: str) -> None:
    """These were computed by hand from the recipe; another value here would retrain every model there is."""
    assert digest_of("d.jsonl", jsonl(examples)) == wanted
    assert digest_of("d.csv", table(examples, "excel", "\r\n")) == wanted


@pytest.mark.parametrize("name", ["d.jsonl", "d.json", "d.csv", "d.tsv"])
@given(content=st.one_of(st.binary(max_size=60), st.text('[]{}",:\\ \n\r\ttext_inpu1', max_size=60).map(str.encode)))
def test_no_content_makes_reading_fail(name: str, content: bytes) -> None:
    found: tuple[Diagnostic, ...] = ()
    try:
        digest_of(name, content)
    except InvalidManifests as caught:
        found = caught.diagnostics
    assert all(finding.origin.file.endswith(name) for finding in found)

"""Datasets: each fault of a file and the exact line about it; and which files may be read at all."""

# ruff: noqa: E501 - a finding is one line

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.resource.dataset import Example, digest
from reconciler.source.examples import FileExamples
from reconciler.source.resolve import Resolved

ROW = '{"text_input": "a", "output": "b"}\n'
OTHER = '{"text_input": "c", "output": "d"}\n'
GOOD = ROW + OTHER
CONFLICT = "is a conflict marker of git; resolve the conflict, and remove the markers"
CONVERSATION = "is a conversation, and the file is read as pairs; write it as a pair, or put conversations into a JSONL file of their own (format: contents)"
NAMES = "name the right one with inputField: NAME and outputField: NAME"
FAULTS: list[tuple[str, str | bytes, list[str]]] = [
    ("d.jsonl", "", [": has no examples; write at least one"]),
    ("d.jsonl", "\n  \n", [": has no examples; write at least one"]),
    ("d.jsonl", GOOD + "nope\n", [":3: is not JSON at column 1: expecting value"]),
    ("d.jsonl", GOOD + "[\n", [":3: is the beginning of a JSON array, not a JSON object; set format: json"]),
    ("d.jsonl", GOOD + "[1]\n", [':3: is an array, not a JSON object; write {"text_input": ..., "output": ...}']),
    ("d.jsonl", GOOD + "\n5\n", [':4: is a number, not a JSON object; write {"text_input": ..., "output": ...}']),
    ("d.jsonl", GOOD + "{}\n", [f":3: has no `text_input` and no `output`; it has none; {NAMES}"]),
    ("d.jsonl", GOOD + '{"in": 1, "output": "x"}\n', [":3: has no `text_input`; it has `in`, `output`; name the right one with inputField: NAME"]),
    ("d.jsonl", GOOD + ROW.replace('"b"', "1.0"), [':3: output is a number; examples are text; write `"1.0"`']),
    ("d.jsonl", GOOD + ROW.replace('"a"', "-1E5"), [':3: text_input is a number; examples are text; write `"-1E5"`']),
    ("d.jsonl", GOOD + ROW.replace('"b"', "true"), [':3: output is true; examples are text; write `"true"`']),
    ("d.jsonl", GOOD + ROW.replace('"b"', "null"), [":3: output is null; examples are text; write it as a string"]),
    ("d.jsonl", GOOD + ROW.replace('"b"', '["b"]'), [":3: output is an array; examples are text; write it as a string"]),
    ("d.jsonl", GOOD + ROW.replace('"b"', '{"b": 1}'), [":3: output is an object; examples are text; write it as a string"]),
    ("d.jsonl", GOOD + ROW.replace('"a"', '""').replace('"b"', '""'), [":3: the input is empty; write one, or remove the example", ":3: the output is empty; write one, or remove the example"]),
    ("d.jsonl", GOOD + ROW.replace("a", "a" * 41).replace("b", "b" * 21), [":3: the input has 41 characters; shorten it to at most 40", ":3: the output has 21 characters; shorten it to at most 20"]),
    ("d.jsonl", GOOD + ROW.replace('"b"', '"\\ud800"'), [":3: has half of a surrogate pair, which is no character; remove the lone \\ud800 to \\udfff"]),
    ("d.jsonl", GOOD + ROW.replace("}", ', "output": "c"}'), [":3: has the key `output` twice; remove one of them"]),
    ("d.jsonl", GOOD + "[" * 100_000, [":3: is nested too deeply"]),
    ("d.jsonl", GOOD.encode() + b'{"\xff"}\n', [":3: is not UTF-8 at byte 72 of the file; save it as UTF-8"]),
    ("d.jsonl", b"\xef\xbb\xbf\xff", [":1: is not UTF-8 at byte 3 of the file; save it as UTF-8"]),
    ("d.jsonl", GOOD + '"' + "x" * 8 * 1024 * 1024, [":3: is longer than 8 MB; write one JSON object a line"]),
    ("d.jsonl", GOOD + "".join(ROW.replace("a", f"a{n}") for n in range(30)), [": 32 examples need 1,042 bytes of request; the service takes 1,000: leave out or shorten some"]),
    ("d.jsonl", GOOD + "?\n" * 2, [":3: is not JSON at column 1: expecting value (likewise line 4)"]),
    ("d.jsonl", GOOD + "?\n" * 6, [":3: is not JSON at column 1: expecting value (likewise lines 4, 5, 6, 7 and 8)"]),
    ("d.jsonl", GOOD + "?\n" * 25, [":3: is not JSON at column 1: expecting value (likewise lines 4, 5, 6, 7, 8 and 19 more)"]),
    ("d.jsonl", GOOD + "".join(" " * n + "?\n" for n in range(25)) + "?\n", [":3: is not JSON at column 1: expecting value (likewise line 28)", *(f":{n + 3}: is not JSON at column {n + 1}: expecting value" for n in range(1, 20)), ":23: 5 more errors from here on; fix those that are shown first"]),
    ("d.json", f"[1,{ROW},2,\n3]", [':1:2: is a number, not a JSON object (likewise examples 3 and 4); write {"text_input": ..., "output": ...}']),
    ("d.jsonl", GOOD + '{"contents": []}\n', [f":3: {CONVERSATION}"]),
    ("d.jsonl", GOOD + '{"messages": []}\n' * 2, [f":3: {CONVERSATION.replace(';', ' (likewise line 4);', 1)}"]),
    ("d.json", '[{"contents": []}]', [f":1:2: {CONVERSATION}"]),
    ("d.jsonl", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", [": is a Git LFS pointer, not the data itself; run `git lfs pull`"]),
    ("d.jsonl", f"<<<<<<< HEAD\n{ROW}=======\r\n{OTHER}>>>>>>> 1a2b3c4 (a, b)\n", [f":1: {CONFLICT.replace(';', ' (likewise lines 3 and 5);')}"]),
    ("d.jsonl", GOOD + "<<<<<<<< eight\n", [":3: is not JSON at column 1: expecting value"]),
    ("d.json", f"[{ROW},\n=======\n{OTHER}]", [f":3: {CONFLICT}"]),
    ("d.csv", "<<<<<<< HEAD\ntext_input,output\na,b\n", [f":1: {CONFLICT}"]),
    ("d.csv", "text_input,output\na,b\n<<<<<<< HEAD\nc,d\n=======\ne,f\n>>>>>>> 1a2b3c4 (a, b)\n", [f":3: {CONFLICT.replace(';', ' (likewise lines 5 and 7);')}"]),
    ("d.csv", 'text_input,output\na,b\n>>>>>>> "a", b\nc,d\n', [f":3: {CONFLICT}"]),
    ("d.tsv", "text_input\toutput\na\tb\n||||||| 1a2b3c4\nc\td\n", [f":3: {CONFLICT}"]),
    ("d.json", "[]", [": has no examples; write at least one"]),
    ("d.json", " \n", [": has no examples; write at least one"]),
    ("d.json", GOOD, [":1: is not a JSON array of objects; set format: jsonl if each line is an object of its own"]),
    ("d.json", f"[{ROW},{OTHER},\n\n  5]", [':5:3: is a number, not a JSON object; write {"text_input": ..., "output": ...}']),
    ("d.json", f"[{ROW},{OTHER}", [":2: is not valid JSON: the array does not go on or end after this item"]),
    ("d.json", f"[{ROW},{OTHER}] 1", [":2: is not valid JSON: there is something after the array"]),
    ("d.json", f"[{ROW},{OTHER},]", [":3:2: is not valid JSON at line 3, column 2: expecting value"]),
    ("d.json", f'[{ROW},{OTHER},{{"a": 1, "a": 2}}]', [":3:2: has the key `a` twice; remove one of them"]),
    ("d.json", f"[{ROW},{OTHER},{'[' * 100_000}", [":3:2: is nested too deeply"]),
    ("d.json", f"[{ROW},{OTHER}".encode() + b"\xff]", [": is not UTF-8 at byte 72 of the file; save it as UTF-8"]),
    ("d.csv", "in,out\na,b\n", [f":1: has no `text_input` and no `output`; it has `in`, `out`; {NAMES}, or set header: false if this row is data"]),
    ("d.csv", "text_input,output,output\na,b,c\n", [":1: has the column `output` twice; rename one of them"]),
    ("d.csv", "text_input,output\na,b\nc,d\nHello, world,x\n", [":4: has 3 cells where the first row has 2; quote cells that contain a comma, a quote or a line end"]),
    ("d.csv", 'text_input,output\na,b\n"c\nc",d\nx\n', [":5: has 1 cell where the first row has 2; quote cells that contain a comma, a quote or a line end"]),
    ("d.csv", 'text_input,output\na,b\nc,d\n"x,y\n', [":4: has a quote that is never closed; close it; a quote inside of quotes is written twice"]),
    ("d.csv", 'text_input,output\na,b\nc,d\n"x"y,z\n', [":4: is quoted wrongly: ',' expected after '\"'; put the whole cell into quotes; a quote inside is written twice"]),
    ("d.csv", 'text_input,output\na,b\nc,d\n"' + "x\n" * 70_000, [":4: has a cell of more than 131,072 characters; look for a quote that is not closed"]),
    ("d.csv", b"text_input,output\na,b\nc,\xff\n", [":3: is not UTF-8 at byte 24 of the file; save it as UTF-8"]),
    ("d.csv", "text_input,output\n", [": has no examples; write at least one"]),
    ("d.tsv", "text_input\toutput\na\tb\nc\td\ne\n", [":4: has 1 cell where the first row has 2; quote cells that contain a tab, a quote or a line end"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "lines"), FAULTS, ids=[f"{name}-{lines[0][:50]}" for name, _, lines in FAULTS]
)
def test_a_fault_in_a_file(
    name: str,
    content: str | bytes,
    lines: list[str],
    model: Callable[..., Path],
    write: Callable[..., Path],
    rejected: Callable[..., list[str]],
) -> None:
    model("m.yaml", f"  dataset: {{path: data/{name}}}")
    write(f"data/{name}", content)
    errors = [line for line in rejected() if ": warning: " not in line]
    assert errors == [f"data/{name}{line}" for line in lines]


def test_conflict_markers_inside_of_a_cell_are_text(
    write: Callable[..., Path], model: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    write("d.csv", 'text_input,output\n"a\n<<<<<<< x\n=======\n>>>>>>> y",b\nc,d\n')
    model("m.yaml", "  dataset: {path: d.csv}")
    (desired,) = resolved().desired
    assert desired.dataset
    assert desired.dataset.digest == digest([Example("a\n<<<<<<< x\n=======\n>>>>>>> y", "b"), Example("c", "d")])


def test_a_json_file_that_is_too_large(
    model: Callable[..., Path], folder: Path, rejected: Callable[..., list[str]]
) -> None:
    model("m.yaml", "  dataset: {path: d.json}")
    with (folder / "d.json").open("wb") as stream:
        stream.write(b"[")
        stream.truncate(64 * 1024 * 1024 + 1)
    assert rejected() == ["d.json: is larger than 16 MB; write it as JSONL"]


WARNINGS = [
    ("d.jsonl", ROW, ["d.jsonl: warning: has 1 example only; 2 or more are recommended"]),
    ("d.jsonl", "\n" + ROW * 3, ["d.jsonl:3: warning: repeats earlier examples on lines 3 and 4; each copy weighs in training"]),
    ("d.jsonl", ROW * 8, ["d.jsonl:2: warning: repeats earlier examples on lines 2, 3, 4, 5, 6 and 2 more; each copy weighs in training"]),
    ("d.jsonl", GOOD + ROW.replace('"b"', '"x"'), ["d.jsonl:3: warning: has the same input with another output: lines 1 and 3; keep one output for each input"]),
    ("d.json", f"[{ROW},{ROW},{ROW.replace('b', 'x')}]".replace("\n", ""), ["d.json:1:37: warning: repeats earlier examples: example 2; each copy weighs in training", "d.json:1:72: warning: has the same input with another output: examples 1 and 3; keep one output for each input"]),
    ("d.csv", "output,text_input\nb,a\nb,a\n", ["d.csv:3: warning: repeats earlier examples on line 3; each copy weighs in training"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "lines"), WARNINGS, ids=[lines[0] for _, _, lines in WARNINGS])
def test_what_is_odd_but_allowed(
    name: str,
    content: str,
    lines: list[str],
    model: Callable[..., Path],
    write: Callable[..., Path],
    resolved: Callable[..., Resolved],
) -> None:
    model("m.yaml", f"  dataset: {{path: {name}}}")
    write(name, content)
    assert [str(warning) for warning in resolved().warnings] == lines


MANIFESTS = [
    ("path: d.txt", "8:11: the ending of `d.txt` names no format; set format: one of csv, json, jsonl, tsv"),
    ("path: d.jsonl\n    header: false", "9:13: header is for csv and tsv, not jsonl; remove it"),
    (
        "path: d.csv\n    header: false\n    outputField: x",
        "10:18: outputField names a column, and with header: false there are no names; remove one of them",
    ),
    ("path: d.jsonl\n    inputField: output", "9:17: inputField and outputField are both `output`; name two fields"),
    ("path: c.jsonl", "8:11: `c.jsonl` does not exist; did you mean d.jsonl?"),
    ("path: qqqqqqqqqqqq.csv", "8:11: `qqqqqqqqqqqq.csv` does not exist; paths start from the manifest's folder"),
    (
        "path: no/d.jsonl",
        "8:11: `no/d.jsonl` does not exist, nor does its folder; paths start from the manifest's folder",
    ),
    ("path: .\n    format: jsonl", "8:11: `.` is a folder; name a file in it"),
    (
        "path: gs://bucket/d.jsonl",
        "8:11: `gs://bucket/d.jsonl` is in Cloud Storage, from where gemini v1beta takes no data; put the file beside the manifests",
    ),
    ('path: "d\\0.jsonl"', "8:11: `d\\x00.jsonl` is not a path; write the path of a file"),
    ("examples: []", "8:15: has no examples; write at least one"),
    (
        "examples: [{textInput: a, output: b}]\n    header: true",
        "9:13: header is for files; here the examples stand in the manifest; remove it",
    ),
    (
        'examples:\n    - {textInput: a, output: b}\n    - {textInput: "", output: b}',
        "10:7: the input is empty; write one, or remove the example",
    ),
]


@pytest.mark.parametrize(("spec", "line"), MANIFESTS, ids=[spec[:40] for spec, _ in MANIFESTS])
def test_a_fault_in_what_the_manifest_says_about_data(
    spec: str,
    line: str,
    model: Callable[..., Path],
    write: Callable[..., Path],
    rejected: Callable[..., list[str]],
) -> None:
    model("m.yaml", "  dataset:", f"    {spec}")
    write("d.jsonl", GOOD)
    assert [found for found in rejected() if "warning" not in found] == [f"m.yaml:{line}"]


def test_every_manifest_with_a_missing_file_is_told(
    model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    for name in "ab":
        model(f"{name}.yaml", "  dataset: {path: d.jsonl}", name=name)
    assert [line.split(":")[0] for line in rejected()] == ["a.yaml", "b.yaml"]


OUTSIDE = "leaves the workspace's folder; put the file beside the manifests, or allow its folder with --dataset-root"


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with good examples that lies outside of the workspace."""
    path = tmp_path_factory.mktemp("outside") / "d.jsonl"
    path.write_text(GOOD)
    return path


def test_data_is_read_from_the_workspace_only(
    outside: Path, folder: Path, model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    (folder / "link.jsonl").symlink_to(outside)
    (folder / "linked").symlink_to(outside.parent)
    upward = os.path.relpath(outside, folder)
    for name, path in (
        ("a", upward),
        ("b", "link.jsonl"),
        ("c", "linked/d.jsonl"),
        ("d", f"linked/../../{folder.name}/x.jsonl"),
    ):
        model(f"{name}.yaml", f"  dataset: {{path: {path}}}", name=name)
    model("e.yaml", f"  dataset: {{path: {outside}}}", name="e")
    absolute = OUTSIDE.replace("leaves the workspace's folder", "is an absolute path")
    found = rejected()
    assert found[:3] == [
        f"a.yaml:7:19: `{upward}` {OUTSIDE}",
        f"b.yaml:7:19: `link.jsonl` {OUTSIDE}",
        f"c.yaml:7:19: `linked/d.jsonl` {OUTSIDE}",
    ]
    assert OUTSIDE in found[3]
    assert absolute in found[4]


def test_even_an_absolute_path_into_the_workspace_is_refused(
    write: Callable[..., Path], model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    model("m.yaml", f"  dataset: {{path: {write('d.jsonl', GOOD)}}}")
    assert "is an absolute path" in rejected()[0]


def test_the_command_line_can_allow_another_folder(
    outside: Path, model: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", f"  dataset: {{path: {outside}}}")
    dataset = resolved(outside.parent).desired[0].dataset
    assert dataset
    assert dataset.locator.path == str(outside)


def test_a_folder_beside_with_the_same_beginning_is_outside(
    folder: Path, model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    beside = folder.with_name(folder.name + "-private")
    beside.mkdir()
    (beside / "d.jsonl").write_text(GOOD)
    model("m.yaml", f"  dataset: {{path: ../{beside.name}/d.jsonl}}")
    assert OUTSIDE in rejected()[0]


def test_a_link_inside_of_the_workspace_is_followed(
    folder: Path, write: Callable[..., Path], model: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    write("data/d.jsonl", GOOD)
    (folder / "team").mkdir()
    (folder / "team/link.jsonl").symlink_to("../data/d.jsonl")
    model("team/m.yaml", "  dataset: {path: link.jsonl}", name="a")
    model("team/n.yaml", "  dataset: {path: ../data/d.jsonl}", name="b")
    first, second = resolved().desired
    assert first.dataset == second.dataset
    assert first.dataset
    assert first.dataset.locator.path == str(folder / "data/d.jsonl")


def test_a_pipe_is_refused_without_waiting_for_its_writer(
    folder: Path, model: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    os.mkfifo(folder / "d.jsonl")
    model("m.yaml", "  dataset: {path: d.jsonl}")
    assert rejected() == ["m.yaml:7:19: `d.jsonl` cannot be read: not a regular file"]


@pytest.mark.parametrize("name", ["d.jsonl", "d.ndjson", "d.JSONL", "d.json", "d.csv", "d.tsv", "d.txt"])
def test_what_was_digested_is_what_is_sent(
    name: str,
    write: Callable[..., Path],
    model: Callable[..., Path],
    resolved: Callable[..., Resolved],
) -> None:
    examples = [Example("a\nb", "ü, \t"), Example(" c ", '"d"')]
    rows = [{"text_input": e.input, "output": e.output} for e in examples]
    separator = "\t" if name == "d.tsv" else ","
    table = [["text_input", "output"], *([e.input, e.output] for e in examples)]
    quoted = "".join(separator.join('"' + c.replace('"', '""') + '"' for c in row) + "\r\n" for row in table)
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    content = {".json": json.dumps(rows), ".csv": quoted, ".tsv": quoted}.get(name[1:], lines)
    write(name, content)
    model("m.yaml", f"  dataset: {{path: {name}{', format: jsonl' if name == 'd.txt' else ''}}}")
    dataset = resolved().desired[0].dataset
    assert dataset
    assert list(FileExamples().open(dataset)) == examples
    assert dataset.digest == digest(examples)
    assert (dataset.count, dataset.input_characters, dataset.output_characters) == (2, 6, 7)
    wire = "".join(
        json.dumps({"textInput": e.input, "output": e.output}, separators=(",", ":"), ensure_ascii=False) + ","
        for e in examples
    )
    assert dataset.request_bytes == len(wire.encode())


def test_inline_examples_are_sent_as_they_stand(model: Callable[..., Path], resolved: Callable[..., Resolved]) -> None:
    model(
        "m.yaml", "  dataset:", "    examples:", "    - {textInput: no, output: '1'}", "    - {textInput: c, output: d}"
    )
    dataset = resolved().desired[0].dataset
    assert dataset
    assert list(FileExamples().open(dataset)) == [Example("no", "1"), Example("c", "d")]
    assert dataset.digest == digest([Example("c", "d"), Example("no", "1")])


@pytest.mark.parametrize("change", ["remove", "break", "pipe"])
def test_a_file_that_was_changed_since_cannot_be_sent(
    change: str, write: Callable[..., Path], model: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    path = write("d.jsonl", GOOD)
    model("m.yaml", "  dataset: {path: d.jsonl}")
    dataset = resolved().desired[0].dataset
    assert dataset
    path.unlink()
    if change == "break":
        path.write_text("[]\n")
    elif change == "pipe":
        os.mkfifo(path)
    with pytest.raises(ReconcilerError, match="plan again"):
        list(FileExamples().open(dataset))

"""Documents: the form of YAML and JSON files, and what plain scalars mean."""

# ruff: noqa: E501 - a finding is one line

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from reconciler.source import documents
from reconciler.source.load import load

MODEL = "apiVersion: reconciler.dev/v1alpha1\nkind: TunedModel\nmetadata: {name: a}\nspec: {baseModel: models/x}\n"
FORM = [
    ("", "m.yaml: is empty; delete the file, or write a manifest"),
    ("# nothing but a comment\n", "m.yaml: is empty; delete the file, or write a manifest"),
    ("---\n---\n" + MODEL, "m.yaml:2:1: this document is empty; remove one of the `---` lines"),
    (MODEL + "kind: Workspace\n", "m.yaml:5:1: the key `kind` is given twice, first on line 2; remove one of them"),
    ("a: &x 1\n", "m.yaml:1:4: `&x` is an anchor; write the values out where they are used"),
    ("a: *x\n", "m.yaml:1:4: `*x` is an alias; write the value out"),
    ("<<: {a: 1}\n", "m.yaml:1:1: `<<` is a merge key; write the values out"),
    ("a: !!int 1\n", "m.yaml:1:4: `!!int` is a tag; remove it; quote what is meant as text"),
    (
        "a: !!python/name:os.system x\n",
        "m.yaml:1:4: `!!python/name:os.system` is a tag; remove it; quote what is meant as text",
    ),
    ("1: a\n", "m.yaml:1:1: the key `1` is not text; quote it"),
    ("? [a]\n: b\n", "m.yaml:1:3: a key is not text"),
    ("[" * 100_000, "m.yaml:1:33: is nested deeper than 32 levels"),
    (
        "a: b: c\n",
        "m.yaml:1:5: is not valid YAML: mapping values are not allowed in this context; quote text that contains `: `",
    ),
    ("a: [1\n", "m.yaml:2:1: is not valid YAML: did not find expected ',' or ']'; close the list"),
    (
        "a: 1\n\tb: 2\n",
        "m.yaml:2:1: is not valid YAML: found a tab character that violates indentation; indent with spaces",
    ),
    (
        "a: @b\n",
        "m.yaml:1:4: is not valid YAML: found character that cannot start any token; indent with spaces; quote text that begins with @, ` or %",
    ),
    ("a: \x00\n", "m.yaml:1:4: has the control character U+0000; remove it, or save the file as UTF-8 text"),
    ("a: b\nc: \x1b[31m\n", "m.yaml:2:4: has the control character U+001B; remove it, or save the file as UTF-8 text"),
    (
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        "m.yaml: is a Git LFS pointer, not the file itself; run `git lfs pull`",
    ),
    (b"a: \xe9\n", "m.yaml: is not UTF-8 at byte 3; save it as UTF-8"),
    (
        b"a: 1\n" * 1_000_000,
        "m.yaml: is larger than 4 MB; split it; training data belongs in a dataset file that the manifest names",
    ),
]


@pytest.mark.parametrize(("content", "line"), FORM, ids=[line[:60] for _, line in FORM])
def test_a_fault_of_form(
    content: str | bytes, line: str, write: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    write("m.yaml", content)
    assert findings() == [line]


def test_every_fault_of_form_is_told_at_once(write: Callable[..., Path], findings: Callable[..., list[str]]) -> None:
    write("m.yaml", "a: &x 1\na: *x\n---\n<<: 1\nb: !t 1\n")
    assert [line.split(": ")[0] for line in findings()] == [
        "m.yaml:1:4",
        "m.yaml:2:1",
        "m.yaml:2:4",
        "m.yaml:4:1",
        "m.yaml:5:4",
    ]


def test_a_repeated_key_does_not_hide_other_faults(
    model: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    model("m.yaml", "  topK: 1", "  topK: 2", "  topP: x")
    assert findings() == [
        "m.yaml:8:3: the key `topK` is given twice, first on line 7; remove one of them",
        "m.yaml:9:9: spec.topP must be a number; `x` is text",
    ]


def test_a_syntax_error_does_not_hide_the_documents_before_it(
    write: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    write("m.yaml", MODEL.replace("models/x", "1") + "---\na: [\n")
    assert [line.split(": ")[0] for line in findings()] == ["m.yaml:4:19", "m.yaml:7:1"]


@pytest.mark.parametrize("ending", ["---\n", "---\n# the end\n", "...\n", "\n\n"])
def test_nothing_after_the_last_separator_is_fine(
    ending: str, write: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    write("m.yaml", MODEL + ending)
    assert findings() == []


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"---\n", b"%YAML 1.2\n---\n"])
def test_what_may_stand_before_a_document(
    prefix: bytes, write: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    write("m.yaml", prefix + MODEL.replace("\n", "\r\n").encode())
    assert findings() == []


SCALARS = [
    ("no", "no"),
    ("on", "on"),
    ("Yes", "Yes"),
    ("12:30:45", "12:30:45"),
    ("2024-01-01", "2024-01-01"),
    ("010", "010"),
    ("1_000", "1_000"),
    ("0x1F", 31),
    ("0o17", 15),
    ("-5", -5),
    ("+5", 5),
    ("0", 0),
    ("1e-3", 0.001),
    ("1.", 1.0),
    (".5", 0.5),
    ("-1.5E+2", -150.0),
    (".inf", math.inf),
    ("-.INF", -math.inf),
    ("true", True),
    ("FALSE", False),
    ("null", None),
    ("~", None),
    ("'5'", "5"),
    ('"true"', "true"),
    ("1.2.3", "1.2.3"),
    ("-", "-"),
    ("9" * 101, float("9" * 101)),
]


@pytest.mark.parametrize(("written", "meant"), SCALARS[:-1], ids=[written for written, _ in SCALARS[:-1]])
@pytest.mark.parametrize("loader", [yaml.SafeLoader, documents.LOADER])
def test_plain_scalars_are_those_of_yaml_1_2(
    written: str, meant: object, loader: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "LOADER", loader)
    (document,) = documents.parse("f", f"a: [{written}]" if written != "-" else "a: ['-']")
    assert document.value == {"a": [meant]}
    assert type(document.value["a"][0]) is type(meant)


@pytest.mark.parametrize(("content", "line"), [case for case in FORM if "not valid" not in case[1]])
def test_without_libyaml_the_same_is_said(
    content: str | bytes,
    line: str,
    write: Callable[..., Path],
    findings: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "LOADER", yaml.SafeLoader)
    write("m.yaml", content if len(content) < 10_000 else content[:10_000] if isinstance(content, str) else content)
    assert findings() == [line]


def test_json_is_read_with_positions_and_surrogate_pairs(
    write: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    start = '{"apiVersion": "reconciler.dev/v1alpha1", "kind": "TunedModel",\n\t"metadata": {"name": "a"},\n'
    write(
        "m.json",
        start + '\t"spec": {"baseModel": "models\\/x", "displayName": "\\ud83d\\ude00 \\\\ud83d", "topK": "2"}}',
    )
    assert findings() == ["m.json:3:82: spec.topK must be a whole number; `2` is text; write 2, without quotes"]
    write("m.json", start + '"spec": {"baseModel": "models\\/x", "displayName": "\\ud83d\\ude00 \\\\ud83d"}}')
    assert load(".").manifests[0].manifest.fields["displayName"] == "\N{GRINNING FACE} \\ud83d"


def test_text_of_the_user_cannot_act_on_the_terminal(
    write: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    write("m.yaml", MODEL.replace("TunedModel", '"\\e[2J\\u202e' + "x" * 100 + '"'))
    (line,) = findings()
    assert line.startswith("m.yaml:2:7: `\\x1b[2J\\u202exxx")
    assert "x" * 60 not in line

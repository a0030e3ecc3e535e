"""Manifests made to hurt: each is refused where it goes wrong, in bounded memory, before anything is sent."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.hostile.conftest import BASE, HEAD, MODEL, Target

pytestmark = [pytest.mark.process, pytest.mark.loopback]

DATA = "  dataset: {path: rows.jsonl}\n"
VALID = MODEL + DATA
"""Six lines; what an attack adds to the spec stands on the seventh."""
LARGEST = 4 * 1024 * 1024
SHOWN = 20
SOME = 20_000
"""Faults of one kind: what is quadratic in them takes minutes already."""
MORE = "manifests/evil.yaml: has more errors than are shown; fix those that are shown first"
FIELDS = (
    "the fields are: displayName, description, labels, baseModel, tunedModelSource, preTunedModel, dataset, "
    "validationDataset, hyperparameters, exportLastCheckpointOnly, temperature, topP, topK, readerProjectNumbers, "
    "kmsKeyName, serviceAccount, lifecycle, lint"
)


class Attack(NamedTuple):
    """The content of `evil.yaml` and what is to be said of it, without the file's name."""

    content: Callable[[], str | bytes]
    lines: tuple[str, ...]


def spec(line: str, *told: str) -> Attack:
    """A valid model with one line more."""
    return Attack(lambda: f"{VALID}  {line}\n", tuple(f"7:{each}" for each in told))


def instead(old: str, new: str, *told: str) -> Attack:
    """A valid model in which a word is another."""
    assert old in VALID
    return Attack(lambda: VALID.replace(old, new), told)


def laughs() -> str:
    """Every list ten times the one before."""
    lists = (f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
    return "a0: &a0 [ha]\n" + "".join(lists)


def document(**fields: str) -> bytes:
    """A valid model with other bytes in its description."""
    return f"{VALID}  description: {fields['description']}\n".encode("latin-1")


SPLIT = "split it; training data belongs in a dataset file that the manifest names"
TOO_MANY = f"there are too many values before this place; {SPLIT}"
TOO_LARGE = f": is larger than 4 MB; {SPLIT}"
DEEP = "is nested deeper than 32 levels"
WRITE_OUT = "write the values out where they are used"
UNTAG = "remove it; quote what is meant as text"
TEXT = "remove it, or save the file as UTF-8 text"

ONE_ERROR = {
    "nested lists": Attack(lambda: "[" * 100_000, (f":1:33: {DEEP}",)),
    "nested mappings": Attack(lambda: "{a: " * 100_000, (f":1:129: {DEEP}",)),
    "nested blocks": Attack(lambda: "- " * 100_000, (f":1:65: {DEEP}",)),
    "indented blocks": Attack(lambda: "".join(" " * n + "a:\n" for n in range(2000)), (f":33:33: {DEEP}",)),
    "a large file": Attack(lambda: f"{VALID}  description: {'x' * LARGEST}\n", (TOO_LARGE,)),
    "a large text": Attack(
        lambda: f"{VALID}  displayName: {'x' * 4_000_000}\n",
        (":7:16: spec.displayName has 4,000,000 characters; shorten it to 128 characters",),
    ),
    "a large key": Attack(
        lambda: f"{VALID}  ? {'k' * 4_000_000}\n  : 1\n", (f":7:5: `{'k' * 59}…` is not a field of spec; {FIELDS}",)
    ),
    "a number of a million digits": Attack(
        lambda: f"{VALID}  topK: {'9' * 1_000_000}\n", (f":7:9: spec.topK must be a whole number, not `{'9' * 59}…`",)
    ),
    "a fraction of a million digits": Attack(
        lambda: f"{VALID}  temperature: 1.{'9' * 1_000_000}\n",
        (f":7:16: spec.temperature can't be `1.{'9' * 57}…`; the most is 1",),
    ),
    "beyond floats": spec("temperature: 1e999", "16: spec.temperature can't be `1e999`; write a finite number"),
    "infinity": spec("temperature: .inf", "16: spec.temperature can't be `.inf`; write a finite number"),
    "not a number": spec("temperature: .nan", "16: spec.temperature can't be `.nan`; write a finite number"),
    "octal": spec("topK: 010", "9: spec.topK must be a whole number; `010` is text; write 10, without quotes"),
    "base sixty": spec("topK: 1:30", "9: spec.topK must be a whole number; `1:30` is text"),
    "huge octal": spec(f"topK: 0o1{'7' * 30}", f"9: spec.topK can't be `0o1{'7' * 30}`; the most is 2,147,483,647"),
    "yes": spec(
        "lifecycle: {protect: yes}",
        "24: spec.lifecycle.protect must be true or false; `yes` is text; write true, without quotes",
    ),
    "a date": spec("topK: 2024-01-01", "9: spec.topK must be a whole number; `2024-01-01` is text"),
    "a Python object": spec(
        "description: !!python/object/apply:os.system [id]", f"16: `!!python/object/apply:os.system` is a tag; {UNTAG}"
    ),
    "binary": spec("description: !!binary aGE=", f"16: `!!binary` is a tag; {UNTAG}"),
    "a set": spec("description: !!set {a}", f"16: `!!set` is a tag; {UNTAG}"),
    "a timestamp": spec("description: !!timestamp 2024-01-01", f"16: `!!timestamp` is a tag; {UNTAG}"),
    "a text by tag": spec("description: !!str 1", f"16: `!!str` is a tag; {UNTAG}"),
    "a tag of a megabyte": Attack(lambda: "!" * 1_000_000, (f":1:1: `{'!' * 59}…` is a tag; {UNTAG}",)),
    "an anchor of a megabyte": Attack(
        lambda: "&" + "a" * 1_000_000, (f":1:1: `&{'a' * 58}…` is an anchor; {WRITE_OUT}",)
    ),
    "a key twice": spec("baseModel: x", "3: the key `baseModel` is given twice, first on line 5; remove one of them"),
    "Latin-1": Attack(lambda: document(description="caf\xe9"), (": is not UTF-8 at byte 179; save it as UTF-8",)),
    "UTF-16": Attack(lambda: VALID.encode("utf-16"), (": is not UTF-8 at byte 0; save it as UTF-8",)),
    "UTF-32": Attack(lambda: VALID.encode("utf-32"), (": is not UTF-8 at byte 0; save it as UTF-8",)),
    "UTF-16 without a mark": Attack(
        lambda: VALID.encode("utf-16-le"), (f":1:2: has the control character U+0000; {TEXT}",)
    ),
    "NUL": spec("description: a\0b", f"17: has the control character U+0000; {TEXT}"),
    "escape": spec("description: a\x1b[2Jb", f"17: has the control character U+001B; {TEXT}"),
    "delete": spec("description: a\x7fb", f"17: has the control character U+007F; {TEXT}"),
    "a control character of eight bits": spec("description: a\x9bb", f"17: has the control character U+009B; {TEXT}"),
    "half a character": spec(
        r'description: "\ud800"', "19: is not valid YAML: found invalid Unicode character escape code"
    ),
    "a line separator in a key": Attack(
        lambda: f"{VALID}  display\u2028Name: x\n",
        (
            (
                ":8:1: is not valid YAML: could not find expected ':'; "
                "check the indentation, and quotes that are not closed"
            ),
        ),
    ),
    "a byte order mark inside": Attack(
        lambda: MODEL + "\ufeff" + DATA,
        (":6:4: is not valid YAML: did not find expected key; check the indentation, and quotes inside of quotes",),
    ),
    "tabs": Attack(
        lambda: MODEL + "\tdataset: {path: rows.jsonl}\n",
        (":6:1: is not valid YAML: found a tab character that violates indentation; indent with spaces",),
    ),
    "carriage returns": Attack(
        lambda: f"{VALID}  foo: 1\n".replace("\n", "\r"), (f":7:3: `foo` is not a field of spec; {FIELDS}",)
    ),
    "another YAML": Attack(
        lambda: "%YAML 9.9\n---\n" + VALID, (":1:1: is not valid YAML: found incompatible YAML document",)
    ),
    "a directive": Attack(lambda: "%FOO x\n---\n" + VALID, (":1:5: is not valid YAML: found unknown directive name",)),
    "a homoglyph in a key": instead(
        "name", "n\u0430me", r":3:12: `n\u0430me` is not a field of metadata; did you mean name?"
    ),
    "a homoglyph in the kind": instead(
        "TunedModel", "Tun\u0435dModel", r":2:7: `Tun\u0435dModel` is not a kind of ours; did you mean TunedModel?"
    ),
    "a homoglyph in the apiVersion": instead(
        "reconciler.dev",
        "r\u0435conciler.dev",
        r":1:13: `r\u0435conciler.dev/v1alpha1` is not an apiVersion of ours; did you mean reconciler.dev/v1alpha1?",
    ),
    "a homoglyph in the name": instead(
        "name: model",
        "name: m\u043edel",
        r":3:18: metadata.name: `m\u043edel` is not a name; use at most 63 lower-case letters, digits and hyphens, "
        "a letter first and no hyphen at the end",
    ),
    "a homoglyph in a choice": spec(
        "lifecycle: {onRemoval: k\u0435ep}",
        r"26: spec.lifecycle.onRemoval can't be `k\u0435ep`; did you mean keep?",
    ),
    "nothing of width": instead(
        "baseModel", "base\u200bModel", r":5:3: `base\u200bModel` is not a field of spec; did you mean baseModel?"
    ),
    "a printable nothing": instead(
        "baseModel", "baseModel\u3164", r":5:3: `baseModel\u3164` is not a field of spec; did you mean baseModel?"
    ),
    "four megabytes of comment": Attack(lambda: "#" * 4_000_000, (": is empty; delete the file, or write a manifest",)),
    "four megabytes of quotes": Attack(
        lambda: "'" * 3_999_999, (":1:4000000: is not valid YAML: found unexpected end of stream; close the quotes",)
    ),
    "a list of two million": Attack(lambda: "[" + "a," * 2_000_000 + "]", (f":1:999996: {TOO_MANY}",)),
    "a million keys": Attack(
        lambda: "{" + ",".join(f"k{n}" for n in range(500_000)) + "}", (f":1:1888883: {TOO_MANY}",)
    ),
    "Git LFS": Attack(
        lambda: "version https://git-lfs.github.com/spec/v1\n",
        (": is a Git LFS pointer, not the file itself; run `git lfs pull`",),
    ),
}


@pytest.mark.parametrize("name", ONE_ERROR)
def test_one_attack_is_one_error_at_its_place(name: str, target: Target) -> None:
    attack = ONE_ERROR[name]
    target.write("evil.yaml", attack.content())
    lines = [f"manifests/evil.yaml{'' if line.startswith(':') else ':'}{line}" for line in attack.lines]
    assert target.refused().splitlines() == [*lines, "Error: 1 error in the manifests"]


SEVERAL = {
    "a list in itself": Attack(
        lambda: "&a [*a]", (f"1:1: `&a` is an anchor; {WRITE_OUT}", "1:5: `*a` is an alias; write the value out")
    ),
    "a merge into itself": Attack(
        lambda: f"{VALID}x: &x {{<<: *x}}\n",
        (
            f"7:4: `&x` is an anchor; {WRITE_OUT}",
            "7:8: `<<` is a merge key; write the values out",
            "7:12: `*x` is an alias; write the value out",
        ),
    ),
    "keys that are no text": Attack(
        lambda: "{1: 2, [a]: b, ~: c}\n",
        (
            "1:2: the key `1` is not text; quote it",
            "1:8: a key is not text",
            "1:16: the key `~` is not text; quote it",
        ),
    ),
    "a fault before a document too deep to compose": Attack(
        lambda: f"{VALID}  foo: 1\n---\n" + "[" * 100_000,
        (f"7:3: `foo` is not a field of spec; {FIELDS}", f"9:33: {DEEP}"),
    ),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_every_error_is_told_at_once(name: str, target: Target) -> None:
    attack = SEVERAL[name]
    target.write("evil.yaml", attack.content())
    lines = [f"manifests/evil.yaml:{line}" for line in attack.lines]
    assert target.refused().splitlines() == [*lines, f"Error: {len(lines)} errors in the manifests"]


class Flood(NamedTuple):
    """As many faults of one kind as are asked for, as many as the largest file has, and what is said of the first."""

    content: Callable[[int], str]
    most: int
    line: str


FLOODS = {
    "aliases of one value": Flood(
        lambda n: f"a: &a x\nb: [{'*a,' * n}]\n", 1_000_000, f"1:4: `&a` is an anchor; {WRITE_OUT}"
    ),
    "anchors": Flood(
        lambda n: "[" + ",".join(f"&a{i} x" for i in range(n)) + "]", 350_000, f"1:2: `&a0` is an anchor; {WRITE_OUT}"
    ),
    "empty documents": Flood(
        lambda n: "---\n" * n, 1_000_000, "2:1: this document is empty; remove one of the `---` lines"
    ),
    "documents of nobody": Flood(
        lambda n: "--- {a: 1}\n" * n,
        350_000,
        "1:5: is not a manifest: it has neither apiVersion nor kind; "
        "move it out of the manifests' folder, or begin it with apiVersion and kind",
    ),
    "documents of another kind": Flood(
        lambda n: f"{HEAD}kind: X\n---\n" * n,
        80_000,
        "2:7: `X` is not a kind of ours; write TunedModel, Workspace or Environment, or move the file elsewhere",
    ),
    "one key again and again": Flood(
        lambda n: f"{HEAD}kind: TunedModel\n" + "a: 1\n" * n,
        240_000,
        "4:1: the key `a` is given twice, first on line 3; remove one of them",
    ),
    "unknown fields": Flood(
        lambda n: VALID + "".join(f"  k{i}: 1\n" for i in range(n)),
        240_000,
        f"7:3: `k0` is not a field of spec; {FIELDS}",
    ),
    "labels that are no text": Flood(
        lambda n: VALID.replace("model}", "model, labels: {" + ",".join(f"l{i}: 1" for i in range(n)) + "}}"),
        240_000,
        '3:38: metadata.labels.l0 must be text; `1` is a number; quote it: `"1"`',
    ),
    "examples without output": Flood(
        lambda n: MODEL + "  dataset: {examples: [" + ",".join(["{textInput: a}"] * n) + "]}\n",
        120_000,
        "6:24: spec.dataset.examples[0].output is missing; add output: ...",
    ),
}


@pytest.mark.parametrize("name", FLOODS)
@pytest.mark.parametrize("full", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["some", "full"])
def test_of_many_errors_the_first_are_told(name: str, target: Target, *, full: bool) -> None:
    flood = FLOODS[name]
    target.write("evil.yaml", flood.content(flood.most if full else SOME))
    said = target.refused().splitlines()
    assert len(said) == SHOWN + 2
    assert MORE in said
    if not full:  # a document that is too large as a whole is not looked into
        assert f"manifests/evil.yaml:{flood.line}" in said
    assert said[-1] == "Error: 21 errors in the manifests"


BOMBS = {
    "a billion laughs": (laughs, f"1:5: `&a0` is an anchor; {WRITE_OUT}"),
    "laughs before a fault": (
        lambda: f"{laughs()}---\n{VALID}  foo: 1\n",
        f"1:5: `&a0` is an anchor; {WRITE_OUT}",
    ),
    "laughs after a fault": (
        lambda: f"{VALID}  foo: 1\n---\n{laughs()}",
        f"7:3: `foo` is not a field of spec; {FIELDS}",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_alias_is_followed(name: str, target: Target) -> None:
    content, line = BOMBS[name]
    target.write("evil.yaml", content())
    said = target.refused().splitlines()
    assert MORE in said
    assert f"manifests/evil.yaml:{line}" in said
    assert len(said) == SHOWN + 2


def manifest(body: str) -> str:
    """A manifest in JSON with something else in its spec."""
    top = '"apiVersion": "reconciler.dev/v1alpha1", "kind": "TunedModel", "metadata": {"name": "model"}'
    return f'{{{top},\n"spec": {{"baseModel": "{BASE}", {body}}}}}'


JSON = {
    "a key twice": (
        '"topK": 1, "topK": 2',
        "2:72: the key `topK` is given twice, first on line 2; remove one of them",
    ),
    "NaN": ('"temperature": NaN', "2:76: spec.temperature must be a number; `NaN` is text"),
    "Infinity": ('"temperature": -Infinity', "2:76: spec.temperature must be a number; `-Infinity` is text"),
    "half a character": (
        r'"description": "\ud800"',
        "2:79: is not valid YAML: found invalid Unicode character escape code",
    ),
    "depth": ('"a": ' + "[" * 100_000, f"2:96: {DEEP}"),
    "a closing brace too few": (
        '"dataset": {"path": "rows.jsonl"',
        "3:1: is not valid YAML: did not find expected ',' or '}'; close the braces",
    ),
}


@pytest.mark.parametrize("name", JSON)
def test_manifests_in_json(name: str, target: Target) -> None:
    body, line = JSON[name]
    target.write("evil.json", manifest(body))
    assert target.refused().splitlines() == [f"manifests/evil.json:{line}", "Error: 1 error in the manifests"]


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "status", "destroy", "wait", "outputs"])
def test_every_command_that_reads_manifests_refuses_alike(command: str, target: Target) -> None:
    target.write("evil.yaml", "[" * 100_000)
    assert f"manifests/evil.yaml:1:33: {DEEP}" in target.refused(command)


def test_a_bomb_in_the_workspace_itself(target: Target) -> None:
    target.write("workspace.yaml", f"{HEAD}kind: Workspace\n{laughs()}")
    said = target.refused()
    assert "no Workspace here" not in said
    assert f"manifests/workspace.yaml:3:5: `&a0` is an anchor; {WRITE_OUT}" in said


def test_two_gigabytes_are_not_read(target: Target) -> None:
    with target.write("evil.yaml", VALID).open("r+b") as stream:
        stream.truncate(2 * 1024**3)
    assert f"manifests/evil.yaml{TOO_LARGE}" in target.refused()

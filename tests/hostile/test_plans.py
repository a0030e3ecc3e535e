"""Saved plans made to hurt, and the environment: what is not what was reviewed is refused, and nothing is done."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import ReconcilerError
from reconciler.plan.document import document, parse
from tests.hostile.conftest import MODEL, ROWS, WORKSPACE, Target
from tests.hostile.nested import changed, places
from tests.plan.test_document import PLAN

pytestmark = [pytest.mark.process, pytest.mark.loopback]

AGAIN = "run `reconciler plan` again and review what it says"
SAVED = "name a plan saved by `reconciler plan --out FILE`"


@pytest.fixture
def plan(target: Target) -> Path:
    """A plan of one create, reviewed and saved."""
    target.declare("rows.jsonl")
    path = target.root / "plan.json"
    ended = target.run("plan", "--out", "plan.json")
    assert ended.code == 0, ended.said
    assert json.loads(path.read_text())["summary"]["create"] == 1
    target.service.exchanges.clear()
    return path


Edit: TypeAlias = Callable[[str], str]


def edited(change: Callable[[dict[str, Any]], object]) -> Edit:
    """The plan with something else in it."""

    def edit(text: str) -> str:
        content = json.loads(text)
        change(content)
        return json.dumps(content)

    return edit


DAMAGED: dict[str, tuple[Edit, str]] = {
    "cut off": (lambda text: text[: len(text) // 2], "the plan is not JSON: "),
    "empty object": (lambda _: '{"formatVersion": 1}', "the file is not a plan: it has no formatVersion"),
    "of another version": (lambda text: text.replace('"1.', '"2.', 1), "the plan has format 2."),
    "of an old version": (lambda text: text.replace('"1.', '"0.', 1), "the plan has the old format 0."),
    "of no version": (lambda text: text.replace('"1.', '"1.1.', 1), "the file is not a plan: it has no formatVersion"),
    "deep": (lambda _: '{"formatVersion": ' + "[" * 100_000, "the plan is not JSON that can be read"),
    "deep and closed": (
        lambda _: '{"formatVersion": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "the plan is not JSON that can be read",
    ),
    "a number of 5,000 digits": (
        lambda text: text.replace('"owned"', f'"more": {"9" * 5000}, "owned"', 1),
        "the plan is not JSON that can be read",
    ),
    "of very many values": (
        lambda _: '{"formatVersion": "1.0", "acts": [' + "[]," * 3_000_000 + "[]]}",
        "the file is not a plan: it holds more than 2,000,000 values",
    ),
    "of many keys": (
        lambda _: '{"formatVersion": "1.0", ' + ",".join(f'"k{n}": 1' for n in range(200_000)) + "}",
        "the plan is damaged: digest: Field required",
    ),
    "a key of ten megabytes": (
        lambda text: text.replace('"owned"', f'"{"k" * 10_000_000}": 1, "owned"', 1),
        f"the plan is damaged: {'k' * 100}: Extra inputs are not permitted",
    ),
    "a key twice": (
        lambda text: text.replace('"acts"', '"acts": [], "acts"', 1),
        "the plan is damaged: the key 'acts' is given twice in one object",
    ),
    "a key twice, inside": (
        lambda text: text.replace('"verb"', '"verb": "delete", "verb"', 1),
        "the plan is damaged: the key 'verb' is given twice in one object",
    ),
    "a key more": (edited(lambda c: c.update(more=1)), "the plan is damaged: more: Extra inputs are not permitted"),
    "a key less": (edited(lambda c: c.pop("acts")), "the plan is damaged: acts: Field required"),
    "NaN": (lambda text: text.replace('"owned": 0', '"owned": NaN'), "the plan is damaged: owned: "),
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("how", ["argument", "option"])
def test_a_damaged_plan_is_told_as_one(name: str, how: str, target: Target, plan: Path) -> None:
    make, told = DAMAGED[name]
    before = plan.read_text()
    plan.write_text(make(before))
    assert plan.read_text() != before
    said = target.refused("apply", *(["--plan"] if how == "option" else []), "plan.json")
    assert said.startswith(f"Error: {told}")
    assert AGAIN in said or "apply it with the version that made it" in said
    assert len(said) < 1000
    assert said.count("\n") == 1


@pytest.mark.parametrize("content", ["null", "[]", "1", '"text"', "", "\0", '{"a": 1}', "[" * 100_000])
def test_what_is_no_plan_is_not_taken_for_one(content: str, target: Target, plan: Path) -> None:
    plan.write_text(content)
    target.refused("apply", "plan.json", code=1)
    target.refused("apply", "--plan", "plan.json", code=1)


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (pipe, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
        (Path.mkdir, "not a regular file"),
        (lambda path: path.write_bytes(b'{"formatVersion": "\xff"}'), "is not UTF-8"),
        (lambda path: path.write_bytes(b'{"formatVersion"' + b" " * 64 * 1024**2), "is larger than 64 MB"),
        (lambda _: None, "No such file or directory"),
    ],
)
def test_a_plan_is_a_file(make: Callable[[Path], object], told: str, target: Target, plan: Path) -> None:
    plan.unlink()
    make(plan)
    assert target.refused("apply", "--plan", "plan.json", code=64) == f"Error: plan.json: {told}; {SAVED}\n"


def test_a_plan_with_a_byte_order_mark_is_read(target: Target, plan: Path) -> None:
    plan.write_text("\ufeff" + plan.read_text())
    ended = target.run("apply", "--no-wait", "plan.json")
    assert ended.code == 3, ended.said
    target.service.ask("DELETE", f"/v1beta/{json.loads(plan.read_text('utf-8-sig'))['acts'][0]['name']}")


@pytest.fixture
def no_writes(target: Target) -> Iterator[None]:
    """The service may be asked what there is, and nothing else."""
    yield
    assert [exchange for exchange in target.service.exchanges if exchange.writes] == []


@pytest.mark.usefixtures("no_writes")
@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("workspace.yaml", WORKSPACE.replace("target", "other"), "workspace was 'target' and is 'other'"),
        ("workspace.yaml", f"{WORKSPACE}spec: {{owner: other}}\n", "owner was 'target' and is 'other'"),
        ("rows.jsonl", ROWS.replace('"7"', '"seven"'), "+ create tunedModels/model-"),
        (
            "other.yaml",
            MODEL.replace("name: model", "name: other") + "  dataset: {path: rows.jsonl}\n",
            "TunedModel/other + create tunedModels/other-",
        ),
    ],
)
def test_a_plan_of_another_world_is_stale(file: str, content: str, told: str, target: Target, plan: Path) -> None:
    target.write(file, content)
    ended = target.run("apply", str(plan))
    assert ended.code == 4, ended.said
    assert told in " ".join(ended.stderr.split())


REVIEWED = document(PLAN)
TEXT = REVIEWED.model_dump_json(by_alias=True)
PLACES = [path for path, _ in places(json.loads(TEXT))]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(PLACES), JSON)
def test_whatever_stands_anywhere_the_writes_are_those_reviewed(path: tuple[str | int, ...], value: object) -> None:
    try:
        read = parse(json.dumps(changed(json.loads(TEXT), path, value)))
    except ReconcilerError:
        return
    assert (read.place, read.wished, read.writes) == (REVIEWED.place, REVIEWED.wished, REVIEWED.writes)


@pytest.mark.parametrize("value", [None, True, 0, -1, 1e300, "", "x", [], ["x"], {}, {"x": 1}], ids=json.dumps)
def test_every_place_of_every_wrong_type(value: object) -> None:
    for path in PLACES[1:]:
        try:
            read = parse(json.dumps(changed(json.loads(TEXT), path, value)))
        except ReconcilerError:
            continue
        assert (read.place, read.wished, read.writes) == (REVIEWED.place, REVIEWED.wished, REVIEWED.writes)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RECONCILER_ENDPOINT", "https://example.com"),
        ("RECONCILER_ENDPOINT", "https://generativelanguage.googleapis.com.example.com"),
        ("RECONCILER_ENDPOINT", "https://generativelanguage.googleapis.com@example.com"),
        ("RECONCILER_ENDPOINT", "https://generativelanguage.googleapis.com:8443"),
        ("RECONCILER_ENDPOINT", "http://generativelanguage.googleapis.com"),
        ("RECONCILER_ENDPOINT", "http://user:sesame-7291@127.0.0.1:1"),
        ("RECONCILER_ENDPOINT", "http://127.0.0.1:1/?key=sesame-7291"),
        ("RECONCILER_ENDPOINT", "https://generativel\u0430nguage.googleapis.com"),
        ("RECONCILER_ENDPOINT", "http://\u2460\u2461\u2466.0.0.1"),
        ("RECONCILER_ENDPOINT", "http://127.0.0.1:99999999"),
        ("RECONCILER_ENDPOINT", "http://127.0.0.1:\u0661"),
        ("RECONCILER_ENDPOINT", "http://0x7f.1"),
        ("RECONCILER_ENDPOINT", "emulator\n"),
        ("RECONCILER_ENDPOINT", "file:///etc/passwd"),
        ("RECONCILER_ENDPOINT", "\x1b[2J"),
        ("RECONCILER_ENDPOINT", "\udcff"),
        ("RECONCILER_ENDPOINT", "x" * 100_000),
        ("RECONCILER_MAX_DELETES", "-1"),
        ("RECONCILER_MAX_DELETES", "\u0661\u0662x"),
        ("RECONCILER_MAX_CREATES", "9" * 10_000),
        ("RECONCILER_MAX_SHARE", "101"),
        ("RECONCILER_PARALLELISM", "1000000"),
        ("RECONCILER_PARALLELISM", "nan"),
        ("RECONCILER_TIMEOUT", "1e999"),
        ("RECONCILER_TIMEOUT", "-1s"),
        ("RECONCILER_POLICY", "syn\u0441"),
        ("RECONCILER_OUTPUT", "yaml"),
        ("RECONCILER_TARGET", "no-such-model"),
        ("RECONCILER_TARGET", "[" * 10_000),
        ("RECONCILER_SELECTOR", "no label"),
        ("RECONCILER_RETRY_FAILED", "../../etc/passwd"),
        ("RECONCILER_PLAN", "/dev/zero"),
        ("RECONCILER_VERBOSE", "-1"),
        ("RECONCILER_YES", "perhaps"),
    ],
)
def test_garbage_in_the_environment(variable: str, value: str, target: Target) -> None:
    said = target.refused("apply", code=64, **{variable: value})
    assert "sesame-7291" not in said
    assert all(map(str.isprintable, said.splitlines()))


@pytest.mark.parametrize("speed", ["nan", "-1", "-inf", "x", "0", "1e-320", "\u0661x"])
def test_garbage_for_the_emulator(speed: str, target: Target) -> None:
    target.declare("rows.jsonl")
    env = {"RECONCILER_EMULATOR_STEPS_PER_SECOND": speed, "RECONCILER_ENDPOINT": "emulator"}
    assert "RECONCILER_EMULATOR_STEPS_PER_SECOND is " in target.refused("plan", code=64, **env)

"""What a reviewer reads of a change of data, to the letter."""

import json
from dataclasses import replace

import pytest

from reconciler.plan.change import Action, Change
from reconciler.plan.document import document, parse
from reconciler.plan.plan import Context, Plan
from reconciler.render.datachange import told
from reconciler.render.json_output import plan_json
from reconciler.render.markdown import plan_markdown
from reconciler.render.neutral import unsafe
from reconciler.render.style import PLAIN
from reconciler.render.text import plan_text
from reconciler.resource.address import Address
from reconciler.resource.datachange import (
    DataChange,
    Difference,
    Group,
    Lengths,
    Oddity,
    Pair,
    Revision,
    Sample,
    Side,
)
from reconciler.resource.reason import Reason

OLD = Side("1:" + "a" * 64, 1000, Lengths(3, 20, 80, 120), Lengths(1, 5, 9, 9), 4500, 0)
NEW = Side("1:" + "b" * 64, 1009, Lengths(3, 21, 81, 12000), Lengths(1, 5, 9, 9), 4700, 3)
CHANGE = DataChange(
    NEW,
    OLD,
    Difference(Group(12, "1:" + "c" * 64), Group(3, "1:" + "d" * 64), 1),
    Revision("4f3c2a1" + "0" * 33, "manifests/data/x.jsonl"),
    duplicates=Oddity(2, (Pair(4, 1001), Pair(5, 1002))),
    contradictions=Oddity(1, (Pair(17, 40),)),
)
EVIL = "\x1b[2J\n::error::x\u202e`</details>@someone ##[error]"


def lines(change: DataChange | None) -> list[str]:
    return list(told(change))


def plan(change: DataChange) -> Plan:
    context = Context("demo", "acme", "gemini", "v1beta", "host")
    return Plan(context, (Change(Address("a"), Action.CREATE, (Reason.ABSENT,), "id", data=change),))


def test_all_of_it() -> None:
    sizes = "12 added, 3 removed, 1 changed of 1,000 -> 1,009 examples"
    assert lines(CHANGE) == [
        f"data: {sizes}; the old ones are in 4f3c2a1 (manifests/data/x.jsonl)",
        "characters    min  median    95 %      max",
        "of an input   3    20 -> 21  80 -> 81  120 -> 12,000",
        "of an output  1    5         9         9",
        "tokens, estimated: 4,500 -> 4,700",
        "2 new duplicates: line 4 and line 1,001, line 5 and line 1,002",
        "1 new contradiction: line 17 and line 40",
        "overlap with the validation data: 0 -> 3",
    ]


def test_nothing_was_looked_at() -> None:
    assert lines(None) == []


def test_found_in_the_base() -> None:
    found = Revision("4f3c2a1" + "0" * 33, "x.jsonl", "origin/main")
    assert lines(replace(CHANGE, found=found))[0].endswith("; the old ones are in origin/main at 4f3c2a1 (x.jsonl)")


def test_the_same_examples() -> None:
    same = replace(CHANGE, difference=Difference(Group(0, ""), Group(0, ""), 0))
    assert lines(same)[0].startswith("data: the same examples; the old ones are in 4f3c2a1")


def test_not_found_says_why_and_what_there_is_now() -> None:
    change = DataChange(
        replace(NEW, overlap=None),
        missing="this is not a git checkout",
        duplicates=Oddity(9, (Pair(1, 2),)),
        noun="example",
    )
    assert lines(change) == [
        "data: cannot be compared with what it was trained on: this is not a git checkout",
        "characters    min  median  95 %  max",
        "of an input   3    21      81    12,000",
        "of an output  1    5       9     9",
        "tokens, estimated: 4,700",
        "9 duplicates: example 1 and example 2, and 8 more",
    ]
    assert lines(DataChange(None, missing="data in Cloud Storage are not in git")) == [
        "data: cannot be compared with what it was trained on: data in Cloud Storage are not in git"
    ]


@pytest.mark.parametrize(("before", "now", "said"), [(0, 3, "0 -> 3"), (3, 3, "3"), (3, 0, "3 -> 0"), (None, 2, "2")])
def test_overlap(before: int | None, now: int, said: str) -> None:
    change = replace(CHANGE, old=replace(OLD, overlap=before), new=replace(NEW, overlap=now))
    assert lines(change)[-1] == f"overlap with the validation data: {said}"


def test_overlap_without_an_older_version() -> None:
    assert lines(DataChange(NEW, missing="x"))[-1] == "overlap with the validation data: 3"
    for before in (0, None):
        none = replace(CHANGE, old=replace(OLD, overlap=before), new=replace(NEW, overlap=0))
        assert "overlap" not in "".join(lines(none))


def test_samples() -> None:
    samples = (
        Sample("changed", 3, "a question", "new", "old"),
        Sample("added", 1004, "b", "2"),
        Sample("removed", 5, "c", "x" * 500),
    )
    assert lines(replace(CHANGE, samples=samples))[-7:-2] == [
        'changed, line 3: "a question"',
        "was: old",
        "now: new",
        "added, line 1,004: b",
        "output: 2",
    ]
    assert lines(replace(CHANGE, samples=samples))[-2] == "removed, line 5 of the old data: c"
    assert len(lines(replace(CHANGE, samples=samples))[-1]) < 160


def test_samples_with_what_comes_before_them() -> None:
    added = Sample("added", 1, "b", "2", "", '{"systemInstruction":"count"}')
    changed = Sample("changed", 3, "a", "new", "old", "x" * 500)
    said = lines(replace(CHANGE, samples=(added, changed)))
    assert said[-7:-4] == ["added, line 1: b", r'context: "{\"systemInstruction\":\"count\"}"', "output: 2"]
    assert said[-4] == "changed, line 3: a"
    assert said[-3].startswith('context: "xxx')
    assert len(said[-3]) < 160
    assert said[-2:] == ["was: old", "now: new"]


HOSTILE = replace(
    CHANGE,
    found=Revision("4f" * 20, EVIL, EVIL),
    samples=(Sample("changed", 1, EVIL, EVIL * 99, EVIL, EVIL),),
    missing="",
)


@pytest.mark.parametrize("change", [HOSTILE, DataChange(None, missing=EVIL)])
def test_text_of_others_is_harmless(change: DataChange) -> None:
    text = plan_text(plan(change), PLAIN, 100)
    assert not [c for c in text if unsafe(c) and c != "\n"]
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    markdown = plan_markdown(plan(change))
    assert not [c for c in markdown if unsafe(c) and c != "\n"]
    start, _, rest = markdown.partition("```")
    assert "@someone" not in start
    assert "@someone" not in rest.rpartition("```")[2]


def test_json_has_all_of_it_and_the_digest_does_not() -> None:
    made = plan(HOSTILE)
    text = plan_json(made)
    part = json.loads(text)["changes"][0]["data"]
    assert part["old"]["count"] == 1000
    assert part["new"]["input"] == {"least": 3, "median": 21, "p95": 81, "most": 12000}
    assert part["difference"] == {
        "added": {"count": 12, "digest": "1:" + "c" * 64},
        "removed": {"count": 3, "digest": "1:" + "d" * 64},
        "changed": 1,
        "first": 0,
    }
    assert part["duplicates"] == {"count": 2, "first": [[4, 1001], [5, 1002]]}
    assert part["found"]["path"] == EVIL
    assert (part["samples"][0]["former"], part["samples"][0]["context"]) == (EVIL, EVIL)
    assert parse(text).changes == document(made).changes
    assert made.digest == plan(DataChange(None, missing="x")).digest


def test_json_of_data_that_nobody_reads() -> None:
    part = json.loads(plan_json(plan(DataChange(None, missing="x"))))["changes"][0]["data"]
    assert (part["old"], part["new"], part["difference"], part["found"], part["missing"]) == (
        None,
        None,
        None,
        None,
        "x",
    )

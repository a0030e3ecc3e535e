"""How a reviewed plan differs from what would be done now, to the letter."""

import json

from reconciler.plan.change import Act
from reconciler.plan.review import Deviation
from reconciler.render.stale import stale_line, stale_text

A, B = "TunedModel/a", "TunedModel/b"
HEAD = "- reviewed, and done or wanted no more; + not reviewed; ~ reviewed otherwise:\n"
FOUND = (
    Deviation(
        Act(A, "update", "x", fields=("temperature=0.5->0.1", "displayName='A'")),
        Act(A, "update", "x", fields=("temperature=0.9->0.1", "displayName='A'")),
    ),
    Deviation(Act(A, "delete", "old", successor="new"), Act(A, "delete", "old")),
    Deviation(Act(B, "create", "b-1", "f" * 64), Act(B, "create", "b-2", "e" * 64)),
    Deviation(Act(B, "delete", "b-0", successor="b-1"), None),
    Deviation(None, Act(B, "update", "b-2", fields=("a=1", "b=2"))),
)


def test_each_address_tells_then_and_now() -> None:
    assert stale_text(FOUND, 100) == (
        f"{HEAD}"
        "  TunedModel/a\n"
        "    ~ update x\n"
        "    - temperature=0.5->0.1\n"
        "    + temperature=0.9->0.1\n"
        "    ~ delete old\n"
        "    - in its place: new\n"
        "    + in its place: nothing\n"
        "  TunedModel/b\n"
        "    - create b-1\n"
        "    + create b-2\n"
        "    - delete b-0, and b-1 takes its place\n"
        "    + update b-2: a=1, b=2\n"
    )


def test_ids_that_the_service_chooses_are_told_apart_by_what_they_are_trained_from() -> None:
    pair = Deviation(Act(A, "create", "", "f" * 64), Act(A, "create", "", "e" * 64))
    assert stale_text([pair], 100) == (
        f"{HEAD}  TunedModel/a\n"
        "    ~ create a model\n"
        "    - trained from inputs ffffffffffff\n"
        "    + trained from inputs eeeeeeeeeeee\n"
    )
    assert "    + create a model\n" in stale_text([Deviation(None, pair.now)], 100)


def test_what_somebody_wrote_is_neutralised_and_cut() -> None:
    """A saved plan is a file that anybody may have edited."""
    then = Act("\x1b[31mA\n::error::x", "update", "x", fields=("y" * 5000,))
    now = then._replace(fields=("\u202ez",))
    for each in (Deviation(then, now), Deviation(then, None)):
        text = stale_text([each], 100)
        assert text.isascii()
        assert "\x1b" not in text
        assert "\n::" not in text
        assert "y" * 301 not in text


def test_of_very_many_the_first_are_told_and_the_rest_counted() -> None:
    many = [Deviation(None, Act(f"TunedModel/{n:04}", "create", f"m{n}")) for n in range(1051)]
    assert "writes more" not in stale_text(many[:50], 100)
    text = stale_text(many, 100)
    assert text.count("create") == 50
    assert text.endswith("  and 1,001 writes more\n")


def test_programs_get_all_of_it() -> None:
    event = json.loads(stale_line("moved", FOUND[3:]))
    then = {"address": B, "verb": "delete", "name": "b-0", "inputs": "", "fields": [], "successor": "b-1"}
    now = {"address": B, "verb": "update", "name": "b-2", "inputs": "", "fields": ["a=1", "b=2"], "successor": ""}
    assert event == {
        "type": "stale",
        "message": "moved",
        "deviations": [
            {"address": B, "then": then, "now": None},
            {"address": B, "then": None, "now": now},
        ],
    }
    assert stale_line("moved", FOUND).count("\n") == 1

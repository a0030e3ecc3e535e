"""Two versions of data beside each other: what came, what went, what is odd, and how long texts are."""

import io
import json
import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reconciler.resource.datachange import DataChange, Lengths, Oddity, Pair, Revision, Sample
from reconciler.resource.dataset import Example, Locator, digest
from reconciler.source.census import Census, Content, census, present
from reconciler.source.comparison import Measured, Older, described, differing
from reconciler.source.rows import Flaw

Pairs = list[tuple[str, str]]
FOUND = Revision("a" * 40, "data.jsonl")
JSONL = Locator("data.jsonl", "jsonl", "text_input", "output")


def content(pairs: Pairs) -> Content:
    text = "".join(json.dumps({"text_input": left, "output": right}) + "\n" for left, right in pairs)
    return Content(lambda: io.BytesIO(text.encode()), JSONL)


def counted(of: Content) -> Census:
    made = census(of)
    assert isinstance(made, Census)
    return made


def change(
    old: Pairs | None, new: Pairs, validation: Pairs | None = None, examples: int = 0, *, before: bool = True
) -> DataChange:
    older = None if old is None else Older(content(old), counted(content(old)), FOUND)
    measured = None if validation is None else Measured(counted(content(validation)), before)
    now = content(new)
    return described(now, counted(now), measured, older, "" if older else "nowhere", examples)


def numbers(made: DataChange) -> tuple[int, int, int]:
    assert made.difference
    return made.difference.added.count, made.difference.removed.count, made.difference.changed


def test_the_digest_is_that_of_the_dataset() -> None:
    rows = [("a", "1"), ("b", "2"), ("a", "1")]
    assert counted(content(rows)).digest == digest(Example(*row) for row in rows)


def test_order_does_not_matter() -> None:
    made = change([("a", "1"), ("b", "2"), ("c", "3")], [("c", "3"), ("a", "1"), ("b", "2")])
    assert made.difference
    assert made.difference.empty
    assert made.old
    assert made.new
    assert made.old.digest == made.new.digest


def test_another_output_is_a_change_and_another_input_is_not() -> None:
    old = [("a", "1"), ("b", "2"), ("c", "3")]
    assert numbers(change(old, [("a", "1"), ("b", "two"), ("C", "3")])) == (1, 1, 1)


def test_copies_count() -> None:
    assert numbers(change([("a", "1")] * 3, [("a", "1")])) == (0, 2, 0)
    assert numbers(change([("a", "1")], [("a", "1")] * 3)) == (2, 0, 0)
    assert numbers(change([("a", "1")] * 2, [("a", "2")] * 3)) == (1, 0, 2)


def test_the_groups_have_digests_as_datasets_have() -> None:
    made = change([("a", "1"), ("x", "9")], [("a", "1"), ("b", "2"), ("c", "3")]).difference
    assert made
    assert made.added.digest == digest([Example("c", "3"), Example("b", "2")])
    assert made.removed.digest == digest([Example("x", "9")])
    assert change([("a", "1")], [("a", "2")]).difference.added.digest == ""  # type: ignore[union-attr]  # there is one


PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("123")), min_size=1, max_size=12)


@given(PAIRS, PAIRS)
def test_any_two_versions(old: Pairs, new: Pairs) -> None:
    """Counted in another way: by inputs, and the outputs that only one side has."""
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    changed = sum(
        min(
            sum(n for (left, _), n in gone.items() if left == each),
            sum(n for (left, _), n in come.items() if left == each),
        )
        for each in "abc"
    )
    assert numbers(change(old, new)) == (come.total() - changed, gone.total() - changed, changed)


@given(PAIRS, PAIRS)
def test_the_ordinals_lead_from_one_version_to_the_other(old: Pairs, new: Pairs) -> None:
    found = differing(counted(content(old)), counted(content(new)))
    left = Counter(old) - Counter([old[each] for each in found.removed] + [old[each] for each, _ in found.changed])
    assert left + Counter([new[each] for each in found.added] + [new[each] for _, each in found.changed]) == Counter(
        new
    )
    assert all(old[before][0] == new[after][0] for before, after in found.changed)


def test_duplicates_that_the_old_version_had_are_not_new() -> None:
    old = [("a", "1"), ("a", "1"), ("b", "2")]
    assert change(old, old).duplicates == Oddity(0)
    assert change(old, [*old, ("a", "1"), ("b", "2")]).duplicates == Oddity(2, (Pair(1, 4), Pair(3, 5)))
    assert change(None, old).duplicates == Oddity(1, (Pair(1, 2),))
    assert change([("z", "1")], [("a", "1"), ("a", "1")]).duplicates == Oddity(1, (Pair(1, 2),))


def test_contradictions_that_the_old_version_had_are_not_new() -> None:
    old = [("a", "1"), ("a", "2"), ("b", "1")]
    assert change(old, old).contradictions == Oddity(0)
    assert change(old, [*old, ("b", "2")]).contradictions == Oddity(1, (Pair(3, 4),))
    assert change(old, [*old, ("a", "3")]).contradictions == Oddity(1, (Pair(1, 4),))
    assert change(None, old).contradictions == Oddity(1, (Pair(1, 2),))


def test_a_contradiction_is_new_if_either_of_the_two_is() -> None:
    assert change([("a", "1")], [("a", "2"), ("a", "1")]).contradictions == Oddity(1, (Pair(1, 2),))
    assert change([("a", "1")], [("a", "1"), ("a", "2")]).contradictions == Oddity(1, (Pair(1, 2),))


def test_a_copy_contradicts_nobody_once_more() -> None:
    assert change(None, [("a", "1"), ("a", "2"), ("a", "2"), ("a", "1")]).contradictions == Oddity(1, (Pair(1, 2),))


def test_several_with_one_input_are_paired_in_their_order() -> None:
    made = change([("a", "1"), ("a", "2")], [("a", "3"), ("a", "4")], examples=2)
    assert made.samples == (Sample("changed", 1, "a", "3", "1"), Sample("changed", 2, "a", "4", "2"))


def test_only_the_first_oddities_are_kept() -> None:
    made = change(None, [("a", str(number)) for number in range(9)])
    assert made.contradictions == Oddity(8, (Pair(1, 2), Pair(1, 3), Pair(1, 4)))


def test_lines_are_counted_as_they_stand_and_items_by_their_place() -> None:
    text = b'\n\n{"text_input": "a", "output": "1"}\n\n{"text_input": "a", "output": "2"}\n'
    blank = Content(lambda: io.BytesIO(text), JSONL)
    assert described(blank, counted(blank), None, None, "", 0).contradictions.first == (Pair(3, 5),)
    pairs = (Example("a", "1"), Example("b", "1"), Example("a", "2"))
    inline = present(Locator("", "inline", "", "", inline=pairs))
    made = described(inline, counted(inline), None, None, "", 0)
    assert (made.noun, made.contradictions.first) == ("example", (Pair(1, 3),))


def test_lengths() -> None:
    made = change([("x", "y")], [("x" * length, "é" * (101 - length)) for length in range(1, 101)])
    assert made.new
    assert made.old
    assert made.new.input == Lengths(1, 50, 95, 100)
    assert made.new.output == Lengths(1, 50, 95, 100)
    assert made.old.input == Lengths(1, 1, 1, 1)
    assert (made.old.tokens, made.new.tokens) == (1, 100 * 26)


def test_overlap_with_the_validation_data() -> None:
    old, new = [("a", "1"), ("b", "2")], [("a", "1"), ("c", "3"), ("d", "4")]
    made = change(old, new, [("a", "1"), ("c", "3"), ("c", "other"), ("c", "3")])
    assert made.new
    assert made.old
    assert (made.old.overlap, made.new.overlap) == (1, 3)
    assert change(old, new).new.overlap is None  # type: ignore[union-attr]  # there is one


def test_overlap_before_is_not_known_where_the_model_was_measured_with_others() -> None:
    made = change([("a", "1")], [("a", "1"), ("c", "3")], [("a", "1"), ("c", "3")], before=False)
    assert made.new
    assert made.old
    assert (made.old.overlap, made.new.overlap) == (None, 2)


def test_no_texts_unless_asked_for() -> None:
    made = change([("secret", "1")], [("secret", "2"), ("word", "3")])
    assert made.samples == ()
    assert "secret" not in repr(made)


def test_samples_of_each_kind() -> None:
    old = [("same", "0"), ("a", "1"), ("b", "2"), ("gone", "5"), ("lost", "6")]
    new = [("new", "7"), ("b", "two"), ("a", "one"), ("same", "0"), ("newer", "8")]
    assert change(old, new, examples=1).samples == (
        Sample("changed", 2, "b", "two", "2"),
        Sample("added", 1, "new", "7"),
        Sample("removed", 4, "gone", "5"),
    )
    assert len(change(old, new, examples=9).samples) == 6


def test_samples_are_cut() -> None:
    (sample,) = change([("a", "x")], [("a", "x"), ("b" * 10**6, "c" * 10**6)], examples=5).samples
    assert max(map(len, (sample.input, sample.output))) == 500


def test_samples_have_what_comes_before_them() -> None:
    """Two examples that differ in nothing else would look the same."""
    before, after, long = (
        json.dumps({"systemInstruction": {"parts": [{"text": text}]}}) for text in ("x", "y", "z" * 900)
    )
    old, new = [Example("a", "1", before), Example("b", "1", long)], [Example("a", "1", after), Example("b", "2", long)]
    then, now = (present(Locator("", "inline", "", "", inline=tuple(rows))) for rows in (old, new))
    changed, added, removed = described(now, counted(now), None, Older(then, counted(then), FOUND), "", 5).samples
    assert (added, removed) == (Sample("added", 1, "a", "1", "", after), Sample("removed", 1, "a", "1", "", before))
    assert (changed.output, changed.former, len(changed.context)) == ("2", "1", 500)


def test_data_that_cannot_be_read_are_a_flaw() -> None:
    for text in (b"no", b'{"text_input": "a"}', b'{"text_input": "\\ud800", "output": "x"}'):
        assert isinstance(census(Content(lambda text=text: io.BytesIO(text), JSONL)), Flaw)  # type: ignore[misc]  # bound here


def test_a_large_one_with_many_copies_is_no_slower() -> None:
    """Where a list was searched from its beginning for each row, this would take hours."""
    old = [("a", str(number)) for number in range(30_000)]
    new = [("a", f"{number}!") for number in range(30_000)]
    random.Random(1).shuffle(new)
    assert numbers(change(old, new)) == (0, 0, 30_000)

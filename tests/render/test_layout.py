"""Lines that fit, columns that line up, and colour that can be left out."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.layout import counted, flow, pack, table
from reconciler.render.neutral import neutral
from reconciler.render.style import ANSI, PLAIN, Tone


@given(st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)), st.integers(1, 120))
def test_words_are_never_broken_and_lines_fit_where_words_do(words: list[str], width: int) -> None:
    lines = flow(" ".join(words), width, "  ", "    ")
    assert [word for line in lines for word in line.split()] == neutral(" ".join(words)).split()
    assert all(len(line) <= max(width, 40) or len(line.split()) == 1 for line in lines)


def test_a_line_begins_as_told() -> None:
    assert flow("one two three " * 4, 40, "- ", "  ") == [
        "- one two three one two three one two",
        "  three one two three",
    ]


def test_lines_are_neutral() -> None:
    assert flow("a\nb\x1b[0m", 80) == [r"a\nb\x1b[0m"]
    assert table([["a\nb", "c"]]) == [r"a\nb  c"]
    assert pack(["a\nb"], 80, "") == [r"a\nb"]


def test_entries_stand_side_by_side_while_they_fit() -> None:
    assert pack(["a" * 16, "b" * 17, "c"], 40, "  ") == ["  " + "a" * 16 + "   " + "b" * 17, "  c"]


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table([["a", "bb", "c"], ["aaa", "", "cc"], ["a", "", ""]]) == ["a    bb  c", "aaa      cc", "a"]


def test_numbers_agree_with_their_nouns() -> None:
    assert [counted(n, "model") for n in (0, 1, 2)] == ["0 models", "1 model", "2 models"]


def test_colour_is_added_around_text_or_not_at_all() -> None:
    assert PLAIN.paint(Tone.CREATE, "x") == "x"
    assert ANSI.paint(Tone.CREATE, "x") == "\x1b[32mx\x1b[0m"
    assert ANSI.paint(Tone.CREATE, "") == ""
    assert ANSI.paint(Tone.PLAIN, "x") == "x"

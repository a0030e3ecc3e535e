"""As much as fits into a number of characters."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.budget import Round, fit, size

ROUNDS = [Round(1, 0.5), Round(2)]


def test_size_is_in_utf_16_units() -> None:
    assert (size(""), size("abc"), size("…Ω"), size("\U0001f600x"), size("\ud800")) == (0, 3, 2, 3, 1)


def test_all_is_whole_where_it_fits_to_the_last_character() -> None:
    pieces = [("", "a", "abc")] * 2
    assert fit(pieces, 6, ROUNDS) == [2, 2]
    assert fit(pieces, 5, ROUNDS) != [2, 2]
    assert fit([], 0, ROUNDS) == []


def test_rounds_go_through_the_pieces_in_order() -> None:
    pieces = [("", "a" * 4, "a" * 10)] * 4
    assert fit(pieces, 20, [Round(1)]) == [1, 1, 1, 1]
    assert fit(pieces, 10, [Round(1)]) == [1, 1, 0, 0]
    assert fit(pieces, 22, [Round(1), Round(2)]) == [2, 1, 1, 1]
    assert fit(pieces, 22, [Round(2), Round(1)]) == [2, 2, 0, 0]


def test_a_round_uses_no_more_than_its_share() -> None:
    pieces = [("", "a" * 5)] * 4
    assert fit(pieces, 19, [Round(1, 0.5)]) == [1, 0, 0, 0]
    assert fit(pieces, 19, [Round(1, 0.5), Round(1)]) == [1, 1, 1, 0]


def test_a_round_may_be_for_some() -> None:
    assert fit([("", "aaa")] * 3, 6, [Round(1, 1.0, [2])]) == [0, 0, 1]


def test_what_does_not_fit_makes_room_for_what_does() -> None:
    assert fit([("", "a" * 50), ("", "a" * 5)], 10, [Round(1)]) == [0, 1]


def test_a_later_round_takes_nothing_back() -> None:
    assert fit([("", "aaaa", "aaaaaa"), ("", "a", "aa")], 6, [Round(2), Round(1)]) == [2, 0]


def test_what_is_told_at_least_counts() -> None:
    assert fit([("aa", "aaaa"), ("aa", "aaaa")], 6, [Round(1)]) == [1, 0]


@given(
    st.lists(st.lists(st.text(max_size=9), min_size=3, max_size=3)),
    st.integers(0, 100),
)
def test_never_more_than_there_is_room_for(pieces: list[list[str]], room: int) -> None:
    chosen = fit(pieces, room, ROUNDS)
    least = sum(size(piece[0]) for piece in pieces)
    assert sum(size(piece[form]) for piece, form in zip(pieces, chosen, strict=True)) <= max(room, least)

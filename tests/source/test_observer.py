"""Rows with the same oddity, told in one finding."""

from reconciler.source.observer import MOST_ROWS, WHOLE, Bundle, Spot


def bundle(number: int) -> Bundle:
    """So many rows, each two lines long."""
    made = Bundle()
    for ordinal in range(1, number + 1):
        made.add(Spot(2 * ordinal, 0, ordinal))
    return made


def test_rows_are_named_by_line_or_ordinal() -> None:
    assert (bundle(1).rows("line"), bundle(1).rows("example")) == (" on line 2", ": example 1")
    assert (bundle(2).rows("line"), bundle(2).rows("example")) == (" on lines 2 and 4", ": examples 1 and 2")
    assert bundle(1_234).rows("line") == " on lines 2, 4, 6, 8, 10 and 1,229 more"


def test_memory_is_bounded() -> None:
    assert len(bundle(1_000).named) == MOST_ROWS


def test_the_first_row_is_pointed_at() -> None:
    assert (bundle(3).first, bundle(0).first) == (Spot(2, 0, 1), WHOLE)

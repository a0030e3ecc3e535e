"""Numbers as the services keep and count them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.resource.rules import Value, alike, equal, float32, shortest, training_steps


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (0.1, 0.10000000149011612, True),
        (0.1, 0.1000001, False),
        (1, 1.0, True),
        (5, 5, True),
        (5, 6, False),
        (16777216, 16777217.0, True),
        ("a", "a", True),
        ("a", "A", False),
        ("1", 1, False),
        (("1", "2"), ("1", "2"), True),
        (("1",), (), False),
        (None, None, True),
        (None, 0, False),
        (None, "", False),
        (1e40, 2e40, True),
    ],
)
def test_equality_is_that_of_the_wire(left: object, right: object, same: bool) -> None:  # noqa: FBT001
    assert equal(left, right) is same  # type: ignore[arg-type]  # any value
    assert equal(right, left) is same  # type: ignore[arg-type]  # any value


def test_float32() -> None:
    assert float32(0.001) == 0.0010000000474974513
    assert float32(3) == 3.0
    assert float32(1e39) == math.inf


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0010000000474974513, "0.001"),
        (0.001, "0.001"),
        (0.3, "0.3"),
        (5, "5"),
        (5.0, "5"),
        (0, "0"),
        (2e-05, "2e-05"),
        (0.0002, "0.0002"),
        (1.5, "1.5"),
        (123456.789, "123456.79"),
        (1e10, "1e+10"),
        (3.4e38, "3.4e+38"),
    ],
)
def test_numbers_are_written_in_the_fewest_digits(number: float, text: str) -> None:
    assert shortest(number) == text


@given(st.floats(min_value=1e-30, max_value=3e38, allow_nan=False))
def test_what_is_written_is_read_back(number: float) -> None:
    assert equal(float(shortest(number)), number)


@pytest.mark.parametrize(
    ("examples", "epochs", "batch", "steps"),
    [(15, 3, 2, 23), (15, 3, 4, 12), (15, 10, 4, 38), (15, 5, 4, 19), (15, 50, 4, 188), (1, 1, 64, 1), (16, 1, 4, 4)],
)
def test_steps_of_the_recorded_responses(examples: int, epochs: int, batch: int, steps: int) -> None:
    """Batches run across the borders of epochs: 15 * 3 / 2 is 23, not 24."""
    assert training_steps(examples, epochs, batch) == steps


@pytest.mark.parametrize(
    ("left", "right", "telling", "same"),
    [
        ("a", "a", "", True),
        ("a", "b", "", False),
        (1.0, 1, "", True),
        ("id/7", "number/7", "[a-z]+/(.*)", True),
        ("id/7", "number/8", "[a-z]+/(.*)", False),
        ("7", "8", "[a-z]+/(.*)", False),
        (None, None, "[a-z]+/(.*)", True),
        (7, 8, "[a-z]+/(.*)", False),
    ],
)
def test_what_a_text_is_told_by(left: Value | None, right: Value | None, telling: str, same: bool) -> None:  # noqa: FBT001
    assert alike(left, right, telling) is same

"""The checksum, against its published values and against its definition, one bit at a time."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.storage.crc32c import crc32c

FOLDED = 131_072
"""Bytes that are folded at once."""


def by_definition(data: bytes) -> int:
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "published"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(reversed(range(32))), 0x113FDB5C),
    ],
)
def test_values_of_rfc_3720(data: bytes, published: int) -> None:
    assert crc32c(data) == published


@pytest.mark.parametrize("size", [1858, 1859, 1860, 3717, 14_867, FOLDED - 1, FOLDED, FOLDED + 1, 2 * FOLDED + 1859])
def test_long_data_are_folded_without_a_change(size: int) -> None:
    data = Random(size).randbytes(size)
    assert crc32c(data) == by_definition(data)


@given(st.integers(0, 20_000), st.integers(0, 20_000), st.integers())
def test_a_checksum_is_continued(first: int, second: int, seed: int) -> None:
    data = Random(seed).randbytes(first + second)
    assert crc32c(data[first:], crc32c(data[:first])) == by_definition(data)

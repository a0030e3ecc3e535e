"""CRC32C (Castagnoli), the checksum that every object has: RFC 3720, polynomial 0x1EDC6F41, bits reflected.

A table alone takes 80 ns for each byte, eight seconds for 100 MB. So long data are first made short:
x^14867 + x^318 + x^278 + 1 is a multiple of the polynomial, hence so is its square x^29734 + x^636 + x^556 + 1, and
so on. Modulo such a sum of four terms nearly half of the data folds onto the rest by three shifts of one long
integer, until no more than 14,867 bits remain for the table: 100 MB take half a second.
"""

_REFLECTED = 0x82F63B78
_TERMS = (14_867, 318, 278)
"""The exponents of the multiple, beside 0."""
_PIECE = 1 << 17
"""Bytes folded at once: what the processor's cache holds."""


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_REFLECTED if byte & 1 else 0)
    return byte


_TABLE = tuple(map(_entry, range(256)))


def crc32c(data: bytes | memoryview, before: int = 0) -> int:
    """Give the checksum of data that follow others whose checksum is `before`."""
    register = before ^ 0xFFFFFFFF
    view = memoryview(data)
    for start in range(0, len(view), _PIECE):
        register = _piece(view[start : start + _PIECE], register)
    return register ^ 0xFFFFFFFF


def _piece(piece: memoryview, register: int) -> int:
    if len(piece) * 8 <= _TERMS[0]:
        return _by_table(piece, register)
    return _by_table(_folded(int.from_bytes(piece, "little") ^ register, len(piece) * 8), 0)


def _folded(value: int, bits: int) -> bytes:
    """Make data shorter without changing their remainder.

    Bit 0 belongs to the highest power, so what is folded is the low end; zeros before the data change nothing.
    """
    whole, upper, lower = _TERMS
    while bits > whole:
        scale = 1 << ((bits - 1) // whole).bit_length() - 1
        length, first, second = whole * scale, (whole - upper) * scale, (whole - lower) * scale
        count = min(first, bits - length)
        low = value & (1 << count) - 1
        value = value >> count ^ low << first - count ^ low << second - count ^ low << length - count
        bits -= count
    padding = -bits % 8
    return (value << padding).to_bytes((bits + padding) // 8, "little")


def _by_table(data: bytes | memoryview, register: int) -> int:
    for byte in data:
        register = _TABLE[(register ^ byte) & 0xFF] ^ register >> 8
    return register

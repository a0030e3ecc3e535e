"""Personal data in texts: what has a form of its own, and a check digit where there is one. It is never shown."""

import re

from reconciler.source.lint.texts import Kind, Kinds, Search

REPLACE = "replace it by invented data: nothing can be taken out of a model again"

_RESERVED = ("example", "example.com", "example.net", "example.org", "test", "invalid", "localhost")
"""Domains that nobody has (RFC 2606)."""

_BRANDS = re.compile(r"4|5[1-5]|2[2-7]|3[47]|3[068]|6(?:011|5|4[4-9]|2)|35")
"""How the numbers of the great card schemes begin (ISO/IEC 7812)."""


def _address(text: str) -> bool:
    """Whether a domain can have a mailbox; the match is an at sign and the domain."""
    return not f".{text[1:].lower()}".endswith(tuple(f".{domain}" for domain in _RESERVED))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0


def _card(text: str) -> bool:
    """Whether it is the number of a card, and not one digit again and again."""
    digits = _digits(text)
    return len(set(digits)) > 2 and bool(_BRANDS.match(digits)) and luhn(digits)  # noqa: PLR2004 - test numbers have two


def _iban(text: str) -> bool:
    """Whether the check digits of an IBAN fit (ISO 13616, by ISO 7064 MOD 97-10)."""
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _social(text: str) -> bool:
    """Whether a number of this form can have been issued: some areas, groups and serials never are."""
    area, group, serial = text.split("-")
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def _dialled(text: str) -> bool:
    """Whether a number is none of those kept for stories: 555-0100 to 555-0199."""
    return not re.search(r"55501\d\d$", _digits(text))


_ALL: tuple[Kind, ...] = (
    Kind(
        "an e-mail address",
        re.compile(r"@(?<=[\w+-]@)(?:[A-Za-z0-9-]{1,63}+\.(?=[A-Za-z0-9])){1,8}+[A-Za-z]{2,24}+(?![\w@-])"),
        ("@",),
        _address,
    ),
    Kind(
        "a telephone number",
        re.compile(r"(?<![\w+.])\+[1-9](?:[ .()/-]{0,3}+\d){7,13}+(?![\d])"),
        ("+",),
        _dialled,
    ),
    Kind(
        "a telephone number",
        re.compile(r"(?<![\w.(-])\(?[2-9]\d\d\)?[ .-][2-9]\d\d[.-]\d{4}(?![\w-])"),
        proves=_dialled,
    ),
    Kind(
        "the number of a payment card",
        re.compile(r"(?<![\w.])(?<!\d[ -])\d(?:[ -]?+\d){12,18}+(?![ -]?\d)(?![\w])"),
        proves=_card,
    ),
    Kind(
        "an IBAN",
        re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d\d(?: ?+[A-Z0-9]{4}){2,7}+(?: ?+[A-Z0-9]{1,3}+)?+(?![A-Za-z0-9])"),
        proves=_iban,
    ),
    Kind("a US social security number", re.compile(r"(?<![\w-])\d{3}-\d\d-\d{4}(?![\w-])"), ("-",), _social),
)

_RUN = b"0" * 8
_SHAPE = bytes(_RUN[0] if chr(byte) in "0123456789 ./()-" else ord("x") for byte in range(256))
"""Makes of each byte that may stand in a number a zero, and of all others an x."""


def _likely(text: str) -> bool:
    """Whether a text has an at sign, or many digits close together: far quicker than by a regular expression."""
    return "@" in text or _RUN in text.encode("ascii", "replace").translate(_SHAPE)


PERSONS = Kinds(_likely, _ALL)


def Persons() -> Search:  # noqa: N802 - made like the other observers
    """Look for personal data in examples."""
    return Search("personal-data", PERSONS, REPLACE)

"""Personal data: what is taken for it, and what is not."""

import pytest

from reconciler.resource.dataset import Example
from reconciler.source.lint.persons import Persons, luhn
from reconciler.source.observer import Spot

PERSONAL = {
    "an e-mail address": [
        "joe.doe@corp.io",
        "Write to <joe+news@mail.corp.co.uk>.",
        "joe@corp.de!",
        "e-mail: a@b.museum, or call",
        "joe@a-b.com.",
    ],
    "a telephone number": [
        "+49 30 901820",
        "+49 (0)30 / 901 820",
        "call +12025551234 now",
        "(202) 456-1414",
        "202-456-1414",
        "202.456.1414",
        "tel:+4930901820",
    ],
    "the number of a payment card": [
        "4539 1488 0343 6467",
        "4539148803436467",
        "3782 822463 10005 ",
        "5105-1051-0510-5100-x",
    ],
    "an IBAN": [
        "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819.",
        "iban NO9386011117947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    ],
    "a US social security number": ["078-05-1120", "SSN: 219-09-9999"],
}
HARMLESS = [
    "joe@example.com",
    "joe@mail.example.org",
    "joe@host.test",
    "joe@localhost",
    "@media screen",
    "@dataclass",
    "a @ b.com",
    "12 + 1234567890",
    "x+12345678",
    "+1 202 555 0143",
    "(202) 555-0143",
    "4539 1488 0343 6468",
    "1111 1111 1111 1111",
    "2024-11-20 18:00:00",
    "1732125600000000",
    "ISBN 978-3-16-148410-0",
    "192.168.100.200",
    "DE89 3704 0044 0532 0130 01",
    "AB12 CDEF 3456",
    "000-12-3456",
    "666-12-3456",
    "900-12-3456",
    "123-00-4567",
    "123-45-0000",
    "3.14159265358979323846",
    "1,234,567,890",
    "v1.2.3-45.67",
]


def found(text: str) -> list[str]:
    """What one text is said to hold."""
    observer = Persons()
    observer.see(Spot(1, 0, 1), Example(text, "x"))
    return [
        told.message.removeprefix("has what looks like ").removesuffix(" on line 1")
        for told in observer.findings("line")
    ]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in PERSONAL.items() for text in texts])
def test_personal_data(name: str, text: str) -> None:
    assert name in found(text)
    assert name in found(f"Vor dem Text: {text}\nund danach")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_personal_data(text: str) -> None:
    assert found(text) == []
    assert found(f"Vor dem Text: {text}\nund danach") == []


def test_a_row_counts_once_for_each_kind() -> None:
    assert found("+49 30 901820, (202) 456-1414, a@corp.io, b@corp.io") == ["a telephone number", "an e-mail address"]


def test_luhn() -> None:
    """Exactly one check digit fits, and every single wrong digit is noticed."""
    assert [check for check in "0123456789" if luhn(f"7992739871{check}")] == ["3"]
    number = "79927398713"
    wrong = (
        number[:at] + digit + number[at + 1 :] for at in range(11) for digit in "0123456789" if digit != number[at]
    )
    assert not any(map(luhn, wrong))


def test_it_is_never_shown() -> None:
    texts = [text for all_of_it in PERSONAL.values() for text in all_of_it]
    observer = Persons()
    for number, text in enumerate(texts, 1):
        observer.see(Spot(number, 0, number), Example(text, text))
    told = " ".join(f"{each.message} {each.advice}" for each in observer.findings("line"))
    assert not [text for text in texts if text in told]

"""Damage of texts."""

from collections.abc import Callable

import pytest

from tests.source.lint.conftest import lines

DAMAGED = {
    "read as another encoding": ["für", "déjà", "ÄÖÜ", "naïve", "“quoted”", "it\u2019s", "20 °C", "🚀", "\ufeffx"],
    "U+FFFD": ["caf\ufffd"],
    "control characters": ["a\x00b", "a\x1b[0m", "a\x85b", "a\ufeffb", "\x7f", "\ufffe"],
}
WHOLE = [
    "für",
    "Ärger",
    "“quoted” \u2013 it\u2019s …",
    "20 °C",
    "🚀",
    "SPAß“",
    "VOILÀ »",
    "a\tb\r\nc",
    "日本語",
    "אב",
    "Ñandú",
]


def misread(text: str) -> str:
    """Read UTF-8 as Windows-1252, and what that lacks as Latin-1."""
    return "".join(
        bytes([byte]).decode("latin-1" if byte in b"\x81\x8d\x8f\x90\x9d" else "cp1252") for byte in text.encode()
    )


@pytest.mark.parametrize("text", DAMAGED["read as another encoding"])
@pytest.mark.parametrize("wrong", [misread, lambda text: text.encode().decode("latin-1")], ids=["cp1252", "latin-1"])
def test_mojibake(text: str, wrong: Callable[[str], str], found: Callable[..., list[str]]) -> None:
    told = found(lines(("fine", "fine"), ("fine too", wrong(text))))
    assert any("has UTF-8 that was read as another encoding on line 2" in line for line in told)


@pytest.mark.parametrize("message", ["U+FFFD", "control characters"])
def test_other_damage(message: str, found: Callable[..., list[str]]) -> None:
    for text in DAMAGED[message]:
        (line,) = found(lines(("fine", "fine"), (text, "x")))
        assert message in line
        assert line.endswith(" [damaged-encoding]")


@pytest.mark.parametrize("text", WHOLE)
def test_texts_that_are_whole(text: str, found: Callable[..., list[str]]) -> None:
    assert found(lines((f"a {text} z", f"b {text} z"))) == []

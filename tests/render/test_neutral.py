"""No text from outside may act on a terminal, hide something, or leave its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.neutral import neutral, quoted, unsafe


@given(st.text())
def test_nothing_unsafe_is_left_and_nothing_safe_is_touched(text: str) -> None:
    clean = neutral(text)
    assert not any(map(unsafe, clean))
    assert clean.splitlines() in ([], [clean])
    assert neutral(clean) == clean
    assert "".join(c for c in text if not unsafe(c)) == text or clean != text


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=1))
def test_what_people_write_stays_readable(text: str) -> None:
    assert all(c in neutral(text) for c in text if not unsafe(c))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain", "plain"),
        ("Größe 漢字\u3000😀", "Größe 漢字\u3000😀"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b31m", r"\x9b31m"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("line\u2028para\u2029next\x85", r"line\u2028para\u2029next\x85"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("zero\u200bwidth\u200d\ufeff", r"zero\u200bwidth\u200d\ufeff"),
        ("no\u00a0break", r"no\xa0break"),
        ("hidden\U000e0041\ufe01\u3164", r"hidden\U000e0041\ufe01\u3164"),
        ("\ud800", r"\ud800"),
        ("\x7f\x00", r"\x7f\x00"),
        ("::error::x", r"\x3a:error::x"),
        ("a \u3000::group::x a::b", "a \u3000\\x3a:group::x a::b"),
        ("##[error] ###vso[x] ##vso[y] # [z] ## z", r"\x23#[error] #\x23#vso[x] \x23#vso[y] # [z] ## z"),
        ("e\u0301\u0302\u0303\u0304\u0305\u20dd", "e\u0301\u0302\u0303\u0304\\u0305\\u20dd"),
    ],
)
def test_escapes(text: str, clean: str) -> None:
    assert neutral(text) == clean


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("models/1.5", "models/1.5"),
        ("", '""'),
        ("two words", '"two words"'),
        ('say "hi"\\n', r'"say \"hi\"\\n"'),
        ("a\nb", r'"a\nb"'),
        ("abcdefghijklmnopqrstuvwxyz", '"abcdefg…xyz" (26 characters)'),
        ("\n" * 12, r'"\n\n\n\n\n\n\n…\n\n\n" (12 characters)'),
    ],
)
def test_quotes(text: str, value: str) -> None:
    assert quoted(text, 10) == value


def test_a_text_of_the_limit_is_not_cut() -> None:
    assert quoted("x" * 10, 10) == "x" * 10

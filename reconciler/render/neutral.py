r"""Text from manifests and from the remote, made harmless and visible before a person sees it.

What a terminal would act on (control characters, escape sequences), what reorders or hides text (bidirectional
overrides, zero-width characters) and what would break a line is shown as an escape, as Python writes it: `\n`,
`\x1b`, `\u202e`. So no text can leave its line, and what differs in nothing visible is seen to differ. The same goes
for what the log of a pipeline would obey, and for combining marks piled up until they cover other lines.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_IDEOGRAPHIC_SPACE = "\u3000"
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
"""Characters that Unicode calls printable although they show nothing: Default_Ignorable_Code_Point."""
ANYWHERE = r"##(?=\w*\[)"
"""How workflow commands begin that runners look for anywhere in a line."""
_COMMAND = re.compile(rf"(?<!\S)::|{ANYWHERE}")
"""How workflow commands begin: `::name` after nothing but blanks, as a wrapped line may be, and `##[name]` anywhere.

GitHub's runner reads both (src/Runner.Common/ActionCommand.cs); Azure Pipelines `##vso[`, TeamCity `##teamcity[`.
"""
_PILE = 4
"""Combining marks upon one character that every script gets by with."""
_PLAIN = re.compile(r"[A-Za-z0-9._/:~@+*-]+")
"""Words that need no quotes: ids, names, numbers, digests."""
_TAIL = 3
"""One part in so many of what is kept of a long text is its end."""


def unsafe(character: str) -> bool:
    """Whether a character must not reach a terminal as it is."""
    if character == _IDEOGRAPHIC_SPACE:
        return False
    return not character.isprintable() or _INVISIBLE.match(character) is not None


def neutral(text: str) -> str:
    """Replace every unsafe character by its escape; text without any is returned unchanged."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_unpiled(_escape(c) if unsafe(c) else c for c in text))
    return _COMMAND.sub(lambda found: f"\\x{ord(found[0][0]):02x}{found[0][1:]}", text)


def code_units(text: str) -> str:
    """Write characters as JSON may: their UTF-16 code units in hexadecimal (RFC 8259, section 7)."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def quoted(text: str, limit: int) -> str:
    """Write a text as a value: a plain word as it is, anything else in quotes, escaped, on one line.

    More than `limit` characters are cut in the middle, and the full length is told.
    """
    if len(text) > limit:
        tail = max(1, limit // _TAIL)
        return f"{_quotes(f'{text[: limit - tail]}…{text[-tail:]}')} ({len(text):,} characters)"
    return text if _PLAIN.fullmatch(text) else _quotes(text)


def _escape(character: str) -> str:
    """Write a character as Python would."""
    return character.encode("unicode_escape").decode()


def _unpiled(characters: Iterable[str]) -> Iterator[str]:
    """Show the combining marks of a pile that is too high as escapes."""
    height = 0
    for each in characters:
        height = height + 1 if unicodedata.category(each[0]) in ("Mn", "Me") else 0
        yield _escape(each) if height > _PILE else each


def _quotes(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{neutral(escaped)}"'

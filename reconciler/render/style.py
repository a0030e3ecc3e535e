"""Colour, chosen by the caller. It repeats what the words already say and never carries meaning alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Tone(Enum):
    """What a piece of text is about; a style decides what that looks like."""

    PLAIN = auto()
    CREATE = auto()
    UPDATE = auto()
    REPLACE = auto()
    DELETE = auto()
    WAIT = auto()
    REFUSED = auto()
    FAINT = auto()
    STRONG = auto()


@dataclass(frozen=True, slots=True)
class Style:
    """How tones look: parameters of the SGR control function (ECMA-48, 8.3.117). A tone without any stays plain."""

    codes: Mapping[Tone, str] = field(default_factory=dict)

    def paint(self, tone: Tone, text: str) -> str:
        """Wrap text in the tone's codes; no codes, or no text: nothing is added."""
        code = self.codes.get(tone)
        return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


PLAIN = Style()
ANSI = Style(
    {
        Tone.CREATE: "32",
        Tone.UPDATE: "33",
        Tone.REPLACE: "35",
        Tone.DELETE: "31",
        Tone.WAIT: "36",
        Tone.REFUSED: "1;31",
        Tone.FAINT: "2",
        Tone.STRONG: "1",
    }
)
"""The eight colours that every terminal has, so that the user's own palette decides how they look."""

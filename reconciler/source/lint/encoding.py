"""Texts that came to harm on their way: characters from a wrong conversion, and such as belong into no text."""

import re
from dataclasses import dataclass, field

from reconciler.resource.dataset import Example
from reconciler.source.observer import Bundle, Spot, Warned

MOJIBAKE = re.compile(
    "\u00c3[\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u201c"
    "\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
    "|\u00c2[\u0080-\u00bf]|\u00e2[\u0080\u20ac]|\u00ef\u00bb\u00bf|\u00f0[\u009f\u0178]"
)
"""UTF-8 that was read as Latin-1 or Windows-1252.

In this order: accented letters, signs such as a degree, typographic quotes and dashes, the byte order mark, and most
emoji. What follows a capital A with a tilde are the continuation bytes in both readings, less the closing quotes.
"""

REPLACED = "\ufffd"
"""What a decoder leaves in the place of bytes that it could not read."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
"""Control characters other than tab and line ends, byte order marks inside of a text, and no characters at all."""

PLAIN = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
"""What ASCII has besides control characters."""


@dataclass(slots=True)
class Damage:
    """Looks for each of the three."""

    mojibake: Bundle = field(default_factory=Bundle)
    replaced: Bundle = field(default_factory=Bundle)
    control: Bundle = field(default_factory=Bundle)

    def see(self, spot: Spot, example: Example) -> None:
        """Look at all texts of an example; most are plain, and that is quick to tell."""
        text = " ".join(example)
        if text.isascii() and not text.encode().translate(None, PLAIN):
            return
        if CONTROL.search(text):
            self.control.add(spot)
        if not text.isascii():
            if REPLACED in text or "\u00ef\u00bf\u00bd" in text:
                self.replaced.add(spot)
            if MOJIBAKE.search(text):
                self.mojibake.add(spot)

    def findings(self, noun: str) -> list[Warned]:
        """Say which damage there is."""
        told = (
            ("has UTF-8 that was read as another encoding", "read it as UTF-8 where it comes from", self.mojibake),
            ("has U+FFFD in the place of lost characters", "export it again from where it is whole", self.replaced),
            ("has control characters", "remove them", self.control),
        )
        return [
            Warned("damaged-encoding", message + rows.rows(noun), advice, rows.first)
            for message, advice, rows in told
            if rows.count
        ]

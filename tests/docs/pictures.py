"""The pictures of the pages: which there are, the texts that they show, and a note in each of which text that was.

A PNG carries the SHA-256 of its text in a tEXt chunk (PNG specification, section 11.3.4.3). So a picture that shows
what the program does not print any more is found without looking at it, and without a browser.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.docs.page import ROOT, Command, steps
from tests.docs.player import alike, pace, play

FOLDER = ROOT / "docs" / "pictures"
PAGE = ROOT / "docs" / "review.md"
MARKDOWN = "reconciler plan --base main -o markdown"
TERMINAL = "reconciler plan --base main"
KEYWORD = b"Source-SHA-256"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: what its command prints, as a forge or a terminal shows it; `width` in CSS pixels."""

    name: str
    command: str
    dark: bool
    width: int

    @property
    def file(self) -> Path:
        """Where it is."""
        return FOLDER / self.name


PICTURES = (
    Picture("review-light.png", MARKDOWN, dark=False, width=860),
    Picture("review-dark.png", MARKDOWN, dark=True, width=860),
    Picture("terminal.png", TERMINAL, dark=True, width=940),
)


def texts(folder: Path) -> Mapping[str, str]:
    """What the commands of the pictures print, in colour: the page is followed up to the last of them."""
    wanted = {each.command for each in PICTURES}
    done = list(steps(PAGE.read_text(encoding="utf-8")))
    last = max(at for at, step in enumerate(done) if isinstance(step, Command) and step.typed in wanted)
    typed = [step.typed for step in done[: last + 1] if isinstance(step, Command)]
    printed = play(done[: last + 1], folder, FORCE_COLOR="1", **pace(PAGE))
    return {command: text for command, text in zip(typed, printed, strict=True) if command in wanted}


def fingerprint(text: str) -> str:
    """Tell texts apart, but for what differs from run to run."""
    return sha256(alike(text).encode()).hexdigest()


def noted(png: bytes) -> str:
    """The fingerprint that a picture carries; empty if it has none."""
    found = (data for kind, data in _chunks(png) if kind == b"tEXt" and data.startswith(KEYWORD + b"\0"))
    return next(found, b"").partition(b"\0")[2].decode("ascii")


def with_note(png: bytes, note: str) -> bytes:
    """The same picture with a fingerprint, and without anything else that is not drawn."""
    head, *drawn = [(kind, data) for kind, data in _chunks(png) if kind[:1].isupper()]
    return _joined(head, (b"tEXt", KEYWORD + b"\0" + note.encode("ascii")), *drawn)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG, by kind."""
    assert png.startswith(_SIGNATURE)
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _joined(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG made of chunks, each with its length and its checksum."""
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return _SIGNATURE + b"".join(parts)

"""What a person saw and did, in order: the text of a golden file."""

import io
from collections.abc import Callable
from typing import TextIO

ERROR_MARGIN = "2| "
"""Before every line that a command wrote to stderr."""


class Stream(io.StringIO):
    """One of the standard streams of a command, not a terminal."""

    def __init__(self, hear: Callable[[str], None]) -> None:
        super().__init__()
        self._hear = hear

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("a text stream takes no bytes")  # click finds out this way
        self._hear(text)
        return len(text)


class Keyboard(io.StringIO):
    """A terminal on which somebody types; what is typed is seen on it."""

    def __init__(self, typed: str, screen: TextIO) -> None:
        super().__init__(typed)
        self._screen = screen

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # typeshed: bytes in a base of StringIO
        line = super().readline(-1 if size is None else size)
        self._screen.write(line)
        return line


class Tape:
    """Lines of a transcript. What a command prints is kept as it was written, stdout and stderr told apart."""

    def __init__(self) -> None:
        self.text = ""
        self._last = ""

    def line(self, text: str = "") -> None:
        """Write one line of our own."""
        self._end_line()
        self.text += f"{text}\n"

    def stream(self, margin: str = "") -> Stream:
        """Give a stream whose lines stand behind a margin."""
        return Stream(lambda text: self._hear(margin, text))

    def _hear(self, margin: str, text: str) -> None:
        if self._last != margin:
            self._end_line()
        self._last = margin
        for part in text.splitlines(keepends=True):
            begun = not self.text.endswith("\n")
            self.text += part if begun or not margin else margin + part

    def _end_line(self) -> None:
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"

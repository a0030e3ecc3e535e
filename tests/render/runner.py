"""What GitHub's runner makes of a log and of a file of outputs, as its documentation and its source have it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

COMMAND = re.compile(r"::([a-z-]+)(?: ([^:]*))?::(.*)")
ESCAPES = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


class Command(NamedTuple):
    """One workflow command of a log."""

    name: str
    properties: dict[str, str]
    message: str


def commands(log: str) -> list[Command]:
    """The workflow commands of a log: a line that begins with `::` after nothing but blanks, whatever ends lines.

    None counts from `::stop-commands::WORD` up to `::WORD::`. The older form `##[NAME]` has to be in no line that does.
    """
    found = [COMMAND.fullmatch(line) for line in _heard(log) if line.startswith("::")]
    return [
        Command(
            each[1],
            {
                key: _read(value)
                for key, _, value in (pair.partition("=") for pair in (each[2] or "").split(",") if pair)
            },
            _read(each[3], data=True),
        )
        for each in found
        if each
    ]


def _heard(log: str) -> Iterator[str]:
    """The lines in which commands are looked for."""
    stopped = ""
    for line in map(str.lstrip, log.splitlines()):
        if not stopped and line.startswith("::stop-commands::"):
            stopped = line.removeprefix("::stop-commands::")
        elif not stopped:
            assert line.startswith("::") or "##[" not in line
            yield line
        elif line == f"::{stopped}::":
            stopped = ""
    assert not stopped


def outputs(file: str) -> dict[str, str]:
    """The outputs in a file, which are all between delimiters of their own."""
    lines, read = file.split("\n"), {}
    assert lines.pop() == ""
    while lines:
        name, _, end = lines.pop(0).partition("<<")
        value = []
        while (line := lines.pop(0)) != end:
            value.append(line)
        read[name] = "\n".join(value)
    return read


def _read(text: str, *, data: bool = False) -> str:
    for escape, character in ESCAPES:
        if not (data and character in ":,"):
            text = text.replace(escape, character)
    return text

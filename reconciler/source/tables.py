"""Rows out of CSV and TSV: two literal cells of each record; nothing is trimmed, line ends in cells become LF."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, TextIO

from reconciler.resource.dataset import Example, Locator
from reconciler.source import conflict
from reconciler.source.hashing import BLOCK
from reconciler.source.rows import LONGEST_LINE, UNMERGED, Flaw, Row, listed, missing_fields, not_utf8
from reconciler.source.wording import counted, shown

_WORD = re.compile(r"[\w.-]{1,40}")
"""What a column is called in a message. A first row of anything else may be an example, and those are not told."""


def records(stream: BinaryIO, locator: Locator, dialect: type[csv.Dialect]) -> Iterator[Row]:
    """Read CSV or TSV with quoting as spreadsheets do it; blank lines are passed over.

    A record that begins with a conflict marker is none, even where a comma in a commit's subject makes two cells of it.
    """
    marked: set[int] = set()
    for line, column, row in _records(stream, locator, dialect, marked):
        yield line, column, UNMERGED if line in marked else row


def _records(stream: BinaryIO, locator: Locator, dialect: type[csv.Dialect], marked: set[int]) -> Iterator[Row]:
    """Yield every record; `marked` gets the numbers of the lines that look like conflict markers."""
    # Universal newlines turn CRLF and CR into LF inside of cells too, which is the canonical form.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline=None)
    reader = csv.reader(_lines(text, marked), dialect, strict=True)
    start = 1
    try:
        columns: _Columns | None = None if locator.header else _Columns(0, 1, 0)
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not cells:
                continue
            if columns is None:
                found = _header(cells, locator)
                if isinstance(found, Flaw):
                    yield line, 0, found
                    return
                columns = found
                continue
            columns = columns if columns.width else columns._replace(width=len(cells))
            yield line, 0, _cells(cells, columns, locator)
    except csv.Error as error:
        yield start, 0, _bad_table(error)
    except _Endless:
        yield start, 0, Flaw(f"is longer than {LONGEST_LINE // 1024**2} MB", "put each example on a line of its own")
    except UnicodeDecodeError:
        line, offset = _bad_byte(stream)
        yield line, 0, not_utf8(offset)
    finally:
        text.detach()


class _Endless(Exception):
    """A line that is too long to be one."""


def _lines(text: TextIO, marked: set[int]) -> Iterator[str]:
    """Yield the lines of a text; raise _Endless instead of holding one that has no end.

    The numbers of lines that look like git's conflict markers go into `marked`; those inside of a cell are text.
    """
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise _Endless
        number += 1
        if conflict.is_marker(line):
            marked.add(number)
        yield line


class _Columns(NamedTuple):
    """Which columns hold input and output, and how many there are."""

    input: int
    output: int
    width: int


def _header(cells: list[str], locator: Locator) -> _Columns | Flaw:
    """Find the two columns by name."""
    names = (locator.input_field, locator.output_field)
    if missing := [name for name in names if name not in cells]:
        present = listed(cells) if all(map(_WORD.fullmatch, cells)) else counted(len(cells), "column")
        flaw = missing_fields(missing, present, locator.input_field)
        return flaw._replace(advice=f"{flaw.advice}, or set header: false if this row is data")
    if twice := next((name for name in names if cells.count(name) > 1), None):
        return Flaw(f"has the column {shown(twice)} twice", "rename one of them")
    return _Columns(cells.index(names[0]), cells.index(names[1]), len(cells))


def _cells(cells: list[str], columns: _Columns, locator: Locator) -> Example | Flaw:
    """Take the two cells; a row of another width is a cell that was not quoted."""
    if len(cells) == columns.width and columns.width > 1:
        return Example(cells[columns.input], cells[columns.output])
    if columns.width < 2:  # noqa: PLR2004 - input and output
        return Flaw("has one column only", "put input and output into columns of their own")
    separator = "comma" if locator.format == "csv" else "tab"
    return Flaw(
        f"has {counted(len(cells), 'cell')} where the first row has {columns.width}",
        f"quote cells that contain a {separator}, a quote or a line end",
    )


def _bad_table(error: csv.Error) -> Flaw:
    """Word an error of the csv module."""
    problem = str(error)
    if "field larger" in problem:
        most = counted(csv.field_size_limit(), "character")
        return Flaw(f"has a cell of more than {most}", "look for a quote that is not closed")
    if "unexpected end" in problem:
        return Flaw("has a quote that is never closed", "close it; a quote inside of quotes is written twice")
    return Flaw(f"is quoted wrongly: {problem}", "put the whole cell into quotes; a quote inside is written twice")


def _bad_byte(stream: BinaryIO) -> tuple[int, int]:
    """Find the first byte that is not UTF-8, by reading once more from the start: its line and its offset."""
    stream.seek(0)
    line, offset, decoder = 1, 0, codecs.getincrementaldecoder("utf-8")()
    while block := stream.read(BLOCK):
        begun = len(decoder.getstate()[0])  # bytes of a character that the block before ended in
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            at = error.start - begun
            return line + block.count(b"\n", 0, max(at, 0)), offset + at
        line, offset = line + block.count(b"\n"), offset + len(block)
    return line, offset - len(decoder.getstate()[0])  # it ends in the middle of a character

"""Training data in each of its formats, by one canonical rule.

An example is the text of two fields, exactly as it stands. JSON values must be strings; cells are literal; nothing is
trimmed or normalised. A byte order mark is dropped, and line ends inside of cells become LF, because git and
spreadsheets change them at will. Everything but `json` is read row by row, never as a whole.
"""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from reconciler.resource.dataset import Locator
from reconciler.source import jsonrows, tables
from reconciler.source.rows import Row


def rows(stream: BinaryIO, locator: Locator) -> Iterator[Row]:
    """Yield every row in file order; after a flaw that hides where the next row starts, nothing more."""
    match locator.format:
        case "jsonl" | "contents":
            return jsonrows.lines(stream, locator)
        case "json":
            return jsonrows.array(stream, locator)
        case "csv":
            return tables.records(stream, locator, csv.excel)
        case "tsv":
            return tables.records(stream, locator, csv.excel_tab)
        case "inline":
            return ((0, 0, example) for example in locator.inline)

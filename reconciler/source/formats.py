"""Training data in each of its formats, by one canonical rule.

An example is the text of two fields, or a conversation of texts, exactly as it stands. JSON values must be strings;
cells are literal; nothing is trimmed or normalised. A byte order mark is dropped, and line ends inside of cells become
LF, because git and spreadsheets change them at will. Everything but `json` is read row by row, never as a whole.
"""

import csv
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from reconciler.resource.dataset import Format, Locator
from reconciler.source import jsonrows, tables
from reconciler.source.conversations import conversation
from reconciler.source.rows import CONTENTS, INPUT_FIELD, MESSAGES, OUTPUT_FIELD, Row

FORMATS: Mapping[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
}
"""What the ending of a file's name says of its format."""


def holds_conversations(stream: BinaryIO) -> bool:
    """Whether a JSONL file holds conversations, in our form or another: its first line has turns, and no pair."""
    keys = jsonrows.keys(stream)
    return bool(keys & {CONTENTS, MESSAGES}) and not keys & {INPUT_FIELD, OUTPUT_FIELD}


def rows(stream: BinaryIO, locator: Locator) -> Iterator[Row]:
    """Yield every row in file order; after a flaw that hides where the next row starts, nothing more."""
    match locator.format:
        case "jsonl":
            return jsonrows.pairs(stream, locator)
        case "contents":
            return jsonrows.lines(stream, conversation)
        case "json":
            return jsonrows.array(stream, locator)
        case "csv":
            return tables.records(stream, locator, csv.excel)
        case "tsv":
            return tables.records(stream, locator, csv.excel_tab)
        case "inline":
            return ((0, 0, example) for example in locator.inline)

"""The documents of a YAML file, and so of a JSON file: from text to values, with all that is wrong with the form."""

import re
from typing import Any

import yaml

from reconciler.errors import Diagnostic, Origin
from reconciler.source.builder import EMPTY, Builder
from reconciler.source.document import Document

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where it is installed."""

_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ADVICE = {
    "mapping values are not allowed": "quote text that contains `: `",
    "found character that cannot start any token": "indent with spaces; quote text that begins with @, ` or %",
    "found a tab character": "indent with spaces",
    "could not find expected ':'": "check the indentation, and quotes that are not closed",
    "did not find expected key": "check the indentation, and quotes inside of quotes",
    "did not find expected ',' or ']'": "close the list",
    "did not find expected ',' or '}'": "close the braces",
    "found unexpected end of stream": "close the quotes",
}


def parse(file: str, text: str) -> list[Document]:
    """Read every document of a file. A syntax error ends the reading and is a problem of the document it is in."""
    builder = Builder(file)
    try:
        loader = LOADER(text)
        while (event := loader.get_event()) is not None and not builder.stopped:
            builder.take(event)
    except yaml.YAMLError as error:
        builder.fail(_syntax(file, text, error))
    return _without_empty(file, builder.documents)


def _unreadable(file: str, text: str) -> Diagnostic:
    """Say which character may not stand in a YAML file."""
    match = _UNREADABLE.search(text)
    start = match.start() if match else 0
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    name = f"U+{ord(text[start]):04X}" if text else "nothing"
    return Diagnostic(
        Origin(file, line, column), f"has the control character {name}", "remove it, or save the file as UTF-8 text"
    )


def _syntax(file: str, text: str, error: Exception) -> Diagnostic:
    """Say why a file is not YAML."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return _unreadable(file, text)
    problem = str(getattr(error, "problem", "") or "it cannot be read")
    advice = next((advice for start, advice in _ADVICE.items() if problem.startswith(start)), "")
    return Diagnostic(Origin(file, mark.line + 1, mark.column + 1), f"is not valid YAML: {problem}", advice)


def _without_empty(file: str, documents: list[Document]) -> list[Document]:
    """Leave out an empty document after the last `---`; report every other empty one."""
    if len(documents) > 1 and documents[-1].value is EMPTY:
        documents.pop()
    if not documents or (len(documents) == 1 and documents[0].value is EMPTY):
        problem = Diagnostic(Origin(file), "is empty", "delete the file, or write a manifest")
        return [Document(0, Origin(file), None, (problem,))]
    return [
        document
        if document.value is not EMPTY
        else document._replace(
            value=None,
            problems=(Diagnostic(document.origin, "this document is empty", "remove one of the `---` lines"),),
        )
        for document in documents
    ]

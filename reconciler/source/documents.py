"""YAML, and so JSON, read strictly: what every document of a file says, and where each part of it stands.

Reading goes event by event without recursion, so neither depth nor aliases can be used against it. A key given twice,
anchors, aliases, merge keys and tags are findings: each of them makes a reviewer see something else than the program.
Positions are found again when a message needs them; keeping them for 10,000 files would cost more than the manifests.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias

import yaml

from reconciler.errors import Diagnostic, Origin
from reconciler.source.scalars import Scalar, resolve
from reconciler.source.wording import shown

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of one file of manifests."""

DEEPEST = 32
"""Levels of nesting; manifests have six."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SURROGATES = re.compile(r"(\\\\)|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
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


class Document(NamedTuple):
    """One document: its place in the file, where it starts, what it says, what is wrong with its form.

    `value` is None when the form is so wrong that there is no use in looking at the content.
    """

    position: int
    origin: Origin
    value: Any
    problems: tuple[Diagnostic, ...]


class Place(NamedTuple):
    """Where a value stands, and how it is written there if it is a scalar."""

    origin: Origin
    written: str


def decode(file: str, data: bytes) -> str | Diagnostic:
    """Give the text of a file without byte order mark, or say what it is instead of text."""
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        return Diagnostic(Origin(file), "is a Git LFS pointer, not the file itself", "run `git lfs pull`")
    if len(data) > LARGEST_FILE:
        return Diagnostic(
            Origin(file),
            f"is larger than {LARGEST_FILE // 1024**2} MB",
            "split it; training data belongs in a dataset file that the manifest names",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Diagnostic(Origin(file), f"is not UTF-8 at byte {error.start}", "save it as UTF-8")
    return _json_escapes(text) if file.endswith(".json") else text


def parse(file: str, text: str) -> list[Document]:
    """Read every document of a file. A syntax error ends the reading and is a problem of the document it is in."""
    builder = _Builder(file)
    try:
        loader = _Loader(text)
        while (event := loader.get_event()) is not None and not builder.stopped:
            builder.take(event)
    except yaml.YAMLError as error:
        builder.fail(_syntax(file, text, error))
    return _without_empty(file, builder.documents)


def locate(file: str, text: str, position: int, path: tuple[str | int, ...], *, key: bool = False) -> Place:
    """Find the value (or its key) at a path inside of a document; of what is not there, the nearest part around it."""
    node: Any = next((node for n, node in enumerate(_nodes(text)) if n == position), None)
    if node is None:
        return Place(Origin(file), "")
    mark = node.start_mark
    for step in path:
        pair = _pair(node, step)
        if pair is None:
            break
        name, node = pair
        mark = (name if key else node).start_mark
        if node.start_mark.line > name.start_mark.line and not isinstance(node, yaml.ScalarNode):
            mark = name.start_mark  # a block below its key is found at the key
    written = node.value if isinstance(node, yaml.ScalarNode) else ""
    return Place(Origin(file, mark.line + 1, mark.column + 1), written)


def _nodes(text: str) -> Iterator[Any]:
    """Compose document after document; stop where the text can't be read."""
    with suppress(yaml.YAMLError):
        loader = _Loader(text)
        while loader.check_node():
            yield loader.get_node()


def _pair(node: Any, step: str | int) -> tuple[Any, Any] | None:
    """Give key and value at one step of a path; the items of a list are their own keys."""
    match node, step:
        case yaml.MappingNode(value=pairs), str():
            return next(((name, value) for name, value in pairs if name.value == step), None)
        case yaml.SequenceNode(value=items), int() if step < len(items):
            return items[step], items[step]
    return None


def _json_escapes(text: str) -> str:
    """Rewrite JSON's pairs of surrogate escapes as the one escape that YAML knows; it is two characters shorter."""

    def join(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        point = 0x10000 + ((int(match[2], 16) - 0xD800) << 10) + int(match[3], 16) - 0xDC00
        return f"\\U{point:08x}"

    return _SURROGATES.sub(join, text) if "\\u" in text else text


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
    if len(documents) > 1 and documents[-1].value is _EMPTY:
        documents.pop()
    if not documents or (len(documents) == 1 and documents[0].value is _EMPTY):
        problem = Diagnostic(Origin(file), "is empty", "delete the file, or write a manifest")
        return [Document(0, Origin(file), None, (problem,))]
    return [
        document
        if document.value is not _EMPTY
        else document._replace(
            value=None,
            problems=(Diagnostic(document.origin, "this document is empty", "remove one of the `---` lines"),),
        )
        for document in documents
    ]


class _Empty:
    """What a document says that holds nothing."""


_EMPTY = _Empty()


class _Open:
    """A mapping or list that is being filled; `key` waits for its value, `lines` says where each key was."""

    __slots__ = ("container", "key", "lines")

    def __init__(self, container: dict[str, Any] | list[Any]) -> None:
        self.container = container
        self.key: str | None = None
        self.lines: dict[str, int] = {}


_Event: TypeAlias = Any
"""PyYAML's events are not typed: they have start_mark, anchor and tag, a scalar also value and implicit."""


class _Builder:
    """Builds values out of events, keeping what is wrong instead of stopping at it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.documents: list[Document] = []
        self.problems: list[Diagnostic] = []
        self.stopped = False
        self.hopeless = False
        self.origin = Origin(file)
        self.root: Any = _EMPTY
        self.stack: list[_Open] = []

    def take(self, event: _Event) -> None:
        """Handle one event."""
        match type(event):
            case yaml.ScalarEvent:
                self._scalar(event)
            case yaml.MappingStartEvent:
                self._open(event, {})
            case yaml.SequenceStartEvent:
                self._open(event, [])
            case yaml.MappingEndEvent | yaml.SequenceEndEvent:
                self.stack.pop()
            case yaml.AliasEvent:
                self._refuse(event, f"{shown('*' + event.anchor)} is an alias", "write the value out")
                self._put(event, None, "")
            case yaml.DocumentEndEvent:
                self.close(self.root)
            case _:
                pass  # the beginnings and ends of stream and document say nothing

    def close(self, value: Any) -> None:
        """End the document."""
        value = None if self.hopeless or self.stopped else value
        self.documents.append(Document(len(self.documents), self.origin, value, tuple(self.problems)))
        self.problems, self.stack, self.root, self.hopeless = [], [], _EMPTY, False

    def fail(self, problem: Diagnostic) -> None:
        """End with a document that cannot be read to its end."""
        self.problems.append(problem)
        self.hopeless = True
        self.close(None)

    def _scalar(self, event: _Event) -> None:
        """Resolve a scalar; one without quotes may be a number or a word."""
        if event.anchor is not None or event.tag is not None:
            self._decorated(event)
        text: str = event.value
        self._put(event, resolve(text) if event.implicit[0] else text, text)

    def _open(self, event: _Event, container: dict[str, Any] | list[Any]) -> None:
        """Begin a mapping or list inside of what is open."""
        if event.anchor is not None or event.tag is not None:
            self._decorated(event)
        self._put(event, container, "")
        self.stack.append(_Open(container))
        if len(self.stack) > DEEPEST:
            self._refuse(event, f"is nested deeper than {DEEPEST} levels", "")
            self.stopped = True
            self.close(None)

    def _put(self, event: _Event, value: Any, written: str) -> None:
        """Place a value: as the document, an item, a key, or the value of the key before it."""
        if not self.stack:
            mark = event.start_mark
            self.origin = Origin(self.file, mark.line + 1, mark.column + 1)
            self.root = _EMPTY if value is None and not written else value
            return
        top = self.stack[-1]
        if type(top.container) is list:
            top.container.append(value)
        elif top.key is None:
            top.key = self._key(event, value, written, top)
        else:
            top.container.setdefault(top.key, value)  # type: ignore[union-attr]  # a dict, by the first branch
            top.key = None

    def _key(self, event: _Event, value: Scalar, written: str, top: _Open) -> str:
        """Check a key: text, given once, and no merge."""
        line = event.start_mark.line + 1
        if type(value) is not str:
            what = f"the key {shown(written)} is not text" if written else "a key is not text"
            self._refuse(event, what, "quote it" if written else "")
            return written
        if value == "<<" and event.implicit[0]:
            self._refuse(event, "`<<` is a merge key", "write the values out")
        elif value in top.lines:
            first = f"first on line {top.lines[value]}"
            self.problems.append(
                Diagnostic(self._at(event), f"the key {shown(value)} is given twice, {first}", "remove one of them")
            )
        top.lines.setdefault(value, line)
        return value

    def _decorated(self, event: _Event) -> None:
        """Refuse anchors and tags."""
        if event.anchor is not None:
            self._refuse(event, f"{shown('&' + event.anchor)} is an anchor", "write the values out where they are used")
        if event.tag is not None:
            tag = shown(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._refuse(event, f"{tag} is a tag", "remove it; quote what is meant as text")

    def _refuse(self, event: _Event, message: str, advice: str) -> None:
        """Keep a finding after which the content of the document can't be trusted."""
        self.hopeless = True
        self.problems.append(Diagnostic(self._at(event), message, advice))

    def _at(self, event: _Event) -> Origin:
        return Origin(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

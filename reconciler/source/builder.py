"""Builds the values of YAML documents out of events, strictly.

Building goes event by event without recursion, so neither depth nor aliases can be used against it. A key given twice,
anchors, aliases, merge keys and tags are findings: each of them makes a reviewer see something else than the program.
"""

from typing import Any, TypeAlias

import yaml

from reconciler.errors import Diagnostic, Origin
from reconciler.source.document import Document
from reconciler.source.scalars import Scalar, resolve
from reconciler.source.text import SPLIT
from reconciler.source.wording import shown

DEEPEST = 32
"""Levels of nesting; manifests have six."""

MOST_EVENTS = 500_000
"""Events of one file, two for each of its documents, lists and mappings and one for each other value. Ten thousand
models in one file have 350,000; the largest file could have four million."""


class _Empty:
    """What a document says that holds nothing."""


EMPTY = _Empty()


class _Open:
    """A mapping or list that is being filled; `key` waits for its value, `lines` says where each key was."""

    __slots__ = ("container", "key", "lines")

    def __init__(self, container: dict[str, Any] | list[Any]) -> None:
        self.container = container
        self.key: str | None = None
        self.lines: dict[str, int] = {}


_Event: TypeAlias = Any
"""PyYAML's events are not typed: they have start_mark, anchor and tag, a scalar also value and implicit."""


class Builder:
    """Builds values out of events, keeping what is wrong instead of stopping at it.

    `hopeless`: the content of the document at hand cannot be trusted. `stopped`: nothing that follows is read.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.documents: list[Document] = []
        self.problems: list[Diagnostic] = []
        self.stopped = False
        self.hopeless = False
        self.events = 0
        self.origin = Origin(file)
        self.root: Any = EMPTY
        self.stack: list[_Open] = []

    def take(self, event: _Event) -> None:
        """Handle one event; with too many the reading stops."""
        self.events += 1
        if self.events > MOST_EVENTS:
            self._stop(event, "there are too many values before this place", SPLIT)
            return
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
        self.problems, self.stack, self.root, self.hopeless = [], [], EMPTY, False

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
            self._stop(event, f"is nested deeper than {DEEPEST} levels", "")

    def _put(self, event: _Event, value: Any, written: str) -> None:
        """Place a value: as the document, an item, a key, or the value of the key before it."""
        if not self.stack:
            mark = event.start_mark
            self.origin = Origin(self.file, mark.line + 1, mark.column + 1)
            self.root = EMPTY if value is None and not written else value
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

    def _stop(self, event: _Event, message: str, advice: str) -> None:
        """End the document and the reading."""
        self._refuse(event, message, advice)
        self.stopped = True
        self.close(None)

    def _at(self, event: _Event) -> Origin:
        return Origin(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

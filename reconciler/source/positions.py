"""Where the parts of a document stand: found again when a message needs it.

Keeping the positions of 10,000 files would cost more than their manifests; the nodes of the two files asked about last
are kept, because a file with one mistake often has more, and one of the two may be that of a patch.
"""

import functools
from contextlib import suppress
from typing import Any, NamedTuple

import yaml

from reconciler.errors import Origin
from reconciler.source import documents


class Place(NamedTuple):
    """Where a value stands, and how it is written there if it is a scalar."""

    origin: Origin
    written: str


def find(file: str, text: str, position: int, path: tuple[str | int, ...], *, key: bool = False) -> Place:
    """Find the value (or its key) at a path inside of a document; of what is not there, the nearest part around it."""
    node = _composition(text).document(position)
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


class _Composition:
    """Composes the documents of a file, none before it is asked for.

    Composing is recursive. Only a document that was parsed to its end is asked for, so neither it nor one before it is
    too deep; one after it may be.
    """

    def __init__(self, text: str) -> None:
        self.loader = documents.LOADER(text)
        self.nodes: list[Any] = []

    def document(self, position: int) -> Any:
        """Give the root of a document; None where the file can't be read so far."""
        with suppress(yaml.YAMLError):
            while position >= len(self.nodes) and self.loader.check_node():
                self.nodes.append(self.loader.get_node())
        return self.nodes[position] if position < len(self.nodes) else None


_composition = functools.lru_cache(maxsize=2)(_Composition)


def _pair(node: Any, step: str | int) -> tuple[Any, Any] | None:
    """Give key and value at one step of a path; the items of a list are their own keys."""
    match node, step:
        case yaml.MappingNode(value=pairs), str():
            return next(((name, value) for name, value in pairs if name.value == step), None)
        case yaml.SequenceNode(value=items), int() if step < len(items):
            return items[step], items[step]
    return None

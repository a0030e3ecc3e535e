"""Documents of nested objects and lists: every place in one, and copies with something else in one place."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]


def places(content: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every place in a document, and what stands there; the document itself first."""
    yield path, content
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def changed(content: Any, path: Sequence[str | int], value: object) -> Any:
    """A copy with one value set; objects on the way that are not there are made."""
    if not path:
        return value
    first, *rest = path
    if isinstance(content, list):
        return [changed(each, rest, value) if at == first else each for at, each in enumerate(content)]
    return {**content, first: changed(content.get(first, {}), rest, value)}

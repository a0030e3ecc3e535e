"""One document of a file, and how to find the place of its parts again."""

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from reconciler.errors import Diagnostic, Origin

if TYPE_CHECKING:
    from reconciler.source.positions import Place  # which loads yaml


class Document(NamedTuple):
    """One document: its place in the file, where it starts, what it says, what is wrong with its form.

    `value` is None when the form is so wrong that there is no use in looking at the content.
    """

    position: int
    origin: Origin
    value: Any
    problems: tuple[Diagnostic, ...]


class Locate(Protocol):
    """Finds the place of a part of a manifest: `locate("spec", "dataset", "path")`."""

    def __call__(self, *path: str | int) -> Origin:
        """Give file, line and column; of what is not there, the nearest part around it."""
        ...


class Finder(Protocol):
    """Finds the place of a part of a manifest, and how it is written there."""

    def __call__(self, path: tuple[str | int, ...], *, key: bool = False) -> "Place":
        """Find the value (or its key) at a path; of what is not there, the nearest part around it."""
        ...


def locator(file: str, text: str, position: int) -> Locate:
    """Make a Locate for one document; it holds on to the text alone, and reads it again when asked."""

    def locate(*path: str | int) -> Origin:
        from reconciler.source.positions import find

        return find(file, text, position, path).origin

    return locate

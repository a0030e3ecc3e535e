"""Where the parts of a patched document stand: each in the file that has the last word on it."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from reconciler.source.tree import File

if TYPE_CHECKING:
    from reconciler.source.positions import Place  # which loads yaml

Path: TypeAlias = tuple[str | int, ...]


class Standing(Enum):
    """What one layer says about a part of a document."""

    ABSENT = auto()
    """Nothing: the layers below decide."""
    PARTLY = auto()
    """A mapping, merged with what the layers below say."""
    WHOLE = auto()
    """All of it: a value, a list, or the null that removes it."""
    HIDDEN = auto()
    """There is no such part: a value, a list or a null has taken the place of something around it."""


class Layer(NamedTuple):
    """What a file says of a document: a value that begins at the path `root` of it, and stands at `at` in the file."""

    file: File
    text: str
    position: int
    value: Any
    at: Path = ()
    root: Path = ()

    def standing(self, path: Path) -> Standing:
        """Tell what this layer says about the part at a path."""
        depth = len(self.root)
        if path[:depth] != self.root:
            return Standing.ABSENT
        value, listed = self.value, False
        for step in path[depth:]:
            match value, step:
                case dict(), str() if step in value:
                    value = value[step]
                case list(), int() if step < len(value):
                    value, listed = value[step], True
                case dict(), _ if not listed:
                    return Standing.ABSENT
                case _:
                    return Standing.HIDDEN
        return Standing.PARTLY if type(value) is dict and not listed else Standing.WHOLE

    def find(self, path: Path, *, key: bool) -> "Place":
        """Find a part that this layer has."""
        from reconciler.source.positions import find

        at = (*self.at, *path[len(self.root) :])
        return find(self.file.name, self.text, self.position, at, key=key)


def place(layers: Sequence[Layer], path: Path, *, key: bool = False) -> "Place":
    """Find the value (or its key) at a path of a document of layers, the lowest first, which is the document itself.

    Of what is not there, the nearest part around it. A mapping that several layers have is found in the lowest.
    """
    while (layer := _decisive(layers, path)) is None:
        path = path[:-1]  # the empty path is the lowest layer's
    return layer.find(path, key=key)


def writer(layers: Sequence[Layer], path: Path) -> File | None:
    """Give the file that says what is at a path; None where nothing is."""
    layer = _decisive(layers, path)
    return layer.file if layer else None


def _decisive(layers: Sequence[Layer], path: Path) -> Layer | None:
    """Find the layer in which a part stands."""
    lowest: Layer | None = None
    for layer in layers[::-1]:
        standing = layer.standing(path)
        if standing is Standing.WHOLE and lowest is None:
            return layer
        if standing in (Standing.WHOLE, Standing.HIDDEN):  # what it says was replaced, or replaces what is around it
            return lowest
        lowest = layer if standing is Standing.PARTLY else lowest
    return lowest

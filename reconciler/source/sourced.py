"""What a document of a tuned model was found to say, and where it stands."""

import os.path
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.errors import Origin
from reconciler.resource.manifest import Manifest
from reconciler.source.document import Locate
from reconciler.source.tree import File


@dataclass(frozen=True, slots=True)
class Sourced:
    """A manifest, where it starts, the folder its relative paths start from, and how to find its parts again.

    `elsewhere` has the files of patches that have written the paths of some parts of the spec.
    """

    manifest: Manifest
    origin: Origin
    base: Path
    locate: Locate
    elsewhere: Mapping[str, File] = field(default_factory=dict)

    def folder(self, part: str) -> tuple[str, str]:
        """The folder that the path of some data starts from: absolute, and as the user calls it."""
        if file := self.elsewhere.get(part):
            return os.path.dirname(file.path), os.path.dirname(file.name)
        return str(self.base), os.path.dirname(self.origin.file)

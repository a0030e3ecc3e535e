"""Resource names: `projects/P/locations/L/COLLECTION/ID`, models also with `@VERSION`. Pure.

The service answers with the number of a project where it was asked by id, so the project does not tell resources
apart. What is asked for is always named by our own project and location, or, to go on from
a Model, as the service named it.
"""

import re
from typing import NamedTuple

_NAME = re.compile(
    r"projects/[^/\s]{1,100}/locations/([a-z0-9-]{1,60})/"
    r"(tuningJobs|models|endpoints)/([A-Za-z0-9_-]{1,128})(?:@([A-Za-z0-9-]{1,63}))?"
)
_OPERATION = re.compile(
    r"projects/[^/\s]{1,100}/locations/([a-z0-9-]{1,60})/"
    r"((?:(?:models|endpoints)/[A-Za-z0-9_-]{1,128}/)?operations/[A-Za-z0-9_-]{1,128})"
)


class Reference(NamedTuple):
    """One resource. `version` is empty where none is said."""

    location: str
    collection: str
    id: str
    version: str = ""

    @property
    def path(self) -> str:
        """The resource within its location."""
        return f"{self.collection}/{self.id}" + (f"@{self.version}" if self.version else "")

    @property
    def whole(self) -> "Reference":
        """The same resource, of no version in particular."""
        return self._replace(version="")

    def covers(self, other: "Reference | None") -> bool:
        """Whether the other one may be this: a version that is not said may be any."""
        if other is None or self[:3] != other[:3]:
            return False
        return self.version == other.version or not (self.version and other.version)


def parse(name: object, collection: str) -> Reference | None:
    """Read a resource name; None for any other text, or another collection."""
    found = _NAME.fullmatch(name) if isinstance(name, str) else None
    if found is None or found[2] != collection:
        return None
    return Reference(found[1], found[2], found[3], found[4] or "")


def operation_path(name: str, location: str) -> str:
    """Where an operation is within its location; empty for what is no operation of it."""
    found = _OPERATION.fullmatch(name)
    return found[2] if found and found[1] == location else ""

"""The name by which people know a model: `TunedModel/<metadata.name>`."""

import re
from dataclasses import dataclass

from reconciler.errors import UsageError

KIND = "TunedModel"
NAME_PATTERN = r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"
"""RE2. A letter first, so that every name can begin a model's id and be the value of a label in Google Cloud."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """What survives replacement; the remote id does not."""

    name: str

    def __str__(self) -> str:
        """Write the address as plans and commands show it."""
        return f"{KIND}/{self.name}"


def parse(text: str) -> Address:
    """Read `TunedModel/name`, or just `name`; raise UsageError for anything else."""
    name = text.removeprefix(f"{KIND}/")
    if not re.fullmatch(NAME_PATTERN, name):
        raise UsageError(f"{text!r} is not an address", f"write {KIND}/NAME, or NAME, as in metadata.name")
    return Address(name)

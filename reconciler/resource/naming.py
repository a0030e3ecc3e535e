"""What a remote id proves, as an interface: each provider has its own recipe, the planner only asks."""

from typing import Protocol

from reconciler.resource.address import Address


class Naming(Protocol):
    """Pure functions between addresses, inputs and remote names.

    A name is a stem, the same for all models of an address, and a part that depends on inputs and attempt. A provider
    whose service chooses the ids answers with empty strings.
    """

    def name(self, owner: str, address: Address, inputs: str, attempt: int) -> str:
        """The remote name for these inputs (64 hex) at this attempt (0, 1, ...)."""
        ...

    def stem(self, owner: str, address: Address) -> str:
        """What every remote name of this address begins with."""
        ...

    def stem_of(self, name: str) -> str:
        """The stem of a remote name that has the shape of ours; empty for any other name."""
        ...

    def resource(self, text: str) -> str:
        """The remote name that a person means by a text, which may be short for it."""
        ...

"""The ids of models: readable, 40 characters at most, and computed, so that creating twice names the same thing.

    <name, cut to 24>-<6 base32 of SHA-256(owner, name)><9 base32 of SHA-256(inputs, attempt)>

The first hash proves for which address of which owner a model was made, even when its mark is gone; the second
what it was trained on. The limits are those of `tunedModelId` in the Gemini API, `[a-z]([a-z0-9-]{0,38}[a-z0-9])?`,
which is also the value of a label everywhere in Google Cloud.
The recipe is frozen by golden values: another one would not find the models that exist.
"""

import re
from dataclasses import dataclass

from reconciler.resource.address import Address
from reconciler.resource.identity import base32

ID_PATTERN = r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"
"""RE2, from the reference of tunedModels.create."""

_READABLE, _ADDRESS, _INPUTS = 24, 6, 9
_SHAPE = re.compile(rf"([a-z](?:[a-z0-9-]{{0,{_READABLE - 2}}}[a-z0-9])?-[a-z2-7]{{{_ADDRESS}}})[a-z2-7]{{{_INPUTS}}}")


@dataclass(frozen=True, slots=True)
class ComputedNaming:
    """Naming as the port asks for it. `prefix` is what resource names have before the id."""

    prefix: str = ""

    def name(self, owner: str, address: Address, inputs: str, attempt: int) -> str:
        """The resource name for these inputs at this attempt."""
        return self.stem(owner, address) + base32(f"{inputs}\0{attempt}".encode(), _INPUTS)

    def stem(self, owner: str, address: Address) -> str:
        """All of a resource name but the hash of the inputs."""
        readable = address.name[:_READABLE].rstrip("-")
        proof = base32(f"{owner}\0{address.name}".encode(), _ADDRESS)
        return f"{self.prefix}{readable}-{proof}"

    def stem_of(self, name: str) -> str:
        """The stem of a resource name that has this shape; empty for any other, such as the service's own ids."""
        match = _SHAPE.fullmatch(name.removeprefix(self.prefix)) if name.startswith(self.prefix) else None
        return self.prefix + match[1] if match else ""

    def resource(self, text: str) -> str:
        """The resource name that a person means, with or without what comes before the id."""
        return self.prefix + text.removeprefix(self.prefix)

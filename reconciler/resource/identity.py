"""How the same thing is recognised again: hashes of inputs, and names that had to be cut.

Every recipe here is frozen by golden values in the tests: changing one silently would plan a training for every model
in the world. A changed recipe is a new `VERSION`.
"""

import base64
import hashlib
import json

from reconciler.resource.desired import Desired
from reconciler.resource.rules import Fields, float32

VERSION = "1"
SHORT = 18
"""Hex digits of a digest that are enough to tell data apart: 72 bits."""

SHORT_BASE = 9
"""Hex digits of a base's hash that every mark keeps."""

PARENT = "preTunedModel.address"
"""The field that names another declared model to tune further."""

BASE_PATHS = ("baseModel", "tunedModelSource.tunedModel", "preTunedModel.name", PARENT)
INPUTS = ("exportLastCheckpointOnly", "kmsKeyName", "preTunedModel.checkpointId")
"""Fields that make a training another one, besides base, hyperparameters and data."""
HYPERPARAMETERS = "hyperparameters."


def token(data: bytes, length: int) -> str:
    """The first `length` characters of the URL-safe base64 of SHA-256: 6 bits each."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest())[:length].decode()


def base32(data: bytes, length: int) -> str:
    """The first `length` characters of lower-case base32 of SHA-256: 5 bits each, fit for ids."""
    return base64.b32encode(hashlib.sha256(data).digest())[:length].decode().lower()


def base_of(fields: Fields) -> str:
    """What a model is tuned from, whichever field says so; empty when neither does."""
    return next((str(fields[path]) for path in BASE_PATHS if path in fields), "")


def origin_of(desired: Desired) -> str:
    """What a declared model is tuned from; a declared parent counts by its inputs, whatever its model is called."""
    return desired.parent or base_of(desired.fields)


def base_hash(base: str) -> str:
    """What stands for the base of a model in its mark: SHA-256, 64 hex."""
    return hashlib.sha256(f"base\0{base}".encode()).hexdigest()


def short_digest(digest: str) -> str:
    """Abbreviate a dataset digest, or an abbreviation of one: its version and 18 hex, which are 72 bits."""
    version, _, hexadecimal = digest.partition(":")
    return f"{version}:{hexadecimal[:SHORT]}"


def short_base(recorded: str) -> str:
    """Abbreviate what stands for a base to what every mark has of it."""
    return recorded[:SHORT_BASE]


def same_hash(recorded: str, whole: str) -> bool:
    """Whether a hash that a mark has kept, whole or the beginning of it, is this one; none at all is not."""
    return bool(recorded) and whole.startswith(recorded)


def hyperparameters(fields: Fields) -> dict[str, float]:
    """The declared hyperparameters alone, by their names in the manifest, as they survive the wire."""
    return {
        path.removeprefix(HYPERPARAMETERS): float32(value)
        for path, value in sorted(fields.items())
        if path.startswith(HYPERPARAMETERS) and isinstance(value, int | float)
    }


def inputs_hash(desired: Desired) -> str:
    """SHA-256 over everything that only training can change: version, base, hyperparameters, data, others. 64 hex."""
    digest = desired.dataset.digest if desired.dataset else ""
    others = {path: desired.fields[path] for path in INPUTS if path in desired.fields}
    inputs = [VERSION, origin_of(desired), hyperparameters(desired.fields), digest, *([others] if others else [])]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def abbreviate(name: str, room: int) -> str:
    """Fit a name into `room` characters (at least 11): whole, or cut and followed by `~` and a hash of all of it."""
    return name if len(name) <= room else f"{name[: room - 8]}~{base32(name.encode(), 7)}"


def names(abbreviated: str, name: str) -> bool:
    """Whether a possibly abbreviated name stands for this name."""
    return abbreviated == name or abbreviated == abbreviate(name, len(abbreviated))

"""The mark of ownership: labels, on the job and on the Model that it makes. Pure.

    reconciler-id          the computed id; on the job it is also tunedModelDisplayName, which nobody can change
    reconciler-owner       who owns it
    reconciler-name        metadata.name
    reconciler-data        of the training data: version and the first 160 bits of the digest, `1-<hex>` or `g1-<hex>`
    reconciler-validation  the same of the validation data
    reconciler-base        the first 160 bits of `identity.base_hash`
    reconciler-declared    hyperparameters as declared at create: `e5m0_5a4` (epochs, multiplier, adapter size)
    reconciler-flags       some of `p` protect, `k` keep, `a` asserted, `g` going
    reconciler-job         of an adopted Model: the id of the job that made it

What is empty or unknown has no label. Values are at most 63 of a-z, 0-9, `_` and `-`. Without id, owner and name there
is no mark; with the id of another model it is void. Data or flags of a later version are a newer mark, of which owner
and name count.
"""

import re
from collections.abc import Mapping

from reconciler.resource.address import NAME_PATTERN
from reconciler.resource.identity import base32
from reconciler.resource.observed import Mark, Ownership
from reconciler.resource.rules import float32, shortest
from reconciler.resource.workspace import OWNER_PATTERN

OURS = "reconciler-"
ID, OWNER, NAME = f"{OURS}id", f"{OURS}owner", f"{OURS}name"
DATA, VALIDATION, BASE = f"{OURS}data", f"{OURS}validation", f"{OURS}base"
DECLARED, FLAGS, JOB = f"{OURS}declared", f"{OURS}flags", f"{OURS}job"

HEX = 40
"""Hex digits of each hash: as many as fit, with room to spare, and as git has."""

_HYPERPARAMETERS = {"e": "epochCount", "m": "learningRateMultiplier", "a": "adapterSize"}
_NUMBER = r"[0-9]{1,10}(?:_[0-9]{1,17})?(?:e-?[0-9]{2})?"
_NUMBERS = re.compile(f"([ema])({_NUMBER})")
_DECLARED = re.compile(f"(?:[ema]{_NUMBER}){{1,3}}")
_HASH = re.compile(r"(g?1)-([0-9a-f]{9,40})")
_LATER = re.compile(r"g?(?:[2-9]|[1-9][0-9]{1,5})-[a-z0-9_-]+")
_BASE = re.compile(r"[0-9a-f]{9,40}")
_FLAGS = "pkag"

Labels = Mapping[str, str]


def ours(labels: Labels) -> dict[str, str]:
    """The labels that are the mark, and those that go with it."""
    return {key: value for key, value in labels.items() if key.startswith(OURS)}


def theirs(labels: Labels) -> dict[str, str]:
    """All other labels: the manifest's, people's, and the service's own."""
    return {key: value for key, value in labels.items() if not key.startswith(OURS)}


def imported(model: str) -> str:
    """What stands for the id of a Model that we did not make, and looks like no such id; `model` tells it from all."""
    return f"imported-{base32(model.encode(), 20)}"


def encode(ownership: Ownership, identity: str) -> dict[str, str]:
    """Write the mark of the model with this id."""
    labels = {
        ID: identity,
        OWNER: ownership.owner,
        NAME: ownership.name,
        DATA: _hash(ownership.digest),
        VALIDATION: _hash(ownership.validation),
        BASE: ownership.base[:HEX],
        DECLARED: _write_numbers(ownership.declared),
        FLAGS: "p" * ownership.protect + "k" * ownership.keep + "a" * ownership.asserted + "g" * ownership.going,
    }
    return {key: value for key, value in labels.items() if value}


def decode(labels: Labels, identity: str) -> tuple[Mark, Ownership | None]:
    """Read the mark of the model with this id.

    The ownership in a void mark is read too, to be shown; nothing may be done because of it.
    """
    owner, name = labels.get(OWNER, ""), labels.get(NAME, "")
    if ID not in labels or not re.fullmatch(OWNER_PATTERN, owner) or not re.fullmatch(NAME_PATTERN, name):
        return Mark.NONE, None
    hashes, flags = [labels.get(key, "") for key in (DATA, VALIDATION)], labels.get(FLAGS, "")
    if any(map(_LATER.fullmatch, hashes)) or set(flags) - set(_FLAGS):
        return (Mark.NEWER if labels[ID] == identity else Mark.VOID), Ownership(owner, name, "", "")
    base, numbers = labels.get(BASE, ""), labels.get(DECLARED, "")
    sound = all(not value or _HASH.fullmatch(value) for value in hashes)
    sound = sound and (not base or bool(_BASE.fullmatch(base))) and (not numbers or bool(_DECLARED.fullmatch(numbers)))
    if not sound:
        return Mark.VOID, Ownership(owner, name, "", "")
    ownership = Ownership(
        owner,
        name,
        hashes[0].replace("-", ":"),
        base,
        _read_numbers(numbers),
        protect="p" in flags,
        keep="k" in flags,
        going="g" in flags,
        asserted="a" in flags,
        validation=hashes[1].replace("-", ":"),
    )
    return (Mark.VALID if labels[ID] == identity else Mark.VOID), ownership


def _hash(digest: str) -> str:
    """Write a digest, or the beginning of one, with its version."""
    version, _, hexadecimal = digest.partition(":")
    return f"{version}-{hexadecimal[:HEX]}" if hexadecimal else ""


def _write_numbers(declared: Mapping[str, float]) -> str:
    """Write the hyperparameters in the alphabet of labels."""
    written = (
        f"{letter}{shortest(declared[key])}"
        for letter, key in _HYPERPARAMETERS.items()
        if declared.get(key) is not None
    )
    return "".join(written).replace(".", "_").replace("+", "")


def _read_numbers(text: str) -> dict[str, float]:
    """Read the hyperparameters."""
    return {
        _HYPERPARAMETERS[letter]: float32(float(number.replace("_", "."))) for letter, number in _NUMBERS.findall(text)
    }

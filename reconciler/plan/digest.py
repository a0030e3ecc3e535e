"""The name of a set of writes in one place: the one recipe that plans, and plans read back from a file, share."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from reconciler.plan.change import Act


def digest(version: str, place: Mapping[str, str], wishes: Mapping[str, Sequence[str]], acts: Sequence[Act]) -> str:
    """Hash the major number of the format, where a plan is valid, what was wished, and its sorted writes. 64 hex.

    What people read beside these (reasons, notes, progress, file positions) is not part of it.
    """
    content = [version, place, wishes, acts]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

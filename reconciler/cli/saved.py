"""Saved plans: telling one from a manifest, and planning again under the terms it was made on."""

import json
from dataclasses import replace
from pathlib import Path

from reconciler.cli.planning import strictest
from reconciler.cli.session import Session
from reconciler.errors import UsageError
from reconciler.plan.document import parse
from reconciler.plan.format import PlanDocument
from reconciler.plan.terms import Terms
from reconciler.resource.address import parse as parse_address

LARGEST = 256 * 1024 * 1024
"""Bytes. A plan of ten thousand models has a tenth of it."""


def is_plan(path: str) -> bool:
    """Whether the file at a path is a saved plan, and no manifest that happens to be JSON."""
    if not path.endswith(".json") or not Path(path).is_file():
        return False
    try:
        content = json.loads(_text(path))
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and "formatVersion" in content and "apiVersion" not in content


def read(path: str) -> PlanDocument:
    """Read a saved plan; raise UsageError if there is none."""
    return parse(_text(path))


def terms(session: Session, document: PlanDocument) -> Terms:
    """The terms a saved plan was made on: its policy, its wishes, and its part of the workspace.

    A workspace that has become stricter since then keeps its word, and so makes the plan stale.
    """
    policy = strictest(session.workspace.policy, document.place.policy)
    made = replace(session.terms(policy), wishes=document.wished)
    if document.complete:
        return made
    rows = {parse_address(row.address) for row in document.changes}
    return replace(made, selected=frozenset(each.address for each in session.desired if each.address in rows))


def _text(path: str) -> str:
    """The text of a file."""
    try:
        with Path(path).open(encoding="utf-8") as stream:
            return stream.read(LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise UsageError(f"{path}: {reason}", "name a plan saved by `reconciler plan --out FILE`") from error

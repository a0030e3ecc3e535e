"""Saved plans: telling one from a manifest, and planning again under the terms it was made on."""

import os
from dataclasses import replace
from pathlib import Path

from reconciler.cli.planning import strictest
from reconciler.cli.session import Session
from reconciler.errors import UsageError
from reconciler.plan.document import parse
from reconciler.plan.format import PlanDocument
from reconciler.plan.terms import Terms
from reconciler.resource.address import parse as parse_address
from reconciler.source import tree

LARGEST = 64 * 1024 * 1024
"""Bytes. A plan of ten thousand models has a sixth of it."""

ADVICE = "name a plan saved by `reconciler plan --out FILE`"


def is_plan(path: str) -> bool:
    """Whether the file at a path means to be a saved plan, however damaged, and no manifest that happens to be JSON."""
    if not path.endswith(".json") or not Path(path).is_file():
        return False
    text = _text(path)
    return text.lstrip().startswith("{") and '"formatVersion"' in text and '"apiVersion"' not in text


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
    """The text of a file; pipes and devices, which may never end, are none."""
    try:
        content = tree.contents(os.path.realpath(path), LARGEST + 1)
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise UsageError(f"{path}: {reason}", ADVICE) from error
    if len(content) > LARGEST:
        raise UsageError(f"{path}: is larger than {LARGEST // 1024**2} MB", ADVICE)
    return text

"""Saved plans: writing one, telling one from a manifest, and planning again under the terms it was made on."""

import os
import secrets
import stat
import sys
from dataclasses import replace
from pathlib import Path

from reconciler.cli.options import Place
from reconciler.cli.session import Session
from reconciler.errors import ReconcilerError, UsageError
from reconciler.plan.document import AGAIN, parse
from reconciler.plan.format import PlanDocument
from reconciler.plan.plan import Plan
from reconciler.plan.policy import strictest
from reconciler.plan.terms import Terms
from reconciler.resource.address import parse as parse_address
from reconciler.source import tree

LARGEST = 64 * 1024 * 1024
"""Bytes. A plan of ten thousand models has a sixth of it."""

ADVICE = "name a plan saved by `reconciler plan --out FILE`"

DESCRIPTORS = ("/dev/fd/", "/dev/std", "/proc/")
"""How paths begin that stand for what the process has open, whatever that is."""


def is_plan(path: str) -> bool:
    """Whether the file at a path means to be a saved plan, however damaged, and no manifest that happens to be JSON."""
    return tree.is_json(path) and Path(path).is_file() and _means_plan(_text(path))


def is_absent(path: str) -> bool:
    """Whether a path means to be that of a saved plan, and there is no such file."""
    return tree.is_json(path) and not Path(path).exists()


def read(path: str) -> PlanDocument:
    """Read a saved plan; raise UsageError if there is none, ReconcilerError if it is damaged."""
    text = _text(path)
    if not text.strip():
        raise ReconcilerError(f"{path}: the file of the plan is empty", AGAIN)
    return parse(text)


def meant(place: Place, document: PlanDocument) -> Place:
    """Give the place with the environment that a plan was made for; raise UsageError if another one is asked for."""
    if document.environment and place.environment not in (None, document.environment):
        told = f"the plan is for the environment {document.environment}, and not for {place.environment}"
        raise UsageError(told, "leave out -e, or plan again")
    return replace(place, environment=document.environment or place.environment)


def check_free(out: str, flag: str = "--out ") -> None:
    """Raise UsageError if a plan may not be written to a path, because a file is there that is neither empty nor one.

    Pipes and devices may always be written to. `flag` is what stands before the path on the command line.
    """
    if _in_place(out) or not Path(out).exists():
        return
    try:
        ours = _means_plan(_text(out))
    except UsageError as error:
        raise UsageError(f"{flag}{error.message}", "name another file") from error
    if not ours:
        raise UsageError(f"{flag}{out}: there is a file that is no plan", "move it away, or name another file")


def write(out: str, plan: Plan, root: str) -> None:
    """Save a plan whose paths are relative to `root`; raise UsageError where that fails, and leave what was there."""
    from reconciler.render.json_output import plan_json

    put(out, plan_json(plan, root))


def put(out: str, text: str, flag: str = "--out ") -> None:
    """Write a text to a path; raise UsageError where that fails, and leave what was there.

    A file appears as a whole. Through a link it is the file behind it that is replaced.
    """
    try:
        if _in_place(out):
            sys.stdout.flush()  # it may be the same file
            with Path(out).open("a", encoding="utf-8") as stream:
                stream.write(text)
        else:
            _replace(Path(os.path.realpath(out)), text)
    except OSError as error:
        raise UsageError(f"{flag}{out}: {error.strerror}", "name a file that can be written") from error


def _replace(path: Path, text: str) -> None:
    """Write a new file beside the one at a real path and put it in its place, with the permissions of the old one."""
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(0, "is write-protected")
    made = path.with_name(f".plan-{secrets.token_hex(8)}")
    try:
        with made.open("x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            made.chmod(stat.S_IMODE(path.stat().st_mode))
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _in_place(out: str) -> bool:
    """Whether a path can only be written to, and not get a new file: a pipe, a device, or what is open already."""
    path = Path(out)
    return (path.exists() and not path.is_file()) or str(path.absolute()).startswith(DESCRIPTORS)


def _means_plan(text: str) -> bool:
    """Whether a text is that of a plan, however damaged, or nothing at all."""
    start = text.strip()[:1]
    return not start or (start == "{" and '"formatVersion"' in text and '"apiVersion"' not in text)


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

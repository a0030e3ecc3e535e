"""What git says about the folder that the manifests are in: is all of it there?"""

import os
import re
from pathlib import Path

from reconciler.source import tree

LARGEST = 1024 * 1024
"""Bytes of a file of git's that are read."""

_SPARSE = re.compile(r"^\s*sparsecheckout\s*=\s*(true|yes|on|1)\s*$", re.IGNORECASE | re.MULTILINE)


def is_sparse(folder: Path) -> bool:
    """Whether the folder is part of a sparse checkout, so that files may be absent which the commit has.

    Git keeps the setting (core.sparseCheckout) in the config of the repository or of the work tree. What cannot be
    read counts as not sparse.
    """
    root = next((path for path in (folder, *folder.parents) if (path / ".git").exists()), None)
    if root is None:
        return False
    directory = _git_directory(root / ".git")
    common = directory / _text(directory / "commondir").strip()
    configs = (common / "config", directory / "config.worktree", common / "config.worktree")
    return any(_SPARSE.search(_text(config)) for config in configs)


def _git_directory(entry: Path) -> Path:
    """Follow the `.git` file of a linked work tree or submodule to the directory it names."""
    return entry if entry.is_dir() else entry.parent / _text(entry).removeprefix("gitdir:").strip()


def _text(path: Path) -> str:
    """Read a small text file; empty if it cannot be read."""
    try:
        return tree.contents(os.path.realpath(path), LARGEST).decode("utf-8", "replace")
    except (OSError, ValueError):  # a ValueError: what stood in another file is no path
        return ""

"""Which file a manifest may name: below the workspace's folder, or below a root from the command line.

A pull request decides what is read and sent away, so every link is followed before the answer. What git keeps for
itself may hold the credentials of a checkout, and is no data: only a root from the command line may lie in it.
"""

import os

from reconciler.source import tree
from reconciler.source.wording import nearest, shown, spelt


def real_path(base: str, path: str, roots: tuple[str, ...], folders: dict[str, str]) -> str | tuple[str, str]:
    """Follow every link to the file behind a path; give message and advice if it does not lie where data may lie.

    `roots` are real paths: the workspace's folder, then those from the command line, which alone may be named by
    absolute paths. `folders` remembers the real paths of folders: most datasets share one.
    """
    if "://" in path:
        return f"{shown(path)} is an address, not a file", "put the file beside the manifests"
    if "\0" in path:
        return f"{shown(path)} is not a path", "write the path of a file"
    folder, name = os.path.split(os.path.join(base, path))
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    real = os.path.join(folders[folder], name)
    if name in ("", os.curdir, os.pardir) or os.path.islink(real):
        real = os.path.realpath(real)
    allowed = roots[1:] if os.path.isabs(path) else roots
    if not tree.inside(real, allowed):
        what = "is an absolute path" if os.path.isabs(path) else "leaves the workspace's folder"
        advice = "put the file beside the manifests, or allow its folder with --dataset-root"
        return f"{shown(path)} {what}", advice
    if not any(tree.inside(real, (root,)) and not _of_git(os.path.relpath(real, root)) for root in allowed):
        return f"{shown(path)} belongs to git, and is no data", "put the file beside the manifests"
    return real


def _of_git(path: str) -> bool:
    """Whether a path is that of a git directory, of something in one, or of the file that leads to one."""
    return any(part.lower() == ".git" for part in path.split(os.sep))


def unavailable(path: str, name: str, error: OSError) -> tuple[str, str]:
    """Say why a file cannot be read."""
    if os.path.isdir(path):
        return f"{shown(name)} is a folder", "name a file in it"
    if os.path.exists(path):
        return f"{shown(name)} cannot be read: {error.strerror}", ""
    if os.path.islink(path):
        return f"{shown(name)} is a link that leads nowhere", "put the file in its place"
    folder, wanted = os.path.split(path)
    try:
        present = sorted(entry for entry in os.listdir(folder) if not entry.startswith("."))
    except OSError:
        return f"{shown(name)} does not exist, nor does its folder", "paths start from the manifest's folder"
    near = nearest(wanted, present)
    if not near:
        return f"{shown(name)} does not exist", "paths start from the manifest's folder"
    told = shown if wanted.isascii() == near.isascii() else spelt  # two that may look the same are told apart
    return f"{told(name)} does not exist", f"did you mean {near}?"

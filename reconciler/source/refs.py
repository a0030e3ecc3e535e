"""What the name of a commit may stand for: a short name is that of a tag, a branch, or a branch of a remote.

Git takes the first of them, and says to nobody who reads its standard output that there are more. The rules are those
of gitrevisions(7), "<refname>".
"""

import re
from typing import NamedTuple

FULL = "refs/"
"""How the full name of a ref begins."""

_SUFFIX = re.compile(r"[~^:]|@\{")
"""What begins the rest of a name of a commit: no ref has it in its name."""
_KINDS = {
    "refs/{}": "a ref",
    "refs/tags/{}": "a tag",
    "refs/heads/{}": "a branch",
    "refs/remotes/{}": "a remote branch",
    "refs/remotes/{}/HEAD": "a remote",
}


class Meaning(NamedTuple):
    """One of the refs that a name may stand for: its kind in words, and the name of its commit in full."""

    kind: str
    name: str


def meanings(name: str) -> tuple[Meaning, ...]:
    """What a short name may stand for, in the order in which git looks for it."""
    root = ref(name)
    return tuple(Meaning(kind, form.format(root) + name[len(root) :]) for form, kind in _KINDS.items())


def ref(name: str) -> str:
    """The name of the ref in the name of a commit: `origin/main` in `origin/main~2`."""
    found = _SUFFIX.search(name)
    return name[: found.start()] if found else name

"""A comment on a pull request, and what a forge lets us do with the comments of one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reconciler.errors import RemoteError, UsageError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/]|-(?!-)){0,99}")
"""What may stand in an HTML comment: no two hyphens in a row, nothing that closes it."""


class TooLong(RemoteError):
    """The forge takes only shorter comments."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as the forge shows it; `author` is the number of an account, which no renaming changes."""

    id: int
    author: int
    body: str
    url: str = ""


class Thread(Protocol):
    """The comments of one pull request. Every act may raise RemoteError; a repeated one is done once, but `create`."""

    @property
    def limit(self) -> int:
        """Characters that a comment may have."""
        ...

    def me(self) -> int:
        """The number of the account that the token acts for."""
        ...

    def comments(self) -> Sequence[Comment]:
        """All comments, oldest first."""
        ...

    def create(self, body: str) -> Comment:
        """Begin a comment; raise Unreachable when nobody knows whether that happened."""
        ...

    def update(self, comment: Comment, body: str) -> Comment:
        """Give a comment another text; raise NotFound when it is gone."""
        ...

    def delete(self, comment: Comment) -> None:
        """Remove a comment; one that is gone already is removed."""
        ...


def marker(name: str) -> str:
    """The hidden first line of the comment of this name; raise UsageError for a name that cannot stand there."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a comment",
            "use letters, digits and . _ / and single hyphens, at most 100, beginning with a letter or digit",
        )
    return f"<!-- reconciler:{name} -->"


def marked(comment: Comment, mark: str) -> bool:
    """Whether a comment begins with this marker; one that quotes it further down does not count."""
    return comment.body.lstrip().startswith(mark)

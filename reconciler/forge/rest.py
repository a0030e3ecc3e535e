"""The comments of one pull request, by the five REST calls that each forge has for them; the rest is a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from reconciler.errors import NotFound, RemoteError, Unreachable
from reconciler.forge.comment import Comment
from reconciler.forge.http import Http
from reconciler.providers.outcome import Json
from reconciler.providers.redaction import quotable

PAGE, PAGES = 100, 100
"""Comments of one page, the most there may be; and pages that are read before we give up."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What differs from forge to forge.

    `where` is the pull request in words, `all` the path of its comments, `one` that of a single one up to its number.
    `change` is the method that gives a comment another text, `author` the member with the account that wrote it.
    `limit` is in characters, `query` what makes a list begin with the oldest.
    """

    forge: str
    where: str
    all: str
    one: str
    change: Literal["PATCH", "PUT"]
    author: str
    limit: int
    query: Mapping[str, str]


class RestThread:
    """The comments of one pull request. `whose` finds the number of the account that the token acts for."""

    def __init__(self, http: Http, calls: Calls, whose: Callable[[], object], variable: str) -> None:
        """`variable` is where the token is from."""
        self._http = http
        self._calls = calls
        self._whose = whose
        self._variable = variable

    @property
    def limit(self) -> int:
        """Characters that a comment may have."""
        return self._calls.limit

    def me(self) -> int:
        """Ask for the account behind the token."""
        number, forge = self._whose(), self._calls.forge
        if type(number) is not int:
            raise Unreachable(
                f"{forge} does not say whose the token is", f"is {self._variable} a token of this {forge}?"
            )
        return number

    def comments(self) -> Sequence[Comment]:
        """Read all pages, the oldest comment first; what the forge itself has written is nobody's."""
        found: list[Comment] = []
        for page in range(1, PAGES + 1):
            query = {"per_page": str(PAGE), "page": str(page), **self._calls.query}
            answer = self._http.send("GET", self._calls.all, query)
            found += [self._read(each) for each in answer.objects() if each.get("system") is not True]
            if not answer.more:
                return found
        where = self._calls.where
        raise RemoteError(f"{where} has more than {PAGES * PAGE:,} comments", "open another pull request")

    def create(self, body: str) -> Comment:
        """Begin a comment."""
        return self._read(self._http.send("POST", self._calls.all, body={"body": body}, twice=False).object())

    def update(self, comment: Comment, body: str) -> Comment:
        """Give a comment another text."""
        return self._read(self._http.send(self._calls.change, self._one(comment), body={"body": body}).object())

    def delete(self, comment: Comment) -> None:
        """Remove a comment."""
        try:
            self._http.send("DELETE", self._one(comment))
        except NotFound:
            return

    def _one(self, comment: Comment) -> str:
        return f"{self._calls.one}/{comment.id}"

    def _read(self, given: Json) -> Comment:
        """Read a comment; that of a deleted account has no author, which is nobody's number."""
        user = given.get(self._calls.author)
        author = user.get("id") if isinstance(user, dict) else None
        number, body, url = given.get("id"), given.get("body"), given.get("html_url")
        if type(number) is not int:
            raise Unreachable(
                f"{self._calls.forge} gave a comment without a number", "is the address of the API right?"
            )
        return Comment(
            number,
            author if type(author) is int else 0,
            body if isinstance(body, str) else "",
            quotable(url) if isinstance(url, str) else "",
        )

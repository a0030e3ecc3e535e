"""The notes of a merge request on GitLab (docs.gitlab.com/api/notes, API version 4)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from reconciler.errors import NotFound, RemoteError, Unreachable
from reconciler.forge.comment import Comment
from reconciler.forge.http import Http, Time, Token
from reconciler.forge.refusals import GITLAB, Refusals
from reconciler.providers.outcome import Json

if TYPE_CHECKING:
    import requests

API = "https://gitlab.com/api/v4"
LIMIT = 1_000_000
"""Characters of a note (docs.gitlab.com/administration/instance_limits)."""
PAGE, PAGES = 100, 100
"""Notes of one page, the most there may be; and pages that are read before we give up."""


class GitLabThread:
    """The notes of one merge request."""

    limit = LIMIT

    def __init__(
        self, api: str, project: str, number: int, token: Token, session: "requests.Session", pace: Time
    ) -> None:
        """`project` is its number, or GROUP/NAME; `number` is the one that people see, the iid."""
        self._where = f"{project}!{number}"
        explain = Refusals("GitLab", GITLAB, self._where, token.variable).explain
        self._http = Http(api, token, session, explain, {}, pace)
        self._list = f"/projects/{quote(project, safe='')}/merge_requests/{number}/notes"
        self._variable = token.variable

    def me(self) -> int:
        """Ask for the account behind the token: a project's access token has one of its own."""
        number = self._http.send("GET", "/user").object().get("id")
        if not isinstance(number, int):
            raise Unreachable("GitLab does not say whose the token is", f"is {self._variable} a token of this GitLab?")
        return number

    def comments(self) -> Sequence[Comment]:
        """Read all pages; notes that GitLab itself wrote are nobody's."""
        found: list[Comment] = []
        for page in range(1, PAGES + 1):
            query = {"per_page": str(PAGE), "page": str(page), "sort": "asc", "order_by": "created_at"}
            answer = self._http.send("GET", self._list, query)
            found += [_comment(each) for each in answer.objects() if each.get("system") is not True]
            if not answer.more:
                return found
        raise RemoteError(f"{self._where} has more than {PAGES * PAGE:,} notes", "open another merge request")

    def create(self, body: str) -> Comment:
        """Begin a note."""
        return _comment(self._http.send("POST", self._list, body={"body": body}, twice=False).object())

    def update(self, comment: Comment, body: str) -> Comment:
        """Give a note another text."""
        return _comment(self._http.send("PUT", self._one(comment), body={"body": body}).object())

    def delete(self, comment: Comment) -> None:
        """Remove a note."""
        try:
            self._http.send("DELETE", self._one(comment))
        except NotFound:
            return

    def _one(self, comment: Comment) -> str:
        return f"{self._list}/{comment.id}"


def _comment(given: Json) -> Comment:
    """Read a note."""
    user = given.get("author")
    author = user.get("id") if isinstance(user, dict) else None
    number, body = given.get("id"), given.get("body")
    if not isinstance(number, int):
        raise Unreachable("GitLab gave a note without a number", "is the address of the API right?")
    return Comment(number, author if isinstance(author, int) else 0, body if isinstance(body, str) else "")

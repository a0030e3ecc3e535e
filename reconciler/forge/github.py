"""The comments of a pull request on GitHub (docs.github.com/rest/issues/comments, version 2022-11-28).

GitHub shows a pull request's conversation as that of an issue of the same number. Who we are is asked of GraphQL: it
answers every kind of token, while `GET /user` refuses those of Apps, of which the one in a workflow is.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reconciler.errors import NotFound, RemoteError, Unreachable
from reconciler.forge.comment import Comment
from reconciler.forge.http import Http, Time, Token
from reconciler.forge.refusals import GITHUB, Refusals
from reconciler.providers.outcome import Json
from reconciler.providers.redaction import quotable

if TYPE_CHECKING:
    import requests

API = "https://api.github.com"
LIMIT = 65_536
"""Characters of a comment; a longer one is refused with 422."""
PAGE, PAGES = 100, 100
"""Comments of one page, the most there may be; and pages that are read before we give up."""
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHubThread:
    """The conversation of one pull request."""

    limit = LIMIT

    def __init__(
        self, api: str, repository: str, number: int, token: Token, session: "requests.Session", pace: Time
    ) -> None:
        """`repository` is OWNER/NAME."""
        self._where = f"{repository}#{number}"
        explain = Refusals("GitHub", GITHUB, self._where, token.variable).explain
        self._http = Http(api, token, session, explain, HEADERS, pace)
        base = api.rstrip("/")
        self._graphql = Http(base.removesuffix("/v3"), token, session, explain, HEADERS, pace)
        self._repository = f"/repos/{repository}"
        self._list = f"{self._repository}/issues/{number}/comments"
        self._variable = token.variable

    def me(self) -> int:
        """Ask for the account behind the token: of a workflow's own it is the App `github-actions`."""
        query: Json = {"query": "query { viewer { databaseId } }"}
        answer = self._graphql.send("POST", "/graphql", body=query).object()
        data = answer.get("data")
        viewer = data.get("viewer") if isinstance(data, dict) else None
        number = viewer.get("databaseId") if isinstance(viewer, dict) else None
        if not isinstance(number, int):
            raise Unreachable("GitHub does not say whose the token is", f"is {self._variable} a token of this GitHub?")
        return number

    def comments(self) -> Sequence[Comment]:
        """Read all pages; the service gives the oldest first."""
        found: list[Comment] = []
        for page in range(1, PAGES + 1):
            answer = self._http.send("GET", self._list, {"per_page": str(PAGE), "page": str(page)})
            found += [_comment(each) for each in answer.objects()]
            if not answer.more:
                return found
        raise RemoteError(f"{self._where} has more than {PAGES * PAGE:,} comments", "open another pull request")

    def create(self, body: str) -> Comment:
        """Begin a comment."""
        return _comment(self._http.send("POST", self._list, body={"body": body}, twice=False).object())

    def update(self, comment: Comment, body: str) -> Comment:
        """Give a comment another text."""
        return _comment(self._http.send("PATCH", self._one(comment), body={"body": body}).object())

    def delete(self, comment: Comment) -> None:
        """Remove a comment."""
        try:
            self._http.send("DELETE", self._one(comment))
        except NotFound:
            return

    def _one(self, comment: Comment) -> str:
        return f"{self._repository}/issues/comments/{comment.id}"


def _comment(given: Json) -> Comment:
    """Read a comment; that of a deleted account has no author, which is nobody's number."""
    user = given.get("user")
    author = user.get("id") if isinstance(user, dict) else None
    number, body, url = given.get("id"), given.get("body"), given.get("html_url")
    if not isinstance(number, int):
        raise Unreachable("GitHub gave a comment without a number", "is the address of the API right?")
    return Comment(
        number,
        author if isinstance(author, int) else 0,
        body if isinstance(body, str) else "",
        quotable(url) if isinstance(url, str) else "",
    )

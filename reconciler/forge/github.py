"""The comments of a pull request on GitHub (docs.github.com/rest/issues/comments, version 2022-11-28).

GitHub shows a pull request's conversation as that of an issue of the same number. Who we are is asked of GraphQL: it
answers every kind of token, while `GET /user` refuses those of Apps, of which the one in a workflow is.
"""

from typing import TYPE_CHECKING

from reconciler.forge.http import Http, Time, Token
from reconciler.forge.refusals import GITHUB, Refusals
from reconciler.forge.rest import Calls, RestThread
from reconciler.providers.outcome import Json

if TYPE_CHECKING:
    import requests

API = "https://api.github.com"
LIMIT = 65_536
"""Characters of a comment; a longer one is refused with 422."""
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


def thread(api: str, repository: str, number: int, token: Token, session: "requests.Session", pace: Time) -> RestThread:
    """The conversation of one pull request; `repository` is OWNER/NAME."""
    where, base = f"{repository}#{number}", f"/repos/{repository}/issues"
    explain = Refusals("GitHub", GITHUB, where, token.variable).explain
    graphql = Http(api.rstrip("/").removesuffix("/v3"), token, session, explain, HEADERS, pace)
    calls = Calls("GitHub", where, f"{base}/{number}/comments", f"{base}/comments", "PATCH", "user", LIMIT, {})
    return RestThread(
        Http(api, token, session, explain, HEADERS, pace), calls, lambda: _viewer(graphql), token.variable
    )


def _viewer(graphql: Http) -> object:
    """The account behind the token: of a workflow's own it is the App `github-actions`."""
    query: Json = {"query": "query { viewer { databaseId } }"}
    data = graphql.send("POST", "/graphql", body=query).object().get("data")
    viewer = data.get("viewer") if isinstance(data, dict) else None
    return viewer.get("databaseId") if isinstance(viewer, dict) else None

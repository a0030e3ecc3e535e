"""The notes of a merge request on GitLab (docs.gitlab.com/api/notes, API version 4)."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from reconciler.forge.http import Http, Time, Token
from reconciler.forge.refusals import GITLAB, Refusals
from reconciler.forge.rest import Calls, RestThread

if TYPE_CHECKING:
    import requests

API = "https://gitlab.com/api/v4"
LIMIT = 1_000_000
"""Characters of a note (docs.gitlab.com/administration/instance_limits)."""
OLDEST_FIRST = {"sort": "asc", "order_by": "created_at"}


def thread(api: str, project: str, number: int, token: Token, session: "requests.Session", pace: Time) -> RestThread:
    """The notes of one merge request; `project` is its number, or GROUP/NAME, `number` what people see, the iid.

    A project's access token has an account of its own.
    """
    where, notes = f"{project}!{number}", f"/projects/{quote(project, safe='')}/merge_requests/{number}/notes"
    explain = Refusals("GitLab", GITLAB, where, token.variable).explain
    http = Http(api, token, session, explain, {}, pace)
    calls = Calls("GitLab", where, notes, notes, "PUT", "author", LIMIT, OLDEST_FIRST)
    return RestThread(http, calls, lambda: http.send("GET", "/user").object().get("id"), token.variable)

"""Lists of any length, page by page."""

from collections.abc import Iterator, Mapping

from reconciler.errors import RemoteError
from reconciler.providers.http import Http
from reconciler.providers.protojson import Json, next_page

PAGE = "1000"
"""The largest page that any of the services gives; those that give less cut it to theirs."""


def pages(http: Http, path: str, query: Mapping[str, str] | None = None, size: str = "pageSize") -> Iterator[Json]:
    """Yield all pages of a list; a token that comes back would go on for ever, so it is an error.

    `size` is what the service calls the number of entries of a page.
    """
    seen: set[str] = set()
    more: dict[str, str] = {}
    while True:
        page = http.send("GET", path, {size: PAGE, **(query or {}), **more})
        yield page
        token = next_page(page)
        if not token:
            return
        if token in seen:
            raise RemoteError(f"{path}: the service gives the same page again and again", "run again later")
        seen.add(token)
        more = {"pageToken": token}

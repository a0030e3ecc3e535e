"""GitHub and GitLab as far as the comments of pull requests go: the REST calls of the poster, their limits and errors.

Behind a transport in this process, or a server on loopback. What happened can be looked at (`heard`), what goes
wrong can be said before (`trouble`), and others can act in between (`meanwhile`).
"""

import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, NamedTuple, Self

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

TOKEN = "ghs_made-up-0123456789abcdef"
SELF, BOSS = 41_898_282, 7
"""Accounts: that of the token, and a person's."""
LIMITS = {"github": 65_536, "gitlab": 1_000_000}


class Asked(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class Reply(NamedTuple):
    """An answer; `lost`: the act is done, and its answer does not arrive."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}
    lost: bool = False


LOST = Reply(0, lost=True)


@dataclass
class Forge:
    """One repository with one pull request, number 12."""

    kind: str = "github"
    prefix: str = ""
    comments: dict[int, tuple[int, str]] = field(default_factory=dict)
    heard: list[Asked] = field(default_factory=list)
    trouble: list[tuple[str, Reply]] = field(default_factory=list)
    meanwhile: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    limit: int = 0
    page: int = 100

    def __post_init__(self) -> None:
        self.limit = self.limit or LIMITS[self.kind]
        self.lock = threading.Lock()
        self.next = 1000

    def add(self, body: str, author: int = SELF) -> int:
        """Let somebody write a comment."""
        self.next += 1
        self.comments[self.next] = (author, body)
        return self.next

    @property
    def bodies(self) -> list[str]:
        """The texts of our account's comments."""
        return [body for author, body in self.comments.values() if author == SELF]

    @property
    def sent(self) -> list[str]:
        """The methods of the requests, without the question who we are."""
        return [asked.method for asked in self.heard if not asked.path.endswith(("/graphql", "/user"))]

    def answer(self, asked: Asked) -> Reply:
        """Answer one request; trouble that was announced for its method comes first."""
        with self.lock:
            self.heard.append(asked)
            found = next((each for each in self.trouble if each[0] == asked.method), None)
            if found:
                self.trouble.remove(found)
                if found[1] is not LOST:
                    return found[1]
            reply = self._act(asked)
            for each in [each for each in self.meanwhile if each[0] == asked.method]:
                self.meanwhile.remove(each)
                each[1]()
            return LOST if found else reply

    def _act(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"message": "Bad credentials", "status": "401"})
        path = asked.path.removeprefix(self.prefix)
        return self._github(asked, path) if self.kind == "github" else self._gitlab(asked, path)

    def _github(self, asked: Asked, path: str) -> Reply:
        listing, one = "/repos/acme/models/issues/12/comments", "/repos/acme/models/issues/comments/"
        match asked.method:
            case "POST" if asked.path.endswith("/graphql") and "viewer" in asked.body["query"]:
                return Reply(200, {"data": {"viewer": {"databaseId": SELF}}})
            case "GET" if path == listing:
                return self._listed(asked)
            case "POST" if path == listing:
                return self._written(asked, self.next + 1)
            case "PATCH" if path.startswith(one):
                return self._changed(asked, path.removeprefix(one))
            case "DELETE" if path.startswith(one):
                return self._removed(path.removeprefix(one))
        return Reply(404, {"message": "Not Found"})

    def _gitlab(self, asked: Asked, path: str) -> Reply:
        listing = "/projects/acme%2Fmodels/merge_requests/12/notes"
        match asked.method:
            case "GET" if path == "/user":
                return Reply(200, {"id": SELF, "username": "project_1_bot"})
            case "GET" if path == listing:
                assert (asked.query["sort"], asked.query["order_by"]) == ("asc", "created_at")
                return self._listed(asked)
            case "POST" if path == listing:
                return self._written(asked, self.next + 1)
            case "PUT" if path.startswith(f"{listing}/"):
                return self._changed(asked, path.removeprefix(f"{listing}/"))
            case "DELETE" if path.startswith(f"{listing}/"):
                return self._removed(path.removeprefix(f"{listing}/"))
        return Reply(404, {"message": "404 Not found"})

    def _shown(self, number: int) -> dict[str, Any]:
        author, body = self.comments[number]
        shown = {"id": number, "body": body, ("user" if self.kind == "github" else "author"): {"id": author}}
        if self.kind == "github":
            return {**shown, "html_url": f"https://github.com/acme/models/pull/12#issuecomment-{number}"}
        return {**shown, "system": body.startswith("changed the description")}

    def _listed(self, asked: Asked) -> Reply:
        page, size = int(asked.query["page"]), min(self.page, int(asked.query["per_page"]))
        numbers = sorted(self.comments)
        rest = numbers[page * size :]
        shown = [self._shown(number) for number in numbers[(page - 1) * size : page * size]]
        return Reply(200, shown, {"Link": f'<https://elsewhere.example/?page={page + 1}>; rel="next"'} if rest else {})

    def _refused(self, body: str) -> Reply | None:
        if len(body) <= self.limit:
            return None
        said = f"is too long (maximum is {self.limit} characters)"
        if self.kind == "gitlab":
            return Reply(400, {"message": {"note": [said]}})
        return Reply(422, {"message": "Validation Failed", "errors": [{"field": "data", "message": f"Body {said}"}]})

    def _written(self, asked: Asked, number: int) -> Reply:
        body = asked.body["body"]
        if refused := self._refused(body):
            return refused
        self.add(body.replace("\n", "\r\n") if self.kind == "github" else body)
        return Reply(201, self._shown(number))

    def _changed(self, asked: Asked, number: str) -> Reply:
        body = asked.body["body"]
        if int(number) not in self.comments:
            return Reply(404, {"message": "Not Found"})
        if refused := self._refused(body):
            return refused
        self.comments[int(number)] = (self.comments[int(number)][0], body)
        return Reply(200, self._shown(int(number)))

    def _removed(self, number: str) -> Reply:
        return Reply(204) if self.comments.pop(int(number), None) else Reply(404, {"message": "Not Found"})

    def session(self) -> requests.Session:
        """A session that reaches nothing but this forge."""
        session = requests.Session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Transport(self))
        return session


def _asked(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Asked:
    parts = urllib.parse.urlsplit(target)
    query = dict(urllib.parse.parse_qsl(parts.query))
    return Asked(method, parts.path, query, CaseInsensitiveDict(headers), json.loads(body) if body else None)


class _Transport(BaseAdapter):
    """The forge without a network."""

    def __init__(self, forge: Forge) -> None:
        super().__init__()
        self.forge = forge

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]  # all by name
        sent = request.body or b""
        assert isinstance(sent, bytes)
        reply = self.forge.answer(_asked(request.method or "", request.url or "", request.headers, sent))
        if reply.lost:
            raise requests.exceptions.ConnectionError(ConnectionResetError())
        response = requests.Response()
        response.status_code, response.request, response.url = reply.status, request, request.url or ""
        response.headers = CaseInsensitiveDict(reply.headers)
        response.raw = HTTPResponse(BytesIO(_encoded(reply)), status=reply.status, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing is held."""


def _encoded(reply: Reply) -> bytes:
    if reply.body is None:
        return b""
    return reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()


@contextmanager
def served(forge: Forge) -> Iterator[str]:
    """Serve a forge on loopback; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self: Self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            reply = forge.answer(_asked(self.command, self.path, dict(self.headers), self.rfile.read(length)))
            if reply.lost:
                self.close_connection = True
                return
            content = _encoded(reply)
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{forge.prefix}"
    finally:
        server.shutdown()
        server.server_close()

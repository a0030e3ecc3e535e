"""Cloud Storage to talk to: an emulator with a clock of its own, asked through its front door."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response

START = 1_763_000_000.123456
BUCKET = "our-bucket"


class Cloud:
    """An emulator and the time it lives in; objects are named as in `gs://our-bucket/NAME`."""

    def __init__(self, settings: Settings, state: Path | None = None) -> None:
        self.time = START
        self.emulator = Emulator(state, lambda: self.time, settings)

    def send(self, method: str, target: str, body: bytes = b"", **headers: str) -> Response:
        """Send a request; underscores in the names of headers stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.emulator.handle(Request(method, target, {"Host": "emulator", **named}, body))

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> Any:
        """Send a request that must succeed, and give its JSON."""
        response = self.send(method, target, body, **headers)
        assert response.status == 200, response.body
        return json.loads(response.body)

    def refused(self, method: str, target: str, body: bytes = b"", **headers: str) -> tuple[int, str, str]:
        """Send a request that must be refused as the JSON API does it, and give code, reason and message."""
        response = self.send(method, target, body, **headers)
        error = json.loads(response.body)["error"]
        (detail,) = error["errors"]
        assert error["code"] == response.status >= 400
        assert (detail["message"], detail["domain"]) == (error["message"], "global")
        return error["code"], detail["reason"], error["message"]

    def insert(self, name: str, data: bytes = b"", **query: object) -> Any:
        """Upload an object in one request."""
        return self.ask("POST", upload("media", name, **query), data)

    def begin(self, name: str, metadata: object = None, *, size: int | None = None, **query: object) -> str:
        """Open a session for a resumable upload and give the target of its URI."""
        sent = b"" if metadata is None else json.dumps(metadata).encode()
        headers = {} if size is None else {"X_Upload_Content_Length": str(size)}
        response = self.send("POST", upload("resumable", name, **query), sent, **headers)
        assert response.status == 200, response.body
        return response.headers["Location"].removeprefix("http://emulator")

    def names(self, **query: object) -> list[str]:
        """Give the names on one page of a list."""
        return [item["name"] for item in self.ask("GET", listing(**query)).get("items", [])]


def at(name: str, method: str = "", /, **query: object) -> str:
    """Give the target of an object, or of a method of it."""
    return f"/storage/v1/b/{BUCKET}/o/{quote(name, safe='')}{method}{_query(query)}"


def media(name: str, **query: object) -> str:
    """Give the target of an object's content."""
    return at(name, alt="media", **query)


def onto(verb: str, name: str) -> str:
    """Give the part of a target that copies onto an object."""
    return f"/{verb}/b/{BUCKET}/o/{quote(name, safe='')}"


def upload(kind: str, name: str, **query: object) -> str:
    """Give the target of an upload."""
    return f"/upload/storage/v1/b/{BUCKET}/o{_query({'uploadType': kind, 'name': name, **query})}"


def listing(**query: object) -> str:
    """Give the target of a list."""
    return f"/storage/v1/b/{BUCKET}/o{_query(query)}"


def _query(query: dict[str, object]) -> str:
    return f"?{urlencode(query)}" if query else ""

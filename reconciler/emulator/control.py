"""The control door: what a test asks of the emulator itself, under `/_emulator/`; and `/healthz`.

GET and DELETE requests, POST and DELETE faults, POST advance {"seconds": n}, POST load {a tunedModels list},
POST load-vertex {"tuningJobs", "models", "endpoints": lists as Vertex AI gives them}.
A fault is {"spec": text} as `faulttext` reads it, or a status given in full: {"method", "path", "status",
"body", "headers", "when", "after", "times"}, of which path and status must be there.
The door asks for no credential: serve it on loopback only.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from reconciler.emulator import faults, faulttext, frontend, jsontext, status
from reconciler.emulator.status import ApiError
from reconciler.emulator.wire import JsonObject, Recorded, Response

_DOOR = "/_emulator/"
_HEALTH = "/healthz"


class Controlled(Protocol):
    """What the door needs of an emulator."""

    @property
    def requests(self) -> list[Recorded]:
        """The requests so far."""

    def now(self) -> float:
        """The service's time."""

    def advance(self, seconds: float) -> None:
        """Move it on."""

    def inject(self, fault: faults.Fault) -> None:
        """Put a fault in force."""

    def clear_faults(self) -> None:
        """Take all faults away."""

    def forget_requests(self) -> None:
        """Empty the record of requests."""

    def load(self, listed: JsonObject, owner: str | None = None) -> int:
        """Take in models."""

    def load_vertex(
        self,
        jobs: Iterable[JsonObject] = (),
        models: Iterable[JsonObject] = (),
        endpoints: Iterable[JsonObject] = (),
    ) -> int:
        """Take in resources of Vertex AI."""


def is_door(path: str) -> bool:
    """Tell whether a path is not of the API but of the emulator."""
    return path == _HEALTH or path.startswith(_DOOR)


def answer(emulator: Controlled, parsed: frontend.Parsed) -> Response:
    """Answer a request at the door; the size of its body is not limited."""
    try:
        body = jsontext.parse(parsed.body) if parsed.body.strip() else {}
        return frontend.json_response(200, _act(emulator, parsed, body))
    except ApiError as error:
        return frontend.error_response(error)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        return frontend.error_response(ApiError(400, f"Cannot read the request: {error}"))


def _act(emulator: Controlled, parsed: frontend.Parsed, body: Mapping[str, Any]) -> JsonObject:
    match parsed.method, parsed.path.removeprefix(_DOOR):
        case "GET", "/healthz":
            return {"status": "ok"}
        case "GET", "requests":
            return {"requests": [seen.as_json() for seen in emulator.requests]}
        case "DELETE", "requests":
            emulator.forget_requests()
        case "POST", "faults":
            emulator.inject(_fault(body))
        case "DELETE", "faults":
            emulator.clear_faults()
        case "POST", "advance":
            emulator.advance(float(body["seconds"]))
            return {"now": emulator.now()}
        case "POST", "load":
            return {"loaded": emulator.load(dict(body))}
        case "POST", "load-vertex":
            given = (body.get(kind, []) for kind in ("tuningJobs", "models", "endpoints"))
            return {"loaded": emulator.load_vertex(*given)}
        case _:
            raise ApiError(404, f"The emulator has no door {parsed.method} {parsed.path}.")
    return {}


def _fault(body: Mapping[str, Any]) -> faults.Fault:
    """Read a fault; raise ValueError, TypeError or KeyError if it is none."""
    if "spec" in body:
        return faulttext.parse(body["spec"])
    when: faults.When = "after" if body.get("when") == "after" else "before"
    answer = faults.Status(status.code(int(body["status"])), body.get("body"), _headers(body.get("headers", {})), when)
    times = body.get("times", 1)
    return faults.Fault(
        str(body.get("method", "*")),
        str(body["path"]),
        answer,
        after=int(body.get("after", 0)),
        times=None if times is None else int(times),
    )


def _headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """Read headers; raise ValueError for what cannot stand in one."""
    if not all(f"{name}{value}".isascii() and f"{name}{value}".isprintable() for name, value in headers.items()):
        message = "headers are printable ASCII"
        raise ValueError(message)
    return {name: str(value) for name, value in headers.items()}

"""Faults as people write them: `CALL:ACTION[:OPTION...]`, such as `create:503:after:1` or `list:quota=10/60`.

CALL is one of `CALLS`, or `VERB /regex`. ACTION is an HTTP status (`429=34` adds a retry delay, `429=bare` has no
details, `403=scope`), `cut`, `truncate`, `html`, `stale`, `delay=SECONDS` or `quota=NUMBER/SECONDS`. OPTION is
`before`, `after`, a number of times, `always`, or `skip=N` to let N requests pass first.
"""

from collections.abc import Mapping
from dataclasses import replace

from reconciler.emulator import status
from reconciler.emulator.faults import Action, Cut, Delay, Fault, Html, Quota, Stale, Status, Truncate, When

_ID = r"/tunedModels/[^/:]+"
_MODEL = "/locations/[^/]+/models/[^/:]+"
_ENDPOINT = "/locations/[^/]+/endpoints/[^/:]+"
_OBJECT = "^/storage/v1/b/[^/]+/o/[^/]+"
_LONGEST = 1_000_000
CALLS: Mapping[str, tuple[str, str]] = {
    "any": ("*", "^/v"),
    "create": ("POST", "/tunedModels$"),
    "list": ("GET", "/tunedModels$"),
    "get": ("GET", f"{_ID}$"),
    "patch": ("PATCH", f"{_ID}$"),
    "delete": ("DELETE", f"{_ID}$"),
    "generate": ("POST", f"{_ID}:(stream)?[gG]enerate"),
    "permissions": ("*", f"{_ID}/permissions"),
    "operation": ("GET", f"{_ID}/operations"),
    "cancel": ("POST", "/tunedModels/.*:cancel$"),
    "models": ("GET", r"/v[^/]+/models(/[^/]+)?$"),
    "job-create": ("POST", "/tuningJobs$"),
    "job-list": ("GET", "/tuningJobs$"),
    "job-get": ("GET", "/tuningJobs/[^/:]+$"),
    "job-cancel": ("POST", "/tuningJobs/[^/:]+:cancel$"),
    "model-list": ("GET", "/locations/[^/]+/models$"),
    "model-get": ("GET", f"{_MODEL}$"),
    "model-patch": ("PATCH", f"{_MODEL}$"),
    "model-delete": ("DELETE", f"{_MODEL}(:deleteVersion)?$"),
    "endpoint-list": ("GET", "/locations/[^/]+/endpoints$"),
    "endpoint-get": ("GET", f"{_ENDPOINT}$"),
    "endpoint-patch": ("PATCH", f"{_ENDPOINT}$"),
    "endpoint-delete": ("DELETE", f"{_ENDPOINT}$"),
    "endpoint-undeploy": ("POST", f"{_ENDPOINT}:undeployModel$"),
    "endpoint-generate": ("POST", f"{_ENDPOINT}:(stream)?[gG]enerate"),
    "vertex-operation": ("GET", "/locations/.*/operations/[^/:]+$"),
    "object-create": ("*", "^/upload/storage/"),
    "object-list": ("GET", "^/storage/v1/b/[^/]+/o$"),
    "object-get": ("GET", f"{_OBJECT}$"),
    "object-patch": ("PATCH", f"{_OBJECT}$"),
    "object-delete": ("DELETE", f"{_OBJECT}$"),
}


def parse(text: str) -> Fault:
    """Read the text form of a fault; raise ValueError, saying what is wrong, if it is none."""
    match text.split(":"):
        case [call, action, *options]:
            method, path = _call(call)
            fault = Fault(method, path, _action(action, _quota(path)))
        case _:
            message = f"fault {text!r}: expected CALL:ACTION[:OPTION...], such as create:503:after:1"
            raise ValueError(message)
    for option in options:
        fault = _with_option(fault, option)
    return fault


def _call(text: str) -> tuple[str, str]:
    if text in CALLS:
        return CALLS[text]
    verb, _, path = text.partition(" ")
    if not path:
        message = f"fault call {text!r}: expected one of {', '.join(CALLS)}, or VERB /regex"
        raise ValueError(message)
    return verb, path


_PLAIN: Mapping[str, Action] = {"cut": Cut(), "truncate": Truncate(), "html": Html(), "stale": Stale()}


def _quota(path: str) -> tuple[str, str]:
    """The quota that a call uses up: that of the service that it belongs to."""
    return status.TUNING_QUOTA if "/tuningJobs" in path or "/locations/" in path else status.QUOTA


def _action(text: str, quota_of: tuple[str, str]) -> Action:
    name, _, value = text.partition("=")
    if text in _PLAIN:
        return _PLAIN[text]
    if name == "delay":
        return Delay(_seconds(value))
    if name == "quota":
        limit, _, seconds = value.partition("/")
        return Quota(int(limit), _seconds(seconds or "60"))
    if name.isdigit():
        return _status(status.code(int(name)), value, quota_of)
    message = f"fault action {text!r}: expected a status, cut, truncate, html, stale, delay=S or quota=N/S"
    raise ValueError(message)


def _seconds(text: str) -> float:
    """Read a length of time; raise ValueError if nobody can wait for so long."""
    seconds = float(text)
    if not 0 <= seconds <= _LONGEST:
        message = f"fault time {text!r}: expected seconds, {_LONGEST:,} at most"
        raise ValueError(message)
    return seconds


def _status(code: int, value: str, quota_of: tuple[str, str]) -> Status:
    if value == "scope":
        return Status(code, status.scope_insufficient("google.ai.generativelanguage").body())
    if code == 429:  # noqa: PLR2004 - an HTTP status
        wait = None if value in ("", "bare") else _seconds(value)
        headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
        return Status(code, status.exhausted(wait, quota_of).body(), headers)
    usual = {401: status.unauthenticated, 404: status.not_found}
    return Status(code, usual[code]().body() if code in usual else None)


def _with_option(fault: Fault, option: str) -> Fault:
    if option == "always":
        return replace(fault, times=None)
    if option.isdigit():
        return replace(fault, times=int(option))
    if option.startswith("skip="):
        return replace(fault, after=int(option.removeprefix("skip=")))
    if option in ("before", "after") and isinstance(fault.action, Status | Html | Cut):
        when: When = "after" if option == "after" else "before"
        return replace(fault, action=replace(fault.action, when=when))
    message = f"fault option {option!r}: expected before, after, a number of times, always or skip=N"
    raise ValueError(message)

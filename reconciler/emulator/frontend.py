"""The front end: a request into a Call, an answer into a response, by the rules that all methods share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from reconciler.emulator import jsontext
from reconciler.emulator.decoding import enum_numbers
from reconciler.emulator.route import Answer, Route
from reconciler.emulator.schema import camel
from reconciler.emulator.settings import Settings
from reconciler.emulator.status import ApiError, bad_field, bad_fields
from reconciler.emulator.wire import JsonObject, Request, Response

_STANDARD = frozenset(
    {
        *("key", "accessToken", "oauthToken", "alt", "prettyPrint", "fields", "quotaUser", "callback"),
        *("uploadType", "uploadProtocol"),
    }
)
_SECRET = ("key", "accessToken", "oauthToken")
_JSON = "application/json; charset=UTF-8"
_NOT_FOUND_PAGE = (
    '<!DOCTYPE html>\n<html lang="en">\n<title>Error 404 (Not Found)!!1</title>\n'
    "<p>The requested URL was not found on this server."
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A request taken apart: `path` unquoted, `query` as sent (the last of several), headers in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def public_query(self) -> dict[str, str]:
        """Give the query without credentials."""
        return {name: "REDACTED" if camel(name) in _SECRET else value for name, value in self.query.items()}

    def option(self, name: str) -> str | None:
        """Give a parameter sent in snake_case or camelCase."""
        return next((value for key, value in self.query.items() if camel(key) == name), None)


def take_apart(request: Request) -> Parsed:
    """Take a request apart. A target that is no URL is a path at which nothing is served."""
    try:
        parts = urlsplit(request.target)
    except ValueError:
        parts = SplitResult("", "", request.target, "", "")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Parsed(request.method.upper(), unquote(parts.path), query, headers, request.body)


def method_query(parsed: Parsed, route: Route) -> dict[str, str]:
    """Give the method's own parameters; raise ApiError 400 for those it does not have."""
    own: dict[str, str] = {}
    unknown = []
    for name, value in parsed.query.items():
        if camel(name) in route.query:
            own[camel(name)] = value
        elif camel(name) not in _STANDARD and not name.startswith("$"):
            text = f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
            unknown.append(("", f"{text} Field '{name}' could not be found in request message."))
    if unknown:
        raise bad_fields(unknown)
    return own


def read_json(parsed: Parsed, settings: Settings) -> Any:
    """Read the body, None when there is none; raise ApiError 400 if it is too large or no JSON."""
    if len(parsed.body) > settings.body_max:
        raise ApiError(400, f"Request payload size exceeds the limit: {settings.body_max} bytes.")
    return jsontext.parse(parsed.body) if parsed.body.strip() else None


@dataclass(frozen=True, slots=True)
class Format:
    """How the caller wants the answer."""

    pretty: bool = False
    numbers: bool = False
    events: bool = False


def format_of(parsed: Parsed, settings: Settings) -> Format:
    """Read `alt`, `$alt` and `prettyPrint`; raise ApiError 400 for what is not served."""
    pretty = parsed.option("prettyPrint")
    kind, *options = (parsed.query.get("$alt") or parsed.query.get("alt") or "json").split(";")
    if kind not in ("json", "sse"):
        raise bad_field("alt", f'Invalid value "{kind}" for alt.')
    return Format(
        pretty=settings.pretty_print if pretty is None else pretty.lower() not in ("false", "0"),
        numbers="enum-encoding=int" in options,
        events=kind == "sse" or parsed.query.get("alt") == "sse",
    )


def answer_response(answer: Answer, route: Route, version: str, wanted: Format) -> Response:
    """Give the response for what a method answered; a list is a stream."""
    if isinstance(answer, list):
        parts = [_encoded(part, route, version, wanted) for part in answer]
        return _stream(parts, wanted)
    return json_response(200, _encoded(answer, route, version, wanted), pretty=wanted.pretty)


def error_response(error: ApiError, *, pretty: bool = False, stream: bool = False) -> Response:
    """Give the response for a refusal; a stream of JSON wraps it in a list."""
    body = [error.body()] if stream else error.body()
    return json_response(error.code, body, pretty=pretty, headers=error.headers)


def json_response(
    code: int, body: object, *, pretty: bool = False, headers: Mapping[str, str] | None = None
) -> Response:
    """Give a response with a JSON body."""
    return Response(code, {"Content-Type": _JSON, **(headers or {})}, jsontext.dump(body, pretty=pretty))


def html_response(code: int, page: str = _NOT_FOUND_PAGE) -> Response:
    """Give a response with a page, as for a URL that is not served."""
    return Response(code, {"Content-Type": "text/html; charset=UTF-8"}, page.encode())


def _encoded(answer: JsonObject, route: Route, version: str, wanted: Format) -> JsonObject:
    if not wanted.numbers:
        return answer
    if route.reply == "Operation" and "response" in answer:
        answer = {**answer, "response": enum_numbers("TunedModel", answer["response"], version)}
    return enum_numbers(route.reply, answer, version)


def _stream(parts: list[JsonObject], wanted: Format) -> Response:
    if wanted.events:
        text = b"".join(b"data: " + jsontext.dump(part, pretty=False) + b"\r\n\r\n" for part in parts)
        return Response(200, {"Content-Type": "text/event-stream"}, text)
    return json_response(200, parts, pretty=wanted.pretty)

"""Cloud Storage's front end: which method a path asks for, who calls, how the answer is written, what is recorded.

Source: the HTTP requests of the JSON API's reference. The name of an object is one segment of the path, slashes
within it percent-encoded; so the path is taken apart before it is decoded.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from reconciler.emulator import fields, frontend
from reconciler.emulator.settings import Settings
from reconciler.emulator.status import ApiError
from reconciler.emulator.storage import conditions, copying, downloads, errors, listing, resource, resumable, uploads
from reconciler.emulator.storage.ask import Ask, as_object
from reconciler.emulator.storage.bodies import Database
from reconciler.emulator.wire import JsonObject, Response

_ROOTS = ("/storage/v1/", "/upload/storage/v1/", "/download/storage/v1/")
_PUBLIC = "https://storage.googleapis.com"
_TEXT_MAX = 4096


@dataclass(frozen=True, slots=True)
class Service:
    """Cloud Storage on a database; `now` is in nanoseconds, `stale` asks for reads that miss the last write."""

    db: Database
    settings: Settings
    now: int
    stale: bool = False

    def handle(self, parsed: frontend.Parsed, target: str) -> Response:
        """Answer a request whose target on the request line is given as it was sent."""
        try:
            with self.db.writing():
                return _answer(self._ask(parsed), parsed.method, _segments(target))
        except errors.NotModified:
            return Response(304, {}, b"")
        except ApiError as error:
            return frontend.error_response(errors.shaped(error))
        except UnicodeEncodeError:
            return frontend.error_response(errors.invalid("The request holds text that is not Unicode."))

    def put(self, bucket: str, name: str, data: bytes) -> JsonObject:
        """Store an object without a request, and give its resource; raise StorageError for a name that cannot be."""
        ask = Ask(self.db, self.settings, self.settings.account, self.now, {"name": name}, {}, data, _PUBLIC)
        with self.db.writing():
            return uploads.media(ask, bucket)

    def _ask(self, parsed: frontend.Parsed) -> Ask:
        headers = parsed.headers
        host, scheme = headers.get("host"), headers.get("x-forwarded-proto", "http")
        # The URI of an upload's session is a credential itself.
        account = (
            self.settings.account if "upload_id" in parsed.query else _account(headers, parsed.query, self.settings)
        )
        base = f"{scheme}://{host}" if host else _PUBLIC
        stale = self.stale and parsed.method == "GET"
        return Ask(self.db, self.settings, account, self.now, parsed.query, headers, parsed.body, base, stale=stale)


def serves(path: str) -> bool:
    """Tell whether a path is of Cloud Storage."""
    return path.startswith(_ROOTS)


def recorded(parsed: frontend.Parsed) -> object:
    """Give the body of a request for the record: JSON as such, media as `_media` has them, None for no body.

    Of a multipart upload both are given: {"metadata": JSON, "media": ...}.
    """
    kind = parsed.query.get("uploadType")
    if not parsed.body:
        return None
    try:
        if kind == "multipart":
            metadata, _, media = uploads.parts(parsed.headers.get("content-type", ""), parsed.body)
            return {"metadata": metadata, "media": _media(media)}
        if kind == "media" or "upload_id" in parsed.query:
            return _media(memoryview(parsed.body))
        return as_object(parsed.body)
    except ApiError:
        return _media(memoryview(parsed.body))


def _media(data: memoryview) -> object:
    """Give up to 4,096 bytes of UTF-8 as text, others as {"bytes": their number, "sha256": in hexadecimal}."""
    try:
        if len(data) <= _TEXT_MAX:
            return bytes(data).decode()
    except UnicodeDecodeError:
        pass
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _account(headers: Mapping[str, str], query: Mapping[str, str], settings: Settings) -> str:
    """Give who calls; raise StorageError 401 where a known token is required. API keys count for nothing."""
    token = headers.get("authorization", "").removeprefix("Bearer ").strip() or query.get("access_token", "")
    account = settings.accounts.get(token)
    if account is None and settings.require_auth:
        raise errors.bad_credentials() if token else errors.login_required()
    return account or settings.account


def _segments(target: str) -> list[str]:
    return [unquote(segment) for segment in urlsplit(target).path.split("/")[1:]]


def _answer(ask: Ask, method: str, segments: list[str]) -> Response:
    for row in _METHODS:
        variables = row.match(method, segments)
        if variables is not None:
            ask.knows(*row.parameters)
            answer = row.act(ask, *variables)
            if isinstance(answer, Response):
                return answer
            return frontend.json_response(200, fields.read(ask.query.get("fields")).cut(answer))
    return frontend.html_response(404)


@dataclass(frozen=True, slots=True)
class _Method:
    """A method of the API: `*` in the template is a variable, which `act` is given as text."""

    verb: str
    template: str
    parameters: tuple[str, ...]
    act: Callable[..., JsonObject | Response]

    def match(self, verb: str, segments: list[str]) -> list[str] | None:
        """Give the variables of a path, None when this is another method."""
        parts = self.template.split("/")
        if verb != self.verb or len(parts) != len(segments):
            return None
        pairs = list(zip(parts, segments, strict=True))
        if any(part not in ("*", segment) for part, segment in pairs):
            return None
        return [segment for part, segment in pairs if part == "*"]


def _bucket(ask: Ask, bucket: str) -> JsonObject:
    ask.allow(bucket, "storage.buckets.get")
    return resource.bucket_json(bucket, ask.settings, ask.base)


def _get(ask: Ask, bucket: str, name: str) -> JsonObject | Response:
    match ask.query.get("alt", "json"):
        case "json":
            return downloads.metadata(ask, bucket, name)
        case "media":
            return downloads.content(ask, bucket, name)
        case other:
            raise errors.invalid(f'Invalid value "{other}" for alt.')


def _insert(ask: Ask, bucket: str) -> JsonObject | Response:
    match ask.query.get("uploadType"):
        case "media":
            return uploads.media(ask, bucket)
        case "multipart":
            return uploads.multipart(ask, bucket)
        case "resumable":
            return resumable.begin(ask, bucket)
        case None:
            raise errors.required("uploadType")
        case other:
            raise errors.invalid(f'Invalid value "{other}" for uploadType.')


def _session(ask: Ask) -> str:
    if "upload_id" not in ask.query:
        raise errors.required("upload_id")
    return ask.query["upload_id"]


_OBJECT = "storage/v1/b/*/o/*"
_UPLOAD = "upload/storage/v1/b/*/o"
_METHODS = (
    _Method("GET", "storage/v1/b/*", conditions.names(), _bucket),
    _Method("GET", "storage/v1/b/*/o", listing.PARAMETERS, listing.list_objects),
    _Method("GET", _OBJECT, downloads.PARAMETERS, _get),
    _Method("GET", f"download/{_OBJECT}", downloads.PARAMETERS, downloads.content),
    _Method("DELETE", _OBJECT, downloads.PARAMETERS, downloads.delete),
    _Method("POST", f"{_OBJECT}/copyTo/b/*/o/*", copying.PARAMETERS, copying.copy),
    _Method("POST", f"{_OBJECT}/rewriteTo/b/*/o/*", copying.REWRITE_PARAMETERS, copying.rewrite),
    _Method("POST", f"{_OBJECT}/compose", conditions.names(), copying.compose),
    _Method("POST", _UPLOAD, uploads.PARAMETERS, _insert),
    _Method("PUT", _UPLOAD, uploads.PARAMETERS, lambda ask, bucket: resumable.send(ask, bucket, _session(ask))),
    _Method("DELETE", _UPLOAD, uploads.PARAMETERS, lambda ask, bucket: resumable.cancel(ask, bucket, _session(ask))),
)

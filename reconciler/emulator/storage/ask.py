"""One request to Cloud Storage, as its methods see it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.emulator import jsontext
from reconciler.emulator.settings import Settings
from reconciler.emulator.storage import errors
from reconciler.emulator.storage.bodies import Database
from reconciler.emulator.wire import JsonObject

_BUCKET = re.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
_STANDARD = frozenset(
    {
        *("access_token", "alt", "fields", "key", "oauth_token", "prettyPrint", "projection", "quotaUser"),
        *("uploadType", "upload_id", "userIp", "userProject"),
    }
)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of a known account.

    `now` is in nanoseconds, header names are lower case, `base` is the scheme and host that links begin with.
    `stale` asks for a read that misses the last write.
    """

    db: Database
    settings: Settings
    account: str
    now: int
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str
    stale: bool = False

    def knows(self, *parameters: str) -> None:
        """Raise StorageError 400 for a parameter that the method does not have.

        The service is more lenient; but then a precondition with a slip in its name is none.
        """
        unknown = [name for name in self.query if name not in {*parameters, *_STANDARD} and not name.startswith("$")]
        if unknown:
            raise errors.invalid(f"Unknown parameter: {unknown[0]}")

    def allow(self, bucket: str, permission: str) -> None:
        """Raise StorageError 400 or 404 for a bucket that cannot be or is not there, 403 for what is denied in it."""
        if not _BUCKET.fullmatch(bucket):
            raise errors.invalid(f"Invalid bucket name: {bucket!r}")
        if self.settings.buckets is not None and bucket not in self.settings.buckets:
            raise errors.no_bucket()
        if permission in self.settings.bucket_denials.get(bucket, ()):
            raise errors.forbidden(self.account, permission)

    def json(self) -> JsonObject:
        """Give the body as a JSON object, empty when there is none; raise ApiError 400 for another."""
        return as_object(self.body)


def as_object(body: bytes) -> JsonObject:
    """Read a JSON object; raise ApiError 400 where it is none."""
    parsed = jsontext.parse(body) if body.strip() else {}
    if not isinstance(parsed, dict):
        raise errors.invalid("Expected a JSON object.")
    return parsed

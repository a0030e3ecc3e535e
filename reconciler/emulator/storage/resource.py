"""Buckets and objects as the JSON API shows them, and what a client may set of an object.

Source: the reference of the resources. Numbers of 64 bits are text; times have milliseconds.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from reconciler.emulator import jsontext
from reconciler.emulator.settings import Settings
from reconciler.emulator.storage import errors
from reconciler.emulator.storage.objects import Row
from reconciler.emulator.wire import JsonObject

METAGENERATION = 1
"""Of every object: there is no method here that changes metadata alone."""

_WRITABLE = (
    *("cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "contentType", "customTime"),
    *("metadata", "storageClass"),
)
_IGNORED = frozenset(
    {
        *("bucket", "componentCount", "crc32c", "etag", "generation", "id", "kind", "md5Hash", "mediaLink"),
        *("metageneration", "name", "selfLink", "size", "timeCreated", "timeStorageClassUpdated", "updated"),
    }
)
"""What the service itself knows; checksums are checked elsewhere, and the rest is ignored where it is sent."""
_MADE = "2024-01-01T00:00:00.000Z"
_MILLION = 1_000_000


def given(metadata: Mapping[str, Any]) -> JsonObject:
    """Give what of sent metadata is kept; raise StorageError 400 for names and types that an object does not have."""
    unknown = [name for name in metadata if name not in _WRITABLE and name not in _IGNORED]
    if unknown:
        raise errors.invalid(f'Unknown name "{unknown[0]}": an object has no such field.')
    for name, value in metadata.items():
        if not _typed(name, value):
            raise errors.invalid(f"Invalid value for: {name}")
    return {name: metadata[name] for name in _WRITABLE if metadata.get(name) is not None}


def _typed(name: str, value: object) -> bool:
    """Tell whether a field may have a value; what becomes a header of downloads is printable ASCII."""
    if value is None or name in _IGNORED:
        return True
    if name == "metadata":
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    return isinstance(value, str) and value.isascii() and value.isprintable()


def object_json(row: Row, base: str) -> JsonObject:
    """Give the resource of an object, with links that begin with `base`."""
    path = f"storage/v1/b/{quote(row.bucket, safe='')}/o/{quote(row.name, safe='')}"
    time = _time(row.created)
    digest = row.digest
    shown: JsonObject = {
        "kind": "storage#object",
        "id": f"{row.bucket}/{row.name}/{row.generation}",
        "selfLink": f"{base}/{path}",
        "mediaLink": f"{base}/download/{path}?generation={row.generation}&alt=media",
        "name": row.name,
        "bucket": row.bucket,
        "generation": str(row.generation),
        "metageneration": str(METAGENERATION),
        "storageClass": "STANDARD",
        **json.loads(row.given),
        "size": str(row.size),
        "crc32c": digest.crc32c_text(),
        "md5Hash": digest.md5_text(),
        "componentCount": row.components,
        "etag": etag(row),
        "timeCreated": time,
        "updated": time,
        "timeStorageClassUpdated": time,
    }
    return {name: value for name, value in shown.items() if value is not None}


def bucket_json(name: str, settings: Settings, base: str) -> JsonObject:
    """Give the resource of a bucket."""
    shown: JsonObject = {
        "kind": "storage#bucket",
        "id": name,
        "selfLink": f"{base}/storage/v1/b/{name}",
        "name": name,
        "projectNumber": "123456789012",
        "metageneration": "1",
        "location": settings.bucket_location.upper(),
        "locationType": "region",
        "storageClass": "STANDARD",
        "etag": "CAE=",
        "timeCreated": _MADE,
        "updated": _MADE,
        "iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}},
    }
    return {**shown, "versioning": {"enabled": True}} if settings.object_versioning else shown


def etag(row: Row) -> str:
    """Give the entity tag: it stands for generation and metageneration."""
    return base64.b64encode(f"{row.generation}.{METAGENERATION}".encode()).decode()


def _time(nanos: int) -> str:
    whole = jsontext.timestamp(nanos // _MILLION * _MILLION)
    return whole if "." in whole else f"{whole[:-1]}.000Z"

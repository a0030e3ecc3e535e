"""The service's own discovery document as a judge: whether an answer has only its fields, of its types and enums."""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[3].parent / "shared" / "api" / "aiplatform-v1-tuning.json"
_V1 = "GoogleCloudAiplatformV1"
_SCHEMA_OF = {
    ("tuningJobs", "GET", False): f"{_V1}ListTuningJobsResponse",
    ("tuningJobs", "POST", False): f"{_V1}TuningJob",
    ("tuningJobs", "GET", True): f"{_V1}TuningJob",
    ("models", "GET", False): f"{_V1}ListModelsResponse",
    ("models", "GET", True): f"{_V1}Model",
    ("models", "PATCH", True): f"{_V1}Model",
    ("endpoints", "GET", False): f"{_V1}ListEndpointsResponse",
    ("endpoints", "GET", True): f"{_V1}Endpoint",
    ("endpoints", "PATCH", True): f"{_V1}Endpoint",
    ("operations", "GET", False): "GoogleLongrunningListOperationsResponse",
    ("operations", "GET", True): "GoogleLongrunningOperation",
    ("models", "DELETE", True): "GoogleLongrunningOperation",
    ("endpoints", "DELETE", True): "GoogleLongrunningOperation",
}
_SCHEMA_OF_VERB = {
    "cancel": "GoogleProtobufEmpty",
    "wait": "GoogleLongrunningOperation",
    "deleteVersion": "GoogleLongrunningOperation",
    "undeployModel": "GoogleLongrunningOperation",
    "deployModel": "GoogleLongrunningOperation",
    "listVersions": f"{_V1}ListModelVersionsResponse",
    "generateContent": f"{_V1}GenerateContentResponse",
}


def check(method: str, target: str, answer: Any) -> None:
    """Fail unless an answer of v1 is what the document says; an Any is what its type says. No document: no word."""
    path = target.partition("?")[0]
    if not DOCUMENT.exists() or not path.startswith("/v1/"):
        return
    path, _, verb = path.partition(":")
    parts = path.removeprefix("/v1/").split("/")
    collection, one = (parts[-2], True) if len(parts) % 2 == 0 else (parts[-1], False)
    schema = _SCHEMA_OF_VERB[verb] if verb else _SCHEMA_OF[(collection, method, one)]
    assert list(faults(schema, answer, collection)) == []


@cache
def schemas() -> dict[str, Any]:
    """Give the schemas of the document."""
    found: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))["schemas"]
    return found


def faults(name: str, value: Any, path: str) -> Any:
    """Find where a value is not of a schema; one that the document was trimmed of allows everything."""
    schema = schemas().get(name)
    if schema is None:
        return
    if not isinstance(value, dict):
        yield f"{path} is no {name}"
        return
    for key, item in value.items():
        if key not in schema.get("properties", {}):
            yield f"{path}.{key} is not a field of {name}"
        else:
            yield from _faults(schema["properties"][key], item, f"{path}.{key}")


def _faults(schema: dict[str, Any], value: Any, path: str) -> Any:
    if "$ref" in schema:
        yield from faults(schema["$ref"], value, path)
        return
    match schema["type"]:
        case "array" if isinstance(value, list) and value:
            for at, item in enumerate(value):
                yield from _faults(schema["items"], item, f"{path}[{at}]")
        case "object" if isinstance(value, dict):
            for key, item in value.items():
                yield from _faults(schema["additionalProperties"], item, f"{path}[{key}]")
        case "string" if isinstance(value, str):
            yield from _text_faults(schema, value, path)
        case other:
            if not _is_written(other, value):
                yield f"{path}: {value!r} is not how proto3 writes a {other}"


def _is_written(kind: str, value: Any) -> bool:
    """Tell whether a value is written as proto3 writes the plain type; zero and false are not written."""
    match kind:
        case "any":
            return True
        case "boolean":
            return value is True
        case "integer":
            return type(value) is int and value != 0
        case "number":
            return type(value) in (int, float)
        case _:
            return False


def _text_faults(schema: dict[str, Any], value: str, path: str) -> Any:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value} is not of the enum"
    match schema.get("format"):
        case "int64" if not re.fullmatch(r"-?[1-9][0-9]*", value):
            yield f"{path}: {value!r} is no int64"
        case "google-datetime":
            datetime.fromisoformat(value)
            if not value.endswith("Z"):
                yield f"{path}: {value} is not in UTC"
        case _:
            pass

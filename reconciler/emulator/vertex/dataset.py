"""Training data: JSON lines in emulated Cloud Storage, read when the job is created.

A line is `{"systemInstruction": Content, "contents": [Content, ...]}`: turns of user and model, the last one the
model's. What is wrong with the data fails the job, not its creation.
"""

import json
import re
from typing import NamedTuple

from reconciler.emulator.decoding import decode
from reconciler.emulator.status import ApiError
from reconciler.emulator.storage import objects
from reconciler.emulator.store import Store
from reconciler.emulator.wire import JsonObject

_URI = re.compile(r"gs://([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])/(.+)")
_NOT_FOUND = 5
_INVALID = 3


class Example(NamedTuple):
    """What of an example counts: the last question, its answer, and how much text and how many turns there are."""

    question: str
    answer: str
    asked: int
    turns: int


class Unusable(Exception):
    """Data with which no training can begin; `code` is the google.rpc.Code of the job's error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def is_uri(text: str) -> bool:
    """Tell whether a text names an object of Cloud Storage."""
    return _URI.fullmatch(text) is not None


def read(store: Store, uri: str, version: str) -> list[Example]:
    """Read a dataset; raise Unusable where there is none, or where a line of it is no example."""
    found = _URI.fullmatch(uri)
    data = objects.read(store, found[1], found[2]) if found else None
    if data is None:
        raise Unusable(_NOT_FOUND, f"The dataset {uri} does not exist or cannot be read.")
    lines = [(at, line) for at, line in enumerate(data.split(b"\n"), start=1) if line.strip()]
    if not lines:
        raise Unusable(_INVALID, f"The dataset {uri} holds no example.")
    return [_example(line, f"{uri} line {at}", version) for at, line in lines]


def _example(line: bytes, where: str, version: str) -> Example:
    try:
        example = decode("vertex.TuningExample", json.loads(line), version)
    except (ValueError, RecursionError) as error:
        raise Unusable(_INVALID, f"{where}: not JSON in UTF-8.") from error
    except ApiError as error:
        raise Unusable(_INVALID, f"{where}: {error.message}") from error
    turns = example.get("contents", [])
    roles = [turn.get("role", "user") for turn in turns]
    if not turns or not all(turn.get("parts") for turn in turns):
        raise Unusable(_INVALID, f"{where}: contents must hold turns, and each turn parts.")
    if roles[-1] != "model" or "user" not in roles or set(roles) - {"user", "model"}:
        raise Unusable(_INVALID, f"{where}: turns are of user and model, and the last one is the model's.")
    texts = [text_of(turn) for turn in turns]
    last = max(at for at, role in enumerate(roles) if role == "user")
    told = len(text_of(example.get("systemInstruction", {})))
    return Example(texts[last], texts[-1], told + sum(map(len, texts[:-1])), len(turns))


def text_of(content: JsonObject) -> str:
    """Give the text of a Content."""
    return "".join(part.get("text", "") for part in content.get("parts", []))

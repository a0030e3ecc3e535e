"""What a forge answers: JSON of any shape, read as what is expected there, or refused as nonsense."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.errors import Unreachable
from reconciler.providers.outcome import Json
from reconciler.providers.redaction import QUOTED, quotable


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer; `content` is its JSON, None if it is none, `text` what it says, fit to be quoted."""

    status: int
    headers: Mapping[str, str]
    content: Any
    text: str = ""

    def object(self) -> Json:
        """The JSON object that was expected; raise Unreachable for anything else."""
        if not isinstance(self.content, dict):
            raise Unreachable(f"the answer is no JSON object: {self.text!r}", "is the address of the API right?")
        return self.content

    def objects(self) -> Sequence[Json]:
        """The list of objects that was expected; raise Unreachable for anything else."""
        if not isinstance(self.content, list) or not all(isinstance(each, dict) for each in self.content):
            raise Unreachable(f"the answer is no list of objects: {self.text!r}", "is the address of the API right?")
        return self.content

    @property
    def more(self) -> bool:
        """Whether there is another page (RFC 8288)."""
        return 'rel="next"' in self.headers.get("Link", "")


def parsed(status: int, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Answer:
    """Parse an answer, and find in it what a person should hear."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    said = "; ".join(dict.fromkeys(_said(content)))
    return Answer(status, headers, content, quotable(said or body[: 4 * QUOTED].decode(errors="replace"), secrets))


def _said(content: object) -> Iterator[str]:
    """Sentences in an error: of GitHub `message` and `errors[].message`; of GitLab `message`, also one a field."""
    if not isinstance(content, dict):
        return
    for key in ("message", "error", "error_description"):
        told = content.get(key)
        if isinstance(told, dict):
            yield from (f"{field} {each}" for field, texts in told.items() for each in _texts(texts))
        else:
            yield from _texts(told)
    for error in content["errors"] if isinstance(content.get("errors"), list) else []:
        yield from _texts(error.get("message") or error.get("code") if isinstance(error, dict) else error)


def _texts(told: object) -> list[str]:
    """Strings that are one, or that are in a list."""
    return [each for each in (told if isinstance(told, list) else [told]) if isinstance(each, str)]

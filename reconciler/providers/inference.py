"""Questions to a model and its answers on the wire, of both generations. Pure."""

from typing import Any

from reconciler.errors import RemoteError
from reconciler.providers.protojson import Json, nested, objects, string


def content_request(prompt: str) -> dict[str, Any]:
    """Write a GenerateContentRequest of one turn."""
    return {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}


def text_request(prompt: str) -> dict[str, Any]:
    """Write a GenerateTextRequest, which the PaLM generation takes."""
    return {"prompt": {"text": prompt}}


def text(answer: Json) -> str:
    """Read the text of the first candidate, of generateContent or generateText; raise RemoteError if there is none."""
    first = next(iter(objects(answer, "candidates")), {})
    parts = objects(nested(first, "content"), "parts")
    texts = [part["text"] for part in parts if isinstance(part.get("text"), str)]
    if isinstance(output := first.get("output"), str):
        texts.append(output)
    if not texts:
        blocked = string(nested(answer, "promptFeedback"), "blockReason")
        why = blocked or string(first, "finishReason") or "no candidate"
        raise RemoteError(f"the model gave no text ({why})", "change the prompt")
    return "".join(texts)

"""Answers of a tuned model: the output of the training example nearest to what is asked.

An equal input wins; else the most similar one, by shared three-letter pieces and then by difflib among the best
few, so that the time is bounded. The same question has the same answer. No JSON mode, text only.
"""

import difflib
import json
from collections.abc import Iterator

from reconciler.emulator import rendering, status
from reconciler.emulator.access import live_model
from reconciler.emulator.call import Call
from reconciler.emulator.wire import JsonObject

_INPUT_MAX = 40_000
_COMPARED = 5_000
_SHORTLIST = 20
_LENGTH = 500
_CHUNK_WORDS = 8


def generate_content(call: Call) -> JsonObject:
    """Answer `generateContent`."""
    return _response(_answers(call, _asked(call), 1)[0])


def stream_generate_content(call: Call) -> list[JsonObject]:
    """Answer `streamGenerateContent` with the same text in pieces of a few words."""
    words = _answers(call, _asked(call), 1)[0].split(" ")
    chunks = [words[at : at + _CHUNK_WORDS] for at in range(0, len(words), _CHUNK_WORDS)]
    texts = [" ".join(chunk) for chunk in chunks]
    return [_response(text if at == 0 else f" {text}") for at, text in enumerate(texts)]


def generate_text(call: Call) -> JsonObject:
    """Answer `generateText`, with as many candidates as asked for (at most 8) and examples there are."""
    prompt = call.body.get("prompt", {}).get("text")
    if not prompt:
        raise status.bad_field("prompt.text", "prompt.text is required.")
    count = min(max(call.body.get("candidateCount", 1), 1), 8)
    return {"candidates": [{"output": text} for text in _answers(call, prompt, count)]}


def _asked(call: Call) -> str:
    config = call.body.get("generationConfig", {})
    if config.get("responseMimeType", "text/plain") != "text/plain":
        raise status.bad_field("generation_config.response_mime_type", "JSON mode is not enabled for tuned models.")
    contents = call.body.get("contents") or []
    parts = contents[-1].get("parts", []) if contents else []
    if not parts:
        raise status.bad_field("contents", "contents is not specified")
    if any(set(part) != {"text"} for content in contents for part in content.get("parts", [])):
        raise status.bad_field("contents.parts", "Tuned models take text only.")
    return "".join(part["text"] for part in parts)


def _answers(call: Call, text: str, count: int) -> list[str]:
    row = live_model(call)
    if len(text) > _INPUT_MAX:
        raise status.bad_field("contents", f"The input must be at most {_INPUT_MAX} characters.")
    if rendering.state_of(row, call.now, call.settings) != "ACTIVE":
        raise status.precondition(f"{row.name} is not ACTIVE.")
    examples = json.loads(call.store.text(row.id, "examples") or "[]")
    pairs = [pair for example in examples if (pair := _pair(example)) is not None]
    # A model that was loaded without its data has nothing to say but what it hears.
    return [output for _, output in nearest(text, pairs, count)] or [text]


def _pair(example: JsonObject) -> tuple[str, str] | None:
    """Give input and output of an example; of a conversation its first turn and its last."""
    if "textInput" in example:
        return example["textInput"], example["output"]
    texts = list(_turns(example))
    return (texts[0], texts[-1]) if texts else None


def _turns(example: JsonObject) -> Iterator[str]:
    for content in example.get("contents", []):
        yield "".join(part.get("text", "") for part in content.get("parts", []))


def nearest(text: str, pairs: list[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """Give the pairs whose input is nearest to the text, nearest first; ties go to the earlier example."""
    exact = [pair for pair in pairs if pair[0] == text][:count]
    if len(exact) == count:
        return exact
    pieces = _pieces(text)
    others = [pair for pair in pairs[:_COMPARED] if pair[0] != text]
    shortlist = sorted(others, key=lambda pair: -_overlap(pieces, _pieces(pair[0])))
    best = sorted(shortlist[: max(_SHORTLIST, count)], key=lambda pair: -_likeness(text, pair[0]))
    return (exact + best)[:count]


def _pieces(text: str) -> set[str]:
    padded = f" {text[:_LENGTH].lower()} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one[:_LENGTH], other[:_LENGTH], autojunk=False).ratio()


def _response(text: str) -> JsonObject:
    content = {"parts": [{"text": text}], "role": "model"}
    return {"candidates": [{"content": content, "finishReason": "STOP", "index": 0}]}

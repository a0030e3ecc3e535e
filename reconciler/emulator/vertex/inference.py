"""`endpoints.generateContent`: a tuned model answers with the output of the nearest training example."""

import json

from reconciler.emulator import status
from reconciler.emulator.call import Call
from reconciler.emulator.codes import code
from reconciler.emulator.inference import nearest
from reconciler.emulator.jsontext import timestamp
from reconciler.emulator.vertex import names, resources
from reconciler.emulator.vertex.dataset import text_of
from reconciler.emulator.vertex.statistics import tokens
from reconciler.emulator.wire import JsonObject

_CHUNK_WORDS = 8


def generate_content(call: Call) -> JsonObject:
    """Answer `generateContent` to the last turn of the user."""
    text, deployed = _answer(call)
    return _response(call, text, text, deployed)


def stream_generate_content(call: Call) -> list[JsonObject]:
    """Answer `streamGenerateContent` with the same text in pieces of a few words."""
    text, deployed = _answer(call)
    words = text.split(" ")
    pieces = [" ".join(words[at : at + _CHUNK_WORDS]) for at in range(0, len(words), _CHUNK_WORDS)]
    return [_response(call, text, f" {piece}" if at else piece, deployed) for at, piece in enumerate(pieces)]


def _answer(call: Call) -> tuple[str, JsonObject]:
    """Give the text, and the DeployedModel that says it: the one with most traffic."""
    asked = _asked(call)
    shown = resources.live(call, "endpoints", call.path["endpoint"]).value["shown"]
    split = shown.get("trafficSplit", {})
    serving = [one for one in shown.get("deployedModels", []) if split.get(one["id"])]
    if not serving:
        raise status.precondition(f"The endpoint {shown['name']} has no deployed model that gets traffic.")
    deployed = max(serving, key=lambda one: int(split[one["id"]]))
    pairs = _pairs(call, deployed)
    # A Model that was loaded without its data has nothing to say but what it hears.
    return next((output for _, output in nearest(asked, pairs, 1)), asked), deployed


def _asked(call: Call) -> str:
    contents = call.body.get("contents", [])
    if not contents or not all(content.get("parts") for content in contents):
        raise status.bad_field("contents", "contents must hold at least one turn, and each turn parts.")
    if any(content.get("role", "user") not in ("user", "model") for content in contents):
        raise status.bad_field("contents.role", "Please use a valid role: user, model.")
    turns = [text_of(content) for content in contents if content.get("role", "user") == "user"]
    if not turns:
        raise status.bad_field("contents", "contents must hold a turn of the user.")
    return turns[-1]


def _pairs(call: Call, deployed: JsonObject) -> list[tuple[str, str]]:
    name = names.parse(deployed["model"], call.settings)
    row = resources.find(call.store, "models", name.parent, name.id)
    versions = row.value["versions"] if row else {}
    job = versions.get(deployed.get("modelVersionId") or name.version, {}).get("job")
    found = call.store.sql.execute("SELECT examples FROM vertex_examples WHERE job = ?", (job,)).fetchone()
    return [(question, answer) for question, answer in json.loads(found[0])] if found else []


def _response(call: Call, text: str, piece: str, deployed: JsonObject) -> JsonObject:
    heard = sum(tokens(len(text_of(content))) for content in call.body["contents"])
    said = tokens(len(text))
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": piece}]}, "finishReason": "STOP"}],
        "usageMetadata": {
            "promptTokenCount": heard,
            "candidatesTokenCount": said,
            "totalTokenCount": heard + said,
        },
        "modelVersion": deployed["model"],
        "createTime": timestamp(call.now),
        "responseId": code(f"response {call.now} {text}"),
    }

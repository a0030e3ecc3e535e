"""What a service says: models, operations, permissions, errors, whole answers of HTTP; and marks in descriptions."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from reconciler.errors import ReconcilerError, RemoteError
from reconciler.plan.document import parse
from reconciler.plan.serving import serving
from reconciler.preview import preview
from reconciler.providers import inference
from reconciler.providers.gemini import codec, mark, operations, permissions
from reconciler.providers.gemini.advice import explain
from reconciler.render.json_output import plan_json
from reconciler.render.neutral import unsafe
from reconciler.render.style import PLAIN
from reconciler.render.text import plan_text
from reconciler.resource.observed import Mark, Operation, Ownership
from tests.build import desired, observed, ownership, terms
from tests.fuzz.files import exported
from tests.fuzz.target import Target
from tests.providers.conftest import START, Script, World
from tests.tested import OWNER

ID = "a-1"
MARK = Ownership(OWNER, "a", "1:" + "a" * 18, "bcdef0123", {"epochCount": 5, "batchSize": 4, "learningRate": 0.5})
TOKEN = mark.encode(MARK, ID)
WANTED = desired("numbers", epochs=3)
MOST = 60
"""Requests that three questions may take: each is tried six times, and one of them asks for several things."""


def _objects(judge: Callable[[Mapping[str, Any]], None]) -> Callable[[bytes], None]:
    """Judge the inputs that are JSON objects: anything else is refused before it is looked at."""

    def check(data: bytes) -> None:
        try:
            content = json.loads(data)
        except (ValueError, RecursionError):
            return
        if isinstance(content, dict):
            judge(content)

    return check


@cache
def _worlds(version: str) -> World:
    """Worlds are dear, and only the clock and the endpoint of this one are used."""
    return World(version)


def _world(version: str) -> World:
    """A world at the beginning of its time."""
    world = _worlds(version)
    world.time = START
    return world


def page(content: Mapping[str, Any]) -> None:
    """A page of models is refused as a whole, or each model has a plan, a text, and a document that is read back."""
    for version in ("v1beta", "v1beta3"):
        try:
            models = codec.decode_models(content, version)
        except RemoteError as error:
            _is_fit_to_print(error)
            continue
        said = json.dumps({"tunedModels": content.get("tunedModels", [])}).encode()
        refusals = [(404, {"error": {"code": 404}})] * 20
        reader = _world(version).connect(Script(said, *refusals), losses=True)
        made = preview([WANTED], reader, terms())
        assert made.owned + made.foreign <= len(models)
        assert not unprintable(plan_text(made, PLAIN, 80))
        parse(plan_json(made))
        serving([WANTED], tuple(models), terms())
        exported(models)


def operation(content: Mapping[str, Any]) -> None:
    """An operation, or a page of them."""
    read = [operations.decode(content)]
    with suppress(RemoteError):
        read += operations.decode_page(content)
    for each in read:
        assert {type(text) for text in (each.model, each.name, each.error)} == {str}


def permission(content: Mapping[str, Any]) -> None:
    """A page of permissions: who is in it is given as it was, and covers itself."""
    with suppress(RemoteError):
        grants = permissions.decode(content)
        for grant in grants:
            assert permissions.covered(grant, grants)
            assert permissions.decode({"permissions": [permissions.encode(grant)]}) == [grant]
            str(grant)


def bases(content: Mapping[str, Any]) -> None:
    """A page of base models, and an answer of one."""
    with suppress(RemoteError):
        assert all(type(name) is str for name in codec.decode_tunable(content))
    with suppress(RemoteError):
        assert type(inference.text(content)) is str


def refusal(content: Mapping[str, Any]) -> None:
    """The error of a refusal has a sentence, whatever its details are."""
    error = content.get("error")
    for status in (400, 401, 403, 404, 409, 418, 429, 500, 503):
        said = error.get("message") if isinstance(error, dict) else ""
        told = explain(status, error if isinstance(error, dict) else {}, said if isinstance(said, str) else "")
        assert told.message


def answer(data: bytes) -> None:
    """Any status, headers and body: a list comes back, or one of our errors, fit to be printed.

    The first line is the status, then come headers, an empty line, and the body.
    """
    head, _, body = data.partition(b"\n\n")
    status, *lines = head.decode("latin-1").split("\n")
    headers = dict(line.split(":", 1) for line in lines if ":" in line)
    code = int(status) if status.isascii() and status.isdigit() and len(status) == len("200") else 200
    provider = _world("v1beta").connect(Script(*([(code, body, headers)] * MOST)))
    for ask in (
        provider.observe,
        provider.tunable,
        lambda: provider.poll([Operation(f"tunedModels/{ID}", done=False)]),
    ):
        try:
            ask()
        except ReconcilerError as error:
            _is_fit_to_print(error)
        except StopIteration:
            raise AssertionError(f"asked {MOST} times") from None


def description(data: bytes) -> None:
    """Any text carries a mark: placed, it is found and the text around it is kept; stripped, nothing is left of it."""
    text = data.decode(errors="replace")
    kind, found, human = mark.decode(text, ID)
    assert (found is None) == (kind is Mark.NONE)
    assert mark.decode(human, ID)[0] is Mark.NONE
    assert mark.decode(mark.place(text, None, None), ID)[0] is Mark.NONE
    placed = mark.place(human, None, TOKEN)
    assert mark.decode(placed, ID) == (Mark.VALID, MARK, human)
    assert mark.decode(placed, "another")[0] is Mark.VOID
    if kind is Mark.VALID and found is not None:
        again = mark.encode(found, ID)
        assert mark.decode(again, ID) == (Mark.VALID, found, "")


def unprintable(text: str) -> set[str]:
    """The characters of a text that must not reach a terminal."""
    return {character for character in text if character != "\n" and unsafe(character)}


def _is_fit_to_print(error: ReconcilerError) -> None:
    assert not {character for character in str(error) if character < " " or "\ud800" <= character < "\ue000"}, error


MODEL = {
    "name": observed(WANTED).name,
    "displayName": "Numbers",
    "description": f"counts {mark.encode(ownership(WANTED), observed(WANTED).name.removeprefix('tunedModels/'))}",
    "baseModel": "models/gemini-1.5-flash-001-tuning",
    "state": "ACTIVE",
    "createTime": "2024-05-01T10:00:00.5Z",
    "updateTime": "2024-05-01T10:00:00Z",
    "temperature": 0.9,
    "topP": 1,
    "topK": 40,
    "readerProjectNumbers": ["12", 34],
    "tuningTask": {
        "completeTime": "2024-05-01T10:00:00Z",
        "hyperparameters": {"epochCount": 3, "batchSize": 4, "learningRate": 0.001},
        "snapshots": [{"step": 1, "meanLoss": 3.5}, {"step": 2}],
    },
}
OTHERS = [
    {**MODEL, "state": "CREATING", "tuningTask": {"hyperparameters": {"epochCount": 9}}},
    {**MODEL, "name": "tunedModels/by-hand", "state": "FAILED", "tunedModelSource": {"tunedModel": "tunedModels/x"}},
]
OPERATION = {
    "name": f"tunedModels/{ID}/operations/x",
    "metadata": {"tunedModel": f"tunedModels/{ID}", "totalSteps": 23},
    "done": True,
    "error": {"code": 3, "message": "the data is empty"},
}
GRANTS = [
    {"granteeType": "USER", "emailAddress": "a@example.com", "role": "READER"},
    {"granteeType": "EVERYONE", "role": "READER"},
    {"granteeType": "USER", "emailAddress": "me@example.com", "role": "OWNER"},
]
DETAILS = [
    {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "metadata": {"consumer": "p"}},
    {"violations": [{"quotaMetric": "m", "subject": "s"}], "fieldViolations": [{"field": "f", "description": "d"}]},
    {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"},
]
ERROR = {"error": {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED", "details": DETAILS}}
CANDIDATES = {"candidates": [{"content": {"parts": [{"text": "42"}]}, "output": "x"}], "promptFeedback": {}}
BASES = {"models": [{"name": "models/x", "supportedGenerationMethods": ["createTunedModel"]}], **CANDIDATES}
NO_METHODS = {"models": [{"name": "models/x", "supportedGenerationMethods": [[]]}]}
STRANGE = [
    {"tunedModels": [{**MODEL, "baseModel": "", "tunedModelSource": {"tunedModel": "tunedModels/\ud800"}}]},
    {"tunedModels": [{**MODEL, "readerProjectNumbers": ["9" * 5000]}]},
    {"tunedModels": [{**MODEL, "temperature": 10**400, "topP": float("nan")}]},
    {"tunedModels": [{**MODEL, "tuningTask": {"snapshots": [{"step": 1, "meanLoss": 10**400}]}}]},
]
VALUES = (
    *(b"null", b"true", b"-1", b"1e400", b"1" + b"0" * 400, b"NaN", b"-Infinity", b'""', b"[]", b"{}", b"[[]]"),
    *(b'"\\ud800"', b'"\\u0000"', b'"\\u202e"', b'"' + b"9" * 5000 + b'"', b'"\xc2\xb2"', b'"\xd9\xa1"', b'"1e5"'),
)
HEADERS = (
    *(
        b"Retry-After: 9999999999",
        b"Retry-After: Fri, 31 Dec 9999 23:59:60 GMT",
        b"Retry-After: \xb2",
        b"Location: //[",
    ),
    *(b"Retry-After: Mon, 01 Jan 0000 00:00:00 -9999", b"Content-Encoding: gzip", b"Content-Type: text/html;charset=x"),
    *(b"\n\n", b"302", b"429", b"401", b"503", b"200", b"Location: http://[::1", b"\xff", b"{", b"[", b"\\ud800"),
)


def _said(*contents: object) -> Callable[[], tuple[bytes, ...]]:
    return lambda: tuple(json.dumps(content).encode() for content in contents)


def _answers() -> tuple[bytes, ...]:
    models = json.dumps({"tunedModels": [MODEL]}).encode()
    return (
        b"200\nContent-Type: application/json\n\n" + models,
        b"429\nRetry-After: 3\n\n" + json.dumps(ERROR).encode(),
        b"302\nLocation: https://example.com/\n\n<html>",
        b"302\nLocation: https://[example.com/\n\n",
        b"307\nLocation: \x80 https://example.com/\n\n",
        b"300\nLocation: //[\n\n",
        b"503\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\n\n[" + json.dumps(ERROR).encode() + b"]",
    )


def _descriptions() -> tuple[bytes, ...]:
    """Texts with a mark at the start, in the middle, twice, one of a later version, one inside of another."""
    later = "reconciler:2:acme:a:anything"
    split = f"{TOKEN[:30]}{TOKEN}{TOKEN[30:]}"
    texts = ("plain text", TOKEN, f"a {TOKEN} b", f"{TOKEN} {TOKEN}", f"x {later}", split, f"{TOKEN}x {later} y{TOKEN}")
    return tuple(text.encode() for text in texts)


TARGETS = {
    "page of models": Target(_objects(page), _said({"tunedModels": [MODEL, *OTHERS]}, *STRANGE), VALUES),
    "operation": Target(_objects(operation), _said(OPERATION, {"operations": [OPERATION]}), VALUES),
    "permissions": Target(_objects(permission), _said({"permissions": GRANTS}), VALUES),
    "base models": Target(_objects(bases), _said(BASES, CANDIDATES, NO_METHODS), VALUES),
    "refusal": Target(_objects(refusal), _said(ERROR), VALUES),
    "answer": Target(answer, _answers, (*HEADERS, *VALUES)),
    "description": Target(
        description, _descriptions, (TOKEN.encode(), b"reconciler:", b"reconciler:2:a:b", b" ", b":")
    ),
}

"""The kinds of request to the Gemini API."""

import re
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.wire import Request
from tests.faults.service import PAGES, Column, Moment, Service
from tests.services.dialect import Ask

LIST, READ = "GET /v1beta/tunedModels", "GET /v1beta/tunedModels/ID"
GRANTS, BASES = "GET /v1beta/tunedModels/ID/permissions", "GET /v1beta/models"
OPERATIONS, OPERATION = "GET /v1beta/tunedModels/ID/operations", "GET /v1beta/tunedModels/ID/operations/ID"
CREATE, SHARE = "POST /v1beta/tunedModels", "POST /v1beta/tunedModels/ID/permissions"
PATCH, DELETE = "PATCH /v1beta/tunedModels/ID", "DELETE /v1beta/tunedModels/ID"

READER = {"granteeType": "USER", "emailAddress": "reader@example.com", "role": "READER"}
TRAINED = ("state", "updateTime", "tuningTask")
"""What changes in a model while nobody writes."""

_ID = re.compile(r"(?<=tunedModels)/[^/:]+|(?<=operations)/[^/:]+|(?<=permissions)/[^/:]+")

DOES = """\
`apply` begins two trainings, writes a description, replaces a model that somebody else may read, and deletes one that
is no longer declared. `wait` waits for three trainings, of which one fails (so it ends 5 at best). `why` belongs to a
training that fails, so its apply ends 5, and is mended by `--retry-failed`."""

SECRET = """\
- The API key, which the faults say back to the client, is in no output (with `-vv`) and in no file. Nothing is sent to
  another host, neither to the one of a redirect nor to a proxy of the environment."""


def _planning(scene: str) -> tuple[Column, ...]:
    """What every command asks that makes a plan."""
    return (
        Column("list", scene, LIST, 1, "every tuned model that this identity can see"),
        Column("confirm", scene, READ, 1, "is a model that the list lacks really not there?"),
        Column("grants", scene, GRANTS, 1, "who may use a model that is to be replaced"),
        Column("bases", scene, BASES, 1, "which base models can be tuned today"),
    )


COLUMNS = {
    "plan": (
        *_planning("plan"),
        Column("why", "failed", OPERATIONS, 1, "why a training failed"),
    ),
    "wait": (
        Column("list", "wait", LIST, 1, "what is there, and what of it trains"),
        Column("look", "wait", LIST, 2, "how far the trainings are"),
        Column("why", "wait", OPERATIONS, 1, "why a training failed"),
        Column("look at one", "wait", READ, 1, "the same, when only one is left"),
        Column("list again", "wait", LIST, 4, "what apply would still do"),
    ),
    "apply": (
        *_planning("apply"),
        Column("create", "apply", CREATE, 1, "begin a training; a second one follows"),
        Column("reread", "apply", READ, 3, "the description once more, just before it is written"),
        Column("patch", "apply", PATCH, 1, "write the new description"),
        Column("announce", "apply", PATCH, 2, "say in its mark that the model which is not declared goes"),
        Column("look", "apply", LIST, 2, "how far the trainings are"),
        Column("look at one", "apply", READ, 6, "the same, when only one is left"),
        Column("why", "refused", OPERATION, 1, "why a training failed"),
        Column("others", "apply", LIST, 4, "has another run been at work since the plan?"),
        Column(
            "a look", "apply", READ, 7, "is the model that goes still the one of the plan; does its successor serve?"
        ),
        Column("old grants", "apply", GRANTS, 2, "who may use the old model"),
        Column("new grants", "apply", GRANTS, 3, "who may use the new one already"),
        Column("share", "apply", SHARE, 1, "let the reader of the old model use the new one"),
        Column("last look", "apply", READ, 9, "the same questions once more, just before the delete"),
        Column("delete", "apply", DELETE, 1, "the model that was replaced goes"),
        Column("delete last", "apply", DELETE, 2, "the model that is no longer declared goes"),
    ),
}


MOMENTS: Mapping[Moment, tuple[str, int]] = {
    "first": (LIST, 1),
    "after the list": (READ, 1),
    "creates": (CREATE, 1),
    "rereads": (READ, 3),
    "waits": (LIST, 2),
    "waits on": (LIST, 3),
    "replaces": (LIST, 4),
    "removes": (LIST, 6),
}


def _kind(request: Request) -> str:
    path = request.target.partition("?")[0]
    return f"{request.method} {_ID.sub('/ID', path)}"


def _neutral(text: str) -> str:
    return re.sub(r"(tunedModels/[a-z]+)-[a-z0-9]{15}\b", r"\1-ID", text)


def _grant(ask: Ask, model: str) -> None:
    ask("POST", f"/v1beta/tunedModels/{model}/permissions", READER)


def _hibernate(answer: dict[str, Any]) -> None:
    for model in (*answer.get("tunedModels", ()), answer):
        if "/created-" in model.get("name", "") and "state" in model:
            model["state"] = "HIBERNATING"


def _everything(ask: Ask) -> list[Any]:
    listed = ask("GET", "/v1beta/tunedModels?pageSize=1000").get("tunedModels", [])
    return [{key: value for key, value in model.items() if key not in TRAINED} for model in listed]


SERVICE = Service(
    page=PAGES / "faults.md",
    title="# When the service fails",
    does=DOES,
    secret=SECRET,
    here="/v1beta/",
    scenes=(),
    columns=COLUMNS,
    moments=MOMENTS,
    kind=_kind,
    neutral=_neutral,
    grant=_grant,
    hibernate=_hibernate,
    everything=_everything,
    sends_key=True,
    hosts=("generativelanguage.googleapis.com",),
    quick=(
        "403",
        "404",
        "429, Retry-After: 40",
        "connection refused",
        "done, answer lost",
        "cut in the body",
        "HTML with 200",
        "redirect to another host",
        "a body of a byte a second",
    ),
)

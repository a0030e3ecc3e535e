"""The kinds of request to Vertex AI, and to Cloud Storage, where training data and claims lie."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from reconciler.emulator.wire import Request
from tests.faults.service import APPLY, PAGES, PLAN, Column, Moment, Scene, Service
from tests.golden.story import SENTENCES
from tests.services.dialect import Ask
from tests.services.vertex import BUCKET, HERE, line

LIST, FIND, JOB, CREATE = "GET tuningJobs", "GET tuningJobs of ID", "GET tuningJobs/ID", "POST tuningJobs"
ALL = "GET tuningJobs, unfiltered"
MODELS, MODEL, VERSIONS = "GET models", "GET models/ID", "GET models/ID:listVersions"
ENDPOINTS, ENDPOINT = "GET endpoints", "GET endpoints/ID"
PATCH, UNDEPLOY = "PATCH models/ID", "POST endpoints/ID:undeployModel"
DELETE_ENDPOINT, ENDPOINT_GOING = "DELETE endpoints/ID", "GET endpoints/ID/operations/ID"
DELETE_MODEL, MODEL_GOING = "DELETE models/ID", "GET models/ID/operations/ID"
STAT, COPY = "GET object", "POST rewrite of object"
DATA, SEND, SESSION, PIECE = "GET data", "POST data", "POST data, session", "PUT data"
CLAIMED, CLAIM, RECORD, FREE = "GET claim", "POST claim", "POST claim, again", "DELETE claim"
CLAIMS = "GET claims"

DOES = """\
`apply` begins two trainings, writes a description, replaces a model that has two checkpoints, and deletes one that is
no longer declared. A delete is three: the model is taken from its endpoints, then they go, then it goes. `wait` waits
for three trainings, of which one fails (so it ends 5 at best). `all jobs`, `send` and `why` belong to a training that
fails, so its apply ends 5, and is mended by `--retry-failed`. `stat` and `copy` belong to data that lie elsewhere in
Cloud Storage, `session` and `piece` to nine megabytes of data.

A run that cannot know whether a training was begun (`UNCERTAIN`) leaves its claim. The next run adopts the training
when it shows; where it does not, that run is refused too, until ten minutes have passed: then it begins it. So `+2` is
one run at once, and one a quarter of an hour later."""

SECRET = """\
- The service takes no API keys: those in the environment are in no request, in no output (with `-vv`) and in no file.
  Nothing is sent to another host, neither to the one of a redirect nor to a proxy of the environment. With tokens, both
  hosts and a service that says them back, the same is held by `tests/faults/test_tokens.py`."""


def _planning(scene: str) -> tuple[Column, ...]:
    """What every command asks that makes a plan."""
    return (
        Column("jobs", scene, LIST, 1, "every tuning job with a label of ours"),
        Column("models", scene, MODELS, 1, "every model with such a label"),
        Column("endpoints", scene, ENDPOINTS, 1, "every endpoint with such a label"),
    )


def _confirming(scene: str) -> tuple[Column, ...]:
    return (
        *_planning(scene),
        Column("confirm", scene, FIND, 1, "is a job that the list lacks really not there?"),
    )


COLUMNS = {
    "plan": (
        *_confirming("plan"),
        Column("why", "failed", JOB, 1, "why a training failed"),
        Column("stat", "stored plan", STAT, 1, "which data lie in Cloud Storage"),
    ),
    "wait": (
        *_planning("wait"),
        Column("look", "wait", LIST, 2, "how far the trainings are"),
        Column("its model", "wait", MODEL, 1, "what a training that is over has made"),
        Column("its endpoint", "wait", ENDPOINT, 1, "does it serve?"),
        Column("list again", "wait", LIST, 4, "what apply would still do"),
        Column("why", "wait", JOB, 1, "why a training failed"),
    ),
    "apply": (
        *_confirming("apply"),
        Column("all jobs", "refused", ALL, 1, "is nothing of ours there, or the filter passed over?"),
        Column("stat", "stored", STAT, 1, "which data lie in Cloud Storage"),
        Column("data", "apply", DATA, 1, "are the data in the staging bucket already?"),
        Column("send", "refused", SEND, 1, "put them there"),
        Column("copy", "stored", COPY, 1, "copy those that lie elsewhere in Cloud Storage"),
        Column("session", "large", SESSION, 1, "begin to send large data"),
        Column("piece", "large", PIECE, 1, "the first 8 MiB of them"),
        Column("last piece", "large", PIECE, 2, "the rest of them"),
        Column("claim", "apply", CLAIM, 1, "announce the training, unless somebody has"),
        Column("seek", "apply", FIND, 3, "has it been begun all the same?"),
        Column("claims", "apply", CLAIMS, 1, "was another training of the address announced, which no list shows yet?"),
        Column("create", "apply", CREATE, 1, "begin a training; a second one follows"),
        Column("record", "apply", RECORD, 1, "write into the claim what came of it"),
        Column("reread", "apply", MODEL, 1, "the labels once more, just before the model is written to"),
        Column("patch", "apply", PATCH, 1, "write the new description"),
        Column("announce", "apply", PATCH, 2, "say in its mark that the model which is not declared goes"),
        Column("look", "apply", LIST, 2, "how far the trainings are"),
        Column("its model", "apply", MODEL, 4, "what a training that is over has made"),
        Column("its endpoint", "apply", ENDPOINT, 2, "does it serve?"),
        Column("title", "apply", PATCH, 3, "the display name, which no training can set"),
        Column("others", "apply", LIST, 4, "has another run been at work since the plan?"),
        Column("others' models", "apply", MODELS, 2, "the same"),
        Column("a look", "apply", FIND, 6, "is the model that goes still the one of the plan?"),
        Column("last look", "apply", FIND, 7, "does its successor serve, just before the delete?"),
        Column("job", "apply", JOB, 1, "what there is to delete"),
        Column("shared", "apply", ENDPOINT, 6, "is anything else deployed on its endpoints?"),
        Column("undeploy", "apply", UNDEPLOY, 1, "take the model from the endpoint of a checkpoint"),
        Column("undeploying", "apply", ENDPOINT_GOING, 1, "is that done?"),
        Column("empty", "apply", ENDPOINT, 10, "is nothing deployed on it any more?"),
        Column("delete endpoint", "apply", DELETE_ENDPOINT, 1, "delete it"),
        Column("undeploy last", "apply", UNDEPLOY, 3, "take the model from the endpoint that programs call"),
        Column("delete last endpoint", "apply", DELETE_ENDPOINT, 3, "delete that"),
        Column("versions", "apply", VERSIONS, 1, "has somebody made another version of the model?"),
        Column("delete model", "apply", DELETE_MODEL, 1, "the model that was replaced goes"),
        Column("deleting", "apply", MODEL_GOING, 1, "is that done?"),
        Column("claim of it", "apply", CLAIMED, 1, "what its claim says"),
        Column("free", "apply", FREE, 1, "take the claim away"),
        Column("undeploy other", "apply", UNDEPLOY, 4, "take the model that is no longer declared from its endpoint"),
        Column("delete other", "apply", DELETE_MODEL, 2, "and delete it"),
    ),
}
MOMENTS: Mapping[Moment, tuple[str, int]] = {
    "first": (LIST, 1),
    "after the list": (MODELS, 1),
    "creates": (CREATE, 1),
    "rereads": (MODEL, 1),
    "waits": (LIST, 2),
    "waits on": (LIST, 3),
    "replaces": (LIST, 4),
    "removes": (LIST, 6),
}

STORED = f"{BUCKET}/people/numbers.jsonl"
LARGE = "".join(line(str(number), "long " * 90_000) for number in range(20))
"""Nine megabytes: more than one piece of an upload."""


def _store(ask: Ask) -> None:
    """Somebody has data in the bucket."""
    bucket, _, name = STORED.removeprefix("gs://").partition("/")
    data = "".join(line(str(number), str(number + 1)) for number in range(100)).encode()
    ask("POST", f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}", data)


_THERE = {"created": SENTENCES.replace("data/sentences.jsonl", STORED)}
SCENES = (
    Scene("stored plan", PLAN, _THERE, deed=_store),
    Scene("stored", APPLY, _THERE, deed=_store),
    Scene(
        "large",
        APPLY,
        {"created": SENTENCES.replace("data/sentences.jsonl", "data/large.jsonl")},
        data={"large.jsonl": LARGE},
    ),
)

_ID = re.compile(r"(?<=tuningJobs)/[^/:]+|(?<=models)/[^/:]+|(?<=endpoints)/[^/:]+|(?<=operations)/[^/:]+")


def _kind(request: Request) -> str:
    """Verb and resource; of an object, what it is."""
    parts = urlsplit(request.target)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    if "/storage/v1/" in parts.path and "prefix" in query:
        return CLAIMS
    if "/storage/v1/" in parts.path:
        return f"{request.method} {_object(parts.path, query)}"
    kind = f"{request.method} {_ID.sub('/ID', parts.path.removeprefix(f'{HERE}/'))}"
    if kind != LIST:
        return kind
    return FIND if "reconciler-id=" in query.get("filter", "") else LIST if "filter" in query else ALL


def _object(path: str, query: Mapping[str, str]) -> str:
    name = query.get("name") or unquote(path.partition("/o/")[2])
    if "/rewriteTo/" in name:
        return "rewrite of object"
    if "reconciler/claims/" in name:
        return (
            "claim" if query.get("ifGenerationMatch", "0") == "0" or not path.startswith("/upload") else "claim, again"
        )
    if "reconciler/data/" not in name:
        return "object"
    return "data, session" if query.get("uploadType") == "resumable" and "upload_id" not in query else "data"


def _neutral(text: str) -> str:
    text = re.sub(r"\b([a-z]+)-[a-z0-9]{15}\b", r"\1-ID", text)
    text = re.sub(r"\b[0-9]{15,}\b", "NUMBER", text)
    return re.sub(r"\b[0-9]{2}:[0-9]{2}:[0-9]{2} UTC\b", "TIME", text)


def _grant(ask: Ask, model: str) -> None:
    """Whoever may use an endpoint is told by the project's IAM policy."""


def _hibernate(answer: dict[str, Any]) -> None:
    for job in (*answer.get("tuningJobs", ()), answer):
        if job.get("tunedModelDisplayName", "").startswith("created-"):
            job["state"] = "JOB_STATE_HIBERNATING"


TRAINED = ("state", "startTime", "endTime", "updateTime", "tunedModel", "tuningDataStats", "error")
"""What changes in a job while nobody writes."""


def _everything(ask: Ask) -> list[Any]:
    jobs = ask("GET", f"{HERE}/tuningJobs?pageSize=1000").get("tuningJobs", [])
    objects = ask("GET", f"/storage/v1/b/{BUCKET[5:]}/o").get("items", [])
    return [
        [{key: value for key, value in job.items() if key not in TRAINED} for job in jobs],
        sorted((each["name"], each["generation"]) for each in objects),
    ]


SERVICE = Service(
    page=PAGES / "faults-vertex.md",
    title="# When Vertex AI fails",
    does=DOES,
    secret=SECRET,
    here="",
    scenes=SCENES,
    columns=COLUMNS,
    moments=MOMENTS,
    kind=_kind,
    neutral=_neutral,
    grant=_grant,
    hibernate=_hibernate,
    everything=_everything,
    sends_key=False,
    hosts=("us-central1-aiplatform.googleapis.com", "storage.googleapis.com"),
)

"""Training data: in Cloud Storage, as conversations, and beside them what only measures a training."""

import json
from typing import Any

from tests.golden.stage import Stage
from tests.golden.story import MANIFEST, NUMBERS, sentences, story, trained, workspace
from tests.services.vertex import line

ROWS = [json.loads(row) for row in NUMBERS.splitlines()]
LINES = "".join(line(row["text_input"], row["output"]) for row in ROWS)
REMOTE = "gs://their-bucket/numbers.jsonl"
LOCAL = "manifests/data/sentences.jsonl"


def put(stage: Stage, what: str, text: str) -> None:
    """Let somebody upload the data; the text of every upload is another generation."""
    target = "/upload/storage/v1/b/their-bucket/o?uploadType=media&name=numbers.jsonl"
    stage.somebody(what, lambda ask: ask("POST", target, text.encode()))


def remote(stage: Stage) -> None:
    """Write `sentences` with its data in Cloud Storage, in a bucket of other people."""
    put(stage, f"uploads {REMOTE}", LINES)
    sentences(stage, show=False)
    stage.edit(MANIFEST, "path: data/sentences.jsonl", f"path: {REMOTE}")


@story(only="vertex")
def data_in_cloud_storage(stage: Stage) -> None:
    """Known by checksum and size, never read: the same bytes again are no change, other bytes are another model."""
    remote(stage)
    stage.run("validate")
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    put(stage, "uploads the same bytes again", LINES)
    stage.run("plan")
    put(stage, "uploads other numbers", LINES.replace('"21"', '"22"'))
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")


@story(only="vertex")
def data_in_cloud_storage_is_missing(stage: Stage) -> None:
    """Nothing lies there, or it may not be looked at: an error of the manifest, and nothing is planned."""
    remote(stage)
    stage.edit(MANIFEST, "numbers.jsonl", "nombers.jsonl")
    stage.run("validate")
    stage.run("plan", 1)
    stage.behaves("The bucket of other people is closed to us.", bucket_denials={"their-bucket": READS})
    stage.run("plan", 1)


READS = ("storage.objects.get",)


@story(only="vertex")
def data_in_cloud_storage_moves(stage: Stage) -> None:
    """Other data are uploaded between plan and training: what is trained on is what was planned, or nothing."""
    remote(stage)
    changed = LINES.replace('"21"', '"22"')
    stage.at("POST /rewriteTo/", lambda _: put(stage, "uploads other numbers", changed))
    stage.run("apply --yes", 4)
    stage.run("apply --yes")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def data_moves_to_cloud_storage(stage: Stage) -> None:
    """A local file and an object cannot be compared, since the object is not read: a change, unless vouched for."""
    trained(stage)
    put(stage, f"uploads the same examples to {REMOTE}", LINES)
    stage.edit(MANIFEST, "path: data/sentences.jsonl", f"path: {REMOTE}")
    stage.run("plan")
    stage.run(f"import sentences {stage.id('sentences')} --assume-data --yes")
    stage.run("plan")
    assert stage.trained("sentences") == 1


@story(only="vertex")
def data_moves_before_the_upload(stage: Stage) -> None:
    """The file changes between plan and upload: nothing is sent."""
    sentences(stage, show=False)
    stage.at("GET /storage/", lambda _: stage.edit(LOCAL, '"output": "21"', '"output": "22"'))
    stage.run("apply --yes", 4)
    assert stage.trained("sentences") == 0


@story(only="vertex")
def data_as_conversations(stage: Stage) -> None:
    """Lines as the service reads them are the same data as pairs; an instruction or earlier turns make them other."""
    trained(stage)
    stage.tell("The file becomes one conversation of two turns a line.")
    stage.write(LOCAL, LINES, show=False)
    stage.run("plan")
    stage.tell("Every conversation gets an instruction, and the first one an earlier question.")
    told = [{"systemInstruction": text("Count."), **json.loads(each)} for each in LINES.splitlines()]
    told[0]["contents"][:0] = [{"role": "user", **text("0")}, {"role": "model", **text("1")}]
    stage.write(LOCAL, "".join(json.dumps(each) + "\n" for each in told), show=False)
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")


def text(said: str) -> dict[str, Any]:
    """A turn of one text, or an instruction."""
    return {"parts": [{"text": said}]}


@story(only="vertex")
def mistakes_in_conversations(stage: Stage) -> None:
    """What cannot be trained on is an error with its line; nothing is asked of the service."""
    sentences(stage, show=False)
    wrong: tuple[dict[str, Any], ...] = (
        {"contents": [{"role": "user", **text("1")}]},
        {"contents": [{"role": "user", **text("1")}, {"role": "modle", **text("2")}]},
        {"contents": [{"role": "user", "parts": [{"fileData": {}}]}, {"role": "model", **text("2")}]},
        {"content": []},
    )
    stage.write(LOCAL, LINES + "".join(json.dumps(each) + "\n" for each in wrong), show=False)
    stage.tell("Four lines are added: no answer, an unknown role, a file, a misspelt key.")
    stage.run("validate", 1)
    assert not stage.emulator.exchanges


@story(only="vertex")
def data_that_measures(stage: Stage) -> None:
    """Validation data go along with a training and change nothing afterwards: other ones are of use to the next."""
    sentences(stage, "validationDataset:", "  path: data/validation.jsonl", show=False)
    checks = "manifests/data/validation.jsonl"
    rows = [{"text_input": str(n), "output": str(n + 1)} for n in range(1001, 1021)]
    stage.write(checks, "".join(json.dumps(row) + "\n" for row in rows))
    stage.run("plan")
    stage.run("apply --yes")
    stage.edit(checks, '"1021"', '"1022"')
    stage.run("plan --detailed-exitcode")
    stage.run("plan -o json")
    stage.run("plan --replace sentences")


@story(only="vertex")
def an_account_for_the_training(stage: Stage) -> None:
    """The account that a training runs as changes: noted, and of use to the next training."""
    trained(stage, "serviceAccount: tuner@a-project.iam.gserviceaccount.com")
    stage.edit(MANIFEST, "tuner@", "trainer@")
    stage.run("plan")
    stage.run("status")


@story(only="vertex")
def what_vertex_does_not_have(stage: Stage) -> None:
    """Fields of another service, and a workspace that lacks what this one needs: errors that name the provider."""
    workspace(stage)
    stage.write(LOCAL, NUMBERS, show=False)
    sentences(stage, "temperature: 0.2", "topP: 0.9", show=False)
    stage.edit(MANIFEST, "adapterSize: 4", "adapterSize: 3\n    batchSize: 4")
    stage.run("validate", 1)
    stage.edit("manifests/workspace.yaml", "stagingBucket: gs://a-bucket", "stageBucket: gs://a-bucket")
    stage.run("validate", 1)
    stage.edit("manifests/workspace.yaml", "  stageBucket: gs://a-bucket\n", "")
    stage.run("validate", 1)

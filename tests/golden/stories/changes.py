"""What is changed in the files, and what that takes."""

import csv
import io
import json
from pathlib import Path

from tests.golden.stage import Stage
from tests.golden.story import LINES, MANIFEST, NUMBERS, SENTENCES, all_trained, story, three, trained

ROWS = [json.loads(line) for line in NUMBERS.splitlines()]


@story()
def first_apply(stage: Stage) -> None:
    """Three models are declared, planned, trained and waited for; then there is nothing left to do."""
    three(stage, show=True)
    stage.run("validate")
    stage.run("plan")
    stage.run("apply", 64)
    stage.run("apply", 1, typed="y\n")
    stage.run("apply", typed="yes\n")
    stage.run("plan")
    stage.run("apply")
    stage.run("status")


@story()
def edit_a_hyperparameter(stage: Stage) -> None:
    """A replacement: the plan says why, to the field, and what it costs; the old model serves until then."""
    trained(stage)
    old = stage.id("sentences")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("plan")
    stage.run("plan -o json")
    stage.run("plan --detailed-exitcode", 2)
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.deleted() == [old]
    assert stage.always_served("sentences")
    assert stage.trained("sentences") == 2


@story()
def change_one_character_of_data(stage: Stage) -> None:
    """The same, for the data: one character is enough."""
    trained(stage)
    stage.edit("manifests/data/sentences.jsonl", '"output": "21"', '"output": "22"')
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.always_served("sentences")
    assert stage.trained("sentences") == 2


@story()
def data_in_another_dress(stage: Stage) -> None:
    """The same examples under another name, in another order or with other line ends are the same data."""
    trained(stage)
    file = "manifests/data/counting.jsonl"
    stage.rename("manifests/data/sentences.jsonl", file)
    stage.edit(MANIFEST, "data/sentences.jsonl", "data/counting.jsonl")
    stage.run("plan")
    stage.tell("The rows are turned round, and so are the keys of each row.")
    turned = [{"output": row["output"], "text_input": row["text_input"]} for row in reversed(ROWS)]
    stage.write(file, "".join(json.dumps(row) + "\n" for row in turned), show=False)
    stage.run("plan")
    stage.tell("Lines end with CRLF, and the file begins with a byte order mark.")
    stage.write(file, "\ufeff" + NUMBERS.replace("\n", "\r\n"), show=False)
    stage.run("plan")
    stage.tell("The rows have one more key, which nobody maps.")
    stage.write(file, "".join(json.dumps({**row, "author": "me"}) + "\n" for row in ROWS), show=False)
    stage.run("plan")


@story()
def data_in_another_format(stage: Stage) -> None:
    """The same examples as CSV with other columns, or in the manifest itself, are the same data."""
    trained(stage)
    stage.tell("The file becomes CSV with other columns.")
    table = io.StringIO()
    csv.writer(table).writerows([["reply", "asked"], *([row["output"], row["text_input"]] for row in ROWS)])
    Path("manifests/data/sentences.jsonl").unlink()
    stage.write("manifests/data/sentences.csv", table.getvalue())
    columns = "path: data/sentences.csv\n    inputField: asked\n    outputField: reply"
    stage.edit(MANIFEST, "path: data/sentences.jsonl", columns)
    stage.run("plan")
    stage.tell("The examples move into the manifest, and its keys change places.")
    head, _, spec = SENTENCES.partition("spec:\n")
    inline = "".join(f"      - {{ output: '{r['output']}', textInput: '{r['text_input']}' }}\n" for r in ROWS)
    spec = spec.replace("    path: data/sentences.jsonl\n", "    examples:\n" + inline)
    stage.write(MANIFEST, f"spec:\n{spec}{head}", show=False)
    stage.run("plan")


@story()
def change_a_mutable_field(stage: Stage) -> None:
    """One PATCH and nothing else."""
    trained(stage)
    stage.edit(MANIFEST, LINES.cool, LINES.warm)
    stage.run("plan")
    before = len(stage.emulator.exchanges)
    stage.run("apply --yes")
    writes = [each.request for each in stage.emulator.exchanges[before:] if each.writes]
    assert [(each.method, each.query["updateMask"]) for each in writes] == [("PATCH", LINES.path.partition(".")[0])]
    stage.run("plan")


@story(only="gemini")
def remove_a_line(stage: Stage) -> None:
    """A removed line is no change: the model keeps what it has, and a note says so."""
    trained(stage)
    stage.edit(MANIFEST, f"  {LINES.cool}\n", "")
    stage.run("plan")
    stage.edit(MANIFEST, "    epochCount: 3\n", "")
    stage.run("plan")
    stage.run("status")


@story()
def add_one_remove_one(stage: Stage) -> None:
    """A manifest comes, another goes: one model is trained, and after that its own model deleted and no other."""
    all_trained(stage)
    gone = stage.id("dates")
    stage.remove("manifests/dates.yaml")
    stage.write(
        "manifests/letters.yaml",
        SENTENCES.replace("entences\n", "entences-2\n").replace("epochCount: 3", "epochCount: 1"),
    )
    stage.run("plan")
    stage.run("apply --yes")
    stage.run("plan")
    assert stage.deleted() == [gone]

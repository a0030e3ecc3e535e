"""A git repository in which a dataset was committed and then changed: added, removed and changed examples."""

import json
import os
import random
import subprocess
from pathlib import Path

WORKSPACE = """\
apiVersion: reconciler.dev/v1alpha1
kind: Workspace
metadata: {name: bench}
spec:
  provider: vertex
  project: my-project
  location: us-central1
  stagingBucket: gs://my-project-tuning
  endpoint: emulator
"""
MODEL = """\
apiVersion: reconciler.dev/v1alpha1
kind: TunedModel
metadata: {name: revised}
spec:
  baseModel: gemini-2.5-flash
  dataset: {path: data.jsonl}
"""
AUTHOR = {f"GIT_{who}_{what}": "bench" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
ONE_IN = 100
"""Of so many examples one is changed, one removed, and one added."""


def write(folder: Path, examples: int) -> None:
    """Write the workspace with so many examples of about 230 bytes, commit it, and change the data."""
    folder.mkdir(parents=True)
    (folder / "workspace.yaml").write_text(WORKSPACE)
    (folder / "revised.yaml").write_text(MODEL)
    draw = random.Random(examples)
    words = [f"word{number}" for number in range(1000)]
    lines = [_line(f"{number} {' '.join(draw.choices(words, k=18))}", draw.choice(words)) for number in range(examples)]
    data = folder / "data.jsonl"
    data.write_text("".join(lines))
    for arguments in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message=data")):
        subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **AUTHOR})  # noqa: S603, S607  (our own)
    for at in range(0, examples - ONE_IN, ONE_IN):
        lines[at] = lines[at].replace('"output": "', '"output": "not ')
        lines[at + 1] = ""
        lines[at + 2] += _line(f"new {at}", "new")
    data.write_text("".join(lines))


def _line(question: str, answer: str) -> str:
    return json.dumps({"text_input": question, "output": answer}) + "\n"

"""A pull request of somebody who means no good: what they write wherever the schema lets them, and where it does not.

Every text tries something on whoever shows it: to forge a line of a plan, to command a pipeline or a terminal, to load
a picture, to call people, to end the block that it stands in. STAMP is in what must never stand for itself.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.review.models import BASE, HEAD, MODELS, written

if TYPE_CHECKING:
    from tests.review.repository import Sample

STAMP = "31337"
MARKUP = (
    f"`` ` ```\n````\n~~~\n</code></pre></details></summary>\n\n# Heading {STAMP}\n\n"
    f"<script>alert({STAMP})</script><img src=https://evil.example/{STAMP}.png onerror=x> <!-- "
    f"![p](https://evil.example/{STAMP}.png) [l](javascript:alert({STAMP})) https://evil.example/{STAMP} <b>\n"
    f"| a | b |\n|---|---|\n| {STAMP} | `c` |\n\n@everyone @acme/owners #1 acme/models#2 GH-3 :+1: $x^2$ [^1]\n"
)
COMMANDS = (
    f"::error::{STAMP}\n::stop-commands::{STAMP}\n##[add-mask]{STAMP} ##vso[task.complete]{STAMP}"
    f" %0A::error::{STAMP}%0D%0A::set-output name=digest::{STAMP} ${{{{ secrets.TOKEN }}}} $(id) `id`\n"
)
SCREEN = (
    f"\x1b[2J\x1b[31mred\x1b[0m \x1b]0;{STAMP}\x07 \u202etxet\u202c \u2066x\u2069 a\u200bb\ufeff c\u3164d Z{'̀' * 30}\n"
)
FORGED = f"No changes.\nPlan: 0 to create, 0 to update, 0 to replace, {STAMP} to delete.\n"
LONG = f"{'very ' * 40}{'l' * 300}ong"
ALL = f"{MARKUP}{COMMANDS}{SCREEN}{FORGED}{LONG}"

TITLE = f"**x** `</details>` @all ::error::{STAMP}"
NAME = f"`<img src=x>`@all ::error::{STAMP} %0A \x1b[2J\u202e[l](x)\n#1 {STAMP}"
"""Of files and folders: anything but a slash."""
COLUMN = f"<b>`{STAMP}`|@all\u200b"
UNTUNABLE = "models/evil.example"
NO_BASE = f"models/`x`](https://evil.example) <b> @all ::error::{STAMP}\n# {STAMP}"

TITLED, WORDED, TAUGHT = MODELS["ticket-queue"], MODELS["ticket-language"], MODELS["order-status"]


def valid(git: "Sample") -> None:
    """A model that is new, three that change, and prices; nothing here breaks a rule of the schema."""
    git.write(f"manifests/{NAME}/{NAME}.yaml", _new("newcomer", BASE))
    git.write("manifests/untunable.yaml", _new("untunable", UNTUNABLE, f"{NAME}/{NAME}.jsonl"))
    rows = [{COLUMN: f"{ALL}{n}", f"{COLUMN}s": f"{n} {ALL}"} for n in range(20)]
    git.write(f"manifests/{NAME}/{NAME}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    git.write(
        TITLED.manifest,
        TITLED.declared(f"displayName: {json.dumps(TITLE)}").replace("  displayName: Ticket queue\n", ""),
    )
    git.write(WORDED.manifest, WORDED.declared(f"description: {json.dumps(ALL)}"))
    pairs = [*TAUGHT.pairs[1:-1], (TAUGHT.pairs[-1][0], MARKUP), (f"{COMMANDS}{SCREEN}", ALL)]
    git.write(TAUGHT.data, written(pairs))


def invalid(git: "Sample") -> None:
    """Manifests and data that are refused, each with what it is refused for in the message."""
    document = _document("broken", {"baseModel": BASE, MARKUP: COMMANDS, "temperature": ALL})
    git.write(f"manifests/{NAME}.yaml", document)
    git.write("manifests/kind.yaml", json.dumps({"apiVersion": ALL, "kind": NAME, "metadata": {"name": TITLE}}))
    git.write("manifests/base.yaml", _document("base", {"baseModel": NO_BASE}))
    git.write("manifests/name.yaml", _document(TITLE, {"baseModel": BASE, "displayName": ALL}))
    git.write("manifests/alias.yaml", f"{HEAD}kind: *<b>{STAMP}@all\n")
    git.write("manifests/twice.yaml", f"{HEAD}{json.dumps(NAME)}: 1\n{json.dumps(NAME)}: 2\n")
    git.write("manifests/tag.yaml", f"{HEAD}kind: !<https://evil.example/{STAMP}> TunedModel\n")
    git.write("manifests/moved.yaml", _document("moved", {"baseModel": BASE}, {"reconciler.dev/renamed-from": ALL}))
    git.write("manifests/path.yaml", _document("path", {"baseModel": BASE, "dataset": {"path": f"../../{NAME}"}}))
    git.write(
        "manifests/rows.yaml",
        _document("rows", {"baseModel": BASE, "dataset": {"path": f"{NAME}.csv", "inputField": COLUMN}}),
    )
    git.write(f"manifests/{NAME}.csv", f'a,"{NAME}",output\n1,2,3\n')
    git.write("manifests/lines.yaml", _document("lines", {"baseModel": BASE, "dataset": {"path": "lines.jsonl"}}))
    git.write("manifests/lines.jsonl", json.dumps({"text_input": ALL, MARKUP: 1}) + f"\n{COMMANDS}")


def _new(name: str, base: str, path: str = f"{NAME}.jsonl") -> str:
    """A manifest in which every text that may be anything is all of it."""
    spec = {
        "displayName": TITLE,
        "description": ALL,
        "baseModel": base,
        "dataset": {"path": path, "inputField": COLUMN, "outputField": f"{COLUMN}s"},
        "lint": [{"rule": "few-examples", "severity": "off", "reason": ALL[:500]}],
    }
    return _document(name, spec)


def _document(name: str, spec: object, annotations: Mapping[str, str] | None = None) -> str:
    """A manifest as JSON, which is YAML too; its labels, and annotations in general, are only for people."""
    metadata = {"name": name, "labels": {NAME: ALL}, "annotations": {NAME: ALL, **(annotations or {})}}
    content = {"apiVersion": "reconciler.dev/v1alpha1", "kind": "TunedModel", "metadata": metadata, "spec": spec}
    return json.dumps(content, indent=1)

"""Environments and their differences, as people and programs read them."""

import json

from reconciler.plan.contrast import Contrast, Difference
from reconciler.render.contrast import Listed, contrast_json, contrast_text, environments_json, environments_text
from reconciler.resource.address import Address
from reconciler.resource.workspace import Workspace

FOUND = Contrast(
    "staging",
    "prod",
    (Difference("spec.owner", "one", None),),
    (
        (
            Address("a"),
            (
                Difference("spec.dataset", "1 example 1:ab", None),
                Difference("spec.description", "ev\x1bil -> no", "(not set)"),
            ),
        ),
    ),
    (Address("b"), Address("c")),
    (Address("d"),),
    2,
)
LISTED = (
    Listed("prod", Workspace("w", "acme", "vertex", project="p-1", location="global"), 12, "environments/prod.yaml"),
    Listed("staging", Workspace("w", "acme-s", endpoint="emulator"), 3, "evil\u202e.yaml"),
)


def test_text() -> None:
    assert (
        contrast_text(FOUND)
        == """\
staging -> prod

Workspace
  spec.owner: one -> (not set)

TunedModel/a
  spec.dataset: 1 example 1:ab -> (not set)
  spec.description: "ev\\x1bil -> no" -> "(not set)"

Only in staging
  TunedModel/b
  TunedModel/c

Only in prod
  TunedModel/d

Different: 1 setting of the workspace, 1 model, 2 only in staging, 1 only in prod; 2 models the same.
"""
    )


def test_nothing() -> None:
    assert contrast_text(Contrast("a", "b", (), (), (), (), 1)) == "a -> b\n\nNo differences.\n"


def test_json() -> None:
    assert json.loads(contrast_json(FOUND)) == {
        "formatVersion": "1.1",
        "left": "staging",
        "right": "prod",
        "workspace": [{"path": "spec.owner", "left": "one", "right": None}],
        "models": [
            {
                "address": "TunedModel/a",
                "differences": [
                    {"path": "spec.dataset", "left": "1 example 1:ab", "right": None},
                    {"path": "spec.description", "left": "ev\x1bil -> no", "right": "(not set)"},
                ],
            }
        ],
        "leftOnly": ["TunedModel/b", "TunedModel/c"],
        "rightOnly": ["TunedModel/d"],
        "same": 2,
    }
    assert "\x1b" not in contrast_json(FOUND)


def test_list() -> None:
    assert (
        environments_text(LISTED)
        == """\
NAME     OWNER   PLACE              MODELS  FILE
prod     acme    vertex p-1 global  12      environments/prod.yaml
staging  acme-s  emulator           3       evil\\u202e.yaml
"""
    )
    first, second = json.loads(environments_json(LISTED))["environments"]
    assert first == {
        "name": "prod",
        "workspace": "w",
        "owner": "acme",
        "provider": "vertex",
        "endpoint": None,
        "project": "p-1",
        "location": "global",
        "models": 12,
        "file": "environments/prod.yaml",
    }
    assert (second["name"], second["endpoint"]) == ("staging", "emulator")

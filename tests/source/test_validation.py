"""Validation: one broken manifest for each kind of mistake, and the exact line that tells about it."""

# ruff: noqa: E501 - a finding is one line

from collections.abc import Callable
from pathlib import Path

import pytest

FIELDS = (
    "the fields are: displayName, description, labels, baseModel, tunedModelSource, preTunedModel, dataset, "
    "validationDataset, hyperparameters, exportLastCheckpointOnly, temperature, topP, topK, readerProjectNumbers, "
    "kmsKeyName, serviceAccount, lifecycle, lint"
)
SPECS = [
    ("displayName: 5", ['m.yaml:7:16: spec.displayName must be text; `5` is a number; quote it: `"5"`']),
    ("displayName: true", ['m.yaml:7:16: spec.displayName must be text; `true` is true or false; quote it: `"true"`']),
    ("displayName: ''", ["m.yaml:7:16: spec.displayName is empty; write something, or remove the line"]),
    ("displayName: " + "x" * 129, ["m.yaml:7:16: spec.displayName has 129 characters; shorten it to 128 characters"]),
    ("displayName: [a]", ["m.yaml:7:16: spec.displayName must be text, not a list"]),
    ("displayName: {a: b}", ["m.yaml:7:16: spec.displayName must be text, not a mapping; quote it"]),
    ("displayNam: x", ["m.yaml:7:3: `displayNam` is not a field of spec; did you mean displayName?"]),
    ("display_name: x", ["m.yaml:7:3: `display_name` is not a field of spec; did you mean displayName?"]),
    ("epochCount: 3", ["m.yaml:7:3: `epochCount` is not a field of spec; it belongs under spec.hyperparameters"]),
    ("batch_size: 3", ["m.yaml:7:3: `batch_size` is not a field of spec; it belongs under spec.hyperparameters"]),
    ("metadata: {}", ["m.yaml:7:3: `metadata` is not a field of spec; it belongs at the top level"]),
    ("namespace: x", ["m.yaml:7:3: namespaces are not supported; use one workspace for each environment"]),
    ("quux: x", [f"m.yaml:7:3: `quux` is not a field of spec; {FIELDS}"]),
    ("temperature: hot", ["m.yaml:7:16: spec.temperature must be a number; `hot` is text"]),
    (
        "temperature: '0.5'",
        ["m.yaml:7:16: spec.temperature must be a number; `0.5` is text; write 0.5, without quotes"],
    ),
    ("temperature: true", ["m.yaml:7:16: spec.temperature must be a number, not `true`"]),
    ("temperature: 1.01", ["m.yaml:7:16: spec.temperature can't be `1.01`; the most is 1"]),
    ("temperature: -1", ["m.yaml:7:16: spec.temperature can't be `-1`; the least is 0"]),
    ("temperature: .nan", ["m.yaml:7:16: spec.temperature can't be `.nan`; write a finite number"]),
    ("topK: 1.5", ["m.yaml:7:9: spec.topK must be a whole number, not `1.5`"]),
    ("topK: 010", ["m.yaml:7:9: spec.topK must be a whole number; `010` is text; write 10, without quotes"]),
    ("topK: 1_000", ["m.yaml:7:9: spec.topK must be a whole number; `1_000` is text; write 1000, without quotes"]),
    ("topK: 0", ["m.yaml:7:9: spec.topK can't be `0`; the least is 1"]),
    (
        "lifecycle: {protect: yes}",
        ["m.yaml:7:24: spec.lifecycle.protect must be true or false; `yes` is text; write true, without quotes"],
    ),
    (
        "lifecycle: {protect: off}",
        ["m.yaml:7:24: spec.lifecycle.protect must be true or false; `off` is text; write false, without quotes"],
    ),
    ("lifecycle: {protect: 1}", ["m.yaml:7:24: spec.lifecycle.protect must be true or false, not `1`"]),
    (
        "lifecycle: {onRemoval: remove}",
        ["m.yaml:7:26: spec.lifecycle.onRemoval can't be `remove`; it can be: delete, keep"],
    ),
    (
        "lifecycle: {ignoreChanges: [topP, temprature]}",
        ["m.yaml:7:37: spec.lifecycle.ignoreChanges[1] can't be `temprature`; did you mean temperature?"],
    ),
    (
        "lifecycle: {ignoreChanges: topP}",
        ["m.yaml:7:30: spec.lifecycle.ignoreChanges must be a list, not text; write each item after a hyphen"],
    ),
    ("lifecycle: protect", ["m.yaml:7:14: spec.lifecycle must be a mapping, not text"]),
    (
        "readerProjectNumbers: [123, my-project]",
        [
            'm.yaml:7:26: spec.readerProjectNumbers[0] must be text; `123` is a number; quote it: `"123"`',
            (
                "m.yaml:7:31: spec.readerProjectNumbers[1]: `my-project` is not a project number; "
                "write its digits in quotes; the id will not do"
            ),
        ],
    ),
    (
        "tunedModelSource: {tunedModel: x}",
        [
            "m.yaml:7:3: baseModel and tunedModelSource exclude each other; keep one of them",
            "m.yaml:7:34: spec.tunedModelSource.tunedModel: `x` is not a tuned model; write tunedModels/ID",
        ],
    ),
    (
        "preTunedModel: {address: a, name: b}",
        [
            "m.yaml:7:3: baseModel and preTunedModel exclude each other; keep one of them",
            "m.yaml:7:31: address and name exclude each other; keep one of them",
            "m.yaml:7:37: spec.preTunedModel.name: `b` is not a model; write projects/P/locations/L/models/M, or M@VERSION",
        ],
    ),
    (
        "preTunedModel: {checkpointId: 3}\n  tunedModelSource: {tunedModel: tunedModels/x}",
        [
            "m.yaml:7:18: spec.preTunedModel needs one of address and name; add address: TunedModel/NAME",
            'm.yaml:7:33: spec.preTunedModel.checkpointId must be text; `3` is a number; quote it: `"3"`',
            "m.yaml:8:3: baseModel, tunedModelSource and preTunedModel exclude each other; keep one of them",
        ],
    ),
    (
        "preTunedModel: {address: Tunedmodel/x}",
        [
            "m.yaml:7:3: baseModel and preTunedModel exclude each other; keep one of them",
            "m.yaml:7:28: spec.preTunedModel.address: `Tunedmodel/x` is not an address; write TunedModel/NAME, as in the metadata.name of that model",
        ],
    ),
    (
        "labels: {Team: a, team: A, n: 1, reconciler-owner: x, empty: }",
        [
            "m.yaml:7:12: spec.labels.Team: `Team` is not the key of a label; use at most 63 lower-case letters, digits, _ and -, a letter first; those with reconciler- are ours",
            "m.yaml:7:27: spec.labels.team: `A` is not the value of a label; use at most 63 lower-case letters, digits, _ and -",
            'm.yaml:7:33: spec.labels.n must be text; `1` is a number; quote it: `"1"`',
            "m.yaml:7:36: spec.labels.reconciler-owner: `reconciler-owner` is not the key of a label; use at most 63 lower-case letters, digits, _ and -, a letter first; those with reconciler- are ours",
            "m.yaml:7:64: spec.labels.empty is empty; write text, or remove the line",
        ],
    ),
    ("labels: [a]", ["m.yaml:7:11: spec.labels must be a mapping, not a list"]),
    (
        "kmsKeyName: key\n  serviceAccount: me@example.com",
        [
            "m.yaml:7:15: spec.kmsKeyName: `key` is not a key; write projects/P/locations/L/keyRings/R/cryptoKeys/K",
            "m.yaml:8:19: spec.serviceAccount: `me@example.com` is not a service account; write its e-mail, NAME@PROJECT.iam.gserviceaccount.com",
        ],
    ),
    (
        "exportLastCheckpointOnly: yes",
        ["m.yaml:7:29: spec.exportLastCheckpointOnly must be true or false; `yes` is text; write true, without quotes"],
    ),
    (
        "validationDataset: {pth: x}",
        ["m.yaml:7:23: `pth` is not a field of spec.validationDataset; did you mean path?"],
    ),
    (
        "validationDataset: {}",
        ["m.yaml:7:22: spec.validationDataset needs one of path and examples; add path: data/examples.jsonl"],
    ),
    (
        "adapterSize: 4",
        ["m.yaml:7:3: `adapterSize` is not a field of spec; it belongs under spec.hyperparameters"],
    ),
    ("dataset: {}", ["m.yaml:7:12: spec.dataset needs one of path and examples; add path: data/examples.jsonl"]),
    ("dataset: {pth: x}", ["m.yaml:7:13: `pth` is not a field of spec.dataset; did you mean path?"]),
    ("dataset: {path: x, examples: []}", ["m.yaml:7:22: path and examples exclude each other; keep one of them"]),
    ("dataset: x.jsonl", ["m.yaml:7:12: spec.dataset must be a mapping, not text"]),
    (
        "dataset: {path: x, format: xml}",
        ["m.yaml:7:30: spec.dataset.format can't be `xml`; it can be: jsonl, contents, json, csv, tsv"],
    ),
    (
        "dataset: {examples: [{textInput: 1, output: null}, {text_input: a}]}",
        [
            'm.yaml:7:36: spec.dataset.examples[0].textInput must be text; `1` is a number; quote it: `"1"`',
            'm.yaml:7:47: spec.dataset.examples[0].output is empty; quote it: `"null"`',
            "m.yaml:7:54: spec.dataset.examples[1].output is missing; add output: ...",
            "m.yaml:7:55: `text_input` is not a field of spec.dataset.examples[1]; did you mean textInput?",
        ],
    ),
    (
        "hyperparameters: {learningRate: 1, learningRateMultiplier: 1}",
        ["m.yaml:7:38: learningRate and learningRateMultiplier exclude each other; keep one of them"],
    ),
    (
        "hyperparameters:\n    epochCount: 0\n    batchSize: 5000000000\n    learningRate: 1e400\n    learningRateMultiplier: 0",
        [
            "m.yaml:8:17: spec.hyperparameters.epochCount can't be `0`; the least is 1",
            "m.yaml:9:16: spec.hyperparameters.batchSize can't be `5000000000`; the most is 2,147,483,647",
            "m.yaml:10:19: spec.hyperparameters.learningRate can't be `1e400`; write a finite number",
            "m.yaml:11:5: learningRate and learningRateMultiplier exclude each other; keep one of them",
            "m.yaml:11:29: spec.hyperparameters.learningRateMultiplier can't be `0`; write a number above 0",
        ],
    ),
]


@pytest.mark.parametrize(("spec", "lines"), SPECS, ids=[spec[:50] for spec, _ in SPECS])
def test_a_mistake_in_the_spec(
    spec: str, lines: list[str], model: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    model("m.yaml", f"  {spec}")
    assert findings() == lines


TOP = "apiVersion: reconciler.dev/v1alpha1\nkind: TunedModel\n"
SPEC = "spec:\n  baseModel: models/x\n"
ELSEWHERE = "move it out of the manifests' folder, or begin it with apiVersion and kind"
WHOLE = [
    ("a: 1\n", [f"m.yaml:1:1: is not a manifest: it has neither apiVersion nor kind; {ELSEWHERE}"]),
    ("- a\n", [f"m.yaml:1:1: is not a manifest but a list; {ELSEWHERE}"]),
    ("hello\n", [f"m.yaml:1:1: is not a manifest but text; {ELSEWHERE}"]),
    ("null\n", [f"m.yaml:1:1: is not a manifest but null; {ELSEWHERE}"]),
    ("5\n", [f"m.yaml:1:1: is not a manifest but a single value; {ELSEWHERE}"]),
    (
        "apiVersion: reconciller.dev/v1alpha1\nkind: TuneModel\n",
        [
            "m.yaml:1:13: `reconciller.dev/v1alpha1` is not an apiVersion of ours; did you mean reconciler.dev/v1alpha1?",
            "m.yaml:2:7: `TuneModel` is not a kind of ours; did you mean TunedModel?",
        ],
    ),
    (
        "apiVersion: reconciler.dev/v1alpha1\nkind: Deployment\n",
        [
            "m.yaml:2:7: `Deployment` is not a kind of ours; write TunedModel, Workspace or Environment, or move the file elsewhere"
        ],
    ),
    ("kind: TunedModel\n", ["m.yaml:1:1: apiVersion is missing; add apiVersion: reconciler.dev/v1alpha1"]),
    (
        "apiVersion: reconciler.dev/v1alpha1\n",
        ["m.yaml:1:1: kind is missing; add kind: TunedModel, Workspace or Environment"],
    ),
    (
        "apiVersion: reconciler.dev/v1alpha1\nkind: [TunedModel]\n",
        [
            "m.yaml:2:7: a list is not a kind of ours; write TunedModel, Workspace or Environment, or move the file elsewhere"
        ],
    ),
    (TOP + SPEC, ["m.yaml:1:1: metadata is missing; add metadata: ..."]),
    (TOP + "metadata: {name: a}\n", ["m.yaml:1:1: spec is missing; add spec: ..."]),
    (TOP + "metadata: {nmae: a}\n" + SPEC, ["m.yaml:3:12: `nmae` is not a field of metadata; did you mean name?"]),
    (
        TOP + "metadata:\n  namespace: x\n" + SPEC,
        [
            "m.yaml:3:1: metadata.name is missing; add name: ...",
            "m.yaml:4:3: namespaces are not supported; use one workspace for each environment",
        ],
    ),
    (
        TOP + "metadata: {name: Model_1, labels: {a: 1, b: yes}}\n" + SPEC,
        [
            (
                "m.yaml:3:18: metadata.name: `Model_1` is not a name; use at most 63 lower-case letters, digits and hyphens, "
                "a letter first and no hyphen at the end"
            ),
            'm.yaml:3:39: metadata.labels.a must be text; `1` is a number; quote it: `"1"`',
        ],
    ),
    (
        TOP + "metadata: {name: a}\nspec: {temperature: 0.5}\n",
        [("m.yaml:4:7: spec needs one of baseModel, tunedModelSource and preTunedModel; add baseModel: ...")],
    ),
]


@pytest.mark.parametrize(("text", "lines"), WHOLE, ids=[text[-50:] for text, _ in WHOLE])
def test_a_mistake_in_the_whole(
    text: str, lines: list[str], write: Callable[..., Path], findings: Callable[..., list[str]]
) -> None:
    write("m.yaml", text)
    assert findings() == lines


WORKSPACES = [
    (
        "owner: Acme",
        (
            "workspace.yaml:6:10: spec.owner: `Acme` is not an owner; use at most 24 lower-case letters, digits and hyphens, "
            "a letter first and no hyphen at the end"
        ),
    ),
    (
        "endpoint: https://evil.example",
        (
            "workspace.yaml:6:13: spec.endpoint: this is not an endpoint that credentials may go to; "
            "write emulator, http://127.0.0.1:PORT (up to 65535), https://HOST.googleapis.com, or remove it"
        ),
    ),
    (
        "project: ../x",
        (
            "workspace.yaml:6:12: spec.project: `../x` is not a project id; "
            "write the id, as in the address bar of the Google Cloud console"
        ),
    ),
    (
        "formerOwners: [A]",
        "workspace.yaml:6:18: spec.formerOwners[0]: `A` is not an owner; write the owner as the workspace used to have it",
    ),
    ("location: US", "workspace.yaml:6:13: spec.location: `US` is not a region; write it as in us-central1, or global"),
    (
        "stagingBucket: my-bucket",
        (
            "workspace.yaml:6:18: spec.stagingBucket: `my-bucket` is not a bucket, nor a folder in one; "
            "write gs://BUCKET, or gs://BUCKET/FOLDER"
        ),
    ),
    (
        "provider: Gemini",
        "workspace.yaml:6:13: spec.provider: `Gemini` is not the name of a provider; write it in lower-case letters",
    ),
    (
        "serviceVersion: beta",
        "workspace.yaml:6:19: spec.serviceVersion: `beta` is not the version of an API; write it as in v1 or v1beta",
    ),
    ("policy: none", "workspace.yaml:6:11: spec.policy can't be `none`; it can be: sync, upsert-only, create-only"),
    ("limits: {maxDeletes: -1}", "workspace.yaml:6:24: spec.limits.maxDeletes can't be `-1`; the least is 0"),
    ("maxDeletes: 1", "workspace.yaml:6:3: `maxDeletes` is not a field of spec; it belongs under spec.limits"),
]


@pytest.mark.parametrize(("spec", "line"), WORKSPACES, ids=[spec for spec, _ in WORKSPACES])
def test_a_mistake_in_the_workspace(spec: str, line: str, folder: Path, findings: Callable[..., list[str]]) -> None:
    with (folder / "workspace.yaml").open("a") as stream:
        stream.write(f"spec:\n  {spec}\n")
    assert findings() == [line]


def test_an_owner_from_a_long_name_does_not_fit(write: Callable[..., Path], findings: Callable[..., list[str]]) -> None:
    write("workspace.yaml", f"{TOP.replace('TunedModel', 'Workspace')}metadata:\n  name: {'a' * 25}\n")
    assert findings() == [
        "workspace.yaml:4:9: metadata.name has 25 characters; as the owner it may have 24; shorten it, or set spec.owner"
    ]

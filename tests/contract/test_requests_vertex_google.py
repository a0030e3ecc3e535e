"""Every request we send to Vertex AI is one that its discovery document has and Google's published messages can read.

The requests to Cloud Storage are held by `test_storage_google`, from the other side: what the emulator takes of us is
what the official client sends it.
"""

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.emulator.inprocess import adapter
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Recorded
from reconciler.plan.training import ownership
from reconciler.providers.credentials import EMBEDDED
from reconciler.providers.vertex.connect import connect
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Example, Locator, digest
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Observed
from reconciler.resource.workspace import Workspace

with warnings.catch_warnings():
    # Google's packages warn about the age of Python and of themselves while they are imported.
    warnings.simplefilter("ignore")
    google: Any = pytest.importorskip("google.cloud.aiplatform_v1")
    from google.protobuf import field_mask_pb2, json_format

DISCOVERY = Path(__file__).parents[3] / "shared" / "api" / "aiplatform-v1-tuning.json"
PLACE = "projects/a-project/locations/us-central1"
EXAMPLES = (
    Example("1", "2"),
    Example("três", "quatro", '{"contents":[],"systemInstruction":{"parts":[{"text":"Count."}]}}'),
)
FIELDS: dict[str, Any] = {
    "displayName": "Numbers",
    "description": "Counts.",
    "baseModel": "gemini-2.5-flash",
    "hyperparameters.epochCount": 3,
    "hyperparameters.learningRateMultiplier": 0.5,
    "hyperparameters.adapterSize": 8,
    "labels.team": "ours",
    "kmsKeyName": "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k",
    "serviceAccount": "tuner@a-project.iam.gserviceaccount.com",
}


class Wire:
    """What a provider sends to an emulator, through every act of the port."""

    def __init__(self) -> None:
        self.time = 1_763_000_000.0
        self.emulator = Emulator(clock=lambda: self.time, settings=Settings(steps_per_second=0.01, operation_seconds=2))
        session = requests.Session()
        session.mount(EMBEDDED, adapter(self.emulator, self.sleep))
        workspace = Workspace("acme", "acme", "vertex", "v1", "emulator", "a-project", "us-central1", "gs://a-bucket")
        self.provider = connect(workspace, {}, session=session, sleep=self.sleep, clock=lambda: self.time)
        self.act()
        self.requests = [each for each in self.emulator.requests if "/storage/" not in each.path]

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def act(self) -> None:
        """Use the whole port once, and tune a tuned model too."""
        parent = self.train("numbers-aaaaaabbbbbbbbb", FIELDS)
        self.provider.explain(parent)
        self.provider.generate(parent, "41")
        child = {**FIELDS, "preTunedModel.address": "TunedModel/numbers", "preTunedModel.checkpointId": "1"}
        child["exportLastCheckpointOnly"] = True
        del child["baseModel"]
        self.begin("more-aaaaaabbbbbbbbb", child, parent)
        [training] = self.provider.read(["more-aaaaaabbbbbbbbb"])
        self.provider.cancel(training)
        self.provider.update(parent, {"displayName": "Other", "description": "New.", "labels.team": "theirs"}, None)
        self.provider.observe()
        self.provider.read([parent.resources["model"]])
        self.provider.delete(parent)

    def begin(self, name: str, fields: dict[str, Any], parent: Observed | None = None) -> Any:
        dataset = Dataset(digest(EXAMPLES), 2, 1, 1, 1, Locator("/x", "contents", "", ""))
        desired = Desired(Address(name.rpartition("-")[0]), fields, dataset, validation=dataset)
        return self.provider.create(name, desired, ownership(desired, "acme"), EXAMPLES, EXAMPLES, parent)

    def train(self, name: str, fields: dict[str, Any]) -> Observed:
        operation = self.begin(name, fields)
        self.provider.poll([operation])
        self.time += 36_000
        [done] = self.provider.poll([operation])
        assert done.observed is not None
        return done.observed

    def bodies(self, method: str, ending: str) -> list[Any]:
        return [each.body for each in self.requests if each.method == method and each.path.endswith(ending)]


@pytest.fixture(scope="module")
def wire() -> Wire:
    return Wire()


def parsed(kind: Any, body: Any) -> Any:
    """Read a body strictly: what Google's class does not know fails."""
    return json_format.ParseDict(body, kind.pb()(), ignore_unknown_fields=False)


def test_a_job(wire: Wire) -> None:
    job, child = (parsed(google.TuningJob, body) for body in wire.bodies("POST", "/tuningJobs"))
    spec = job.supervised_tuning_spec
    hyper = spec.hyper_parameters
    assert (job.base_model, hyper.epoch_count, hyper.learning_rate_multiplier, hyper.adapter_size) == (
        "gemini-2.5-flash",
        3,
        0.5,
        google.SupervisedHyperParameters.AdapterSize.ADAPTER_SIZE_EIGHT,
    )
    assert (spec.export_last_checkpoint_only, child.supervised_tuning_spec.export_last_checkpoint_only) == (False, True)
    assert spec.training_dataset_uri == spec.validation_dataset_uri
    assert re.fullmatch(r"gs://a-bucket/reconciler/data/1-[0-9a-f]{64}\.jsonl", spec.training_dataset_uri)
    assert (job.encryption_spec.kms_key_name, job.service_account) == (FIELDS["kmsKeyName"], FIELDS["serviceAccount"])
    assert job.tuned_model_display_name == job.labels["reconciler-id"] == "numbers-aaaaaabbbbbbbbb"
    assert re.fullmatch(rf"{PLACE}/models/[0-9]+@1", child.pre_tuned_model.tuned_model_name)
    assert (child.pre_tuned_model.checkpoint_id, child.base_model) == ("1", "")


def test_labels_are_what_labels_may_be(wire: Wire) -> None:
    """At most 64, keys and values of 63 characters of a restricted alphabet."""
    for body in wire.bodies("POST", "/tuningJobs"):
        assert len(body["labels"]) <= 64
        for key, value in body["labels"].items():
            assert re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key)
            assert re.fullmatch(r"[a-z0-9_-]{0,63}", value)


def test_a_change_and_its_mask(wire: Wire) -> None:
    [patch] = [each for each in wire.requests if each.method == "PATCH"]
    model, mask = parsed(google.Model, patch.body), field_mask_pb2.FieldMask()
    mask.FromJsonString(patch.query["updateMask"])
    assert mask.IsValidForDescriptor(model.DESCRIPTOR)
    assert {field.name for field, _ in model.ListFields()} == {*mask.paths, "etag"}


def test_a_prompt_and_an_undeployment(wire: Wire) -> None:
    [asked] = wire.bodies("POST", ":generateContent")
    assert parsed(google.GenerateContentRequest, asked).contents[0].parts[0].text == "41"
    undeployed = [parsed(google.UndeployModelRequest, body) for body in wire.bodies("POST", ":undeployModel")]
    assert undeployed
    assert all(each.deployed_model_id.isdecimal() for each in undeployed)


def test_a_cancel_has_an_empty_body(wire: Wire) -> None:
    assert wire.bodies("POST", ":cancel") == [{}]


def test_a_line_of_data_is_a_conversation(wire: Wire) -> None:
    """As the guide on preparing data has it: a systemInstruction and contents, which Google's request has as well."""
    [name] = {body["supervisedTuningSpec"]["trainingDatasetUri"] for body in wire.bodies("POST", "/tuningJobs")}
    path = f"/storage/v1/b/a-bucket/o/{name.removeprefix('gs://a-bucket/').replace('/', '%2F')}?alt=media"
    session = requests.Session()
    session.mount(EMBEDDED, adapter(wire.emulator))
    lines = [json.loads(line) for line in session.get(EMBEDDED + path).content.splitlines()]
    read = [parsed(google.GenerateContentRequest, line) for line in lines]
    assert [[turn.role for turn in each.contents] for each in read] == [["user", "model"]] * 2
    assert read[1].system_instruction.parts[0].text == "Count."


@pytest.mark.skipif(not DISCOVERY.exists(), reason="the discovery document is not here")
def test_every_request_is_a_method_of_the_service(wire: Wire) -> None:
    """Verb, path, and parameters of the query."""
    methods = list(_methods(json.loads(DISCOVERY.read_text())))
    unknown = [each for each in wire.requests if not any(_is(method, each) for method in methods)]
    assert not unknown
    assert {each.method for each in wire.requests} == {"GET", "POST", "PATCH", "DELETE"}


def _methods(part: dict[str, Any]) -> list[dict[str, Any]]:
    """All methods of a discovery document, wherever they are nested."""
    own = list(part.get("methods", {}).values())
    return own + [method for each in part.get("resources", {}).values() for method in _methods(each)]


def _is(method: dict[str, Any], request: Recorded) -> bool:
    template = re.sub(r"\\\{[^}]*\\\}", r"[^/:]+", re.escape(method.get("flatPath") or method["path"]))
    fits = method["httpMethod"] == request.method and re.fullmatch(f"/{template}", request.path)
    return bool(fits) and set(request.query) <= {*method["parameters"], "fields"}

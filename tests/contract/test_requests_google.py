"""Every request we send is one that Google's own published messages can read, field by field."""

from collections.abc import Callable
from typing import Any

import google.ai.generativelanguage_v1beta as v1beta
import google.ai.generativelanguage_v1beta3 as v1beta3
import pytest
import requests
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import Parse, ParseDict

from reconciler.emulator.inprocess import adapter
from reconciler.emulator.server import Emulator
from reconciler.providers.credentials import EMBEDDED
from reconciler.providers.gemini.connect import connect
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Example, Locator, digest
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Grant, Ownership
from reconciler.resource.workspace import workspace

GOOGLE = {"v1beta": v1beta, "v1beta3": v1beta3}
EXAMPLES = (Example("1", "2"), Example("três", "quatro"))
FIELDS: dict[str, dict[str, Any]] = {
    "v1beta": {
        "baseModel": "models/gemini-1.0-pro-001",
        "readerProjectNumbers": ("123", "456"),
        "hyperparameters.learningRateMultiplier": 1.5,
    },
    "v1beta3": {"baseModel": "models/text-bison-001", "hyperparameters.learningRate": 0.002},
}
COMMON: dict[str, Any] = {
    "displayName": "Numbers",
    "description": "Counts.",
    "temperature": 0.5,
    "topP": 0.9,
    "topK": 30,
    "hyperparameters.epochCount": 3,
    "hyperparameters.batchSize": 2,
}


class Wire:
    """What one provider sends to an emulator, through every act of the port."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.google = GOOGLE[version]
        self.time = 1_700_000_000.0
        emulator = Emulator(clock=lambda: self.time)
        session = requests.Session()
        session.mount(EMBEDDED, adapter(emulator))
        document = {
            "apiVersion": "reconciler.dev/v1alpha1",
            "kind": "Workspace",
            "metadata": {"name": "acme"},
            "spec": {"endpoint": "emulator", "serviceVersion": version},
        }
        self.provider = connect(workspace(document), {}, session=session, losses=True)
        self.act()
        self.requests = emulator.requests

    def act(self) -> None:
        """Use the whole port once."""
        dataset = Dataset(digest(EXAMPLES), 2, 1, 1, 1, Locator("/x", "jsonl", "text_input", "output"))
        desired = Desired(Address("numbers"), {**COMMON, **FIELDS[self.version]}, dataset)
        ownership = Ownership("acme", "numbers", "1:" + "ab" * 32, "cd" * 32, {"epochCount": 3.0})
        operation = self.provider.create("tunedModels/numbers-1", desired, ownership, EXAMPLES)
        self.provider.tunable()
        self.provider.poll([operation])
        [training] = self.provider.observe()
        self.provider.cancel(training)
        self.time += 3600
        mutable = {path: desired.fields[path] for path in COMMON if "." not in path}
        if self.version == "v1beta":
            mutable["readerProjectNumbers"] = ("7",)
        [observed] = self.provider.read([training.name])
        observed = self.provider.update(observed, {**mutable, "description": "New."}, ownership).observed or observed
        self.provider.grant(
            observed, [Grant("GROUP", "us@googlegroups.com", "WRITER"), Grant("EVERYONE", "", "READER")]
        )
        self.provider.delete(observed)

    def bodies(self, method: str, ending: str) -> list[Any]:
        return [r.body for r in self.requests if r.method == method and r.path.endswith(ending)]

    def message(self, name: str) -> Any:
        return getattr(self.google, name).pb()()


@pytest.fixture(scope="module", params=["v1beta", "v1beta3"])
def wire(request: pytest.FixtureRequest) -> Wire:
    return Wire(request.param)


def test_a_create(wire: Wire) -> None:
    [body] = wire.bodies("POST", "/tunedModels")
    model = ParseDict(body, wire.message("TunedModel"), ignore_unknown_fields=False)
    assert [Example(e.text_input, e.output) for e in model.tuning_task.training_data.examples.examples] == list(
        EXAMPLES
    )
    assert model.tuning_task.hyperparameters.epoch_count == 3
    assert (model.top_k, round(model.temperature, 6)) == (30, 0.5)
    assert model.base_model == FIELDS[wire.version]["baseModel"]


def test_a_create_tuned_from_a_tuned_model(wire: Wire) -> None:
    from reconciler.providers.gemini.codec import training_body

    dataset = Dataset(digest(EXAMPLES), 2, 1, 1, 1, Locator("/x", "jsonl", "text_input", "output"))
    body = training_body({"tunedModelSource.tunedModel": "tunedModels/a"}, "x", dataset, EXAMPLES)
    model = Parse(body, wire.message("TunedModel"), ignore_unknown_fields=False)
    assert model.tuned_model_source.tuned_model == "tunedModels/a"


def test_an_update_and_its_mask(wire: Wire) -> None:
    [patch] = [r for r in wire.requests if r.method == "PATCH"]
    model = ParseDict(patch.body, wire.message("TunedModel"), ignore_unknown_fields=False)
    mask = FieldMask()
    mask.FromJsonString(patch.query["updateMask"])
    assert mask.IsValidForDescriptor(model.DESCRIPTOR)
    assert {field.name for field, _ in model.ListFields()} == set(mask.paths)


def test_grants(wire: Wire) -> None:
    bodies = wire.bodies("POST", "/permissions")
    parsed = [ParseDict(body, wire.message("Permission"), ignore_unknown_fields=False) for body in bodies]
    assert [(p.grantee_type, p.role, p.email_address) for p in parsed] == [(2, 2, "us@googlegroups.com"), (3, 3, "")]


@pytest.mark.parametrize(
    ("version", "method", "message"),
    [
        ("v1beta", "generateContent", "GenerateContentRequest"),
        ("v1beta", "generateText", "GenerateTextRequest"),
        ("v1beta3", "generateText", "GenerateTextRequest"),
    ],
)
def test_prompts(version: str, method: str, message: str) -> None:
    from reconciler.providers import inference

    write: dict[str, Callable[[str], dict[str, Any]]] = {
        "generateContent": inference.content_request,
        "generateText": inference.text_request,
    }
    parsed = ParseDict(write[method]("4"), getattr(GOOGLE[version], message).pb()(), ignore_unknown_fields=False)
    text = parsed.contents[0].parts[0].text if method == "generateContent" else parsed.prompt.text
    assert text == "4"


def test_a_cancel_has_an_empty_body(wire: Wire) -> None:
    assert wire.bodies("POST", ":cancel") == [{}]


def test_the_queries_name_parameters_that_the_methods_have(wire: Wire) -> None:
    system = {"fields"}
    allowed = {
        "POST /tunedModels": {"tuned_model_id"},
        "GET /tunedModels": set(wire.message("ListTunedModelsRequest").DESCRIPTOR.fields_by_name),
        "GET /models": set(wire.message("ListModelsRequest").DESCRIPTOR.fields_by_name),
        "GET /permissions": set(wire.message("ListPermissionsRequest").DESCRIPTOR.fields_by_name),
        "GET /operations": {"page_size", "page_token"},
        "PATCH": {"update_mask"},
    }
    for request in wire.requests:
        key = f"{request.method} /{request.path.rpartition('/')[2]}"
        known = allowed.get(key, allowed.get(request.method, set())) | system
        names = {"".join(f"_{c.lower()}" if c.isupper() else c for c in name) for name in request.query}
        assert names <= known, request


@pytest.mark.parametrize("version", ["v1beta", "v1beta3"])
def test_the_columns_we_ask_for_exist(version: str) -> None:
    from reconciler.providers.gemini.codec import columns

    def check(mask: str, descriptor: Any) -> None:
        fields = {field.json_name: field for field in descriptor.fields}
        depth, start = 0, 0
        for end, char in enumerate(f"{mask},"):
            depth += {"(": 1, ")": -1}.get(char, 0)
            if char == "," and not depth:
                name, _, inner = mask[start:end].partition("(")
                assert name in fields
                if inner:
                    check(inner.removesuffix(")"), fields[name].message_type)
                start = end + 1

    check(columns(version, losses=True), GOOGLE[version].TunedModel.pb().DESCRIPTOR)

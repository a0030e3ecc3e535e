"""The emulator against Google's own published code: messages parsed strictly, and the official REST clients.

Strictly means that a field which Google's classes do not know fails the test.
"""

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.emulator.http import Served, serve
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request

with warnings.catch_warnings():
    # Google's packages warn about the age of Python and of themselves while they are imported.
    warnings.simplefilter("ignore")
    beta = pytest.importorskip("google.ai.generativelanguage_v1beta")
    beta3 = pytest.importorskip("google.ai.generativelanguage_v1beta3")
    from google.ai.generativelanguage_v1beta.services.generative_service.transports import (
        GenerativeServiceRestTransport,
    )
    from google.ai.generativelanguage_v1beta.services.model_service.transports import ModelServiceRestTransport
    from google.ai.generativelanguage_v1beta.services.permission_service.transports import (
        PermissionServiceRestTransport,
    )
    from google.ai.generativelanguage_v1beta3.services.model_service.transports import (
        ModelServiceRestTransport as ModelServiceRestTransport3,
    )
    from google.api_core import exceptions
    from google.auth.credentials import AnonymousCredentials

    operations_pb2 = pytest.importorskip("google.longrunning.operations_pb2")
    from google.protobuf import empty_pb2, json_format

START = 1_700_000_000.123456
NAME = "tunedModels/numbers-1"
PAIRS = [{"textInput": str(number), "output": str(number + 1)} for number in range(15)]


class World:
    """An emulator whose answers are read by Google's classes."""

    def __init__(self, settings: Settings) -> None:
        self.time = START
        self.emulator = Emulator(clock=lambda: self.time, settings=settings)

    def ask(self, method: str, target: str, kind: Any, body: object = None) -> Any:
        """Send a request and parse the answer strictly into a message of the kind."""
        data = b"" if body is None else json.dumps(body).encode()
        response = self.emulator.handle(Request(method, target, {}, data))
        assert response.status == 200, response.body
        message = kind.pb()() if hasattr(kind, "pb") else kind()
        json_format.Parse(response.body.decode(), message, ignore_unknown_fields=False)
        return message


def a_model(base: str) -> dict[str, Any]:
    rates = {"epochCount": 5, "batchSize": 4, "learningRate": 0.001}
    task = {"hyperparameters": rates, "trainingData": {"examples": {"examples": PAIRS}}}
    return {"displayName": "numbers", "description": "counts", "baseModel": base, "tuningTask": task}


@pytest.mark.parametrize(
    ("version", "google", "base"),
    [("v1beta", beta, "models/gemini-1.0-pro-001"), ("v1beta3", beta3, "models/text-bison-001")],
)
@pytest.mark.parametrize("encoding", ["", "$alt=json;enum-encoding=int"])
def test_every_answer_is_one_of_googles_messages(version: str, google: Any, base: str, encoding: str) -> None:
    world = World(Settings())
    models = f"/{version}/tunedModels"
    made = world.ask("POST", f"{models}?tunedModelId=numbers-1&{encoding}", operations_pb2.Operation, a_model(base))
    for progress in (0.0, 0.6):
        world.time = START + progress
        assert not _operation_and_model(world, google, f"/{version}/{made.name}?{encoding}")[0].done
    world.time = START + 60
    operation, model = _operation_and_model(world, google, f"/{version}/{made.name}?{encoding}")
    assert operation.done
    done = google.TunedModel.pb()()
    assert operation.response.Unpack(done)
    assert done == model
    assert model.state == google.TunedModel.State.ACTIVE
    listed = world.ask("GET", f"{models}?{encoding}", google.ListTunedModelsResponse)
    assert list(listed.tuned_models) == [model]
    world.ask("GET", f"/v1/{NAME}/operations", operations_pb2.ListOperationsResponse)
    changed = world.ask(
        "PATCH", f"/{version}/{NAME}?updateMask=displayName&{encoding}", google.TunedModel, {"displayName": "n"}
    )
    assert changed.display_name == "n"
    _grants(world, google, f"/{version}", encoding)
    world.ask("GET", f"/{version}/models?{encoding}", google.ListModelsResponse)
    world.ask("GET", f"/{version}/{base}", google.Model)
    text = {"prompt": {"text": "4"}, "candidateCount": 2}
    assert world.ask("POST", f"/{version}/{NAME}:generateText", google.GenerateTextResponse, text).candidates
    owner = {"emailAddress": "you@example.com"}
    world.ask("POST", f"/{version}/{NAME}:transferOwnership", google.TransferOwnershipResponse, owner)


def _operation_and_model(world: World, google: Any, target: str) -> tuple[Any, Any]:
    """Read an operation and its model at one moment, and hold one against the other."""
    operation = world.ask("GET", target, operations_pb2.Operation)
    model = world.ask("GET", target.partition("/operations/")[0], google.TunedModel)
    metadata = google.CreateTunedModelMetadata.pb()()
    assert operation.metadata.Unpack(metadata)
    assert (metadata.total_steps, metadata.tuned_model) == (19, NAME)
    assert metadata.completed_steps == len(metadata.snapshots) == len(model.tuning_task.snapshots)
    return operation, model


def _grants(world: World, google: Any, version: str, encoding: str) -> None:
    """Share, look, change and take back."""
    grants = f"{version}/{NAME}/permissions"
    grant = world.ask("POST", f"{grants}?{encoding}", google.Permission, {"granteeType": 3, "role": 3})
    world.ask("GET", f"{grants}?{encoding}", google.ListPermissionsResponse)
    world.ask("PATCH", f"{version}/{grant.name}?updateMask=role", google.Permission, {"role": "WRITER"})
    world.ask("DELETE", f"{version}/{grant.name}?{encoding}", empty_pb2.Empty)


def test_a_generated_content_is_googles_message() -> None:
    world = World(Settings(steps_per_second=1e9))
    world.ask(
        "POST", "/v1beta/tunedModels?tunedModelId=numbers-1", operations_pb2.Operation, a_model("models/text-bison-001")
    )
    world.time += 60
    for encoding in ("", "?$alt=json;enum-encoding=int"):
        asked = {"contents": [{"parts": [{"text": "4"}]}]}
        target = f"/v1beta/{NAME}:generateContent{encoding}"
        answer = world.ask("POST", target, beta.GenerateContentResponse, asked)
        assert answer.candidates[0].content.parts[0].text == "5"
    world.ask("DELETE", f"/v1beta/{NAME}", empty_pb2.Empty)


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
def test_the_error_of_an_operation_is_googles_status(outcome: str) -> None:
    world = World(Settings(fail_after={"numbers": 3} if outcome == "failed" else {}))
    operation = world.ask(
        "POST", "/v1beta/tunedModels?tunedModelId=numbers-1", operations_pb2.Operation, a_model("models/text-bison-001")
    )
    if outcome == "cancelled":
        world.ask("POST", f"/v1/{operation.name}:cancel", empty_pb2.Empty, {})
    world.time += 60
    done = world.ask("GET", f"/v1/{operation.name}", operations_pb2.Operation)
    assert (done.done, done.error.code) == (True, 3 if outcome == "failed" else 1)


@pytest.fixture
def served() -> Iterator[Served]:
    """Give an emulator on a port of this machine, in which trainings take no time."""
    running = serve(Emulator(settings=Settings(steps_per_second=1e9, start_delay=0)))
    yield running
    running.close()


def transport(kind: Any, served: Served) -> Any:
    host = served.url.removeprefix("http://")
    anonymous: Any = AnonymousCredentials  # its constructor has no annotations
    return kind(host=host, credentials=anonymous(), url_scheme="http")


def google_model(google: Any, base: str) -> Any:
    examples = [google.TuningExample(text_input=pair["textInput"], output=pair["output"]) for pair in PAIRS]
    return google.TunedModel(
        display_name="numbers",
        base_model=base,
        temperature=0.5,
        tuning_task=google.TuningTask(
            training_data=google.Dataset(examples=google.TuningExamples(examples=examples)),
            hyperparameters=google.Hyperparameters(epoch_count=5, batch_size=4, learning_rate=0.001),
        ),
    )


@pytest.mark.loopback
@pytest.mark.filterwarnings("ignore")
def test_googles_client_lives_a_models_life(served: Served) -> None:
    client = beta.ModelServiceClient(transport=transport(ModelServiceRestTransport, served))
    sent = google_model(beta, "models/gemini-1.0-pro-001")
    operation = client.create_tuned_model(tuned_model=sent, tuned_model_id="numbers-1")
    made = operation.result(timeout=30)
    assert operation.metadata.total_steps == 19
    assert client.get_tuned_model(name=NAME) == made
    assert list(client.list_tuned_models(page_size=1)) == [made]
    with pytest.raises(exceptions.Conflict):
        client.create_tuned_model(tuned_model=sent, tuned_model_id="numbers-1")
    made.display_name = "renamed"
    changed = client.update_tuned_model(tuned_model=made, update_mask={"paths": ["display_name"]})
    assert (changed.display_name, changed.temperature) == ("renamed", 0.5)
    assert "createTunedModel" in client.get_model(name="models/gemini-1.0-pro-001").supported_generation_methods
    _share(served)
    writer = beta.GenerativeServiceClient(transport=transport(GenerativeServiceRestTransport, served))
    asked = {"parts": [{"text": "4"}]}
    assert writer.generate_content(model=NAME, contents=[asked]).candidates[0].content.parts[0].text == "5"
    streamed = writer.stream_generate_content(model=NAME, contents=[asked])
    assert "".join(part.candidates[0].content.parts[0].text for part in streamed) == "5"
    client.delete_tuned_model(name=NAME)
    with pytest.raises(exceptions.NotFound):
        client.get_tuned_model(name=NAME)


def _share(served: Served) -> None:
    """Share the model, look, change and take back, with Google's client."""
    sharer = beta.PermissionServiceClient(transport=transport(PermissionServiceRestTransport, served))
    kind, roles = beta.Permission.GranteeType, beta.Permission.Role
    grant = beta.Permission(grantee_type=kind.USER, email_address="you@example.com", role=roles.READER)
    made = sharer.create_permission(parent=NAME, permission=grant)
    assert [one.role for one in sharer.list_permissions(parent=NAME)] == [roles.OWNER, roles.READER]
    made.role = roles.WRITER
    assert sharer.update_permission(permission=made, update_mask={"paths": ["role"]}).role == roles.WRITER
    assert sharer.get_permission(name=made.name) == made
    sharer.delete_permission(name=made.name)


@pytest.mark.loopback
@pytest.mark.filterwarnings("ignore")
def test_googles_older_client(served: Served) -> None:
    client = beta3.ModelServiceClient(transport=transport(ModelServiceRestTransport3, served))
    sent = google_model(beta3, "models/text-bison-001")
    made = client.create_tuned_model(tuned_model=sent, tuned_model_id="numbers-1").result(timeout=30)
    assert made.state == beta3.TunedModel.State.ACTIVE
    assert [one.name for one in client.list_tuned_models()] == [NAME]
    client.delete_tuned_model(name=NAME)

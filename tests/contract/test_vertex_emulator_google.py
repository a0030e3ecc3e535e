"""The emulated Vertex AI against Google's own published code: messages parsed strictly, and the official REST clients.

Strictly means that a field which Google's classes do not know fails the test.
"""

import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciler.emulator.http import Served, serve
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request

with warnings.catch_warnings():
    # Google's packages warn about the age of Python and of themselves while they are imported.
    warnings.simplefilter("ignore")
    google: Any = pytest.importorskip("google.cloud.aiplatform_v1")
    services = "google.cloud.aiplatform_v1.services"
    tuning_rest: Any = pytest.importorskip(f"{services}.gen_ai_tuning_service.transports")
    model_rest: Any = pytest.importorskip(f"{services}.model_service.transports")
    endpoint_rest: Any = pytest.importorskip(f"{services}.endpoint_service.transports")
    prediction_rest: Any = pytest.importorskip(f"{services}.prediction_service.transports")
    from google.api_core import exceptions
    from google.auth.credentials import AnonymousCredentials
    from google.protobuf import empty_pb2, json_format

    operations_pb2: Any = pytest.importorskip("google.longrunning.operations_pb2")

START = 1_763_000_000.123456
PARENT = "projects/our-project/locations/us-central1"
LINES = [
    {"contents": [{"role": "user", "parts": [{"text": str(at)}]}, {"role": "model", "parts": [{"text": str(at + 1)}]}]}
    for at in range(40)
]
STATE = google.JobState


class World:
    """An emulator whose answers are read by Google's classes."""

    def __init__(self, settings: Settings, encoding: str = "") -> None:
        self.time = START
        self.encoding = encoding
        self.emulator = Emulator(clock=lambda: self.time, settings=settings)
        put(self.emulator)

    def ask(self, method: str, path: str, kind: Any, body: object = None) -> Any:
        """Send a request and parse the answer strictly into a message of the kind."""
        data = b"" if body is None else json.dumps(body).encode()
        joint = "&" if "?" in path else "?"
        response = self.emulator.handle(Request(method, f"/v1/{path}{joint}{self.encoding}", {}, data))
        assert response.status == 200, response.body
        message = kind.pb()() if hasattr(kind, "pb") else kind()
        json_format.Parse(response.body.decode(), message, ignore_unknown_fields=False)
        return message

    def done(self, operation: Any, metadata: Any, response: Any) -> Any:
        """Read an operation, which must be done, and unpack what it tells."""
        done = self.ask("GET", operation.name, operations_pb2.Operation)
        assert done.done
        told = metadata.pb()()
        assert done.metadata.Unpack(told)
        assert told.generic_metadata.update_time.seconds > 0
        result = response.pb()() if hasattr(response, "pb") else response()
        assert done.response.Unpack(result)
        return result


def put(emulator: Emulator) -> None:
    emulator.put_object("our-bucket", "data.jsonl", "\n".join(map(json.dumps, LINES)).encode())


def a_job(**changes: Any) -> Any:
    """Give a job with every field that may be given."""
    rates = {"epochCount": "2", "learningRateMultiplier": 0.5, "adapterSize": "ADAPTER_SIZE_EIGHT"}
    uri = "gs://our-bucket/data.jsonl"
    return {
        "baseModel": "gemini-2.5-flash",
        "tunedModelDisplayName": "numbers",
        "description": "counts",
        "labels": {"team": "ours"},
        "serviceAccount": "tuner@our-project.iam.gserviceaccount.com",
        "encryptionSpec": {"kmsKeyName": "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k"},
        "supervisedTuningSpec": {"trainingDatasetUri": uri, "validationDatasetUri": uri, "hyperParameters": rates},
        **changes,
    }


@pytest.mark.parametrize("encoding", ["", "$alt=json;enum-encoding=int"])
def test_every_answer_is_one_of_googles_messages(encoding: str) -> None:
    world = World(Settings(), encoding)
    made = world.ask("POST", f"{PARENT}/tuningJobs", google.TuningJob, a_job())
    assert (made.state, made.supervised_tuning_spec.hyper_parameters.epoch_count) == (STATE.JOB_STATE_PENDING, 2)
    assert made.supervised_tuning_spec.hyper_parameters.adapter_size == 3
    world.time += 0.4
    running = world.ask("GET", made.name, google.TuningJob)
    assert running.state == STATE.JOB_STATE_RUNNING
    assert running.tuning_data_stats.supervised_tuning_data_stats.tuning_dataset_example_count == 40
    world.time += 60
    job = world.ask("GET", made.name, google.TuningJob)
    assert job.state == STATE.JOB_STATE_SUCCEEDED
    assert [checkpoint.step for checkpoint in job.tuned_model.checkpoints] == [5, 10]
    listed = world.ask("GET", f"{PARENT}/tuningJobs?filter=labels.team:*", google.ListTuningJobsResponse)
    assert list(listed.tuning_jobs) == [job]
    _live(world, job)


def _live(world: World, job: Any) -> None:
    """Read, change, use and delete what a job has made."""
    name = job.tuned_model.model.partition("@")[0]
    model = world.ask("GET", name, google.Model)
    assert model.model_source_info.source_type == google.ModelSourceInfo.ModelSourceType.MODEL_GARDEN
    assert list(world.ask("GET", f"{PARENT}/models", google.ListModelsResponse).models) == [model]
    versions = world.ask("GET", f"{name}:listVersions", google.ListModelVersionsResponse)
    assert [version.name for version in versions.models] == [job.tuned_model.model]
    changed = world.ask("PATCH", f"{name}?updateMask=labels", google.Model, {"labels": {"a": "b"}})
    assert dict(changed.labels) == {"a": "b"}
    endpoints = world.ask("GET", f"{PARENT}/endpoints", google.ListEndpointsResponse).endpoints
    assert [one.deployed_models[0].checkpoint_id for one in endpoints] == ["1", "2"]
    world.ask("PATCH", f"{endpoints[0].name}?updateMask=displayName", google.Endpoint, {"displayName": "new"})
    asked = {"contents": [{"role": "user", "parts": [{"text": "4"}]}]}
    answer = world.ask("POST", f"{endpoints[1].name}:generateContent", google.GenerateContentResponse, asked)
    assert answer.candidates[0].content.parts[0].text == "5"
    for endpoint in endpoints:
        body = {"deployedModelId": endpoint.deployed_models[0].id}
        begun = world.ask("POST", f"{endpoint.name}:undeployModel", operations_pb2.Operation, body)
        world.done(begun, google.UndeployModelOperationMetadata, google.UndeployModelResponse)
        left = world.ask("GET", endpoint.name, google.Endpoint)
        assert not left.deployed_models
        begun = world.ask("DELETE", endpoint.name, operations_pb2.Operation)
        world.done(begun, google.DeleteOperationMetadata, empty_pb2.Empty)
    begun = world.ask("DELETE", name, operations_pb2.Operation)
    world.done(begun, google.DeleteOperationMetadata, empty_pb2.Empty)
    every = world.ask("GET", f"{PARENT}/operations", operations_pb2.ListOperationsResponse)
    assert len(every.operations) == 5


def test_deploying_is_googles_message() -> None:
    world = World(Settings())
    job = world.ask("POST", f"{PARENT}/tuningJobs", google.TuningJob, a_job())
    world.time += 60
    tuned = world.ask("GET", job.name, google.TuningJob).tuned_model
    body = {"deployedModel": {"model": tuned.model, "checkpointId": "1"}}
    begun = world.ask("POST", f"{tuned.endpoint}:deployModel", operations_pb2.Operation, body)
    done = world.done(begun, google.DeployModelOperationMetadata, google.DeployModelResponse)
    assert done.deployed_model.model == tuned.model


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "missing"])
def test_the_error_of_a_job_is_googles_status(outcome: str) -> None:
    world = World(Settings(fail_after={"numbers": 3} if outcome == "failed" else {}))
    job = a_job()
    if outcome == "missing":
        job["supervisedTuningSpec"]["trainingDatasetUri"] = "gs://our-bucket/nothing.jsonl"
    name = world.ask("POST", f"{PARENT}/tuningJobs", google.TuningJob, job).name
    if outcome == "cancelled":
        world.ask("POST", f"{name}:cancel", empty_pb2.Empty, {})
    world.time += 60
    over = world.ask("GET", name, google.TuningJob)
    assert over.error.code == {"failed": 3, "cancelled": 1, "missing": 5}[outcome]


@pytest.fixture
def served() -> Iterator[Served]:
    """Give an emulator on a port of this machine, in which trainings take no time."""
    emulator = Emulator(settings=Settings(steps_per_second=1e9, start_delay=0, outcomes={"paused": "JOB_STATE_PAUSED"}))
    put(emulator)
    running = serve(emulator)
    yield running
    running.close()


@pytest.fixture
def client(served: Served) -> Callable[[Any, Any], Any]:
    """Make clients of Google's that talk to it."""
    host = served.url.removeprefix("http://")
    anonymous: Any = AnonymousCredentials  # its constructor has no annotations

    def make(kind: Any, transport: Any) -> Any:
        return kind(transport=transport(host=host, credentials=anonymous(), url_scheme="http"))

    return make


@pytest.mark.loopback
@pytest.mark.filterwarnings("ignore")
def test_googles_clients_live_a_models_life(client: Callable[[Any, Any], Any]) -> None:
    tuning = client(google.GenAiTuningServiceClient, tuning_rest.GenAiTuningServiceRestTransport)
    sent = google.TuningJob(json_format.Parse(json.dumps(a_job()), google.TuningJob.pb()()))
    made = tuning.create_tuning_job(parent=PARENT, tuning_job=sent)
    job = tuning.get_tuning_job(name=made.name)
    assert (job.state, job.labels) == (STATE.JOB_STATE_SUCCEEDED, sent.labels)
    assert job.supervised_tuning_spec == sent.supervised_tuning_spec
    request = {"parent": PARENT, "page_size": 1, "filter": "labels.team=ours"}
    assert list(tuning.list_tuning_jobs(request=request)) == [job]
    with pytest.raises(exceptions.BadRequest):
        tuning.cancel_tuning_job(name=job.name)
    child = google.TuningJob(
        pre_tuned_model={"tuned_model_name": job.tuned_model.model, "checkpoint_id": "2"},
        supervised_tuning_spec={
            "training_dataset_uri": "gs://our-bucket/data.jsonl",
            "export_last_checkpoint_only": True,
        },
    )
    second = tuning.get_tuning_job(name=tuning.create_tuning_job(parent=PARENT, tuning_job=child).name)
    assert second.tuned_model.model == f"{job.tuned_model.model.partition('@')[0]}@2"
    _retire(client, [job, second])


def _retire(client: Callable[[Any, Any], Any], jobs: list[Any]) -> None:
    """Change a model and take everything away, with Google's clients."""
    models = client(google.ModelServiceClient, model_rest.ModelServiceRestTransport)
    name = jobs[0].tuned_model.model.partition("@")[0]
    _hear(client, jobs[1].tuned_model.endpoint)
    model = models.get_model(name=name)
    model.display_name = "renamed"
    changed = models.update_model(model=model, update_mask={"paths": ["display_name"]})
    assert (changed.display_name, changed.version_id) == ("renamed", "2")
    with pytest.raises(exceptions.Conflict):
        models.update_model(model=model, update_mask={"paths": ["display_name"]})
    assert [one.version_id for one in models.list_model_versions(name=name)] == ["1", "2"]
    assert [one.display_name for one in models.list_models(parent=PARENT)] == ["renamed"]
    with pytest.raises(exceptions.BadRequest):
        models.delete_model(name=name)
    _clear(client)
    models.delete_model_version(name=f"{name}@1").result(timeout=30)
    with pytest.raises(exceptions.BadRequest):
        models.delete_model_version(name=f"{name}@2")
    models.delete_model(name=name).result(timeout=30)
    with pytest.raises(exceptions.NotFound):
        models.get_model(name=name)


def _hear(client: Callable[[Any, Any], Any], endpoint: str) -> None:
    """Ask a tuned model something, with Google's client."""
    writer = client(google.PredictionServiceClient, prediction_rest.PredictionServiceRestTransport)
    turn = google.Content(role="user", parts=[google.Part(text="4")])
    said = writer.generate_content(model=endpoint, contents=[turn])
    assert said.candidates[0].content.parts[0].text == "5"


def _clear(client: Callable[[Any, Any], Any]) -> None:
    """Undeploy and delete everywhere, with Google's client."""
    endpoints = client(google.EndpointServiceClient, endpoint_rest.EndpointServiceRestTransport)
    for endpoint in endpoints.list_endpoints(
        request={"parent": PARENT, "page_size": 2, "filter": "labels.tune-type:*"}
    ):
        with pytest.raises(exceptions.BadRequest):
            endpoints.delete_endpoint(name=endpoint.name)
        deployed = endpoint.deployed_models[0].id
        undone = endpoints.undeploy_model(endpoint=endpoint.name, deployed_model_id=deployed, traffic_split={})
        assert undone.result(timeout=30) == google.UndeployModelResponse()
        assert endpoints.delete_endpoint(name=endpoint.name).result(timeout=30) == empty_pb2.Empty()
    assert list(endpoints.list_endpoints(parent=PARENT)) == []


@pytest.mark.loopback
@pytest.mark.filterwarnings("ignore")
def test_googles_client_cancels(client: Callable[[Any, Any], Any]) -> None:
    tuning = client(google.GenAiTuningServiceClient, tuning_rest.GenAiTuningServiceRestTransport)
    job = json_format.Parse(json.dumps(a_job(tunedModelDisplayName="paused")), google.TuningJob.pb()())
    name = tuning.create_tuning_job(parent=PARENT, tuning_job=google.TuningJob(job)).name
    assert tuning.get_tuning_job(name=name).state == STATE.JOB_STATE_PAUSED
    tuning.cancel_tuning_job(name=name)
    cancelled = tuning.get_tuning_job(name=name)
    assert (cancelled.state, cancelled.error.code) == (STATE.JOB_STATE_CANCELLED, 1)


@pytest.mark.loopback
@pytest.mark.filterwarnings("ignore")
def test_the_newer_client_tunes_and_asks(served: Served) -> None:
    genai: Any = pytest.importorskip("google.genai")
    credentials: Any = pytest.importorskip("google.oauth2.credentials")
    options = genai.types.HttpOptions(base_url=served.url)
    token = credentials.Credentials(token="none")
    ours = genai.Client(
        vertexai=True, project="our-project", location="us-central1", credentials=token, http_options=options
    )
    data = genai.types.TuningDataset(gcs_uri="gs://our-bucket/data.jsonl")
    made = ours.tunings.tune(base_model="gemini-2.5-flash", training_dataset=data, config={"epoch_count": 2})
    job = ours.tunings.get(name=made.name)
    assert (job.state.name, len(job.tuned_model.checkpoints)) == ("JOB_STATE_SUCCEEDED", 2)
    assert [one.name for one in ours.tunings.list()] == [job.name]
    assert [f"{one.name}@1" for one in ours.models.list(config={"query_base": False})] == [job.tuned_model.model]
    assert ours.models.generate_content(model=job.tuned_model.endpoint, contents="7").text == "8"
    # This client writes the name of the model to start from in snake_case.
    more = ours.tunings.tune(base_model=job.tuned_model.model, training_dataset=data, config={})
    assert ours.tunings.get(name=more.name).tuned_model.model.endswith("@2")

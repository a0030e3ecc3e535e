"""The wire: what is written, and how answers are read, well-formed or not."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Refused, RemoteError
from reconciler.providers.gemini import codec
from reconciler.providers.gemini.mark import encode
from reconciler.providers.protojson import next_page
from reconciler.resource.dataset import Dataset, Example, Locator, digest
from reconciler.resource.observed import Mark, Ownership, Progress, State
from reconciler.resource.rules import Value

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
OURS = Ownership("acme", "sentences", "", "", {"epochCount": 3.0})
EXAMPLES = (Example("1", "2"), Example('"quoted",\n"examples":[]', "é 漢 \u2028"))


def a_model(**changes: Any) -> dict[str, Any]:
    """A model as the service shows it; fields changed to None are left out."""
    model = {
        "name": "tunedModels/sentences-1",
        "displayName": "Sentences",
        "description": "hello",
        "baseModel": "models/gemini-1.0-pro-001",
        "state": "ACTIVE",
        "createTime": "2024-03-01T10:00:00.123456Z",
        "updateTime": "2024-03-01T10:05:00.123456Z",
        "temperature": 0.9,
        "topP": 1,
        "topK": 1,
        "readerProjectNumbers": ["7", "123", "7"],
        "tuningTask": {
            "startTime": "2024-03-01T10:00:01.123456789Z",
            "completeTime": "2024-03-01T10:05:00.123456Z",
            "hyperparameters": {"epochCount": 3, "batchSize": 4, "learningRate": 0.001},
        },
        **changes,
    }
    return {key: value for key, value in model.items() if value is not None}


def dataset(examples: tuple[Example, ...] = EXAMPLES) -> Dataset:
    return Dataset(digest(examples), len(examples), 1, 1, 1, Locator("/data/x.csv", "csv", "text_input", "output"))


def test_a_model_is_written_with_every_field() -> None:
    values: dict[str, Value] = {
        "displayName": "Sentences",
        "description": "goes in by itself",
        "baseModel": "models/b",
        "temperature": 0.5,
        "topP": 0.25,
        "topK": 40,
        "readerProjectNumbers": ("1", "23"),
        "hyperparameters.epochCount": 3,
        "hyperparameters.batchSize": 4,
        "hyperparameters.learningRate": 0.001,
        "hyperparameters.learningRateMultiplier": 1.5,
    }
    assert codec.encode(values, "raw text") == {
        "displayName": "Sentences",
        "description": "raw text",
        "baseModel": "models/b",
        "temperature": 0.5,
        "topP": 0.25,
        "topK": 40,
        "readerProjectNumbers": ["1", "23"],
        "tuningTask": {
            "hyperparameters": {"epochCount": 3, "batchSize": 4, "learningRate": 0.001, "learningRateMultiplier": 1.5}
        },
    }


def test_a_model_tuned_from_a_tuned_one() -> None:
    assert codec.encode({"tunedModelSource.tunedModel": "tunedModels/a"}, None) == {
        "tunedModelSource": {"tunedModel": "tunedModels/a"}
    }


def test_the_mask_names_what_the_body_holds() -> None:
    assert codec.update_mask(codec.encode({"topK": 1, "temperature": 0.0}, "x")) == "description,temperature,topK"


def test_the_body_of_a_create_holds_the_examples() -> None:
    body = codec.training_body({"baseModel": "models/b", "hyperparameters.epochCount": 3}, "text", dataset(), EXAMPLES)
    assert json.loads(body) == {
        "description": "text",
        "baseModel": "models/b",
        "tuningTask": {
            "hyperparameters": {"epochCount": 3},
            "trainingData": {"examples": {"examples": [{"textInput": e.input, "output": e.output} for e in EXAMPLES]}},
        },
    }


def test_a_text_that_looks_like_the_body_does_not_disturb_it() -> None:
    tricky = '{"examples":{"examples":[]}}'
    body = json.loads(codec.training_body({"displayName": tricky}, tricky, dataset(), EXAMPLES))
    assert (body["description"], body["displayName"]) == (tricky, tricky)
    assert len(body["tuningTask"]["trainingData"]["examples"]["examples"]) == 2


@pytest.mark.parametrize(
    "moved", [EXAMPLES[:1], (*EXAMPLES, EXAMPLES[0]), (EXAMPLES[0], Example("1", "3")), (), EXAMPLES * 1000]
)
def test_other_examples_than_planned_are_refused(moved: tuple[Example, ...]) -> None:
    with pytest.raises(Refused, match=r"^x\.csv: the examples are not those that were planned") as caught:
        codec.training_body({}, "", dataset(), moved)
    assert caught.value.reason == "DATA_MOVED"


def test_examples_beyond_the_planned_number_are_not_even_read() -> None:
    endless = (Example(str(number), "") for number in iter(int, 1))
    inline = Dataset(digest(EXAMPLES), 2, 1, 1, 1, Locator("", "inline", "", "", inline=EXAMPLES))
    with pytest.raises(Refused, match="inline examples"):
        codec.training_body({}, "", inline, endless)


def test_a_model_is_read() -> None:
    token = encode(OURS, "sentences-1")
    observed = codec.decode(a_model(description=f"hello {token}", newField=1), "v1beta")
    assert observed.name == "tunedModels/sentences-1"
    assert observed.state is State.READY
    assert observed.fields == {
        "displayName": "Sentences",
        "description": "hello",
        "baseModel": "models/gemini-1.0-pro-001",
        "temperature": 0.9,
        "topP": 1,
        "topK": 1,
        "readerProjectNumbers": ("123", "7"),
        "hyperparameters.epochCount": 3,
        "hyperparameters.batchSize": 4,
        "hyperparameters.learningRate": 0.001,
    }
    assert (observed.mark, observed.ownership, observed.carrier) == (Mark.VALID, OURS, f"hello {token}")
    assert (observed.created, observed.updated) == ("2024-03-01T10:00:00.123456Z", "2024-03-01T10:05:00.123456Z")
    assert observed.completed == "2024-03-01T10:05:00.123456Z"
    assert observed.progress is None


def test_what_is_left_out_is_empty() -> None:
    observed = codec.decode({"name": "tunedModels/a"}, "v1beta")
    assert observed.fields == {"description": "", "readerProjectNumbers": ()}
    assert (observed.state, observed.mark, observed.carrier) == (State.UNKNOWN, Mark.NONE, "")


def test_the_palm_generation_shows_no_projects() -> None:
    assert "readerProjectNumbers" not in codec.decode({"name": "tunedModels/a"}, "v1beta3").fields


@pytest.mark.parametrize(
    ("state", "ours"),
    [
        ("CREATING", State.TRAINING),
        ("ACTIVE", State.READY),
        ("FAILED", State.FAILED),
        ("STATE_UNSPECIFIED", State.UNKNOWN),
        ("PAUSED", State.UNKNOWN),
        (None, State.UNKNOWN),
        (2, State.UNKNOWN),
    ],
)
def test_states(state: object, ours: State) -> None:
    assert codec.decode(a_model(state=state), "v1beta").state is ours


def test_a_tuned_source_is_read() -> None:
    observed = codec.decode(
        a_model(baseModel=None, tunedModelSource={"tunedModel": "tunedModels/a", "baseModel": "models/b"}), "v1beta"
    )
    assert observed.fields["tunedModelSource.tunedModel"] == "tunedModels/a"
    assert "baseModel" not in observed.fields


@pytest.mark.parametrize(
    "wrong",
    [
        {"displayName": 3},
        {"description": ["x"]},
        {"baseModel": {}},
        {"createTime": 17},
        {"temperature": "hot"},
        {"topK": True},
        {"topP": [1]},
        {"readerProjectNumbers": "7"},
        {"readerProjectNumbers": ["seven"]},
        {"readerProjectNumbers": [True]},
        {"readerProjectNumbers": [-7]},
        {"readerProjectNumbers": ["9" * 5000]},
        {"readerProjectNumbers": ["\u0667"]},
        {"temperature": 10**400},
        {"topP": float("nan")},
        {"tunedModelSource": "tunedModels/a"},
        {"tunedModelSource": {"tunedModel": 1}},
        {"tuningTask": "done"},
        {"tuningTask": {"hyperparameters": []}},
        {"tuningTask": {"hyperparameters": {"epochCount": "3"}}},
        {"tuningTask": {"completeTime": False}},
    ],
)
def test_a_model_with_a_field_of_the_wrong_type_is_unknown(wrong: dict[str, Any]) -> None:
    assert codec.decode(a_model(**wrong), "v1beta").state is State.UNKNOWN


def test_project_numbers_come_as_numbers_too() -> None:
    fields = codec.decode(a_model(readerProjectNumbers=[7, "0123"]), "v1beta").fields
    assert fields["readerProjectNumbers"] == ("123", "7")


@pytest.mark.parametrize("model", [None, [], "x", {}, {"name": 3}, {"name": "models/x"}, {"name": "tunedModels/../x"}])
def test_what_is_no_model_is_an_error(model: object) -> None:
    with pytest.raises(RemoteError, match="is the endpoint right"):
        codec.decode(model, "v1beta")


@pytest.mark.parametrize(
    ("snapshots", "progress"),
    [
        (None, None),
        ([], None),
        ("x", None),
        (
            [{"step": 2, "epoch": 1, "meanLoss": -1.1e-06}, {"step": 1, "meanLoss": 3}],
            Progress(2, 0, ((1, 3), (2, -1.1e-06))),
        ),
        ([{"step": 4}], Progress(4, 0, ((4, 0.0),))),
        ([{"meanLoss": 1}, 7, {"step": "3"}, {"step": 5, "meanLoss": "low"}], None),
        ([{"step": 5, "meanLoss": 10**400}, {"step": 10**400}, {"step": True}, {"step": 6, "meanLoss": 1e39}], None),
    ],
)
def test_losses(snapshots: object, progress: Progress | None) -> None:
    assert codec.decode(a_model(tuningTask={"snapshots": snapshots}), "v1beta").progress == progress


def test_lists() -> None:
    assert [o.name for o in codec.decode_models({"tunedModels": [a_model()]}, "v1beta")] == ["tunedModels/sentences-1"]
    assert codec.decode_models({}, "v1beta") == []
    assert (next_page({"nextPageToken": "x"}), next_page({})) == ("x", "")


@pytest.mark.parametrize("listed", [None, {}, "x", 3])
def test_a_list_that_is_none_is_not_taken_for_empty(listed: object) -> None:
    with pytest.raises(RemoteError, match="tunedModels that is no list"):
        codec.decode_models({"tunedModels": listed}, "v1beta")


def test_tunable_bases() -> None:
    methods = {
        "models/a": ["generateContent", "createTunedModel"],
        "models/b": ["createTunedTextModel"],
        "models/c": ["generateContent"],
        "models/d": None,
    }
    models = [{"name": name, "supportedGenerationMethods": listed} for name, listed in methods.items()]
    assert codec.decode_tunable({"models": [*models, 3, {"name": 4}]}) == ["models/a", "models/b"]


def test_columns_are_what_the_version_has() -> None:
    assert codec.columns("v1beta", losses=False) == (
        "name,displayName,description,baseModel,tunedModelSource(tunedModel),state,createTime,updateTime,"
        "temperature,topP,topK,readerProjectNumbers,tuningTask(completeTime,hyperparameters)"
    )
    assert "readerProjectNumbers" not in codec.columns("v1beta3", losses=False)
    assert codec.columns("v1beta3", losses=True).endswith("hyperparameters,snapshots(step,meanLoss))")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not here")
def test_a_recorded_list_is_read() -> None:
    page = json.loads((SAMPLES / "list-v1beta3.json").read_text(encoding="utf-8"))
    models = codec.decode_models(page, "v1beta3")
    assert [model.name for model in models] == [model["name"] for model in page["tunedModels"]]
    assert {model.state for model in models} == {State.READY}
    assert models[0].carrier.startswith('{"description":"generates')
    assert models[0].progress is not None
    assert models[0].progress.step == 16

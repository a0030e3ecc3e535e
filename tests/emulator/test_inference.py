"""What a tuned model answers: the output of the nearest example."""

from typing import Any

import pytest

MODEL = "/v1beta/tunedModels/numbers-1"
PAIRS = [
    ("1", "2"),
    ("twenty two", "twenty three"),
    ("two hundred", "two hundred one"),
    ("one", "two"),
    ("one", "a second two"),
]


@pytest.fixture
def tuned(service: Any) -> Any:
    """Give a service with a model that has learnt a few numbers."""
    examples = [{"textInput": text, "output": output} for text, output in PAIRS]
    long = {"textInput": "count", "output": " ".join(map(str, range(20)))}
    data = {"examples": {"examples": [*examples, long]}}
    service.create(tuningTask={"trainingData": data})
    service.wait()
    return service


def content(text: str, **changes: Any) -> dict[str, Any]:
    return {"contents": [{"parts": [{"text": text}], "role": "user"}], **changes}


@pytest.mark.parametrize(
    ("asked", "answer"),
    [("1", "2"), ("one", "two"), ("Twenty-two!", "twenty three"), ("two hundreds", "two hundred one")],
)
def test_the_nearest_example_answers(tuned: Any, asked: str, answer: str) -> None:
    for version in ("v1", "v1beta", "v1alpha"):
        given = tuned.ask("POST", f"/{version}/tunedModels/numbers-1:generateContent", content(asked))
        assert given == {
            "candidates": [
                {"content": {"parts": [{"text": answer}], "role": "model"}, "finishReason": "STOP", "index": 0}
            ]
        }


def test_generate_text_gives_as_many_candidates_as_asked_for(tuned: Any) -> None:
    asked = {"prompt": {"text": "one"}, "temperature": 1.0, "candidate_count": 2}
    for version in ("v1beta", "v1beta3"):
        given = tuned.ask("POST", f"/{version}/tunedModels/numbers-1:generateText", asked)
        assert given == {"candidates": [{"output": "two"}, {"output": "a second two"}]}
    assert tuned.refused("POST", f"{MODEL}:generateText", {})[0] == 400


def test_a_stream_is_a_list_or_events(tuned: Any) -> None:
    whole = " ".join(map(str, range(20)))
    pieces = tuned.ask("POST", f"{MODEL}:streamGenerateContent", content("count"))
    assert len(pieces) > 1
    assert "".join(piece["candidates"][0]["content"]["parts"][0]["text"] for piece in pieces) == whole
    events = tuned.send("POST", f"{MODEL}:streamGenerateContent?alt=sse", content("count"))
    assert events.headers["Content-Type"] == "text/event-stream"
    assert events.body.count(b"data: {") == len(pieces) == events.body.count(b"\r\n\r\n")


def test_the_error_of_a_stream_is_in_a_list(tuned: Any) -> None:
    response = tuned.send("POST", f"{MODEL}:streamGenerateContent", {"contents": []})
    assert response.status == 400
    assert response.body.startswith(b'[{"error"')


@pytest.mark.parametrize(
    "asked",
    [
        {},
        content("1", generationConfig={"responseMimeType": "application/json"}),
        {"contents": [{"parts": [{"inlineData": {}}]}]},
        content("x" * 40_001),
        content("1", model_config={}),
    ],
)
def test_what_is_not_answered(tuned: Any, asked: Any) -> None:
    assert tuned.refused("POST", f"{MODEL}:generateContent", asked)[0] == 400


def test_a_model_in_training_does_not_answer(service: Any) -> None:
    service.create()
    assert service.refused("POST", f"{MODEL}:generateContent", content("1"))[0] == 400
    assert service.send("POST", "/v1beta3/tunedModels/numbers-1:generateContent", content("1")).status == 404

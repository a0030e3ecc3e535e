"""The text in what a model answers."""

from typing import Any

import pytest

from reconciler.errors import RemoteError
from reconciler.providers import inference


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"candidates": [{"content": {"parts": [{"text": "LX"}, {"text": "IV"}, {"data": 1}, 2]}}, {}]}, "LXIV"),
        ({"candidates": [{"output": "3 2 1"}]}, "3 2 1"),
        ({"candidates": [{"output": ""}]}, ""),
    ],
)
def test_the_text_of_an_answer(answer: dict[str, Any], text: str) -> None:
    assert inference.text(answer) == text


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({}, "no candidate"),
        ({"candidates": [3]}, "no candidate"),
        ({"candidates": [{"finishReason": "SAFETY"}]}, "SAFETY"),
        ({"promptFeedback": {"blockReason": "OTHER"}}, "OTHER"),
    ],
)
def test_no_text_is_an_error(answer: dict[str, Any], why: str) -> None:
    with pytest.raises(RemoteError, match=why):
        inference.text(answer)

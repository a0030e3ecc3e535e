"""Parts of an answer: what is missing is empty, and what has another type is never taken for that unseen."""

from typing import Any

import pytest

from reconciler.errors import RemoteError
from reconciler.providers.protojson import items, nested, next_page, objects, string


def test_what_is_missing_has_the_value_that_its_type_begins_with() -> None:
    problems: list[str] = []
    assert (string({}, "a", problems), nested({}, "a", problems), items({}, "a"), next_page({})) == ("", {}, [], "")
    assert problems == []


def test_what_is_there_is_read() -> None:
    part: dict[str, Any] = {"s": "x", "o": {"k": 1}, "l": [{"k": 1}, 2, None, {}], "nextPageToken": "t"}
    assert (string(part, "s"), nested(part, "o"), next_page(part)) == ("x", {"k": 1}, "t")
    assert items(part, "l") == [{"k": 1}, 2, None, {}]
    assert objects(part, "l") == [{"k": 1}, {}]


@pytest.mark.parametrize("value", [None, 5, True, [], ["x"]])
def test_what_has_another_type_is_told(value: object) -> None:
    problems: list[str] = []
    assert (string({"a": value}, "a", problems), nested({"b": value}, "b", problems)) == ("", {})
    assert problems == ["a", "b"]
    assert (string({"a": value}, "a"), nested({"b": value}, "b")) == ("", {})


@pytest.mark.parametrize("value", [None, 5, "x", {}])
def test_a_list_of_another_type_is_not_empty(value: object) -> None:
    """Law 7: what is not in a list is taken to be absent."""
    for read in (items, objects):
        with pytest.raises(RemoteError, match="answered with models that is no list; is the endpoint right"):
            read({"models": value}, "models")


@pytest.mark.parametrize("token", [None, 5, ["t"], {}])
def test_a_page_token_of_another_type_is_not_the_end(token: object) -> None:
    """Law 7: the pages after it would be missing, and with them models."""
    with pytest.raises(RemoteError, match="nextPageToken that is no text; is the endpoint right"):
        next_page({"nextPageToken": token})

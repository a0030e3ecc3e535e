"""JSON merge patches, as RFC 7396 says them."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.resource.environment import Change, Environment, Target, environment, merged

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": "b"}, {"a": {"c": 1, "d": None}}, {"a": {"c": 1}}),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "b"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
    ],
)
def test_merge(value: Any, patch: Any, result: Any) -> None:
    assert merged(value, patch) == result


@given(VALUES, VALUES)
def test_merging_twice_is_merging_once_and_changes_neither_side(value: Any, patch: Any) -> None:
    before = deepcopy((value, patch))
    once = merged(value, patch)
    assert merged(once, patch) == once
    assert (value, patch) == before


def test_patches_are_read_with_their_targets() -> None:
    patches = [
        {"target": {"name": "a*"}, "patch": {"spec": {"topK": 1}}},
        {"target": {"name": None, "labels": {"x": "y"}}, "patch": {}},
    ]
    spec = {"workspace": {"owner": "o"}, "patches": patches, "omit": ["b"]}
    assert environment({"metadata": {"name": "prod"}, "spec": spec}) == Environment(
        "prod",
        {"owner": "o"},
        (Change(Target("a*"), {"spec": {"topK": 1}}), Change(Target("", {"x": "y"}), {})),
        ("b",),
    )


def test_what_is_left_out_changes_nothing() -> None:
    bare = {"metadata": {"name": "dev"}}
    assert environment(bare) == environment({**bare, "spec": {}}) == Environment("dev", {}, (), ())

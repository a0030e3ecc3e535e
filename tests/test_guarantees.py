"""The page of promises names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_tests_and_says_what_it_does_not_cover() -> None:
    promises = re.split(r"^## (?=\d)", PAGE.split("## Figures")[0], flags=re.MULTILINE)[1:]
    assert len(promises) >= 9
    for promise in promises:
        assert "::test_" in promise, promise.splitlines()[0]
        assert "**Not promised:**" in promise, promise.splitlines()[0]

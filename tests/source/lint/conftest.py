"""Data that is looked at by every rule."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.resource.rules import Capabilities, DataLimits, FieldRule, Mutability
from reconciler.source.cache import Cache
from reconciler.source.lint.every import EVERY
from reconciler.source.load import load
from reconciler.source.resolve import Resolved, resolve

Pair = tuple[str, str]


def lines(*pairs: Pair) -> str:
    """Write pairs as JSONL."""
    return "".join(json.dumps({"text_input": left, "output": right}) + "\n" for left, right in pairs)


@pytest.fixture
def generous(able: Capabilities) -> Capabilities:
    """A service with every field that takes any data, so that only rules find something."""
    limits = DataLimits(0, 0, 0, recommended_examples=0, validation_examples=10**6, conversations=True)
    rules = {**able.rules, "description": FieldRule("description", Mutability.IN_PLACE, "")}
    return Capabilities("generous", rules, limits)


@pytest.fixture
def checked(folder: Path, generous: Capabilities) -> Callable[..., Resolved]:
    """Load and resolve the workspace, looking for everything."""
    assert folder == Path.cwd()
    return lambda cache=None: resolve(load(".", cache=cache), generous, cache=cache, program=EVERY)


@pytest.fixture
def found(
    model: Callable[..., Path], write: Callable[..., Path], checked: Callable[..., Resolved]
) -> Callable[..., list[str]]:
    """Give every finding about some data, with its rule: `found(text)`, or `found(text, "d.csv")`."""

    def found(content: str, name: str = "d.jsonl") -> list[str]:
        model("m.yaml", "  lint: [{rule: secret, severity: warning}]", f"  dataset: {{path: {name}}}")
        write(name, content)
        return [f"{finding} [{finding.rule}]" for finding in checked().warnings]

    return found


@pytest.fixture
def cache(tmp_path: Path) -> Callable[[], Cache]:
    """Open one and the same cache."""
    return lambda: Cache(tmp_path / ".cache/read")

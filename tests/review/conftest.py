"""The sample repository with its models trained, and the reviews of its pull requests, each made once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.review.pipeline import Pipeline
from tests.review.reviews import Review, review

Reviews: TypeAlias = Callable[[str], Review]


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """A pipeline whose models may be changed."""
    return Pipeline(tmp_path)


@pytest.fixture(scope="session")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Reviews:
    """Reviews by branch."""
    pipeline = Pipeline(tmp_path_factory.mktemp("review"))
    return cache(lambda branch: review(pipeline, branch))

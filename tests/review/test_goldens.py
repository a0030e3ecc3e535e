"""What is shown of each pull request, byte for byte; `pytest --bless` writes the files anew: read the difference."""

from pathlib import Path

import pytest

from tests.review.conftest import Reviews
from tests.review.repository import PULLS

EXPECTED = Path(__file__).parent / "expected"

pytestmark = pytest.mark.process


@pytest.mark.parametrize("branch", PULLS)
def test_a_review_is_as_ever(
    branch: str,
    reviews: Reviews,
    bless: bool,  # noqa: FBT001  (a fixture)
) -> None:
    folder, files = EXPECTED / branch, reviews(branch).files
    if bless:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, text in files.items():
            (folder / name).write_bytes(text.encode())
    assert {file.name: file.read_bytes().decode() for file in folder.iterdir()} == files


def test_every_golden_folder_has_its_pull_request() -> None:
    assert sorted(folder.name for folder in EXPECTED.iterdir()) == sorted(PULLS)


@pytest.mark.parametrize("branch", PULLS)
def test_the_summary_of_a_step_is_the_review(branch: str, reviews: Reviews) -> None:
    made = reviews(branch)
    assert made.step.get("summary", "") == made.markdown.out

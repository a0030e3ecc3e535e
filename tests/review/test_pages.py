"""Every review as a host renders it: whole, in the promised order, and with nothing in it that acts."""

import pytest

from reconciler.plan.change import Action
from tests.review.conftest import Reviews
from tests.review.page import CALLS, OURS, Page
from tests.review.repository import PULLS

PLANNED = [branch for branch in PULLS if branch != "invalid"]
BLOCKS = {"code class=language-diff", "code class=language-text"}
ORDER = ["Delete", "Replace", "Refused", "Create", "Update", "In training", "Left alone"]
AT_ONCE = {Action.DELETE.name.lower(), Action.REPLACE.name.lower()}

pytestmark = [pytest.mark.process, pytest.mark.parametrize("branch", PLANNED)]


@pytest.fixture
def pages(branch: str, reviews: Reviews) -> list[Page]:
    """The review, without examples and with some."""
    made = reviews(branch)
    return [Page(made.markdown.out), Page(made.samples.out)]


def test_nothing_in_it_is_a_link_a_picture_a_person_or_an_element_of_others(pages: list[Page]) -> None:
    for page in pages:
        assert page.elements <= OURS
        assert page.attributes <= BLOCKS
        assert not CALLS.findall(page.prose)


def test_every_block_and_every_element_is_closed(pages: list[Page]) -> None:
    assert [page.faults for page in pages] == [[], []]


def test_the_counts_come_first_and_then_the_most_severe(pages: list[Page], branch: str, reviews: Reviews) -> None:
    summary = reviews(branch).step["outputs"].split("\n")[1]
    for page in pages:
        first, *sections = page.headings
        titles = [title.rpartition(" (")[0] for title in sections]
        assert first.removeprefix("Refused by a guard. ") == summary
        assert first.startswith("Refused") == (reviews(branch).markdown.code == 4)
        assert titles == [title for title in ORDER if title in titles]


def test_what_goes_is_seen_without_a_click_and_nothing_is_left_out(
    pages: list[Page], branch: str, reviews: Reviews
) -> None:
    for row in reviews(branch).document.json["changes"]:
        for page in pages:
            if row["action"] in AT_ONCE or row["refused"]:
                assert row["address"] in page.seen
                assert row["target"] in page.seen
            elif row["action"] != "noop":
                assert row["address"] in page.summaries
                assert row["target"] in page.folded

"""A hostile pull request: what it says is shown, escaped, and nothing of it acts in a log, a file, or on a screen."""

import json
import re
import unicodedata
from collections.abc import Iterator

import pytest

from tests.render import runner
from tests.review import hostile
from tests.review.conftest import Reviews
from tests.review.reviews import Review

TITLES = {
    "TunedModel/newcomer",
    "TunedModel/untunable",
    *(f"TunedModel/{model.name}" for model in (hostile.TITLED, hostile.WORDED, hostile.TAUGHT)),
}
RULES = {"damaged-encoding", "leading-trailing-space", "mixed-templates"}
AZURE = re.compile(r"##\w*\[")
STARTED = re.compile(r"\s*(?:::|No changes\.|Plan: 0 to create|Result:)")
PILE = re.compile("m{5}")

pytestmark = [pytest.mark.process, pytest.mark.parametrize("branch", ["hostile", "invalid"])]


@pytest.fixture
def review(branch: str, reviews: Reviews) -> Review:
    """One of the two: of a plan, and of what is refused."""
    return reviews(branch)


def everything(review: Review) -> Iterator[str]:
    """All that a pipeline prints or writes for the pull request."""
    runs = (review.markdown, review.document, review.log, review.samples, *review.validated.values())
    yield from (text for ran in runs for text in (ran.out, ran.err))
    yield from review.step.values()


def test_it_was_all_read(review: Review, branch: str) -> None:
    """Each of the texts got as far as a reviewer; a test that sees none of them would see nothing amiss either."""
    told = "".join(everything(review))
    assert r"@all \x3a:error::31337" in told
    assert r"\x1b[2J\u202e[l](x)\n#1 31337" in told
    assert r"<b>`31337`|@all\u200b" in told or branch == "hostile"
    assert r"\n::stop-commands::31337\n\x23#[add-mask]31337" in told or branch == "invalid"
    assert r"![p](https://evil.example/31337.png)" in told or branch == "invalid"


def test_no_character_moves_reorders_hides_or_covers(review: Review) -> None:
    for text in everything(review):
        kinds = {each: unicodedata.category(each) for each in set(text)}
        assert {each for each, kind in kinds.items() if kind[0] == "C" or kind in ("Zl", "Zp")} <= {"\n"}
        assert "\u3164" not in text
    shown = review.markdown.out + review.samples.out + review.log.out + review.validated["text"].out
    assert not PILE.search("".join("m" if unicodedata.category(each) == "Mn" else "." for each in shown))


def test_no_line_and_no_command_is_theirs(review: Review) -> None:
    summary = runner.outputs(review.step["outputs"]).get("summary")
    for text in (review.log.out, review.log.err, review.validated["github"].out):
        told = runner.commands(text)
        assert {each.name for each in told} <= {"error", "warning", "notice"}
        assert {title for each in told if (title := each.properties.get("title"))} <= TITLES | RULES
        ours = [line for line in text.splitlines() if line.startswith(("::error", "::warning", "::notice"))]
        assert len(told) == len(ours)
        assert not [each for each in told if each.message.startswith(hostile.STAMP)]
        assert [line for line in text.splitlines() if STARTED.match(line) and line not in ours] in ([], [summary])
        assert not AZURE.search(text)


def test_the_next_step_gets_our_outputs_only(review: Review, branch: str) -> None:
    outputs = runner.outputs(review.step["outputs"])
    assert "set-output" not in outputs
    assert hostile.STAMP not in json.dumps(outputs)
    assert outputs["exit-code"] == {"hostile": "2", "invalid": "1"}[branch]


def test_a_hostile_plan_is_summed_up_as_any_other(reviews: Reviews, branch: str) -> None:
    made = reviews(branch)
    if branch == "invalid":
        assert made.log.err.endswith("Error: 16 errors in the manifests\n")
        return
    assert runner.outputs(made.step["outputs"])["summary"] == (
        "Plan: 1 to create, 2 to update, 1 to replace, 0 to delete, 1 refused."
    )


def test_no_message_of_sarif_has_a_link(review: Review) -> None:
    """A viewer of SARIF makes a link of `[text](place)` (SARIF 2.1.0, section 3.11.6)."""
    results = review.validated["sarif"].json["runs"][0]["results"]
    assert results
    for result in results:
        assert not re.search(r"(?<!\\)\[[^\]]*(?<!\\)\]\(", result["message"]["text"])
